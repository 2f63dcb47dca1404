"""Frames to Kafka in order, by way of the spool while Kafka is away."""

import asyncio
import math
import time
from collections.abc import Callable, Iterable, Sequence

import structlog

from streams.gateway.counts import Counts
from streams.gateway.framer import Frame, Slot
from streams.gateway.lane import Held, Lane, Parcel
from streams.gateway.outlet import Outlet
from streams.gateway.spool import Place, Spool, Spooled, SpoolFullError

PATIENCE_S = 1.0
"""How long Kafka may leave a frame unacknowledged before it goes to the spool."""
_ROUND_S = 0.1
_FULL_ROUND_S = 1.0
_APPEND_BYTES = 4 << 20
_TICKED_UP_TO = 2

_log = structlog.get_logger()


class Delivery:
    """Takes closed frames and reports when they are safe and when Kafka has them.

    Args:
        outlet: The way to Kafka.
        spool: The spool; closed by `run`.
        slots: Every partition that frames may go to.
        full_name: Kafka's name of a topic.
        counts: Where lines and frames are counted.

    Attributes:
        on_safe: Gets the items and the length of a frame that a crash cannot lose any more.
        on_delivered: Gets the receipts (MQTT topic, payload) of a frame that Kafka has.
    """

    def __init__(
        self, outlet: Outlet, spool: Spool, slots: Iterable[Slot],
        full_name: Callable[[str], str], counts: Counts,
    ) -> None:  # fmt: skip
        self.on_safe: Callable[[Sequence[Held], int], None] = _ignore
        self.on_delivered: Callable[[Iterable[tuple[str, bytes]]], None] = _ignore
        self._outlet = outlet
        self._spool = spool
        self._full_name = full_name
        self._counts = counts
        self._lanes = {slot: Lane(slot) for slot in slots}
        self._disk = asyncio.Lock()
        self._full = False
        self._closing = asyncio.Event()
        for place, topic, partition in spool.recovered():
            lane = self._lanes.get(Slot(topic, partition))
            if lane is None:
                raise ValueError(
                    f"the spool holds frames of {topic}/{partition}, which the settings do not "
                    "have; start once with the former number of partitions"
                )
            lane.put(Parcel(None, 0, place))

    def __len__(self) -> int:
        """Frames that Kafka does not have yet, ticks included."""
        return sum(map(len, self._lanes.values()))

    def put(self, frame: Frame[Held]) -> None:
        """Take a frame; frames of a partition arrive in the order in which they are put."""
        self._lanes[frame.slot].put(Parcel(frame, frame.size))

    def flowing(self, slot: Slot) -> bool:
        """Whether a tick may be put: nothing is piling up in this partition."""
        lane = self._lanes[slot]
        return not lane.spooled and len(lane) < _TICKED_UP_TO

    async def run(self) -> None:
        """Deliver until `finish`."""
        try:
            async with asyncio.TaskGroup() as group:
                lanes = [group.create_task(self._deliver(lane)) for lane in self._lanes.values()]
                await self._keep_spooling()
                for task in lanes:
                    task.cancel()
        finally:
            self._spool.close()
            await self._outlet.close()

    async def finish(self, patience: float) -> None:
        """Deliver what is left, for `patience` seconds at most; spool the rest, end `run`."""
        deadline = time.monotonic() + patience
        while len(self) and time.monotonic() < deadline:  # noqa: ASYNC110  (ends within seconds)
            await asyncio.sleep(0.01)
        await self._spool_waiting(math.inf)
        if len(self):
            _log.warning("kafka_still_away", frames=len(self), full=self._full)
        self._closing.set()

    async def _deliver(self, lane: Lane) -> None:
        topic = self._full_name(lane.slot.topic)
        while True:
            parcel = await lane.first()
            held = parcel.items  # taken now: they leave the parcel if it is spooled
            spooled: Spooled | None = None
            if parcel.frame is not None:
                value = parcel.frame.value
            else:
                spooled = await self._read(parcel)
                value = spooled.value
            await self._outlet.send(topic, lane.slot.partition, value)
            lane.shift()
            await self._delivered(parcel, held, spooled)

    async def _read(self, parcel: Parcel) -> Spooled:
        async with self._disk:
            if parcel.place is None:
                raise RuntimeError("a parcel is neither in memory nor on the spool")
            return self._spool.read(parcel.place)

    async def _delivered(
        self, parcel: Parcel, held: Sequence[Held], spooled: Spooled | None
    ) -> None:
        """Count, let go and give receipts for a parcel that Kafka has."""
        if spooled is not None:
            receipts: Sequence[tuple[str, bytes]] = spooled.receipts
            lines = spooled.lines
        else:
            receipts = _receipts(held)
            lines = len(held)
        if parcel.place is None:
            self.on_safe(held, parcel.size)
        else:
            async with self._disk:
                self._spool.done([parcel.place])
        self._counts.lines += lines
        self._counts.frames += lines > 0
        self.on_delivered(receipts)

    async def _keep_spooling(self) -> None:
        while not self._closing.is_set():
            await self._spool_waiting(time.monotonic() - PATIENCE_S)
            try:
                async with asyncio.timeout(_FULL_ROUND_S if self._full else _ROUND_S):
                    await self._closing.wait()
            except TimeoutError:
                continue

    async def _spool_waiting(self, before: float) -> None:
        """Spool what has waited since before `before`, as far as the spool takes it."""
        for lane in self._lanes.values():
            more = True
            while more:
                async with self._disk:
                    parcels = _portion(lane.waiting(before))
                    more = bool(parcels)
                    if parcels and not await self._spool_parcels(lane, parcels):
                        return

    async def _spool_parcels(self, lane: Lane, parcels: list[Parcel]) -> bool:
        """Write parcels and let go of them; False where the spool takes nothing more."""
        frames = [_spooled(parcel) for parcel in parcels]
        places = await self._append(frames)
        if not places:
            return False
        self._note_space()
        for place, parcel in zip(places, parcels, strict=False):
            if parcel.sent:
                self._spool.done([place])  # Kafka's answer came while the disk was writing
                continue
            lane.move(parcel, place)
            self._counts.spooled += len(parcel.items)
            items, parcel.items = parcel.items, []
            self.on_safe(items, parcel.size)
        return True

    async def _append(self, frames: list[Spooled]) -> list[Place]:
        """Write frames, or as many of the first ones as the spool takes."""
        while True:
            try:
                return await asyncio.to_thread(self._spool.append, frames)
            except SpoolFullError as error:
                if len(frames) == 1:
                    self._note_full(str(error))
                    return []
                frames = frames[: len(frames) // 2]

    def _note_full(self, reason: str) -> None:
        if not self._full:
            _log.error(
                "spool_full", reason=reason, effect="no PUBACK; the MQTT broker keeps what follows"
            )
        self._full = True

    def _note_space(self) -> None:
        if self._full:
            _log.info("spool_takes_again", bytes=self._spool.size)
        self._full = False


def _portion(parcels: Iterable[Parcel]) -> list[Parcel]:
    """As many as one write should take."""
    portion: list[Parcel] = []
    size = 0
    for parcel in parcels:
        portion.append(parcel)
        size += parcel.size
        if size >= _APPEND_BYTES:
            break
    return portion


def _receipts(held: Iterable[Held]) -> tuple[tuple[str, bytes], ...]:
    return tuple((each.topic, each.receipt) for each in held if each.topic)


def _spooled(parcel: Parcel) -> Spooled:
    frame = parcel.frame
    if frame is None:
        raise RuntimeError("a parcel that is on the spool already has no frame")
    slot = frame.slot
    return Spooled(
        slot.topic, slot.partition, frame.value, len(frame.items), _receipts(frame.items)
    )


def _ignore(*_: object) -> None:
    """A call-back that nobody has set."""
