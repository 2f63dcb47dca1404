"""`vitals record`: what a running system receives, as a recording."""

import asyncio
import contextlib
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from streams.recorder import RecordingWriter, record_lines
from streams.settings import Settings


def record(
    out: Annotated[Path, typer.Argument(help="File to write, .ndjson.gz")],
    kafka: Annotated[str, typer.Option(help="host:port,… of Kafka; else VITALS_KAFKA")] = "",
    from_beginning: Annotated[
        bool, typer.Option("--from-beginning", help="From the oldest record that Kafka has")
    ] = False,
    seconds: Annotated[
        float | None, typer.Option("--for", help="Stop after this many seconds", min=1)
    ] = None,
    to_now: Annotated[
        bool, typer.Option("--to-now", help="Stop at the newest record of this moment")
    ] = False,
) -> None:
    """Record the readings and commands topics; Ctrl-C ends the recording with a whole file.

    A recording from the beginning replays to exactly what was published live.

    Example: vitals record day.ndjson.gz --kafka localhost:9092 --from-beginning --to-now
    """
    settings = Settings(**({"kafka": kafka} if kafka else {}))  # type: ignore[arg-type]
    if not settings.kafka:
        raise typer.BadParameter("give --kafka HOST:PORT or set VITALS_KAFKA")
    if out.exists():
        raise typer.BadParameter(f"{out} exists; give another name or remove it")
    console = Console(stderr=True)
    with console.status("recording") as status:
        writer = RecordingWriter(out, lambda lines: status.update(f"recording: {lines} lines"))

        async def go() -> None:
            lines = record_lines(settings, from_beginning=from_beginning, follow=not to_now)
            async with asyncio.timeout(seconds):
                async for line in lines:
                    writer.write(line)

        try:
            with contextlib.suppress(TimeoutError, KeyboardInterrupt):
                asyncio.run(go())
        finally:
            writer.close()
    typer.echo(f"{writer.lines} lines in {out}")
