"""The worker's own Kafka client: acknowledged sends, and a snapshot partition read to its end."""

import asyncio
from types import TracebackType
from typing import Self

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition


class KafkaLog:
    """One producer with acks=all and idempotence, and short-lived readers.

    Faust's own producer is idempotent only in its transaction mode, and its `flush()` returns
    before everything is acknowledged; so the host has a producer of its own and awaits each send.

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
                    max_batch_size=1 << 18,
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

    async def send(
        self, topic: str, partition: int, key: str | None, value: bytes | None
    ) -> "asyncio.Future[object]":
        """Hand a record over; the future is done when every replica has it."""
        producer = self._producer or await self.start()
        future: asyncio.Future[object] = await producer.send(
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
