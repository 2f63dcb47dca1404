"""Reading our own topics beside the processes: what came out since a moment, the newest ledger."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition

from sensors.ledger import Account, Ledger
from streams.settings import Settings
from streams.topics import LEDGER, TOPICS

Offsets = dict[TopicPartition, int]

LEDGER_TAIL: Final = 200
"""Records read back per partition of the ledger topic: a partition writes one a checkpoint."""


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


class LedgerRecord(msgspec.Struct):
    """The value of a record of the ledger topic."""

    partition: int
    terminals: dict[str, Account]
    reasons: dict[str, int]
    first: int | None = None
    last: int | None = None

    @property
    def received(self) -> int:
        """Readings ever received."""
        return sum(account.received for account in self.terminals.values())


_ledger = msgspec.json.Decoder(LedgerRecord)


async def newest_ledgers(settings: Settings) -> dict[int, LedgerRecord]:
    """The newest ledger of each zone partition, from the topic's tail.

    Totals only grow, so the largest is the newest: a worker that lost its partition without knowing
    it may still write an older one after it.
    """
    stop = await ends(settings, LEDGER)
    start = {tp: max(0, end - LEDGER_TAIL) for tp, end in stop.items()}
    found: dict[int, LedgerRecord] = {}
    async for _, value in follow(settings, start, stop):
        record = _ledger.decode(value)
        known = found.get(record.partition)
        if known is None or record.received >= known.received:
            found[record.partition] = record
    return found


def since(now: Mapping[int, LedgerRecord], before: Mapping[int, LedgerRecord]) -> Ledger:
    """What was booked between two looks at the ledger."""
    total = Ledger()
    for partition, record in now.items():
        total.merge(Ledger(record.terminals, record.reasons))
        earlier = before.get(partition)
        if earlier is not None:
            total.merge(_negative(earlier))
    total.reasons = {reason: count for reason, count in total.reasons.items() if count}
    total.terminals = {t: a for t, a in total.terminals.items() if a.received}
    return total


def _negative(record: LedgerRecord) -> Ledger:
    terminals = {
        name: Account(**{field: -count for field, count in msgspec.structs.asdict(account).items()})
        for name, account in record.terminals.items()
    }
    return Ledger(terminals, {reason: -count for reason, count in record.reasons.items()})


def event_of(value: bytes) -> dict[str, Any]:
    """A CloudEvent of ours."""
    tree: dict[str, Any] = msgspec.json.decode(value)
    return tree
