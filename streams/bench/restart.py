"""How long a worker with a large state takes to come back: a real one, from a real Kafka."""

import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec

from indicators.registry import SignSet
from streams.bench.completion import completion
from streams.bench.feed import closing_tick, feed_frames
from streams.bench.frames import FRAME_BYTES
from streams.bench.ledger_check import check
from streams.bench.places import Shape, places_of, write_city
from streams.bench.program import Site
from streams.bench.report import Grid
from streams.bench.scale_case import ScaleSpec
from streams.bench.schedule import NO_FAULTS, Schedule, schedule
from streams.bench.worker_run import worker
from streams.clock import wall_seconds
from streams.embedded.kafka import EmbeddedKafka
from streams.kafka_topics import ensure_topics
from streams.settings import Settings

_SEED = 7
_ROUNDS = 2
"""Packs of each terminal before the restart."""


class Restart(msgspec.Struct, frozen=True):
    """A restart.

    Attributes:
        terminals: Terminals in the state.
        assigned_s: From the start of the program until it has its partitions.
        restored_s: From the start of the program until every partition is restored.
        peak_bytes: Largest resident size by then.
    """

    terminals: int
    assigned_s: float
    restored_s: float
    peak_bytes: int

    @property
    def grid(self) -> Grid:
        """As a table."""
        cells = (f"{self.terminals:,}", f"{self.assigned_s:.1f}", f"{self.restored_s:.1f}",
                 f"{self.peak_bytes / 1e6:.0f}")  # fmt: skip
        columns = ("terminals", "partitions assigned s", "first frame s", "peak MB")
        return Grid("Restart of a worker from Kafka", columns, (cells,))


def measure_restart(spec: ScaleSpec, say: Callable[[str], None]) -> Restart:
    """Give a worker the state of a city, stop it, and start it again.

    Args:
        spec: Size of the city.
        say: Gets a line on each step.

    Raises:
        BenchError: The worker failed or took nothing.
    """
    shape = Shape(spec.terminals, spec.zones, spec.cadence, is_staggered=True)
    places = places_of(shape)
    run = schedule(places, _ROUNDS * spec.terminals, _SEED, NO_FAULTS)
    with tempfile.TemporaryDirectory(prefix="vitals-bench-") as scratch:
        folder = Path(scratch)
        write_city(places, folder / "city")
        say("restart: starting Kafka")
        with EmbeddedKafka(folder / "kafka", report=say) as kafka:
            settings = Settings(
                kafka=kafka.bootstrap, city=folder / "city", topic_prefix="bench.", replication=1,
                zone_partitions=shape.partitions, district_partitions=2, signs=SignSet.WINDOWS,
                checkpoint_seconds=1.0,
            )  # fmt: skip
            return _restarted(settings, run, Site(kafka.bootstrap, kafka.pid or 0, folder), say)


def _restarted(
    settings: Settings, run: Schedule, site: Site, say: Callable[[str], None]
) -> Restart:
    tick, readings = closing_tick(run), run.expected.total().received
    say(f"restart: giving a worker the state of {run.places.shape.terminals:,} terminals")
    asyncio.run(ensure_topics(settings))
    asyncio.run(feed_frames(settings, run, _SEED, FRAME_BYTES))
    with worker(settings, site, "before") as first:
        first.taken()
        done = asyncio.run(completion(settings, readings, tick, first.alive))
        check(done.ledger, run.expected)
        first.stop()
    say("restart: starting it again")
    # The worker opens a partition at its first input: here all packs come once more.
    asyncio.run(feed_frames(settings, run, _SEED, FRAME_BYTES))
    began = wall_seconds()
    with worker(settings, site, "after") as second:
        assigned = second.taken()
        restored = second.taken("restored", settings.zone_partitions)
        second.stop()
    return Restart(
        run.places.shape.terminals,
        assigned.at - began,
        restored.at - began,
        restored.used.peak_bytes,
    )
