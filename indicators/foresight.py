"""How far lines can be taken before the windows have closed that are due on the way.

Where no row touches a window that closes before its line, and no sign falls asleep on the way, what
windows hold does not depend on whether they close before or after the rows are taken. Then the rows
of many lines are taken at once, and the windows of many closings are gathered at once.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np

from indicators.edges import Edges
from sensors.decimals import Bools, Ints

_NEVER_AGAIN: Final = 2**62


class Rows(NamedTuple):
    """Rows of lines to come, in their order. Times are Unix ms.

    Attributes:
        group: Group of each row.
        at: Its event time.
        received: Effective received of its line.
        is_whole: Whether every quantity of the group is in it.
    """

    group: Ints
    at: Ints
    received: Ints
    is_whole: Bools

    def first(self, count: int) -> "Rows":
        """The first rows only."""
        return Rows(
            self.group[:count], self.at[:count], self.received[:count], self.is_whole[:count]
        )


class Outlook(NamedTuple):
    """What lies ahead.

    Attributes:
        rows: How many rows are taken in any case alike.
        awake_until: No sign falls asleep at a window that is due by then, ms.
        newest: The newest instant that each slot will have heard of, ms.
    """

    rows: int
    awake_until: int
    newest: Ints


class _Arrivals(NamedTuple):
    """What surely feeds slots, by slot and then in its order; all of shape (arrivals,), ms."""

    slot: Ints
    received: Ints
    newest: Ints


class Foresight:
    """Looks at rows before they are taken.

    Args:
        edges: The edges.
        newest_of: The newest instant (ms) that a slot has heard of by a line's effective received
            (ms), looked up anew.
    """

    def __init__(self, edges: Edges, newest_of: Callable[[int, int], int]) -> None:
        self._edges, self._newest_of = edges, newest_of
        # What each slot has heard of at least; nobody keeps it up where lines are not looked at.
        self._newest: Ints = np.zeros(0, np.int64)

    def look(self, rows: Rows, least: int) -> Outlook:
        """How far to go.

        Args:
            rows: One or more rows.
            least: So many are taken in any case: they come before anything is due.
        """
        owners, slots, shifts = self._edges.pairs_of(rows.group)
        belongs, received = rows.at[owners] - shifts, rows.received[owners]
        is_odd = belongs < self._edges.at(slots, received)
        stops = owners[is_odd & (owners >= least)]
        count = int(stops[0]) if stops.size else rows.group.size
        # A row that is not whole may have nothing for one of its slots.
        is_sure = rows.is_whole[owners]
        some = ~is_odd & is_sure & (owners < count)
        arrivals = self._arrivals(slots[some], received[some], belongs[some])
        until = self._awake_until(arrivals, int(rows.received[0]), int(rows.received[-1]))
        count = min(count, int(np.searchsorted(rows.received, until, side="right")))
        return Outlook(count, until, self._after(arrivals, until))

    def go(self, outlook: Outlook) -> None:
        """The rows have been taken up to where it said."""
        self._newest = outlook.newest

    def _arrivals(self, slots: Ints, received: Ints, belongs: Ints) -> _Arrivals:
        """With the newest instant so far of each slot."""
        if self._newest.size < self._edges.slots:
            more = self._edges.slots - self._newest.size
            self._newest = np.append(self._newest, np.zeros(more, np.int64))
        order = np.argsort(slots, kind="stable")
        slots, received, belongs = slots[order], received[order], belongs[order]
        # The running maximum by slot: slots are told apart in the high bits.
        low = belongs.min(initial=0)
        newest = np.maximum.accumulate((slots << 42) + (belongs - low)) - (slots << 42) + low
        return _Arrivals(slots, received, np.maximum(newest, self._newest[slots]))

    def _awake_until(self, arrivals: _Arrivals, now: int, last: int) -> int:
        """The least time after which a sign might have heard nothing for too long."""
        slots, received, newest = arrivals
        patience = self._edges.patience
        is_last = np.append(slots[1:] != slots[:-1], slots.size > 0)[-slots.size :]
        following = np.where(is_last, _NEVER_AGAIN, np.roll(received, -1))
        deadline = newest + patience[slots]
        until = int(deadline[following > deadline].min(initial=_NEVER_AGAIN))
        heard_first = np.full(patience.size, _NEVER_AGAIN)
        heard_first[slots[::-1]] = received[::-1]
        doubtful = np.flatnonzero(self._newest + patience < np.minimum(heard_first, last))
        for slot in doubtful.tolist():
            self._newest[slot] = self._newest_of(slot, now)
        deadline = self._newest + patience
        return min(until, int(deadline[heard_first > deadline].min(initial=_NEVER_AGAIN)))

    def _after(self, arrivals: _Arrivals, until: int) -> Ints:
        newest = self._newest.copy()
        taken = arrivals.received <= until
        # The last one of a slot is its newest, and the last one assigned stays.
        newest[arrivals.slot[taken]] = arrivals.newest[taken]
        return newest
