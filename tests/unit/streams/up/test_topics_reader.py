"""The newest ledgers as read from a real Kafka."""

import msgspec
from aiokafka import AIOKafkaProducer

from sensors.ledger import Account
from streams.clock import fresh_id
from streams.kafka_topics import ensure_topics
from streams.settings import Settings
from streams.topics import LEDGER
from streams.up.topics_reader import LEDGER_TAIL, LedgerRecord, newest_ledgers, since


async def settings_with(kafka: str, records: list[tuple[int, bytes]]) -> Settings:
    """Topics of our own with (partition, value) records in the ledger's."""
    settings = Settings(kafka=kafka, topic_prefix=f"t{fresh_id()}.", zone_partitions=2)
    await ensure_topics(settings)
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        for partition, value in records:
            key = str(partition).encode()
            await producer.send(settings.topic(LEDGER), value, key, partition)
    return settings


def ledger(partition: int, received: int) -> bytes:
    terminals = {"WL-01": Account(received, received), "WL-02": Account(1, 0, 1)}
    return msgspec.json.encode(LedgerRecord(partition, terminals, {}))


async def test_empty_topic_has_no_ledgers(kafka: str) -> None:
    assert await newest_ledgers(await settings_with(kafka, [])) == {}


async def test_only_the_tail_is_read(kafka: str) -> None:
    outdated = [(0, b"not read, or it would be an error")] * 3
    records = [(0, ledger(0, n)) for n in range(LEDGER_TAIL)]
    settings = await settings_with(kafka, [*outdated, *records])
    found = await newest_ledgers(settings)
    assert {p: record.received for p, record in found.items()} == {0: LEDGER_TAIL}


async def test_older_total_written_later_does_not_count(kafka: str) -> None:
    records = [(0, ledger(0, 10)), (0, ledger(0, 30)), (1, ledger(1, 5)), (0, ledger(0, 20))]
    found = await newest_ledgers(await settings_with(kafka, records))
    assert {p: record.received for p, record in found.items()} == {0: 31, 1: 6}


async def test_difference_of_two_looks_is_what_came_between(kafka: str) -> None:
    settings = await settings_with(kafka, [(0, ledger(0, 10))])
    before = await newest_ledgers(settings)
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        await producer.send(settings.topic(LEDGER), ledger(0, 17), b"0", 0)
    between = since(await newest_ledgers(settings), before)
    assert between.terminals == {"WL-01": Account(7, 7)}
