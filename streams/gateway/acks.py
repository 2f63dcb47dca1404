"""PUBACKs in the order of the PUBLISHes, as MQTT 4.6 demands and rumqttd enforces. Pure."""

from collections import deque
from collections.abc import Iterable, Iterator

import msgspec


class Pending(msgspec.Struct, eq=False):
    """A message that the broker waits to see acknowledged."""

    mid: int
    safe: bool = False


class AckWindow:
    """Unacknowledged messages of one connection, in the order in which they came."""

    def __init__(self) -> None:
        self._waiting: deque[Pending] = deque()

    def __len__(self) -> int:
        return len(self._waiting)

    def take(self, mid: int) -> Pending:
        """Note a message that has come; `mid` is its packet identifier."""
        pending = Pending(mid)
        self._waiting.append(pending)
        return pending

    def settle(self, pendings: Iterable[Pending]) -> Iterator[int]:
        """Note messages as safe and yield the packet identifiers that may be acknowledged now.

        Messages of an earlier connection are ignored: the broker sends them again, and their
        identifiers may stand for others by now.
        """
        for pending in pendings:
            pending.safe = True
        while self._waiting and self._waiting[0].safe:
            yield self._waiting.popleft().mid

    def reset(self) -> None:
        """Forget everything: the connection is gone."""
        self._waiting.clear()
