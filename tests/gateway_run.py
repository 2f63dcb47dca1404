"""A gateway under test: its settings, its topics, and what it has put into Kafka."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from sensors.city import Terminal, Zone, build_city
from sensors.line import Line, decode_line, split_frame
from sensors.outgoing import Outgoing
from streams.clock import fresh_id, wall_seconds
from streams.gateway.gateway import Gateway
from streams.settings import Settings

ROOT = Path(__file__).parents[1]
CITY = build_city(
    [Zone(id=f"zone-{n}", district="sanshui") for n in range(3)],
    [Terminal(id=f"T-{n}", zone=f"zone-{n % 3}", quantities=()) for n in range(6)],
)


def settings_for(kafka: str, mqtt: str, folder: Path, **more: object) -> Settings:
    """Settings of a gateway whose topics are its own."""
    values = {
        "kafka": kafka, "mqtt": mqtt, "state_dir": folder, "topic_prefix": f"{fresh_id()}.",
        "gateway_id": f"gateway-{fresh_id()}", "zone_partitions": 3, "district_partitions": 2,
    }  # fmt: skip
    return Settings(**{**values, **more})  # type: ignore[arg-type]


async def create_topics(settings: Settings) -> None:
    """The topics that a gateway writes to."""
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka)
    await admin.start()
    try:
        await admin.create_topics(
            [
                NewTopic(settings.topic("readings"), settings.zone_partitions, 1),
                NewTopic(settings.topic("commands"), settings.district_partitions, 1),
            ]
        )
    finally:
        await admin.close()


@asynccontextmanager
async def gateway_running(settings: Settings, group: str = "") -> AsyncIterator[Gateway]:
    """A gateway in this process, stopped cleanly at the end."""
    stop = asyncio.Event()
    gateway = Gateway(settings, CITY, group)
    task = asyncio.create_task(gateway.run(stop))
    try:
        yield gateway
    finally:
        stop.set()
        await asyncio.wait_for(task, 30)


def gateway_process(settings: Settings, pack: Path) -> "subprocess.Popen[bytes]":
    """A gateway of its own process, to be killed."""
    names = (
        "kafka", "mqtt", "state_dir", "topic_prefix", "gateway_id", "zone_partitions",
        "district_partitions", "spool_bytes",
    )  # fmt: skip
    environment = {f"VITALS_{n.upper()}": str(getattr(settings, n)) for n in names}
    environment |= {**os.environ, "VITALS_CITY": str(pack), "PYTHONPATH": str(ROOT)}
    start = "import typer; from streams.cli.gateway import gateway; typer.run(gateway)"
    return subprocess.Popen([sys.executable, "-c", start], env=environment, cwd=ROOT)


async def read_lines(settings: Settings, topic: str = "readings") -> list[list[bytes]]:
    """Every line of a topic, by partition, as of now."""
    name = settings.topic(topic)
    count = settings.zone_partitions if topic == "readings" else settings.district_partitions
    parts = [TopicPartition(name, p) for p in range(count)]
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.kafka, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign(parts)
        ends = await consumer.end_offsets(parts)
        lines: list[list[bytes]] = [[] for _ in parts]
        for part in parts:
            while await consumer.position(part) < ends[part]:
                for record in (await consumer.getmany(part, timeout_ms=500)).get(part, []):
                    lines[part.partition] += split_frame(record.value)
    finally:
        await consumer.stop()
    return lines


def receptions(partitions: Iterable[Iterable[bytes]]) -> Iterator[tuple[bytes, Line]]:
    """The lines that are not ticks, with what they say."""
    for lines in partitions:
        for raw in lines:
            line = decode_line(raw)
            if line.terminal is not None:
                yield raw, line


def pack_number(terminal: int, number: int, now: float | None = None) -> Outgoing:
    """A pack of terminal T-<terminal> that is like no other."""
    due = wall_seconds() if now is None else now
    text = (
        f'[{{"bn":"T-{terminal}/","bt":1760000000,"n":"water_depth","u":"m","v":{number}}},'
        f'{{"n":"battery","u":"%EL","v":88}}]'
    )
    return Outgoing(due, f"T-{terminal}", text.encode(), 2)


async def until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait for something to become true."""
    async with asyncio.timeout(seconds) as limit:
        try:
            while not condition():
                await asyncio.sleep(0.02)
        except asyncio.CancelledError:
            if limit.expired():
                raise AssertionError(f"not within {seconds} s: {what}") from None
            raise
