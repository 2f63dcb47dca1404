"""Giving receipts: a bounded queue in front of the MQTT connection."""

from collections import deque
from collections.abc import Iterable, Sequence

from streams.gateway.counts import Counts
from streams.mqtt.link import Link

OUTSTANDING = 200
"""Receipts that the broker may leave unacknowledged at a time."""
WAITING = 100_000
"""Receipts that may wait for the broker; beyond it the oldest go, and terminals send again."""


class Receipts:
    """Publishes receipts as fast as the broker takes them.

    Args:
        link: The gateway's connection.
        counts: Where receipts are counted.
    """

    def __init__(self, link: Link, counts: Counts) -> None:
        self._link = link
        self._counts = counts
        self._waiting: deque[tuple[str, bytes]] = deque()
        self._outstanding: set[int] = set()
        link.on_published = self._published

    def __len__(self) -> int:
        """Receipts not yet with the broker."""
        return len(self._waiting) + len(self._outstanding)

    def give(self, receipts: Iterable[tuple[str, bytes]]) -> None:
        """Queue receipts, each (MQTT topic, payload)."""
        self._waiting.extend(receipts)
        while len(self._waiting) > WAITING:
            self._waiting.popleft()
            self._counts.receipts_dropped += 1
        self.pump()

    def pump(self) -> None:
        """Send what may be sent; also called when the connection is up again."""
        while self._waiting and len(self._outstanding) < OUTSTANDING:
            mid = self._link.publish(*self._waiting[0])
            if mid is None:
                return
            self._outstanding.add(mid)
            self._waiting.popleft()

    def _published(self, mids: Sequence[int]) -> None:
        self._outstanding.difference_update(mids)
        self._counts.receipts += len(mids)
        self.pump()
