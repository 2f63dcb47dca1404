"""When the worker has everything: its ledger is complete, and a checkpoint holds it.

The ledger is a few small records a partition and checkpoint, so reading it along costs the machine
next to nothing. The times are the broker's own, so it does not matter when they are read.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from sensors.ledger import Ledger
from streams.bench.report import BenchError
from streams.ledger_records import LedgerBook
from streams.settings import Settings
from streams.topics import LEDGER, READINGS, ZONE_SNAPSHOTS

_MANIFEST: Final = b"m/"
_TICK_S: Final = 0.25
"""The last checkpoint is made at the first tick after its time has come; a gateway ticks once a
second, and the wait for it would be half a second of the run."""
_STALLED_S: Final = 120.0
_DURABLE_S: Final = 30.0


class Completion(NamedTuple):
    """The end of a run.

    Attributes:
        at: Unix seconds of the last partition's checkpoint with everything, by the broker's clock.
        tail_s: By how much it came after the first partition's.
        ledger: What was booked.
    """

    at: float
    tail_s: float
    ledger: Ledger


async def completion(
    settings: Settings, readings: int, tick: bytes, alive: Callable[[], None]
) -> Completion:
    """Wait until everything is booked and durable; meanwhile tick as a gateway does.

    Args:
        settings: Kafka and the prefix of the topics.
        readings: How many readings the worker must have received, >= 1.
        tick: A line that moves no time; a worker that has nothing to do makes checkpoints at it.
        alive: Called now and then; raises where the worker has died.

    Raises:
        BenchError: The ledger stands still.
        aiokafka.errors.KafkaError: Kafka cannot be reached.
    """
    async with (
        AIOKafkaProducer(bootstrap_servers=settings.kafka, acks="all") as producer,
        _reader(settings) as consumer,
    ):
        ticking = asyncio.create_task(_tick(producer, settings, tick))
        try:
            book = LedgerBook()
            booked = await _booked(consumer, settings, book, readings, alive)
            ends = [await _durable(consumer, settings, *entry) for entry in booked.items()]
        finally:
            ticking.cancel()
            await asyncio.wait([ticking])
    return Completion(max(ends), max(ends) - min(ends), book.city())


def _reader(settings: Settings) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        bootstrap_servers=settings.kafka, enable_auto_commit=False, auto_offset_reset="earliest",
        max_partition_fetch_bytes=8 << 20,
    )  # fmt: skip


async def _tick(producer: AIOKafkaProducer, settings: Settings, tick: bytes) -> None:
    topic = settings.topic(READINGS)
    while True:
        # One request for all partitions: the broker shares the cores with what is measured.
        sent = [
            await producer.send(topic, tick, partition=partition)
            for partition in range(settings.zone_partitions)
        ]
        await asyncio.gather(*sent)
        await asyncio.sleep(_TICK_S)


async def _booked(
    consumer: AIOKafkaConsumer,
    settings: Settings,
    book: LedgerBook,
    readings: int,
    alive: Callable[[], None],
) -> dict[int, Any]:
    """Partition → the ledger record with which it was complete; the book has them all."""
    consumer.assign(
        [TopicPartition(settings.topic(LEDGER), p) for p in range(settings.zone_partitions)]
    )
    newest: dict[int, Any] = {}
    moved = time.monotonic()
    while book.total().received < readings or not _is_complete(book):
        alive()
        for tp, records in (await consumer.getmany(timeout_ms=500)).items():
            for record in records:
                book.take(record.value)
            newest[tp.partition] = records[-1]
            moved = time.monotonic()
        if time.monotonic() - moved > _STALLED_S:
            raise BenchError(
                f"the ledger stands at {book.total().received:,} of {readings:,} readings "
                f"since {_STALLED_S:.0f} s"
            )
    return newest


def _is_complete(book: LedgerBook) -> bool:
    return all(ledger.is_complete for ledger in book.partitions.values())


async def _durable(
    consumer: AIOKafkaConsumer,
    settings: Settings,
    partition: int,
    booked: Any,  # noqa: ANN401 - aiokafka's
) -> float:
    """When the checkpoint that the ledger record belongs to had its manifest, Unix seconds."""
    tp = TopicPartition(settings.topic(ZONE_SNAPSHOTS), partition)
    consumer.assign([tp])
    deadline = time.monotonic() + _DURABLE_S
    found = None
    while found is None and time.monotonic() < deadline:
        found = (await consumer.offsets_for_times({tp: booked.timestamp}))[tp]
        if found is None:
            await asyncio.sleep(0.05)
    if found is not None:
        consumer.seek(tp, found.offset)
    while time.monotonic() < deadline:
        for record in (await consumer.getmany(tp, timeout_ms=500)).get(tp, ()):
            if record.key.startswith(_MANIFEST) and record.value is not None:
                return float(record.timestamp) / 1000
    raise BenchError(f"no checkpoint of partition {partition} followed its last ledger")
