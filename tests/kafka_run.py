"""Runs a recording through real Kafka and real worker processes, and collects what they publish."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError

from sensors.line import encode_tick
from streams.engine.pipeline import Frame
from streams.engine.published import Published
from streams.kafka_topics import ensure_topics
from streams.output_files import OutputFiles
from streams.settings import Settings
from streams.topics import (
    ALERTS,
    COMMANDS,
    FAULTS,
    FORECASTS,
    INDICATIONS,
    READINGS,
    REJECTS,
    SCORES,
    VITALS,
    WORKORDERS,
)

OUTPUTS = (VITALS, SCORES, FORECASTS, FAULTS, ALERTS, WORKORDERS, REJECTS)


def _ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def published(stream: str, body: bytes) -> Published:
    """A published line back with the key that orders it."""
    tree = json.loads(body)
    if stream in (ALERTS, WORKORDERS):
        data = tree["data"]
        name, _, number = tree["id"].rpartition("-")
        kind = data.get("kind", "refused")
        return Published(
            stream, _ms(tree["time"]), data["zone"], kind, 0, 0, f"{name}-{number:0>12}", body
        )
    if stream == REJECTS:
        zone = tree["zone"] or tree["terminal"]
        return Published(stream, _ms(tree["at"]), zone, tree["reason"], 0, 0, tree["id"], body)
    if stream == FORECASTS:
        return Published(
            stream, _ms(tree["at"]), tree["zone"], tree["indicator"], _ms(tree["made_at"]), 0,
            f"{tree['horizon']:0>6}", body,
        )  # fmt: skip
    end = _ms(tree["window_end"])
    if stream == FAULTS:
        return Published(
            stream, _ms(tree["at"]), tree["zone"], tree["quantity"], end, 0, tree["terminal"], body
        )
    return Published(
        stream, _ms(tree["at"]), tree["zone"], tree["indicator"], end, tree["revision"], "", body
    )


class WorkerProcess:
    """One `vitals worker`, of one process or several; its log lines are kept."""

    def __init__(
        self, settings: Settings, name: str, folder: Path, failpoint: str = "", processes: int = 1
    ) -> None:
        self.log = folder / f"{name}.log"
        env = {
            **os.environ,
            "VITALS_KAFKA": settings.kafka,
            "VITALS_CITY": str(settings.city),
            "VITALS_TOPIC_PREFIX": settings.topic_prefix,
            "VITALS_ZONE_PARTITIONS": str(settings.zone_partitions),
            "VITALS_DISTRICT_PARTITIONS": str(settings.district_partitions),
            "VITALS_CHECKPOINT_SECONDS": str(settings.checkpoint_seconds),
            "VITALS_LOG_JSON": "true",
            "VITALS_FAILPOINT": failpoint,
        }
        if settings.rules:
            env["VITALS_RULES"] = str(settings.rules)
        command = [sys.executable, "-m", "streams.cli", "worker", "--processes", str(processes)]
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(command, env=env, stdout=out, stderr=out)

    @property
    def died(self) -> bool:
        return self.process.poll() is not None

    def stop(self) -> int:
        """Ask it to stop; kill it after 20 s."""
        self.process.terminate()
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def events(self, name: str) -> list[dict]:
        """The log lines with this event."""
        lines = [line for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [tree for line in lines if (tree := json.loads(line))["event"] == name]


class KafkaRun:
    """One run: topics of its own on a shared Kafka."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    async def prepare(self) -> None:
        await ensure_topics(self.settings)

    async def feed(self, frames: Iterable[Frame], pause: float = 0.0) -> None:
        """Send frames in order; the last tick time is remembered for `drain`."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self.settings.kafka, acks="all", enable_idempotence=True, linger_ms=5
        )
        await producer.start()
        try:
            futures = []
            for frame in frames:
                topic = self.settings.topic(COMMANDS if frame.is_command else READINGS)
                futures.append(await producer.send(topic, frame.body, partition=frame.partition))
                if pause:
                    await asyncio.sleep(pause)
            await asyncio.gather(*futures)
        finally:
            await producer.stop()

    async def drain(self, received: float, seconds: float = 90.0) -> None:
        """Wait until everything is processed and committed.

        The ticks all say the time of the last line, so they make checkpoints and change nothing.
        """
        settings = self.settings
        ends = await self._ends((READINGS, COMMANDS))
        wanted, reached = ends, dict[TopicPartition, int]()
        tick = encode_tick(received)
        ticks = [Frame(False, p, tick) for p in range(settings.zone_partitions)]
        ticks += [Frame(True, p, tick) for p in range(settings.district_partitions)]
        admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka)
        await admin.start()
        try:
            for _ in range(int(seconds / 0.5)):
                await self.feed(ticks)
                reached = await self._committed(admin)
                internal = await self._ends((INDICATIONS,))
                wanted = {**ends, **internal}
                if all(reached.get(tp, 0) >= end for tp, end in wanted.items()):
                    return
                await asyncio.sleep(0.5)
        finally:
            await admin.close()
        raise TimeoutError(f"not drained: wanted {wanted}, reached {reached}")

    async def _committed(self, admin: AIOKafkaAdminClient) -> dict[TopicPartition, int]:
        try:
            offsets = await admin.list_consumer_group_offsets(f"{self.settings.topic_prefix}vitals")
        except GroupCoordinatorNotAvailableError:
            return {}
        return {tp: meta.offset for tp, meta in offsets.items()}

    async def _ends(self, topics: Sequence[str]) -> dict[TopicPartition, int]:
        settings = self.settings
        counts = {READINGS: settings.zone_partitions}
        tps = [
            TopicPartition(settings.topic(topic), p)
            for topic in topics
            for p in range(counts.get(topic, settings.district_partitions))
        ]
        async with AIOKafkaConsumer(bootstrap_servers=settings.kafka) as consumer:
            return dict(await consumer.end_offsets(tps))

    async def collect(self, out: Path) -> int:
        """Write everything published as a replay would; returns how many outputs came twice.

        Raises:
            AssertionError: The same output came twice with other bytes.
        """
        seen: dict[tuple, bytes] = {}
        repeated = 0
        with OutputFiles(out) as files:
            for stream in OUTPUTS:
                for body in await self._bodies(stream):
                    output = published(stream, body)
                    known = seen.get((stream, output.order))
                    if known is None:
                        seen[stream, output.order] = body
                        files.add([output])
                    else:
                        assert known == body, (known, body)
                        repeated += 1
            files.close()
        return repeated

    async def _bodies(self, stream: str) -> list[bytes]:
        settings = self.settings
        topic = settings.topic(stream)
        is_event = stream in (ALERTS, WORKORDERS)
        count = settings.district_partitions if is_event else settings.zone_partitions
        tps = [TopicPartition(topic, p) for p in range(count)]
        bodies: list[bytes] = []
        async with AIOKafkaConsumer(
            bootstrap_servers=settings.kafka, enable_auto_commit=False, auto_offset_reset="earliest"
        ) as consumer:
            consumer.assign(tps)
            ends = await consumer.end_offsets(tps)
            while any([await consumer.position(tp) < ends[tp] for tp in tps]):
                for records in (await consumer.getmany(timeout_ms=500)).values():
                    for record in records:
                        bodies += record.value.split(b"\n")
        return bodies
