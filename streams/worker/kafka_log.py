"""The worker's own Kafka client: acknowledged sends, and a snapshot partition read to its end."""

import asyncio
from collections.abc import Iterable
from types import TracebackType
from typing import Final, Self

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

Sent = asyncio.Future[object]
"""A record that was handed over; done when every replica has it."""

BATCH_BYTES: Final = 1 << 20
"""Largest batch of a partition, one request: two records of the largest size. A request of 1 MiB
instead of 256 KiB halves the CPU time of records of 128 KiB and more (530 to 240 µs each)."""


async def acknowledged(sent: Iterable[Sent]) -> None:
    """Wait until Kafka has everything.

    Unlike `asyncio.gather`, a cancelled wait cancels no send: what is on its way can be waited for
    again.

    Raises:
        KafkaError: A record was not taken; the others are not waited for.
    """
    records = list(sent)
    waiting = [record for record in records if not record.done()]
    if waiting:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_EXCEPTION)
    failed = [record for record in records if record.done() and record.exception() is not None]
    for record in failed:
        record.result()


class KafkaLog:
    """One producer with acks=all and idempotence, and short-lived readers.

    Faust's own producer is idempotent only in its transaction mode, and its `flush()` returns
    before everything is acknowledged; so the host has a producer of its own, whose every send is
    waited for.

    A send does not wait while its partition's batch has room; it costs 7 µs of CPU time, network
    included, and 1 µs if batches are built by hand. One input gives a record a topic, so there is
    nothing to build by hand; from 16 KiB on both cost the same.

    Args:
        bootstrap: host:port,….
    """

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()
        self._is_stopped = False

    async def start(self) -> AIOKafkaProducer:
        """Connect; a second call only gives the producer."""
        async with self._starting:
            if self._is_stopped:
                raise RuntimeError("the worker's Kafka client was stopped")
            if self._producer is None:
                producer = AIOKafkaProducer(
                    bootstrap_servers=self._bootstrap,
                    acks="all",
                    enable_idempotence=True,
                    linger_ms=5,
                    max_batch_size=BATCH_BYTES,
                    max_request_size=8 << 20,
                )
                await producer.start()
                self._producer = producer
        return self._producer

    async def stop(self) -> None:
        """Disconnect for good."""
        self._is_stopped = True
        if self._producer is not None:
            await self._producer.stop()
            self._producer = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def send(self, topic: str, partition: int, key: str | None, value: bytes | None) -> Sent:
        """Hand a record over; waits while its partition has a full batch on its way."""
        producer = self._producer or await self.start()
        future: Sent = await producer.send(
            topic, value, key=None if key is None else key.encode(), partition=partition
        )
        return future

    async def read_all(self, topic: str, partition: int) -> dict[str, bytes]:
        """Key → newest value of a compacted partition, tombstoned keys left out."""
        tp = TopicPartition(topic, partition)
        entries: dict[str, bytes] = {}
        async with AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap, enable_auto_commit=False,
            max_partition_fetch_bytes=8 << 20,
            # Not seek_to_beginning: without a group, the reset to the default position that
            # `assign` starts may come after it, and the reader would find an empty log.
            auto_offset_reset="earliest",
        ) as consumer:  # fmt: skip
            consumer.assign([tp])
            end = (await consumer.end_offsets([tp]))[tp]
            while await consumer.position(tp) < end:
                for records in (await consumer.getmany(tp, timeout_ms=500)).values():
                    for record in records:
                        key = record.key.decode()
                        if record.value is None:
                            entries.pop(key, None)
                        else:
                            entries[key] = record.value
        return entries

    async def committed(self, group: str, topics: list[str], partition: int) -> dict[str, int]:
        """Topic → the next offset that a group would read; topics it never read are left out."""
        found = {}
        async with AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap, group_id=group, enable_auto_commit=False
        ) as consumer:
            for topic in topics:
                offset = await consumer.committed(TopicPartition(topic, partition))
                if offset is not None:
                    found[topic] = int(offset)
        return found

    async def first_offset(self, topic: str, partition: int) -> int:
        """The oldest offset that a partition still holds."""
        tp = TopicPartition(topic, partition)
        async with AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap, enable_auto_commit=False
        ) as consumer:
            return int((await consumer.beginning_offsets([tp]))[tp])
