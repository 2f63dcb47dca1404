"""The ceiling: frames are fetched from Kafka and decoded, and nothing else is done with them.

`python -m streams.bench.ceiling KAFKA TOPIC PARTITIONS PACKS`, measured as the other engines are.
"""

import asyncio
import sys

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.bench.peers.marks import Marks

_FOREVER_S = 1e9


class Record(msgspec.Struct):
    """A SenML record, as far as these packs have fields."""

    n: str
    v: float
    u: str = ""
    bn: str = ""
    bt: float = 0.0


class Line(msgspec.Struct):
    """A reception line with its pack decoded; a tick has no terminal."""

    received: float
    terminal: str = ""
    pack: list[Record] = []


async def fetch_and_decode(kafka: str, topic: str, partitions: int, marks: Marks) -> None:
    """Read a topic from its beginning; the marks end the process at the last pack."""
    decode = msgspec.json.Decoder(Line).decode
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka, enable_auto_commit=False, auto_offset_reset="earliest",
        max_partition_fetch_bytes=8 << 20, check_crcs=False,
    )  # fmt: skip
    async with consumer:
        consumer.assign([TopicPartition(topic, number) for number in range(partitions)])
        while True:
            for records in (await consumer.getmany(timeout_ms=1000)).values():
                for record in records:
                    for line in record.value.split(b"\n"):
                        if decode(line).terminal:
                            marks.pack()


if __name__ == "__main__":
    address, name, count, packs = sys.argv[1:5]
    asyncio.run(fetch_and_decode(address, name, int(count), Marks(int(packs), _FOREVER_S)))
