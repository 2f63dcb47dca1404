"""Hosts one partition of the engine: inputs in log order, outputs sent, state checkpointed.

A checkpoint, in this order: all outputs and blocks acknowledged, manifest acknowledged, inputs
acknowledged. A host never forgets: its state is a function of the inputs it has seen, so
after a rebalance it goes on where it is, or restores where the log has moved on without it.

State and offsets change together, without an await in between, so they agree whatever is
cancelled; one lock keeps an input and a checkpoint, or two checkpoints, out of each other's way.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple, Protocol

import structlog

from streams.worker.checkpoints import Checkpoints
from streams.worker.kafka_log import KafkaLog, Sent, acknowledged
from streams.worker.snapshot import Restored, restore
from streams.worker.work import Record, Work

log = structlog.get_logger("worker")

MAX_PENDING = 2000
"""Inputs after which a checkpoint is made even if its time has not come."""


class GapError(Exception):
    """Inputs are missing between the state and the next event: going on would lose readings."""


class OtherPackError(Exception):
    """The state was made with another city pack or other rules."""


class Acknowledgeable(Protocol):
    """An input of the log."""

    def ack(self) -> bool:
        """Let the consumer commit it."""
        ...


class Site(NamedTuple):
    """Where a host stands.

    Attributes:
        partition: Its partition.
        inputs: Its input topics, without the prefix.
        snapshots: Its snapshot topic, with the prefix.
        group: The consumer group.
        topic_name: Full name of a topic.
        identity: (version of the program, digest of the city pack).
        adopt: Whether a state of another city pack is taken over.
    """

    partition: int
    inputs: tuple[str, ...]
    snapshots: str
    group: str
    topic_name: Callable[[str], str]
    identity: tuple[str, str]
    adopt: bool = False


class _Pending(NamedTuple):
    event: Acknowledgeable
    topic: str
    offset: int


class PartitionHost:
    """One partition of the engine on Kafka.

    Args:
        site: Where it stands.
        make: Makes the partition's work in its first state.
        kafka: The worker's Kafka client.
        interval: Seconds between checkpoints.
    """

    def __init__(
        self, site: Site, make: Callable[[], Work], kafka: KafkaLog, interval: float
    ) -> None:
        self._site = site
        self._make = make
        self._work = make()
        self._kafka = kafka
        self._interval = interval
        self._offsets: dict[str, int] = {}
        self._checkpoints: Checkpoints | None = None
        self._has_new_lease = False
        self._is_closing = False
        self._lock = asyncio.Lock()
        self._pending: list[_Pending] = []
        self._outbox: deque[Record] = deque()
        self._sent: list[Sent] = []
        self._last = time.monotonic()
        self._was_behind = False
        self.skipped = 0

    def new_lease(self) -> None:
        """After a rebalance: others may have dropped this lease's blocks, so write all anew."""
        self._has_new_lease = True

    async def handle(
        self, event: Acknowledgeable, topic: str, offset: int, body: bytes, *, more: bool = False
    ) -> None:
        """Take one input; inputs that the state already holds are only acknowledged.

        A checkpoint is made when its time has come, or as soon as the log is worked off if it was
        not at the last one: what was behind for long need not wait once more. So there are never
        more than two in the time of one.

        Args:
            event: The input, to be acknowledged when it is safe.
            topic: Its topic, without the prefix.
            offset: Its offset.
            body: Its content.
            more: Whether another input follows: the log holds it already.

        Raises:
            GapError: Inputs are missing, also after a restore.
            OtherPackError: The state to be restored is of another city pack.
        """
        async with self._lock:
            if self._is_closing:
                return
            if self._checkpoints is None or self._has_new_lease or self._is_gap(topic, offset):
                await self._open(topic, offset)
            self._pending.append(_Pending(event, topic, offset))
            if offset <= self._offsets.get(topic, -1):
                self.skipped += 1
            else:
                self._outbox.extend(self._work.process(topic, body, more=more))
                self._offsets[topic] = offset
                await self._send_outbox()
            is_due = time.monotonic() - self._last >= self._interval
            if is_due or len(self._pending) >= MAX_PENDING or (self._was_behind and not more):
                await self._checkpoint()
                self._was_behind = more

    async def close(self) -> None:
        """Make a last checkpoint; inputs that come after it are left to the next owner."""
        async with self._lock:
            self._is_closing = True
            # After a rebalance the partition may be another's: its state is not ours to write.
            if not self._has_new_lease:
                await self._checkpoint(is_last=True)

    def _is_gap(self, topic: str, offset: int) -> bool:
        return offset > self._offsets.get(topic, -1) + 1

    async def _open(self, topic: str, offset: int) -> None:
        """Begin a lease with a state that reaches everything the group has committed.

        Whatever is committed was covered by a manifest first; another worker's state, or this
        one's own, serves as well as any if it reaches as far on every input.
        """
        site = self._site
        self._has_new_lease = False
        # In this order: a paused owner may still commit, and what it has committed by the time of
        # asking is covered by a manifest that is there to be read afterwards.
        floors = await self._floors(topic, offset)
        entries = await self._kafka.read_all(site.snapshots, site.partition)
        self._checkpoints = Checkpoints(
            self._kafka, site.snapshots, site.partition, site.identity, entries
        )
        if self._offsets and _reaches(self._offsets, floors):
            return
        best = restore(entries, floors)
        if best is None:
            await self._check_beginning(floors)
        else:
            await self._take_over(best)

    async def _floors(self, topic: str, offset: int) -> dict[str, int]:
        """Input → the offset that a state must have reached."""
        site = self._site
        names = {site.topic_name(name): name for name in site.inputs}
        committed = await self._kafka.committed(site.group, list(names), site.partition)
        floors = {names[name]: next_offset - 1 for name, next_offset in committed.items()}
        floors[topic] = max(floors.get(topic, -1), offset - 1)
        return floors

    async def _take_over(self, best: Restored) -> None:
        site, made_by = self._site, (best.manifest.code, best.manifest.pack)
        if made_by[1] != site.identity[1] and not site.adopt:
            raise OtherPackError(
                f"the state of {site.snapshots}/{site.partition} was made with city pack "
                f"{made_by[1][:12]}, this is {site.identity[1][:12]}: start with that pack, take "
                "the state over with VITALS_ADOPT_PACK=true, or begin anew with an empty state"
            )
        # What is still to be sent was sent by whoever made the better state.
        self._outbox.clear()
        await acknowledged(self._sent)
        self._sent = []
        self._work = self._make()
        self._work.load(best.blocks)
        self._offsets = dict(best.manifest.offsets)
        log.info("restored", snapshots=site.snapshots, partition=site.partition,
                 offsets=self._offsets, blocks=len(best.blocks))  # fmt: skip

    async def _check_beginning(self, floors: dict[str, int]) -> None:
        """Without a snapshot, only a log read from its first kept record leaves nothing out."""
        for topic, floor in floors.items():
            if floor <= self._offsets.get(topic, -1):
                continue
            name = self._site.topic_name(topic)
            if floor >= await self._kafka.first_offset(name, self._site.partition):
                raise GapError(
                    f"{topic}/{self._site.partition}: no state reaches offset {floor}; restore the "
                    "snapshot topic, or delete the consumer group to compute everything anew"
                )
            self._offsets[topic] = floor

    async def _send_outbox(self) -> None:
        """Hand everything over; a record whose handing over was cancelled is sent again."""
        while self._outbox:
            record = self._outbox[0]
            name = self._site.topic_name(record.topic)
            future = await self._kafka.send(name, record.partition, record.key, record.value)
            self._sent.append(future)
            self._outbox.popleft()

    async def _checkpoint(self, *, is_last: bool = False) -> None:
        """Make what was done so far durable, then let the inputs be committed."""
        checkpoints = self._checkpoints
        if checkpoints is None:
            return
        self._outbox.extend(self._work.report(everything=is_last))
        await self._send_outbox()
        blocks = self._work.dump(everything=checkpoints.is_first)
        await checkpoints.write(blocks, self._offsets, self._sent, self._acknowledge)
        self._last = time.monotonic()

    def _acknowledge(self) -> None:
        """Let go of the inputs that the manifest covers, and of no others."""
        for pending in self._pending:
            if pending.offset <= self._offsets.get(pending.topic, -1):
                pending.event.ack()
        self._pending = []


def _reaches(offsets: dict[str, int], floors: dict[str, int]) -> bool:
    return all(offsets.get(topic, -1) >= floor for topic, floor in floors.items())
