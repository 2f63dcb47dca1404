"""Fills the ledger book from Kafka; it needs no group, for the compacted topic says everything."""

import asyncio

import msgspec
import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from streams import topics
from streams.ledger_records import LedgerBook
from streams.ops.projection import ProjectionMetrics, topics_there
from streams.settings import Settings

_POLL_MS = 200

log = structlog.get_logger(__name__)


async def feed_ledger(
    settings: Settings, book: LedgerBook, metrics: ProjectionMetrics, stopping: asyncio.Event
) -> None:
    """Read the ledger topic into the book until stopped.

    Args:
        settings: Kafka's address and the topic's name.
        book: Takes the records.
        metrics: Counters.
        stopping: Ends it.
    """
    name = settings.topic(topics.LEDGER)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka, client_id="ops-ledger", group_id=None,
        auto_offset_reset="earliest", enable_auto_commit=False,
    )  # fmt: skip
    parts = [TopicPartition(name, number) for number in range(settings.zone_partitions)]
    try:
        await topics_there(consumer, [name], stopping)
        if not stopping.is_set():
            consumer.assign(parts)
        while not stopping.is_set():
            found = await consumer.getmany(timeout_ms=_POLL_MS)
            for record in (record for part in found.values() for record in part):
                take_record(book, metrics, record.value)
    finally:
        await consumer.stop()


def take_record(book: LedgerBook, metrics: ProjectionMetrics, value: bytes | None) -> None:
    """Take one record's value; one that cannot be read is logged, counted and passed."""
    metrics.records.labels(topics.LEDGER).inc()
    if value is None:  # a tombstone of compaction
        return
    try:
        book.take(value)
    except (msgspec.MsgspecError, RecursionError) as error:
        metrics.poisoned.labels(topics.LEDGER).inc()
        log.error("ledger record passed over", why=str(error))  # noqa: TRY400
