"""Fills the input topics of a measurement."""

import asyncio
from collections.abc import Iterable, Iterator
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from sensors.line import encode_tick
from streams.bench.frames import frames, receptions
from streams.bench.schedule import Schedule
from streams.kafka_topics import TopicError
from streams.settings import Settings
from streams.topics import READINGS

PACKS: Final = "packs"
"""Topic of single packs, for the other engines: the pack as value, its zone as key."""
_UNDER_WAY: Final = 64


async def feed_frames(settings: Settings, run: Schedule, seed: int, limit: int) -> int:
    """Put the frames of a run into `readings`, each partition's last record a tick.

    Args:
        settings: Kafka, and the prefix of the topics, which exist.
        run: Who sends when.
        seed: Of the values.
        limit: Bytes that a frame does not exceed unless one line alone does.

    Returns:
        How many frames.

    Raises:
        aiokafka.errors.KafkaError: Kafka refuses.
    """
    topic, count = settings.topic(READINGS), 0
    async with _producer(settings.kafka) as producer:
        under_way: list[asyncio.Future[Any]] = []
        for frame in frames(run, seed, limit):
            under_way.append(await producer.send(topic, frame.body, partition=frame.partition))
            count += 1
            if len(under_way) >= _UNDER_WAY:
                await asyncio.gather(*under_way)
                under_way.clear()
        await asyncio.gather(*under_way)
        for partition in range(settings.zone_partitions):
            await producer.send_and_wait(topic, closing_tick(run), partition=partition)
    return count


def closing_tick(run: Schedule) -> bytes:
    """The line that closes the last windows of a run."""
    return encode_tick(run.tick_ms / 1000)


async def feed_packs(kafka: str, run: Schedule, seed: int) -> None:
    """Put the packs of a run into the topic `PACKS`, which is made.

    Args:
        kafka: host:port of Kafka.
        run: Who sends when, without faults.
        seed: Of the values.

    Raises:
        TopicError: The topic cannot be made.
        aiokafka.errors.KafkaError: Kafka refuses.
    """
    partitions = run.places.shape.partitions
    await _make_topic(kafka, partitions)
    async with _producer(kafka) as producer:
        for batch in _batches(producer, run, seed):
            await producer.send_batch(batch[1], PACKS, partition=batch[0])


def _batches(producer: AIOKafkaProducer, run: Schedule, seed: int) -> Iterator[tuple[int, Any]]:
    """Full batches; a future for each single record would take longer than all the rest."""
    places = run.places
    size = range(places.shape.terminals)
    target = [places.partition_of(number) for number in size]
    keys = [places.zone_of(number).encode() for number in size]
    waiting = [producer.create_batch() for _ in range(places.shape.partitions)]
    for reception in receptions(run, seed):
        number = reception.terminal
        partition, key = target[number], keys[number]
        if waiting[partition].append(key=key, value=reception.body, timestamp=None) is None:
            yield partition, waiting[partition]
            waiting[partition] = producer.create_batch()
            waiting[partition].append(key=key, value=reception.body, timestamp=None)
    for partition, batch in enumerate(waiting):
        if batch.record_count():
            yield partition, batch


async def _make_topic(kafka: str, partitions: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        answer = await admin.create_topics([NewTopic(PACKS, partitions, 1)])
    finally:
        await admin.close()
    refused = [error for error in answer.topic_errors if error[1]]
    if refused:
        raise TopicError(f"Kafka did not create topic {PACKS}: {refused[0]}")


def _producer(kafka: str) -> AIOKafkaProducer:
    """As the gateway's: acknowledged by all replicas, without repetition."""
    return AIOKafkaProducer(
        bootstrap_servers=kafka, acks="all", enable_idempotence=True,
        max_batch_size=1 << 20, max_request_size=4 << 20,
    )  # fmt: skip


async def drop_topics(kafka: str, topics: Iterable[str]) -> None:
    """Delete topics, so that their space is free for the next run."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        await admin.delete_topics(list(topics))
    finally:
        await admin.close()
