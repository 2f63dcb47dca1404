"""`vitals bench engine`: our worker, what Python could at most, and other engines on one input."""

import asyncio
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from indicators.registry import SignSet
from streams.bench.contender import Row
from streams.bench.engine_report import engine_report
from streams.bench.feed import drop_topics, feed_frames, feed_packs
from streams.bench.java_runs import JAVA_PEERS, fetch_jars, find_java, run_java
from streams.bench.peer_runs import PEERS, check_installed, run_peer
from streams.bench.places import Places, Shape, places_of, write_city
from streams.bench.program import Site, run_program
from streams.bench.report import Report
from streams.bench.schedule import NO_FAULTS, Schedule, schedule
from streams.bench.worker_run import run_worker
from streams.embedded.kafka import EmbeddedKafka
from streams.kafka_topics import ensure_topics
from streams.settings import Settings
from streams.topics import READINGS, TOPICS

Say = Callable[[str], None]

CEILING: Final = "fetch and decode"
SEED: Final = 7
_CEILING_S: Final = 600.0
_JOIN_S: Final = 3.0
"""All processes of a worker get their partitions at one moment, as with Kafka's own settings; else
the first has all of them, works for a second, and gives half of them away."""


class EngineOptions(NamedTuple):
    """What is measured.

    Attributes:
        packs: Packs of ten readings, >= 1.
        terminals: Terminals that send them in turn.
        frame_bytes: Length that a frame does not exceed.
        processes: Processes of the worker; more than one is measured beside one.
        peers: Whether the other engines take their turn.
        java: Whether those that are written in Java take theirs.
        peer_seconds: How long each of them may take.
    """

    packs: int = 1_000_000
    terminals: int = 560
    frame_bytes: int = 256 * 1024
    processes: int = 1
    peers: bool = False
    java: bool = False
    peer_seconds: float = 40.0


class _Bench:
    """One Kafka, one city, one input.

    Args:
        options: What is measured.
        kafka: The broker.
        folder: For city, logs and data.
        say: Gets a line on each step.
    """

    def __init__(
        self, options: EngineOptions, kafka: EmbeddedKafka, folder: Path, say: Say
    ) -> None:
        self._options = options
        self._say = say
        self._city = folder / "city"
        self.site = Site(kafka.bootstrap, kafka.pid or 0, folder)
        self.places: Places = places_of(Shape(options.terminals, zones=min(64, options.terminals)))
        write_city(self.places, self._city)
        self.run: Schedule = schedule(self.places, options.packs, SEED)
        self.frames = 0

    def ceiling(self) -> Row:
        """How fast frames can be fetched and decoded."""
        settings = self._settings(0)
        self._say(f"measuring {CEILING}")
        argv = [
            *(sys.executable, "-m", "streams.bench.ceiling", self.site.kafka),
            *(settings.topic(READINGS), str(settings.zone_partitions), str(len(self.run))),
        ]
        return run_program(CEILING, argv, self.site, _CEILING_S, "nothing")

    def ours(self, processes: int) -> Row:
        """Our worker, on topics of its own."""
        settings = self._settings(processes)
        self.fill(processes)
        self._say(f"measuring our worker, {processes} process{'es' if processes > 1 else ''}")
        row = run_worker(settings, self.run, self.site, processes)
        names = [settings.topic(topic.name) for topic in TOPICS]
        asyncio.run(drop_topics(self.site.kafka, names))
        return row

    def fill(self, number: int) -> None:
        """Make topics and put the frames into them."""
        options = self._options
        self._say(f"filling readings with {options.packs:,} packs")
        settings = self._settings(number)
        asyncio.run(ensure_topics(settings))
        self.frames = asyncio.run(feed_frames(settings, self.run, SEED, options.frame_bytes))

    def peers(self) -> Iterator[Row]:
        """The other engines, one after the other, on single packs."""
        options = self._options
        if not (options.peers or options.java):
            return
        self._say(f"filling packs with {options.packs:,} packs")
        tidy = schedule(self.places, options.packs, SEED, NO_FAULTS)
        asyncio.run(feed_packs(self.site.kafka, tidy, SEED))
        for peer in PEERS if options.peers else ():
            self._say(f"measuring {peer.name}")
            yield run_peer(peer, self.site, options.packs, options.peer_seconds)
        for java_peer in JAVA_PEERS if options.java else ():
            self._say(f"measuring {java_peer.name}")
            yield run_java(java_peer, find_java(), self.site, options.packs, options.peer_seconds)

    def _settings(self, number: int) -> Settings:
        return Settings(
            kafka=self.site.kafka,
            city=self._city,
            topic_prefix=f"bench{number}.",
            zone_partitions=self.places.shape.partitions,
            district_partitions=2,
            replication=1,
            signs=SignSet.WINDOWS,
            checkpoint_seconds=1.0,
        )


def bench_engine(options: EngineOptions, say: Say) -> Report:
    """Measure one after the other, on a Kafka of its own that is stopped in the end.

    Args:
        options: What is measured.
        say: Gets a line on each step.

    Raises:
        BenchError: An engine failed, or the worker's ledger is not what it must be.
        streams.embedded.child.ServerError: Kafka could not be started.
        aiokafka.errors.KafkaError: Kafka refuses.
    """
    if options.peers:
        check_installed()
    if options.java:
        find_java()
        fetch_jars(say)
    with tempfile.TemporaryDirectory(prefix="vitals-bench-") as scratch:
        folder = Path(scratch)
        say("starting Kafka")
        with EmbeddedKafka(folder / "kafka", report=say, join_s=_JOIN_S) as kafka:
            bench = _Bench(options, kafka, folder, say)
            bench.fill(0)
            rows = [bench.ceiling()]
            rows += [bench.ours(number) for number in sorted({1, options.processes})]
            rows += bench.peers()
        return engine_report(rows, bench.run, bench.frames)
