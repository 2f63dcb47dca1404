"""Timers in stream time, ordered by (due, stage, zone, kind, key)."""

import heapq
from typing import NamedTuple


class Timer(NamedTuple):
    """One thing that falls due; the field order is the firing order.

    Attributes:
        due: Stream time, Unix ms.
        rank: Rank of the stage that set it.
        zone: Zone or other place.
        kind: Indicator, alert kind or order id.
        key: What it is about, e.g. the window's end in ms.
    """

    due: int
    rank: int
    zone: str
    kind: str
    key: int


class Timers:
    """A queue of timers. It is derived from the stages' states and never part of a snapshot."""

    def __init__(self) -> None:
        self._heap: list[Timer] = []

    def set(self, timer: Timer) -> None:
        """Add a timer; one that is set twice fires twice, its stage must not mind."""
        heapq.heappush(self._heap, timer)

    def next_due(self, now: int) -> Timer | None:
        """Take the first timer with due ≤ now (ms), or None."""
        if self._heap and self._heap[0].due <= now:
            return heapq.heappop(self._heap)
        return None

    def __len__(self) -> int:
        return len(self._heap)
