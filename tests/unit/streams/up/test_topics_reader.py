"""The newest ledgers as read from a real Kafka."""

import msgspec
from aiokafka import AIOKafkaProducer

from sensors.ledger import Account
from streams.clock import fresh_id
from streams.kafka_topics import ensure_topics
from streams.ledger_records import since
from streams.settings import Settings
from streams.topics import LEDGER
from streams.up.topics_reader import LedgerReader


async def settings_with(kafka: str, records: list[bytes]) -> Settings:
    """Topics of our own with records in the ledger's."""
    settings = Settings(kafka=kafka, topic_prefix=f"t{fresh_id()}.", zone_partitions=2)
    await ensure_topics(settings)
    await write(settings, records)
    return settings


async def write(settings: Settings, records: list[bytes]) -> None:
    async with AIOKafkaProducer(bootstrap_servers=settings.kafka) as producer:
        for value in records:
            partition = msgspec.json.decode(value)["partition"]
            await producer.send(settings.topic(LEDGER), value, b"key", partition)


def total(partition: int, received: int) -> bytes:
    account = {"received": received, "accepted": received}
    return msgspec.json.encode({"partition": partition, "at": 5.0, "total": account})


def chunk(partition: int, number: int, **received: int) -> bytes:
    terminals = {name: {"received": n, "accepted": n} for name, n in received.items()}
    return msgspec.json.encode(
        {"partition": partition, "at": 5.0, "chunk": number, "terminals": terminals}
    )


async def received(reader: LedgerReader) -> dict[int, int]:
    return {number: ledger.total.received for number, ledger in (await reader.newest()).items()}


async def test_empty_topic_has_no_ledgers(kafka: str) -> None:
    assert await LedgerReader(await settings_with(kafka, [])).newest() == {}


async def test_chunk_that_was_written_long_ago_counts(kafka: str) -> None:
    records = [chunk(0, 1, b=3), *(total(0, n) for n in range(2000)), chunk(0, 0, a=7)]
    found = await LedgerReader(await settings_with(kafka, records)).newest()
    assert found[0].terminals == {"a": Account(7, 7), "b": Account(3, 3)}
    assert found[0].total.received == 1999


async def test_older_total_written_later_does_not_count(kafka: str) -> None:
    records = [total(0, 10), total(0, 30), total(1, 5), total(0, 20)]
    assert await received(LedgerReader(await settings_with(kafka, records))) == {0: 30, 1: 5}


async def test_later_looks_see_what_is_new_and_leave_earlier_ones_alone(kafka: str) -> None:
    settings = await settings_with(kafka, [total(0, 10), chunk(0, 0, a=10)])
    reader = LedgerReader(settings)
    before = await reader.newest()
    assert await received(reader) == {0: 10}
    await write(settings, [total(0, 17), chunk(0, 0, a=17), total(1, 1)])
    assert await received(reader) == {0: 17, 1: 1}
    between = since(await reader.newest(), before)
    assert between.terminals == {"a": Account(7, 7)}
