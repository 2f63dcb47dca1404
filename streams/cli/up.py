"""`vitals up`: everything on this machine."""

import asyncio
import json
import logging
import signal
from pathlib import Path
from typing import Annotated, Any

import typer
from aiokafka.errors import KafkaError
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.table import Table

from streams.embedded.child import ServerError
from streams.kafka_topics import TopicError
from streams.log import configure
from streams.pack.problem import PackError
from streams.settings import Settings
from streams.up.folder import full_disk
from streams.up.options import Ending, Options
from streams.up.reporter import Reporter
from streams.up.run import run
from streams.up.stack import Running
from streams.up.stack_error import InterruptedStartError, StackError

_console = Console(stderr=True)
_FIELDS = (
    *("received", "accepted", "duplicate", "late", "rejected", "balanced", "complete"),
    *("vitals", "scores", "alerts", "workorders", "closed", "first", "last"),
)


def up(
    scenario: Annotated[
        str | None, typer.Option(help="Play a scenario's terminals and crews: storm, fair, quiet")
    ] = None,
    speed: Annotated[float, typer.Option(help="Stream seconds per second", min=0.1)] = 1.0,
    seconds: Annotated[
        float | None, typer.Option("--for", help="Stop by itself after this many seconds", min=1)
    ] = None,
    city: Annotated[Path | None, typer.Option(help="Folder of the city pack")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the simulator")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON")] = False,
) -> None:
    """Run the whole chain here: Kafka, MQTT, gateway, worker, store, page, and a simulated city.

    Data stay in .vitals and survive a restart; a run with --speed other than 1 is a rehearsal with
    a fresh folder of its own. With addresses in the environment (VITALS_KAFKA, VITALS_MQTT,
    VITALS_STORE) those servers are used instead of the embedded ones, at speed 1 only. Ctrl-C stops
    everything in order and prints the summary; a second one ends the wait for what is under way.
    Exits with 0 only if every reading is accounted for.

    Example, a storm of 90 minutes in 90 seconds: vitals up --scenario storm --speed 60 --for 90

    Example, for real terminals until Ctrl-C: VITALS_CITY=seeds/sanshui vitals up
    """
    given: dict[str, Any] = {"speed": speed} | ({"city": city} if city else {})
    settings = Settings(**given)
    configure("warning", json=settings.log_json)
    # It tells of every attempt while Kafka is away; the supervision tells in a line, with the mend.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    try:
        summary = asyncio.run(_until_stopped(settings, Options(scenario, seconds, seed)))
    except PackError as error:
        typer.echo("\n".join(str(problem) for problem in error.problems), err=True)
        raise typer.Exit(1) from None
    except InterruptedStartError as error:
        typer.echo(f"vitals up: {error}", err=True)
        raise typer.Exit(130) from None
    except (ServerError, StackError, TopicError, KafkaError, OSError) as error:
        typer.echo(f"vitals up: {_why(error, settings)}", err=True)
        raise typer.Exit(1) from None
    if as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False))
    else:
        _print(summary)
    if not (summary["balanced"] and summary["complete"]):
        typer.echo("the ledger does not balance, or readings are missing", err=True)
        raise typer.Exit(1)


async def _until_stopped(settings: Settings, options: Options) -> dict[str, Any]:
    ending = Ending()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ending.ask)
    return await run(settings, options, Reporter(_say, _show), ending)


def _why(error: Exception, settings: Settings) -> str:
    """What went wrong, and what to do."""
    if isinstance(error, KafkaError):
        where = (
            f"{settings.kafka}. Check that it runs and that VITALS_KAFKA is right"
            if settings.kafka
            else f"embedded in {settings.state_dir}. See kafka/kafka.log there"
        )
        return f"Kafka does not answer ({error}); it is {where}.{full_disk(settings.state_dir)}"
    if isinstance(error, OSError):
        return (
            f"{error}. Check the state folder {settings.state_dir}, or set VITALS_STATE_DIR to "
            f"another.{full_disk(settings.state_dir)}"
        )
    return str(error)


def _say(text: str) -> None:
    _console.print(text, highlight=False, markup=False, soft_wrap=True)


def _show(rows: list[Running]) -> None:
    """Print the table; lines are never folded, so that a path can be copied from a narrow one."""
    cells = [("part", "where", "pid", "log")]
    cells += [(row.name, row.where, str(row.pid or ""), row.log) for row in rows]
    widths = [max(cell_len(line[column]) for line in cells) for column in range(len(cells[0]))]
    _say("what runs where")
    for line in cells:
        padded = (set_cell_size(cell, width) for cell, width in zip(line, widths, strict=True))
        _say("  " + "  ".join(padded).rstrip())


def _print(summary: dict[str, Any]) -> None:
    table = Table(show_header=False, title="summary")
    for field in _FIELDS:
        table.add_row(field, str(summary[field]))
    for reason, count in summary["reasons"].items():
        table.add_row(f"  {reason}", str(count))
    for order in summary["orders"]:
        table.add_row(
            order["order"], f"{order['state']}  {order['department']}  {order['priority']}"
        )
    Console().print(table)
