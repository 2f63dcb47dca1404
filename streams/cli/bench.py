"""`vitals bench`: how fast it is on this machine, measured as a user would run it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from aiokafka.errors import KafkaError
from rich.console import Console

from streams.bench.engine import EngineOptions, bench_engine
from streams.bench.gateway import GatewayOptions, bench_gateway
from streams.bench.gateway_report import gateway_report
from streams.bench.replays import bench_replay
from streams.bench.report import BenchError, Report, show
from streams.bench.scale import SIZES, bench_scale
from streams.citypack import PackError
from streams.embedded.child import ServerError
from streams.kafka_topics import TopicError
from streams.log import configure
from streams.recording import RecordingError

app = typer.Typer(help="Measure the engine, the replay and the gateway on this machine.",
                  no_args_is_help=True, add_completion=False, rich_markup_mode=None)  # fmt: skip

AsJson = Annotated[bool, typer.Option("--json", help="Print every figure as JSON")]
Page = Annotated[
    Path | None,
    typer.Option("--write", help="Markdown page whose section is replaced: docs/benchmarks.md"),
]


@app.callback()
def bench() -> None:
    """Measure on this machine; figures count only beside others of the same run."""
    # Kafka's clients tell at WARNING of what they then mend by themselves.
    configure("error", json=False)


@app.command("engine")
def engine(
    packs: Annotated[int, typer.Option(min=1000, help="Packs of ten readings")] = 1_000_000,
    terminals: Annotated[int, typer.Option(min=4, help="Terminals that send them in turn")] = 560,
    frames: Annotated[
        int, typer.Option(min=1, max=2048, metavar="KIB", help="Largest frame, KiB")
    ] = 256,
    processes: Annotated[
        int, typer.Option(min=1, max=4, help="Measure the worker in N processes as well")
    ] = 1,
    peers: Annotated[
        bool, typer.Option("--peers", help="Faust, Quix Streams, Bytewax too")
    ] = False,
    java: Annotated[
        bool, typer.Option("--java", help="Kafka Streams and Flink too; needs a JDK 17")
    ] = False,
    limit: Annotated[
        float, typer.Option(min=1, help="With --peers or --java: seconds that each may take")
    ] = 40.0,
    as_json: AsJson = False,
    page: Page = None,
) -> None:
    """Measure the worker on a Kafka of its own, beside the fetch-and-decode ceiling.

    Fails where the worker's ledger is not exactly what the made input must give.

    Example: vitals bench engine --packs 1000000 --peers --write docs/benchmarks.md
    """
    options = EngineOptions(packs, terminals, frames << 10, processes, peers, java, limit)
    with plainly():
        finish(bench_engine(options, steps()), as_json=as_json, page=page)


@app.command("scale")
def scale(
    sizes: Annotated[
        list[int] | None, typer.Option("--terminals", min=56, help="A size; may be repeated")
    ] = None,
    seconds: Annotated[
        int, typer.Option(min=120, help="Stream seconds measured; 560 packs each")
    ] = 480,
    warm_up: Annotated[int, typer.Option(min=0, help="Stream seconds before that")] = 240,
    restart: Annotated[bool, typer.Option(help="Restart a worker with the last size")] = True,
    as_json: AsJson = False,
    page: Page = None,
) -> None:
    """Measure cost, state, snapshots and restart from 56 to 50,000 terminals.

    Equal readings a second, frames and outputs a reading at every size.

    Example: vitals bench scale --write docs/benchmarks.md
    """
    with plainly():
        report = bench_scale(sizes or SIZES, warm_up, seconds, steps(), restart=restart)
        finish(report, as_json=as_json, page=page)


@app.command("replay")
def replay(
    recordings: Annotated[
        list[Path] | None, typer.Argument(help="Recordings; synthetic ones are made if none")
    ] = None,
    city: Annotated[Path | None, typer.Option(help="Folder of their city pack")] = None,
    packs: Annotated[int, typer.Option(min=1000, help="Packs of a synthetic recording")] = 200_000,
    repeat: Annotated[int, typer.Option(min=1, help="Replay each recording N times over")] = 1,
    as_json: AsJson = False,
    page: Page = None,
) -> None:
    """Replay recordings, windows only and the whole catalogue: readings/s and peak memory.

    Example: vitals bench replay year.ndjson.gz --city PACK --repeat 10
    """
    with plainly():
        report = bench_replay(recordings or [], city, packs, repeat, steps())
        finish(report, as_json=as_json, page=page)


@app.command("gateway")
def gateway(
    messages: Annotated[
        int, typer.Option(min=1000, help="Messages of the loads at full speed, ten readings each")
    ] = 60_000,
    broker: Annotated[
        str, typer.Option(help="mosquitto or embedded; else Mosquitto where it is installed")
    ] = "",
    gateways: Annotated[
        int, typer.Option(min=1, max=2, help="2: measure two that divide the messages as well")
    ] = 1,
    rate: Annotated[float, typer.Option(min=1, help="Messages/s of the paced load")] = 12_000.0,
    as_json: AsJson = False,
    page: Page = None,
) -> None:
    """Measure MQTT QoS 1 to Kafka acks=all: messages/s, latency, CPU, frames.

    Fails where a message is lost, doubled or out of order.

    Example: vitals bench gateway --gateways 2 --write docs/benchmarks.md
    """
    if broker not in ("", "mosquitto", "embedded"):
        raise typer.BadParameter("--broker is mosquitto or embedded")
    tell = steps()
    with plainly():
        runs = [
            bench_gateway(
                GatewayOptions(messages=messages, rate=rate, broker=broker, gateways=count), tell
            )
            for count in range(1, gateways + 1)
        ]
        finish(gateway_report(runs), as_json=as_json, page=page)


def finish(report: Report, *, as_json: bool, page: Path | None) -> None:
    """Show a report, and say where it was written."""
    show(report, as_json=as_json, page=page)
    if page is not None:
        typer.echo(f"written: {page}", err=True)


def steps() -> Callable[[str], None]:
    """What tells each step on standard error, with the seconds since the beginning."""
    console, began = Console(stderr=True), time.monotonic()

    def say(text: str) -> None:
        passed = time.monotonic() - began
        console.print(f"{passed:6.1f} s  {text}", highlight=False, markup=False, soft_wrap=True)

    return say


@contextmanager
def plainly() -> Iterator[None]:
    """Errors that a user can mend end the command with a sentence instead of a traceback."""
    try:
        yield
    except PackError as error:
        typer.echo("\n".join(str(problem) for problem in error.problems), err=True)
        raise typer.Exit(1) from None
    except (BenchError, RecordingError, ServerError, TopicError, KafkaError, OSError) as error:
        typer.echo(f"vitals bench: {error}", err=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        typer.echo("vitals bench: interrupted; everything was stopped", err=True)
        raise typer.Exit(130) from None
