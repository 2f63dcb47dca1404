"""The measurements on a real Kafka, small: what they count is what was there."""

import asyncio
import os
import sys
from collections import Counter
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from indicators.registry import SignSet
from sensors.ledger import Account
from streams.bench.feed import PACKS, feed_frames, feed_packs
from streams.bench.places import Shape, places_of, write_city
from streams.bench.program import Site, run_program
from streams.bench.report import BenchError
from streams.bench.schedule import NO_FAULTS, Schedule, schedule
from streams.bench.worker_run import run_worker
from streams.clock import fresh_id
from streams.kafka_topics import ensure_topics
from streams.settings import Settings
from streams.topics import READINGS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture
def run() -> Schedule:
    return schedule(places_of(Shape(40, 16)), 2000, 3)


@pytest.fixture
def settings(kafka: str, run: Schedule, tmp_path: Path) -> Settings:
    write_city(run.places, tmp_path / "city")
    return Settings(
        kafka=kafka, city=tmp_path / "city", topic_prefix=f"b{fresh_id()}.",
        signs=SignSet.WINDOWS, checkpoint_seconds=0.5,
    )  # fmt: skip


async def filled(settings: Settings, run: Schedule) -> None:
    await ensure_topics(settings)
    assert await feed_frames(settings, run, 3, 1 << 15) > 4


def test_worker_is_measured_only_where_its_ledger_is_exact(
    settings: Settings, run: Schedule, tmp_path: Path
) -> None:
    asyncio.run(filled(settings, run))
    site = Site(settings.kafka, os.getpid(), tmp_path)
    row = run_worker(settings, run, site)
    assert (row.name, row.packs, row.readings) == ("ours", 2000, 10)
    assert row.seconds > 0
    assert 0 < row.cpu_s < row.cpu_total_s
    assert row.peak_bytes > 1 << 20

    argv = [sys.executable, "-m", "streams.bench.ceiling", settings.kafka]
    argv += [settings.topic(READINGS), "4", "2000"]
    assert run_program("ceiling", argv, site, 60.0).packs == 2000


def test_worker_whose_ledger_differs_is_no_measurement(
    settings: Settings, run: Schedule, tmp_path: Path
) -> None:
    asyncio.run(filled(settings, run))
    account = run.expected.terminals["t00001"]
    run.expected.terminals["t00001"] = Account(
        account.received, account.accepted - 1, account.duplicate + 1, account.late
    )
    with pytest.raises(BenchError, match="the ledger is wrong"):
        run_worker(settings, run, Site(settings.kafka, os.getpid(), tmp_path))


async def test_single_packs_stand_in_the_partition_of_their_zone(kafka: str) -> None:
    run = schedule(places_of(Shape(40, 16)), 1000, 3, NO_FAULTS)
    await feed_packs(kafka, run, 3)
    partitions = [TopicPartition(PACKS, number) for number in range(4)]
    found = Counter[tuple[int, bytes]]()
    async with AIOKafkaConsumer(bootstrap_servers=kafka, auto_offset_reset="earliest") as consumer:
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        while any([await consumer.position(tp) < end for tp, end in ends.items()]):
            for tp, records in (await consumer.getmany(timeout_ms=500)).items():
                found.update((tp.partition, record.key) for record in records)
    places = run.places
    expected = Counter(
        (places.partition_of(number), places.zone_of(number).encode())
        for number in run.terminal.tolist()
    )
    assert found == expected
