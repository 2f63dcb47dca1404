"""The projection: what the topics say, into the store; positions are committed only after it.

While the store is away the same batch is tried until it is taken; a crash repeats it, and stores
take repeats. A record that cannot be read, or that the store will never take, is logged, counted
and passed: it must not hold up the others.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

import structlog
import tenacity
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from aiokafka.structs import ConsumerRecord
from prometheus_client import CollectorRegistry, Counter

from streams import topics
from streams.ops.records import decode
from streams.settings import Settings
from streams.stores.store import Row, Store, StoreRefusedError, StoreUnavailableError

PROJECTED = (
    topics.VITALS, topics.SCORES, topics.FORECASTS, topics.FAULTS, topics.ALERTS,
    topics.WORKORDERS,
)  # fmt: skip

_POLL_MS = 200
_MAX_RECORDS = 500
_RETRY_LONGEST = 30.0
_LOGGED_BYTES = 200
# A store may be away for days; Kafka must not hand our partitions to nobody meanwhile.
_MAX_POLL_MS = 2**31 - 1

log = structlog.get_logger(__name__)


class ProjectionMetrics:
    """Counters of the projection.

    Args:
        registry: Where they are registered.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self.records = Counter(
            "vitals_ops_records", "Records projected", ["topic"], registry=registry
        )
        self.poisoned = Counter(
            "vitals_ops_poisoned", "Lines that could not be read or stored", ["topic"],
            registry=registry,
        )  # fmt: skip
        self.retries = Counter(
            "vitals_ops_store_retries", "Writes that the store could not take", registry=registry
        )


class Projection:
    """Carries records into the store until it is stopped.

    Args:
        settings: Kafka's address and the names of the topics.
        store: Where rows go. The consumer group belongs to its identity, so that an empty store
            begins at the beginning.
        metrics: Counters.
        stopping: Set, the projection ends after the batch in hand, or gives a retry up.
    """

    def __init__(
        self, settings: Settings, store: Store, metrics: ProjectionMetrics, stopping: asyncio.Event
    ) -> None:
        self._names = {settings.topic(topic): topic for topic in PROJECTED}
        self._store, self._metrics, self._stopping = store, metrics, stopping
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=settings.kafka, client_id="ops",
            group_id=f"ops-{settings.topic_prefix}{store.identity}",
            auto_offset_reset="earliest", enable_auto_commit=False,
            max_poll_interval_ms=_MAX_POLL_MS, session_timeout_ms=10_000,
        )  # fmt: skip

    async def run(self) -> None:
        """Project until stopped."""
        try:
            await topics_there(self._consumer, self._names, self._stopping)
            self._consumer.subscribe(sorted(self._names))
            while not self._stopping.is_set():
                found = await self._consumer.getmany(timeout_ms=_POLL_MS, max_records=_MAX_RECORDS)
                records = [record for part in found.values() for record in part]
                if records and await self._keep(records):
                    await self._commit(found)
        finally:
            await self._consumer.stop()

    async def _keep(self, records: Sequence[ConsumerRecord]) -> bool:
        """Store what the records say; False where stopping came first."""
        rows: list[Row] = []
        for record in records:
            topic = self._names[record.topic]
            decoded = decode(topic, record.value or b"")
            rows += decoded.rows
            for line, why in decoded.faults:
                self._metrics.poisoned.labels(topic).inc()
                log.error(
                    "record passed over", topic=record.topic, partition=record.partition,
                    offset=record.offset, why=why, line=line[:_LOGGED_BYTES],
                )  # fmt: skip
        try:
            await self._write(rows)
        except StoreUnavailableError:
            return False
        for record in records:
            self._metrics.records.labels(self._names[record.topic]).inc()
        return True

    async def _write(self, rows: Sequence[Row]) -> None:
        """Write rows, halving a refused batch until the refused row stands alone."""
        if not rows:
            return
        try:
            await self._persistently(rows)
        except StoreRefusedError as error:
            if len(rows) > 1:
                middle = len(rows) // 2
                await self._write(rows[:middle])
                await self._write(rows[middle:])
                return
            self._metrics.poisoned.labels("store").inc()
            log.error("row refused by the store", why=error.reason, row=repr(rows[0]))  # noqa: TRY400

    async def _persistently(self, rows: Sequence[Row]) -> None:
        """Write; while the store is away, again and again with growing pauses."""
        retrying = tenacity.AsyncRetrying(
            retry=tenacity.retry_if_exception_type(StoreUnavailableError),
            wait=tenacity.wait_random_exponential(multiplier=0.5, max=_RETRY_LONGEST),
            stop=lambda _: self._stopping.is_set(),
            sleep=self._pause, before_sleep=self._tell, reraise=True,
        )  # fmt: skip
        async for attempt in retrying:
            with attempt:
                await asyncio.to_thread(self._store.write, rows)

    async def _pause(self, seconds: float) -> None:
        """Wait, but no longer than until stopping."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    def _tell(self, state: tenacity.RetryCallState) -> None:
        self._metrics.retries.inc()
        why = str(state.outcome.exception()) if state.outcome else ""
        log.warning("store is away, trying again", why=why, attempt=state.attempt_number)

    async def _commit(self, found: Mapping[TopicPartition, Sequence[ConsumerRecord]]) -> None:
        positions = {part: records[-1].offset + 1 for part, records in found.items() if records}
        try:
            await self._consumer.commit(positions)
        except (CommitFailedError, IllegalStateError) as error:
            # The partitions have gone to another process, which repeats these records.
            log.warning("positions not committed", why=str(error))


async def topics_there(
    consumer: AIOKafkaConsumer, names: Iterable[str], stopping: asyncio.Event
) -> None:
    """Start a consumer, and return when Kafka has the topics (or stopping is set).

    Subscribing earlier would make brokers that create topics on demand do so, with the wrong number
    of partitions.
    """
    wanted, is_started, told = set(names), False, ""
    while not stopping.is_set():
        try:
            if not is_started:
                await consumer.start()
                is_started = True
            absent = wanted - await consumer.topics()
            if not absent:
                return
            news = f"topics not there yet: {', '.join(sorted(absent))}"
        except (KafkaError, OSError) as error:
            news = f"Kafka is away: {error}"
        if news != told:
            log.warning("waiting for Kafka", why=news)
            told = news
        await asyncio.sleep(0.5)
