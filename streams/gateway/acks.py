"""PUBACKs in the order of the PUBLISHes, as MQTT 4.6 demands and rumqttd enforces. Pure."""

from collections import deque
from collections.abc import Iterable

import msgspec


class Pending(msgspec.Struct, eq=False, gc=False):
    """A message that came, and whether it is safe.

    Attributes:
        mid: Packet identifier by which the broker waits to see it acknowledged; 0 = it does not.
        safe: Whether a crash cannot lose it any more.
    """

    mid: int
    safe: bool = False


class AckWindow:
    """Unacknowledged messages of one connection, in the order in which they came."""

    def __init__(self) -> None:
        self._waiting: deque[Pending] = deque()

    def __len__(self) -> int:
        return len(self._waiting)

    def take(self, pending: Pending) -> None:
        """Note a message that has come and is to be acknowledged."""
        self._waiting.append(pending)

    def settle(self, pendings: Iterable[Pending]) -> list[int]:
        """Note messages as safe and give the packet identifiers that may be acknowledged now.

        Messages of an earlier connection are ignored: the broker sends them again, and their
        identifiers may stand for others by now.
        """
        for pending in pendings:
            pending.safe = True
        waiting, mids = self._waiting, []
        while waiting and waiting[0].safe:
            mids.append(waiting.popleft().mid)
        return mids

    def reset(self) -> None:
        """Forget everything: the connection is gone."""
        self._waiting.clear()
