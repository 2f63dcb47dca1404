"""`vitals replay`: recordings through the engine, into files."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.table import Table

from indicators.registry import SignSet
from streams.citypack import CityPack, PackError, load_pack
from streams.memory import keep_freed_memory, spare_the_collector
from streams.replay import replay as run

INTERRUPTED = 130

_SHOWN = (
    *("received", "accepted", "duplicate", "late", "rejected"),
    *("vitals", "scores", "faults", "alerts", "workorders"),
    *("first", "last", "readings_per_second", "digest"),
)


def replay(
    recordings: Annotated[list[Path], typer.Argument(help="Recordings, .ndjson or .ndjson.gz")],
    city: Annotated[Path, typer.Option(help="Folder of the city pack")],
    out: Annotated[Path, typer.Option(help="Folder for the output files")],
    speed: Annotated[str, typer.Option(help="max, or stream seconds per second, e.g. 60")] = "max",
    rules: Annotated[
        Path | None, typer.Option(help="Alert rules instead of the pack's own")
    ] = None,
    signs: Annotated[
        SignSet, typer.Option(help="catalogue, or plain windows of every quantity")
    ] = SignSet.CATALOGUE,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON")] = False,
) -> None:
    """Run recordings through the same stages as the live system, without any server.

    Writes vitals, scores, forecasts, faults, alerts, workorders and rejects (.ndjson) and
    summary.json. The same recordings give the same bytes:
    cat vitals.ndjson scores.ndjson forecasts.ndjson alerts.ndjson workorders.ndjson | sha256sum

    Example: vitals replay day.ndjson.gz --city seeds/sanshui --out out/day
    """
    pace = _pace(speed)
    try:
        pack = load_pack(city, rules)
    except PackError as error:
        typer.echo("\n".join(str(problem) for problem in error.problems), err=True)
        raise typer.Exit(1) from None
    missing = [path for path in recordings if not path.is_file()]
    if missing:
        raise typer.BadParameter(f"no such recording: {', '.join(map(str, missing))}")
    summary = _run_with_bar(recordings, pack, out, pace, signs)
    if as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False))
    else:
        _print(summary, out)
    if summary["stopped"] is not None:
        typer.echo(f"stopped early: {summary['stopped']}", err=True)
        raise typer.Exit(INTERRUPTED if summary["stopped"] == "interrupted" else 1)
    if not summary["balanced"]:
        typer.echo("the ledger does not balance", err=True)
        raise typer.Exit(1)


def _pace(speed: str) -> float | None:
    if speed == "max":
        return None
    try:
        value = float(speed)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise typer.BadParameter(f"--speed {speed}: give max or a number above 0, e.g. 60")
    return value


def _run_with_bar(
    recordings: list[Path], pack: CityPack, out: Path, pace: float | None, signs: SignSet
) -> dict[str, Any]:
    columns = (TextColumn("{task.description}"), BarColumn(), TransferSpeedColumn(),
               TimeRemainingColumn())  # fmt: skip
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True) as bar:
        tasks = {path: bar.add_task(path.name, total=path.stat().st_size) for path in recordings}

        keep_freed_memory()
        spare_the_collector()

        def progress(path: Path, done: int) -> None:
            bar.update(tasks[path], completed=done)

        return run(recordings, pack, out, speed=pace, signs=signs, progress=progress)


def _print(summary: dict[str, Any], out: Path) -> None:
    table = Table(show_header=False, title=f"{', '.join(summary['recordings'])} → {out}")
    for field in _SHOWN:
        table.add_row(field, str(summary[field]))
    for reason, count in summary["reasons"].items():
        table.add_row(f"  {reason}", str(count))
    Console().print(table)
