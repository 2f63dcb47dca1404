"""What waits to go to one Kafka partition, in order, in memory or on the spool."""

import asyncio
from collections import deque
from collections.abc import Iterator

from streams.gateway.acks import Pending
from streams.gateway.framer import Frame, Slot
from streams.gateway.spool import Place


class Held(Pending, eq=False, gc=False):
    """What comes with a line: who waits for it.

    Attributes:
        topic: MQTT topic of the receipt; empty = none.
        receipt: The receipt.
    """

    topic: str = ""
    receipt: bytes = b""


class Parcel:
    """A closed frame on its way.

    Args:
        frame: The frame; None where it is only on the spool.
        size: Its bytes.
        place: Where it is on the spool; None while it is not.

    Attributes:
        items: Who waits for its lines; empty once they are safe on the spool.
        sent: Whether Kafka has it.
    """

    __slots__ = ("frame", "items", "place", "sent", "size")

    def __init__(self, frame: Frame[Held] | None, size: int, place: Place | None = None) -> None:
        self.frame = frame
        self.size = size
        self.place = place
        self.items: list[Held] = frame.items if frame is not None else []
        self.sent = False


class Lane:
    """The parcels of one partition, first in, first out; at most the first one is under way.

    Args:
        slot: The partition.
    """

    def __init__(self, slot: Slot) -> None:
        self.slot = slot
        self.spooled = 0  # parcels that are on the spool
        self._parcels: deque[Parcel] = deque()
        self._filled = asyncio.Event()

    def __len__(self) -> int:
        return len(self._parcels)

    def put(self, parcel: Parcel) -> None:
        """Append a parcel."""
        self._parcels.append(parcel)
        self.spooled += parcel.place is not None
        self._filled.set()

    async def first(self) -> Parcel:
        """The first parcel; it stays where it is until `shift`."""
        while not self._parcels:
            self._filled.clear()
            await self._filled.wait()
        return self._parcels[0]

    def shift(self) -> None:
        """Drop the first parcel: Kafka has it."""
        parcel = self._parcels.popleft()
        parcel.sent = True
        self.spooled -= parcel.place is not None

    def move(self, parcel: Parcel, place: Place) -> None:
        """Note that a parcel is on the spool and needs no memory any more."""
        parcel.place = place
        parcel.frame = None
        self.spooled += 1

    def waiting(self, before: float) -> Iterator[Parcel]:
        """Parcels that should be on the spool and are not, in order.

        These are all that were opened before `before` (monotonic s), and every one behind a
        spooled one: what is on the disk is always the beginning of the lane.
        """
        for parcel in self._parcels:
            if parcel.place is None and parcel.frame is not None and parcel.frame.items:
                if not self.spooled and parcel.frame.opened >= before:
                    return
                yield parcel
