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
        self._dues: list[int] = []
        self._at: dict[int, list[Timer]] = {}

    def set(self, timer: Timer) -> None:
        """Add a timer; one that is set twice fires twice, its stage must not mind."""
        same = self._at.get(timer.due)
        if same is None:
            self._at[timer.due] = [timer]
            heapq.heappush(self._dues, timer.due)
        else:
            same.append(timer)

    @property
    def due(self) -> int | None:
        """When the first timer falls due, ms; None without one."""
        return self._dues[0] if self._dues else None

    def next_due(self, now: int) -> Timer | None:
        """Take the first timer with due ≤ now (ms), or None."""
        if not self._dues or self._dues[0] > now:
            return None
        same = self._at[self._dues[0]]
        # Those of one instant are few, and mostly in order already.
        same.sort(reverse=True)
        timer = same.pop()
        if not same:
            del self._at[heapq.heappop(self._dues)]
        return timer

    def take_due(self, now: int) -> list[Timer]:
        """Take all timers of the first instant ≤ now (ms) in their order; empty without one."""
        if not self._dues or self._dues[0] > now:
            return []
        return sorted(self._at.pop(heapq.heappop(self._dues)))

    def __len__(self) -> int:
        return sum(map(len, self._at.values()))
