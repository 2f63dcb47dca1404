"""Reading our own topics beside the processes: what came out since a moment, the newest ledger."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.ledger_records import LedgerBook, PartitionLedger
from streams.settings import Settings
from streams.topics import LEDGER, TOPICS

Offsets = dict[TopicPartition, int]


def _partitions(settings: Settings, topic: str) -> list[TopicPartition]:
    of = next(t.of for t in TOPICS if t.name == topic)
    count = settings.zone_partitions if of == "zone" else settings.district_partitions
    return [TopicPartition(settings.topic(topic), p) for p in range(count)]


async def ends(settings: Settings, *topics: str) -> Offsets:
    """The end offsets of topics: where a run begins."""
    wanted = [tp for topic in topics for tp in _partitions(settings, topic)]
    async with AIOKafkaConsumer(bootstrap_servers=settings.kafka) as consumer:
        return dict(await consumer.end_offsets(wanted))


async def follow(
    settings: Settings, start: Offsets, stop: Offsets | None = None
) -> AsyncIterator[tuple[str, bytes]]:
    """Records from `start`, as (topic without prefix, value); endless, or up to `stop`.

    Yields:
        Records in the order of each partition.
    """
    async with AIOKafkaConsumer(
        bootstrap_servers=settings.kafka, enable_auto_commit=False, auto_offset_reset="earliest"
    ) as consumer:
        consumer.assign(list(start))
        for tp, offset in start.items():
            consumer.seek(tp, offset)
        # aiokafka's close raises CancelledError where its own tasks have not begun to run.
        await asyncio.sleep(0)
        prefix = len(settings.topic_prefix)
        while stop is None or any([await consumer.position(tp) < at for tp, at in stop.items()]):
            for tp, records in (await consumer.getmany(timeout_ms=300)).items():
                for record in records:
                    if record.value is not None:
                        yield tp.topic[prefix:], record.value


class LedgerReader:
    """Reads the ledger topic, at each look only what is new.

    Totals only grow, so the largest is the newest: a worker that lost its partition without knowing
    it may still write an older one after it.

    Args:
        settings: Kafka's address and the topic's name.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._book = LedgerBook()
        self._offsets: Offsets = {}

    async def newest(self) -> dict[int, PartitionLedger]:
        """The ledger of each zone partition that has one, as of now; later looks do not change it.

        Raises:
            aiokafka.errors.KafkaError: Kafka cannot be read; the next look begins where this did.
        """
        stop = await ends(self._settings, LEDGER)
        start = {tp: self._offsets.get(tp, 0) for tp in stop}
        if any(start[tp] < stop[tp] for tp in stop):
            async for _, value in follow(self._settings, start, stop):
                self._book.take(value)
        self._offsets = stop
        return {number: ledger.copy() for number, ledger in self._book.partitions.items()}


def event_of(value: bytes) -> dict[str, Any]:
    """A CloudEvent of ours."""
    tree: dict[str, Any] = msgspec.json.decode(value)
    return tree
