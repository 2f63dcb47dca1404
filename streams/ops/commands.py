"""What people ask of work orders, as command lines on Kafka."""

import asyncio
from typing import Final, Protocol

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from sensors.line import Command, encode_command
from streams import topics
from streams.clock import Clock
from streams.settings import Settings

ACTIONS: Final = ("accept", "start", "done")
"""What a command may ask."""
_TIMEOUT_MS = 10_000


class CommandNotSentError(Exception):
    """Kafka did not take the command; it may be given again under the same id."""


class CommandSender(Protocol):
    """Publishes a command."""

    async def __call__(self, command: Command, district: str) -> None:
        """Publish; on return it is durable.

        Args:
            command: What is asked.
            district: District id of the order's zone; decides the partition.

        Raises:
            CommandNotSentError: It could not be published.
        """


class KafkaCommandSender:
    """Sends commands into the topic of the district's partition; connects at the first.

    Args:
        settings: Kafka's address, the topic's name, the number of partitions.
        clock: Stream time; the command is received now.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._producer: AIOKafkaProducer | None = None
        self._connecting = asyncio.Lock()

    async def __call__(self, command: Command, district: str) -> None:
        """See `CommandSender`."""
        line = encode_command(self._clock.now(), command)
        topic = self._settings.topic(topics.COMMANDS)
        partition = topics.partition_of(district, self._settings.district_partitions)
        try:
            producer = await self._connected()
            await producer.send_and_wait(topic, line, partition=partition)
        # AssertionError and ValueError: aiokafka's words for a partition that does not exist.
        except (KafkaError, OSError, AssertionError, ValueError) as error:
            raise CommandNotSentError(str(error) or type(error).__name__) from error

    async def stop(self) -> None:
        """Flush and disconnect."""
        if self._producer is not None:
            await self._producer.stop()

    async def _connected(self) -> AIOKafkaProducer:
        """The producer; a new one until one has found a broker."""
        async with self._connecting:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    bootstrap_servers=self._settings.kafka, acks="all", enable_idempotence=True,
                    client_id="ops-commands", request_timeout_ms=_TIMEOUT_MS,
                )  # fmt: skip
                try:
                    await producer.start()
                except BaseException:  # cancellation too: an unstarted producer leaks its client
                    await producer.stop()
                    raise
                self._producer = producer
            return self._producer
