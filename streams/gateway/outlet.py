"""The way to Kafka: one idempotent producer, rebuilt when it has failed for good."""

import asyncio
import contextlib
from collections.abc import Mapping

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

_MAX_REQUEST = 4 << 20
_REQUEST_TIMEOUT_MS = 10_000
_BACK_OFF_S = (0.2, 5.0)
_log = structlog.get_logger()


class TopicMismatchError(Exception):
    """A topic has another number of partitions than the settings say."""


class Outlet:
    """Sends records and returns when all in-sync replicas have them.

    Each caller has one record under way at a time; a producer is given up only when nothing of it
    can still arrive, so that no later record of a partition overtakes an earlier one.

    Args:
        bootstrap: `host:port,…` of Kafka.
        client_id: Name in Kafka's logs.
        partitions: Topic (full name) → partitions that it must have.
    """

    def __init__(self, bootstrap: str, client_id: str, partitions: Mapping[str, int]) -> None:
        self._bootstrap = bootstrap
        self._client_id = client_id
        self._partitions = partitions
        self._producer: AIOKafkaProducer | None = None
        self._turn = asyncio.Lock()
        self._troubles: dict[tuple[str, int], str] = {}

    async def send(self, topic: str, partition: int, value: bytes) -> None:
        """Return once Kafka has acknowledged the record; tries for as long as it takes."""
        pause = _BACK_OFF_S[0]
        while not await self._sent(topic, partition, value):
            await asyncio.sleep(pause)
            pause = min(2 * pause, _BACK_OFF_S[1])

    async def _sent(self, topic: str, partition: int, value: bytes) -> bool:
        """One attempt. An unreachable Kafka does not end it: aiokafka tries on by itself."""
        producer: AIOKafkaProducer | None = None
        try:
            producer = await self._ready()
            await producer.send_and_wait(topic, value, partition=partition)
        except (KafkaError, TopicMismatchError, OSError) as error:
            self._note(topic, partition, str(error) or type(error).__name__)
            await self._give_up(producer)
            return False
        self._note(topic, partition, "")
        return True

    def _note(self, topic: str, partition: int, trouble: str) -> None:
        """Log when the trouble of a partition begins, changes or ends; not every attempt."""
        slot = (topic, partition)
        if trouble != self._troubles.get(slot, ""):
            if trouble:
                _log.warning("kafka_refuses", topic=topic, partition=partition, error=trouble)
            else:
                _log.info("kafka_takes_again", topic=topic, partition=partition)
            self._troubles[slot] = trouble

    async def close(self, patience: float = 2.0) -> None:
        """Close the connection; records that nobody waits for any more may be lost with it."""
        async with self._turn:
            producer, self._producer = self._producer, None
        if producer is not None:
            await _end(producer, patience)

    async def _ready(self) -> AIOKafkaProducer:
        """The producer, started and with the topics checked."""
        async with self._turn:
            if self._producer is None:
                self._producer = await self._start()
            return self._producer

    async def _start(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap,
            client_id=self._client_id,
            acks="all",
            enable_idempotence=True,
            max_batch_size=_MAX_REQUEST // 4,
            max_request_size=_MAX_REQUEST,
            request_timeout_ms=_REQUEST_TIMEOUT_MS,
        )
        try:
            await producer.start()
            for topic, count in self._partitions.items():
                _check(topic, len(await producer.partitions_for(topic)), count)
        except BaseException:  # also when cancelled: a producer must not stay behind
            await _end(producer, 1.0)
            raise
        _log.info("kafka_connected", bootstrap=self._bootstrap)
        return producer

    async def _give_up(self, failed: AIOKafkaProducer | None) -> None:
        """Replace a producer that refused a record.

        After a refusal its sequence numbers have a gap, and Kafka would refuse whatever follows.
        `stop` waits for what other partitions have under way; it is delivered or refused, never
        left to arrive later.
        """
        if failed is None:
            return
        async with self._turn:
            current = self._producer is failed
            if current:
                self._producer = None
                await failed.stop()


def _check(topic: str, found: int, wanted: int) -> None:
    if found != wanted:
        raise TopicMismatchError(f"{topic} has {found} partitions, the settings say {wanted}")


async def _end(producer: AIOKafkaProducer, patience: float) -> None:
    """Stop a producer, by force where Kafka does not answer in time."""
    try:
        async with asyncio.timeout(patience):
            await producer.stop()
    except TimeoutError:
        # aiokafka retries idempotent batches for ever and has no public way to abandon them.
        await producer.client.close()
        sender = producer._sender.sender_task  # noqa: SLF001
        if sender is not None:
            sender.cancel()
            with contextlib.suppress(asyncio.CancelledError, KafkaError):
                await sender
