"""`vitals simulate`: a scenario as a recording for `vitals replay`, or live over MQTT."""

import asyncio
import gzip
import math
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
import typer
from rich.console import Console
from rich.progress import Progress

from sensors.outgoing import Outgoing
from sensors.simulator.faults import Counts
from sensors.simulator.scenario import Scenario, hour_of
from sensors.simulator.simulate import simulate as simulated
from streams.citypack import CityPack, PackError, load_pack, seeds_dir
from streams.clock import Clock, wall_seconds
from streams.log import configure
from streams.pack.scenarios import load_scenario
from streams.settings import Settings
from streams.simulated import reception_lines
from streams.terminals.play import PlayOptions, play

_FIRST_DAY = datetime(2026, 7, 1)  # noqa: DTZ001 - the zone is the city's
_ORDINARY_HOUR = 8.0


def simulate(
    *,
    out: Annotated[
        Path | None, typer.Option(help="Recording to write; gzip'd where it ends in .gz")
    ] = None,
    mqtt: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="Publish to this broker, beginning now")
    ] = "",
    speed: Annotated[
        float, typer.Option(min=0.01, help="With --mqtt: stream seconds a second")
    ] = 1.0,
    patience: Annotated[
        float, typer.Option(min=0, help="With --mqtt: seconds to wait for the last receipts")
    ] = 60.0,
    scenario: Annotated[str, typer.Option(help="Name of a scenario, or a YAML file")] = "storm",
    city: Annotated[Path | None, typer.Option(help="City pack; the pilot's if absent")] = None,
    hours: Annotated[float, typer.Option(min=0, help="Length, added to --minutes")] = 0.0,
    minutes: Annotated[float, typer.Option(min=0, help="Length; 90 if none is given")] = 0.0,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes")] = 0,
    start: Annotated[
        datetime | None,
        typer.Option(help="Local time of the beginning; 1 July 2026 at the scenario's hour"),
    ] = None,
    ticks: Annotated[float, typer.Option(min=0, help="Seconds between ticks; 0 for none")] = 1.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the counts as JSON")] = False,
) -> None:
    """Simulate the terminals of a city: record what a gateway would receive, or publish it.

    Credentials of --mqtt come from the environment (VITALS_MQTT_USERNAME, …). It ends with 1 where
    packs remain without the gateway's receipt.
    """
    if (out is None) == (not mqtt):
        raise typer.BadParameter("give either --out FILE or --mqtt HOST:PORT")
    try:
        pack = load_pack(city or seeds_dir() / "sanshui")
        chosen = load_scenario(scenario, pack.city)
    except PackError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    seconds = (3600.0 * hours + 60.0 * minutes) or 5400.0
    clock = Clock(wall_seconds(), speed)
    begin = clock.now() if mqtt else _begin(start, chosen, pack)
    counts = Counts()
    messages = _watched(simulated(pack.city, chosen, begin, seconds, seed, counts), begin, seconds)
    summary: dict[str, object] = {"scenario": scenario, "seed": seed, "start": begin}
    summary["seconds"] = seconds
    unconfirmed = 0
    if out is not None:
        lines = _write(out, reception_lines(messages, begin, seconds, ticks or math.inf))
        summary |= {"out": str(out), "lines": lines}
    else:
        published = asyncio.run(play(messages, pack.city, clock, mqtt, _options(patience)))
        summary["published"] = msgspec.to_builtins(published)
        unconfirmed = published.unconfirmed
    _print(summary | counts.summary(), as_json=as_json)
    if unconfirmed:
        raise typer.Exit(1)


def _print(summary: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        typer.echo(msgspec.json.encode(summary).decode())
        return
    for name, value in summary.items():
        if name != "terminals":
            typer.echo(f"{name}: {value}")


def _options(patience: float) -> PlayOptions:
    """Credentials from the environment; logs go to standard error, away from the counts."""
    settings = Settings()
    configure(settings.log_level, json=settings.log_json)
    return PlayOptions(
        protocol=settings.mqtt_protocol,
        username=settings.mqtt_username,
        password=settings.mqtt_password,
        tls_ca=str(settings.mqtt_tls_ca) if settings.mqtt_tls_ca else None,
        patience=patience,
    )


def _begin(start: datetime | None, scenario: Scenario, pack: CityPack) -> float:
    if start is None:
        local = scenario.local_start
        hour = _ORDINARY_HOUR if local is None else hour_of(local)
        start = _FIRST_DAY + timedelta(hours=hour)
    return (start if start.tzinfo else start.replace(tzinfo=ZoneInfo(pack.timezone))).timestamp()


def _watched(messages: Iterable[Outgoing], start: float, seconds: float) -> Iterator[Outgoing]:
    """The same messages, with a progress bar where somebody looks on."""
    console = Console(stderr=True)
    with Progress(console=console, disable=not sys.stderr.isatty(), transient=True) as progress:
        task = progress.add_task("simulate", total=seconds)
        for message in messages:
            progress.update(task, completed=message.due - start)
            yield message


def _write(out: Path, lines: Iterable[bytes]) -> int:
    """Write the lines and count them; no time of day in the file, so equal runs are equal bytes."""
    count = 0
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("wb") as raw:
        packed = gzip.GzipFile("", "wb", 6, raw, mtime=0) if out.suffix == ".gz" else raw
        for line in lines:
            packed.write(line + b"\n")
            count += 1
        if packed is not raw:
            packed.close()
    return count
