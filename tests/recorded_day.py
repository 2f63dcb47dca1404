"""A small synthetic recording with everything in it: two gateways, garbage of every reason, commands."""

import json
import random
from collections.abc import Iterable
from pathlib import Path

from anomaly.cap import incident_id
from sensors.city import City, Zone
from sensors.line import MAX_PAYLOAD
from streams.cutting import Cutter, merge_lines
from streams.engine.pipeline import Pipeline
from streams.output_files import STREAMS, OutputFiles
from tests.builders import (
    MINUTE_MS,
    T0,
    T0_MS,
    a_city,
    a_command,
    a_config,
    a_line,
    a_pack,
    a_raw_line,
    a_terminal,
    a_tick,
)

MINUTES = 100
FLOOD = range(10, 40)
"""Minutes in which the dip stands under water."""


def the_city() -> City:
    """Six zones in two districts and three towns, eight terminals."""
    zones = [
        Zone(id="dip", name="下穿", kind="underpass", town="north", district="east", exposure=2.0),
        Zone(id="road", name="路", town="north", district="east"),
        Zone(id="park", name="园", town="south", district="east"),
        Zone(id="gate", name="门", town="far", district="west"),
        Zone(id="square", name="场", town="far", district="west", timezone="Asia/Urumqi"),
        Zone(id="lamp", name="灯", town="far", district="west"),
    ]
    terminals = [
        a_terminal("wl-1", "dip", {"water_depth": 60.0, "battery": 60.0}),
        a_terminal("wl-2", "road", {"water_depth": 60.0}),
        a_terminal("rg-1", "dip", {"rain": 60.0}),
        a_terminal("rg-2", "road", {"rain": 60.0}),
        a_terminal("nl-1", "park", {"laeq": 60.0, "temperature": 60.0}),
        a_terminal("cam-1", "square", {"people_density": 60.0}),
        a_terminal("pc-1", "gate", {"people_count": 300.0}),
        a_terminal("slow-1", "lamp", {"battery": 3600.0}),
    ]
    return a_city(terminals, zones)


def _depth(minute: int) -> float:
    return 0.45 if minute in FLOOD else 0.01


def _plain(source: random.Random) -> Iterable[tuple[float, bytes]]:
    """(received, line) of the terminals' own readings; a few late, doubled or lost."""
    for minute in range(MINUTES):
        at = T0 + 60 * minute
        values: list[tuple[str, dict[str, float]]] = [
            ("wl-1", {"water_depth": _depth(minute), "battery": 80.0}),
            ("wl-2", {"water_depth": round(source.uniform(0, 0.05), 3)}),
            ("rg-1", {"rain": round(source.uniform(0, 2), 1)}),
            ("rg-2", {"rain": round(source.uniform(0, 1), 1)}),
            ("nl-1", {"laeq": round(source.gauss(60, 5), 2), "temperature": 21.5}),
            ("cam-1", {"people_density": round(source.uniform(0, 3), 2)}),
        ]
        if minute % 5 == 0:
            values.append(("pc-1", {"people_count": float(source.randrange(500))}))
        for terminal, reading in values:
            delay = source.choice([0.2, 0.7, 1.9, 4.9, 5.1, 20.0, 240.0, 1500.0, -20.0])
            if terminal == "wl-1":
                delay = 0.4
            if source.random() > 0.03 or terminal == "wl-1":
                received = round(at + delay, 3)
                line = a_line(terminal, at, received, **reading)
                yield received, line
                if source.random() < 0.05:
                    yield received + 3.0, a_line(terminal, at, received + 3.0, **reading)


def _garbage() -> Iterable[tuple[float, bytes]]:
    """(received, line) of refusals, each reason at least once."""
    at = T0 + 1800.0

    def wrong(second: float, payload: bytes, terminal: str = "wl-1") -> tuple[float, bytes]:
        return at + second, a_raw_line(terminal, at + second, payload)

    yield wrong(0.1, b"")
    yield wrong(0.2, b"no json")
    yield wrong(0.3, b"x" * (MAX_PAYLOAD + 1))
    yield wrong(0.4, b'{"not":"a pack"}')
    yield wrong(0.5, a_pack("wl-1", at, water_depth=0.1), "stranger")
    yield wrong(0.6, a_pack("wl-2", at, water_depth=0.1))
    yield wrong(0.7, a_pack("wl-1", at, humidity=50.0))
    yield wrong(0.8, b'[{"n":"wl-1/water_depth","u":"ft","t":%d,"v":1}]' % at)
    yield wrong(0.9, b'[{"n":"wl-1/water_depth","u":"m","t":%d,"vs":"deep"}]' % at)
    yield wrong(1.0, b'[{"n":"wl-1/water_depth","u":"m","t":%d,"v":NaN}]' % at)
    yield wrong(1.1, a_pack("wl-1", at + 1, water_depth=99.0))
    yield wrong(1.2, b'[{"n":"wl-1/water_depth","u":"m","t":-5,"v":1}]')
    yield wrong(1.3, a_pack("wl-1", at + 999, water_depth=0.1))
    yield wrong(1.4, a_pack("wl-1", at + 2, water_depth=0.44))
    yield wrong(1.5, a_pack("wl-1", at + 2, water_depth=0.46))
    yield wrong(1.6, a_pack("wl-1", at - 86400, water_depth=0.1))
    yield wrong(1.7, b'[{"n":"wl-1/water_depth","t":1e308,"v":1}]')
    flood = [
        {"n": "slow-1/battery", "u": "%EL", "t": at - 40000 + n, "v": 50.0} for n in range(400)
    ]
    yield wrong(1.8, json.dumps(flood).encode(), "slow-1")
    yield wrong(3.9, a_pack("slow-1", at - 40000, battery=50.0), "slow-1")
    yield at + 2.0, b"broken"
    yield at + 2.1, b'{"received":%f,"terminal":"cam-1","raw":7}' % (at + 2.1)
    yield at + 2.2, b'{"received":1e300,"terminal":"cam-1"}'


def _doubled(lines: Iterable[bytes], garbage: set[bytes]) -> Iterable[bytes]:
    """The lines, each line of garbage twice at the same instant: two refusals, two letters."""
    for line in lines:
        yield line
        if line in garbage:
            yield line


def _commands() -> Iterable[tuple[float, bytes]]:
    """(received, line) of a crew that answers the flood, and of commands that do not fit."""
    order = f"wo-{incident_id('waterlogging', 'dip', T0_MS + 11 * MINUTE_MS)}"
    asked = [
        (20, "a", order, "dip", "accept"), (20.5, "a", order, "dip", "accept"),
        (25, "s", order, "dip", "start"), (30, "d1", order, "dip", "done"),
        (45, "d2", order, "dip", "done"), (46, "x", "wo-none", "gate", "accept"),
        (47, "y", "wo-none", "nowhere", "accept"), (90, "late", order, "dip", "accept"),
    ]  # fmt: skip
    for minute, id_, name, zone, action in asked:
        at = T0 + 60.0 * minute
        yield at, a_command(at, id_, name, zone, action)


def a_day() -> list[bytes]:
    """The lines in the order of a recording; as from two gateways, `received` steps back at times."""
    source = random.Random(7)
    garbage = list(_garbage())
    stamped = [*_plain(source), *garbage, *_commands()]
    stamped.sort(key=lambda entry: entry[0] + source.uniform(0, 0.8))
    last = max(received for received, _ in stamped)
    lines = _doubled((line for _, line in stamped), {line for _, line in garbage})
    return [*lines, a_tick(last + 7200.0)]


def _restarted(old: Pipeline, new: Pipeline) -> Pipeline:
    for zone, fresh_zone in zip(old.zones, new.zones, strict=True):
        blocks = zone.dump(everything=True)
        fresh_zone.load({name: block for name, block in blocks.items() if block is not None})
    for district, fresh_district in zip(old.districts, new.districts, strict=True):
        fresh_district.load(district.dump(everything=True))
    return new


def outputs_of(
    lines: list[bytes],
    folder: Path,
    frame_lines: int = 500,
    partitions: tuple[int, int] = (4, 2),
    restart_every: int = 0,
) -> tuple[dict[str, bytes], str, Pipeline]:
    """The files' bytes by stream, the digest, and the pipeline that made them.

    Where `restart_every` is given, every partition is made anew from its snapshot after as many
    frames.
    """
    config = a_config(the_city(), partitions=partitions)
    with OutputFiles(folder) as files:
        pipeline = Pipeline(config, files.add)
        frames = Cutter(config, frame_lines).cut(merge_lines([iter(lines)]))
        for number, frame in enumerate(frames, 1):
            pipeline.feed(frame)
            if restart_every and number % restart_every == 0:
                pipeline = _restarted(pipeline, Pipeline(config, files.add))
            if frame.is_command:
                files.release(pipeline.settled)
        files.close()
        found = {stream: (folder / f"{stream}.ndjson").read_bytes() for stream in STREAMS}
        return found, files.digest(), pipeline
