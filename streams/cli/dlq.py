"""`vitals dlq`: the dead letters of a running system, or of a replay's output folder."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from streams.settings import Settings
from streams.topics import REJECTS
from streams.up.topics_reader import ends, follow

app = typer.Typer(help="Dead letters: what was rejected, and why.", no_args_is_help=True,
                  add_completion=False, rich_markup_mode=None)  # fmt: skip


@app.callback()
def dlq() -> None:
    """Look at what was rejected, and why."""


@app.command("list")
def list_(
    folder: Annotated[
        Path | None, typer.Argument(help="Output folder of a replay; else Kafka is read")
    ] = None,
    kafka: Annotated[str, typer.Option(help="host:port,… of Kafka; else VITALS_KAFKA")] = "",
    reason: Annotated[str | None, typer.Option(help="Only this reason")] = None,
    terminal: Annotated[str | None, typer.Option(help="Only this terminal")] = None,
    limit: Annotated[int, typer.Option(help="Newest letters to show", min=1)] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="One letter a line, as JSON")] = False,
) -> None:
    """List dead letters: counts by reason with the mend, then the newest ones.

    Example: vitals dlq list --kafka localhost:9092 --reason out_of_range
    """
    letters = [
        letter
        for letter in (_from_folder(folder) if folder else _from_kafka(kafka))
        if reason in (None, letter["reason"]) and terminal in (None, letter["terminal"])
    ]
    letters.sort(key=lambda letter: (letter["at"], letter["id"]))
    if as_json:
        for letter in letters[-limit:]:
            typer.echo(json.dumps(letter, ensure_ascii=False))
        return
    _print(letters, limit)


def _from_folder(folder: Path) -> Iterable[dict[str, Any]]:
    path = folder / "rejects.ndjson"
    if not path.is_file():
        raise typer.BadParameter(f"{path} does not exist; give the --out folder of a replay")
    return [msgspec.json.decode(line) for line in path.read_bytes().splitlines()]


def _from_kafka(kafka: str) -> Iterable[dict[str, Any]]:
    settings = Settings(**({"kafka": kafka} if kafka else {}))  # type: ignore[arg-type]
    if not settings.kafka:
        raise typer.BadParameter("give a folder, --kafka HOST:PORT, or set VITALS_KAFKA")

    async def read() -> list[dict[str, Any]]:
        stop = await ends(settings, REJECTS)
        # The same letter may stand there twice after a crash; its id tells.
        found: dict[str, dict[str, Any]] = {}
        async for _, value in follow(settings, dict.fromkeys(stop, 0), stop):
            for line in value.split(b"\n"):
                letter = msgspec.json.decode(line)
                found[letter["id"]] = letter
        return list(found.values())

    return asyncio.run(read())


def _print(letters: list[dict[str, Any]], limit: int) -> None:
    console = Console()
    counts = Counter[str]()
    mends: dict[str, str] = {}
    for letter in letters:
        counts[letter["reason"]] += letter["count"]
        mends[letter["reason"]] = letter["mend"]
    table = Table(title=f"{sum(counts.values())} readings in {len(letters)} dead letters")
    for column in ("reason", "readings", "mend"):
        table.add_column(column, overflow="fold")
    for name, count in counts.most_common():
        table.add_row(name, str(count), mends[name])
    console.print(table)
    newest = Table(title=f"the newest {min(limit, len(letters))}")
    for column in ("at", "terminal", "reason", "detail"):
        newest.add_column(column, overflow="fold")
    for letter in letters[-limit:]:
        newest.add_row(letter["at"], letter["terminal"], letter["reason"], letter["detail"])
    console.print(newest)
