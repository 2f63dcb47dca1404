"""Hosts one partition of the engine: inputs in log order, outputs sent, state checkpointed.

A checkpoint, in this order: all outputs acknowledged, blocks acknowledged, manifest acknowledged,
inputs acknowledged. A host never forgets: its state is a function of the inputs it has seen, so
after a rebalance it goes on where it is, or restores where the log has moved on without it.
"""

import asyncio
import time
from collections.abc import Callable
from typing import NamedTuple, Protocol

import structlog

from streams.clock import fresh_id
from streams.worker.failpoint import failpoint
from streams.worker.kafka_log import KafkaLog
from streams.worker.snapshot import Lineage, restore
from streams.worker.work import Record, Work

log = structlog.get_logger("worker")

MAX_PENDING = 2000
"""Inputs after which a checkpoint is made even if its time has not come."""


class GapError(Exception):
    """Inputs are missing between the state and the next event: going on would lose readings."""


class Acknowledgeable(Protocol):
    """An input of the log."""

    def ack(self) -> bool:
        """Let the consumer commit it."""
        ...


class Place(NamedTuple):
    """Where a host lives: its partition, its snapshot topic, and how topics are named."""

    partition: int
    snapshots: str
    topic_name: Callable[[str], str]
    identity: tuple[str, str]


class PartitionHost:
    """One partition of the engine on Kafka.

    Args:
        place: Where it lives.
        make: Makes the partition's work in its first state.
        kafka: The worker's Kafka client.
        interval: Seconds between checkpoints.
    """

    def __init__(
        self, place: Place, make: Callable[[], Work], kafka: KafkaLog, interval: float
    ) -> None:
        self._place = place
        self._make = make
        self._work = make()
        self._kafka = kafka
        self._interval = interval
        self._offsets: dict[str, int] = {}
        self._lineage: Lineage | None = None
        self._pending: list[Acknowledgeable] = []
        self._sent: list[asyncio.Future[object]] = []
        self._last = time.monotonic()
        self.skipped = 0
        self.checkpoints = 0

    def new_lease(self) -> None:
        """After a rebalance: others may have dropped this lease's blocks, so write all anew."""
        self._lineage = None

    async def handle(self, event: Acknowledgeable, topic: str, offset: int, body: bytes) -> None:
        """Take one input; inputs that the state already holds are only acknowledged.

        Raises:
            GapError: Inputs are missing, also after a restore.
        """
        if self._lineage is None:
            await self._open(topic, offset)
        if self._is_gap(topic, offset):
            await self._open(topic, offset)
            if self._is_gap(topic, offset):
                await self._check_beginning(topic, offset)
        self._pending.append(event)
        if offset <= self._offsets.get(topic, -1):
            self.skipped += 1
        else:
            for record in self._work.process(topic, body):
                await self._send(record)
            self._offsets[topic] = offset
        due = time.monotonic() - self._last >= self._interval
        if due or len(self._pending) >= MAX_PENDING:
            await self.checkpoint()

    def _is_gap(self, topic: str, offset: int) -> bool:
        return offset > self._offsets.get(topic, -1) + 1

    async def _check_beginning(self, topic: str, offset: int) -> None:
        """The one harmless gap: the first input of a log whose beginning retention removed."""
        have = self._offsets.get(topic, -1)
        if have < 0:
            first = await self._kafka.first_offset(
                self._place.topic_name(topic), self._place.partition
            )
            if offset == first:
                return
        raise GapError(
            f"{topic}/{self._place.partition}: state reaches offset {have}, next is {offset}; "
            "reset the consumer group to the state's offset, or restore the snapshot topic"
        )

    async def _open(self, topic: str, offset: int) -> None:
        """Begin a lease; take over the best checkpoint where it is ahead of this state."""
        entries = await self._kafka.read_all(self._place.snapshots, self._place.partition)
        self._lineage = Lineage(fresh_id(), self._place.identity, entries)
        best = restore(entries, topic, offset)
        if best is None:
            return
        ahead = best.manifest.offsets
        if all(self._offsets.get(name, -1) >= at for name, at in ahead.items()):
            return
        if (best.manifest.code, best.manifest.pack) != self._place.identity:
            log.warning("state_of_other_version", code=best.manifest.code, pack=best.manifest.pack)
        await asyncio.gather(*self._sent)
        self._sent = []
        self._work = self._make()
        self._work.load(best.blocks)
        self._offsets = dict(ahead)
        log.info("restored", snapshots=self._place.snapshots, partition=self._place.partition,
                 offsets=ahead, blocks=len(best.blocks))  # fmt: skip

    async def _send(self, record: Record) -> None:
        name = self._place.topic_name(record.topic)
        future = await self._kafka.send(name, record.partition, record.key, record.value)
        self._sent.append(future)

    async def checkpoint(self) -> None:
        """Make what was done so far durable, then let the inputs be committed."""
        if self._lineage is None:
            return
        for record in self._work.report():
            await self._send(record)
        sent, self._sent = self._sent, []
        await asyncio.gather(*sent)
        failpoint("outputs-sent")
        blocks = self._work.dump(everything=self._lineage.is_first)
        plan = self._lineage.plan(blocks, self._offsets)
        await self._write_blocks(plan.blocks)
        await self._write([plan.manifest])
        failpoint("manifest-written")
        pending, self._pending = self._pending, []
        for event in pending:
            event.ack()
        failpoint("before-commit")
        await self._write([(key, None) for key in plan.tombstones])
        self.checkpoints += 1
        self._last = time.monotonic()

    async def _write_blocks(self, blocks: list[tuple[str, bytes]]) -> None:
        half = len(blocks) // 2
        await self._write(blocks[:half])
        failpoint("among-blocks")
        await self._write(blocks[half:])

    async def _write(self, entries: list[tuple[str, bytes]] | list[tuple[str, None]]) -> None:
        futures = [
            await self._kafka.send(self._place.snapshots, self._place.partition, key, value)
            for key, value in entries
        ]
        await asyncio.gather(*futures)
