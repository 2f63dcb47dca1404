"""The engine alone with one size of city: `python -m streams.bench.scale_case SPEC`.

A process of its own for each size, so that no memory or cache of another size plays a part.
"""

import gc
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from indicators.registry import SignSet
from sensors.screening import horizon_ms
from streams.bench.frames import Frame, frames
from streams.bench.places import Places, Shape, places_of, write_city
from streams.bench.report import BenchError
from streams.bench.schedule import NO_FAULTS, schedule
from streams.citypack import CityPack, engine_config, load_pack
from streams.engine.config import EngineConfig
from streams.engine.zone_partition import ZonePartition
from streams.memory import keep_freed_memory, spare_the_collector

LIVE_FRAMES: Final = 5
"""Frames after each of which an incremental snapshot is taken."""
_SEED: Final = 7
_FRAME_PACKS: Final = 600  # more than a frame of 256 KiB holds


class ScaleSpec(msgspec.Struct, frozen=True):
    """One size.

    Attributes:
        terminals: Count of terminals.
        zones: Count of zones.
        cadence: Seconds between two packs of a terminal.
        warm_up: Packs before the measurement.
        packs: Packs of the measurement.
        is_traced: Whether memory is measured instead of time: tracing makes everything slow.
    """

    terminals: int
    zones: int
    cadence: float
    warm_up: int
    packs: int
    is_traced: bool = False


class Snapshots(msgspec.Struct, frozen=True):
    """What snapshots take.

    Attributes:
        full_bytes: Everything.
        full_s: Seconds to make it.
        step_bytes: What one more frame changes, mean of several.
        step_s: Seconds to make that.
        load_s: Seconds to a new partition with that state.
    """

    full_bytes: int
    full_s: float
    step_bytes: float
    step_s: float
    load_s: float


class ScaleFigures(msgspec.Struct, frozen=True):
    """What one size took.

    Attributes:
        readings: Readings of the measurement.
        cpu_s: CPU seconds for them.
        outputs: What was published for them.
        frames: In how many frames they came.
        frame_bytes: Bytes of those frames.
        state_bytes: Memory that the engine holds in the end; only where traced, else 0.
        own_count: The same as the engine counts it, where it does so, else 0.
        instants: Instants a terminal that deduplication must remember in the end.
        full: Share of the instants that a terminal can have within the horizon, 0-1.
        snapshots: Bytes and times.
    """

    readings: int
    cpu_s: float
    outputs: int
    frames: int
    frame_bytes: int
    state_bytes: int
    own_count: int
    instants: float
    full: float
    snapshots: Snapshots


class _Part(NamedTuple):
    cpu_s: float
    packs: int
    outputs: int
    frames: int
    size: int


def run_case(spec: ScaleSpec) -> ScaleFigures:
    """Measure one size in this process.

    Raises:
        BenchError: The engine lost readings.
    """
    shape = Shape(spec.terminals, spec.zones, spec.cadence, partitions=1, is_staggered=True)
    places = places_of(shape)
    with tempfile.TemporaryDirectory(prefix="vitals-bench-") as folder:
        write_city(places, Path(folder))
        pack = load_pack(Path(folder))
    # Warm-up and measurement each end with a whole frame.
    total = spec.warm_up + spec.packs + (2 + LIVE_FRAMES) * _FRAME_PACKS
    source = frames(schedule(places, total, _SEED, NO_FAULTS), _SEED)
    # As a worker does.
    keep_freed_memory()
    spare_the_collector()
    if spec.is_traced:
        # What is imported or filled at first use only is code and not state.
        first = tuple(islice(source, 2))  # in the second one windows close
        partition = ZonePartition(_config(pack))
        for frame in first:
            partition.step(frame.body)
        source = chain(first, source)
        gc.collect()
        tracemalloc.start()
    partition = ZonePartition(_config(pack))
    warm = _step(partition, source, spec.warm_up)
    done = _step(partition, source, spec.packs)
    gc.collect()
    state = tracemalloc.get_traced_memory()[0] if spec.is_traced else 0
    tracemalloc.stop()
    _check(partition, (warm.packs + done.packs) * shape.quantities)
    instants, full = _remembered(places, (warm.packs + done.packs) / spec.terminals)
    return ScaleFigures(
        readings=done.packs * shape.quantities,
        cpu_s=done.cpu_s,
        outputs=done.outputs,
        frames=done.frames,
        frame_bytes=done.size,
        state_bytes=state,
        own_count=int(getattr(partition, "nbytes", 0)),
        instants=instants,
        full=full,
        snapshots=_snapshots(partition, source, pack),
    )


def _config(pack: CityPack) -> EngineConfig:
    return engine_config(pack, 1, 1, SignSet.WINDOWS)


def _step(partition: ZonePartition, source: Iterator[Frame], packs: int) -> _Part:
    """Feed frames until so many packs were fed; only the engine's own time counts."""
    spent = lines = outputs = count = size = 0
    while lines < packs:
        frame = next(source)
        began = time.process_time_ns()
        published, _ = partition.step(frame.body)
        spent += time.process_time_ns() - began
        lines += frame.lines
        outputs += len(published)
        count += 1
        size += len(frame.body)
    return _Part(spent / 1e9, lines, outputs, count, size)


def _check(partition: ZonePartition, readings: int) -> None:
    total = partition.ledger().total()
    if (total.received, total.accepted) != (readings, readings):
        raise BenchError(f"of {readings} readings the ledger has {total}")


def _remembered(places: Places, packs: float) -> tuple[float, float]:
    """Instants a terminal within the horizon, and their share of what can be there."""
    shape = places.shape
    most = horizon_ms(shape.cadence) / 1000 / shape.cadence
    return min(packs, most) * shape.quantities, min(1.0, packs / most)


def _snapshots(partition: ZonePartition, source: Iterator[Frame], pack: CityPack) -> Snapshots:
    began = time.perf_counter()
    full_bytes = _size(partition.dump(everything=True))
    full_s = time.perf_counter() - began
    step_bytes, step_s = 0, 0.0
    for _ in range(LIVE_FRAMES):
        _step(partition, source, 1)
        began = time.perf_counter()
        step_bytes += _size(partition.dump(everything=False))
        step_s += time.perf_counter() - began
    everything: Mapping[str, bytes | None] = partition.dump(everything=True)
    blocks = {name: content for name, content in everything.items() if content is not None}
    fresh = ZonePartition(_config(pack))
    began = time.perf_counter()
    fresh.load(blocks)
    load_s = time.perf_counter() - began
    if fresh.ledger() != partition.ledger():
        raise BenchError("a partition that was loaded from a snapshot has another ledger")
    return Snapshots(full_bytes, full_s, step_bytes / LIVE_FRAMES, step_s / LIVE_FRAMES, load_s)


def _size(blocks: Mapping[str, bytes | None]) -> int:
    return sum(len(name) + len(content or b"") for name, content in blocks.items())


if __name__ == "__main__":
    figures = run_case(msgspec.json.decode(sys.argv[1], type=ScaleSpec))
    sys.stdout.write(msgspec.json.encode(figures).decode() + "\n")
