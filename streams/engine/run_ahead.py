"""How far lines of a frame can be taken before windows close that are due on the way."""

from typing import Final

import numpy as np

from indicators.foresight import Rows
from indicators.stage import Vitals
from sensors.row_room import fitting
from sensors.row_store import RowStore
from streams.engine.incoming import Incoming

MANY: Final = 256
"""Rows between two closings that are worth the numpy calls of a closing by themselves."""
_FAR: Final = 2048
"""Lines that are looked at beyond the next closing."""


class RunAhead:
    """Looks over the lines of a frame.

    Args:
        vitals: Knows when windows close, and is told of what is taken before they do.
        store: Where the rows will go.
    """

    def __init__(self, vitals: Vitals, store: RowStore) -> None:
        self._vitals, self._store = vitals, store

    def reach(self, incoming: Incoming, line: int, end: int, now: int) -> int:
        """The end of the lines that can be taken, at least the one given.

        Args:
            incoming: The frame.
            line: The first line that is to be taken.
            end: The first line after the next closing.
            now: Effective received of the first line, ms.
        """
        effective, row_line = incoming.effective, incoming.row_line
        limits = (line, end, min(end + _FAR, effective.size))
        first, least, last = np.searchsorted(row_line, limits).tolist()
        if least == last:
            return end
        # Where a group comes to its capacity, it matters what has been forgotten before a row.
        last = first + fitting(self._store, incoming.row_group[first:last], now)
        rows = _rows(incoming, first, last, self._store)
        if last <= least or (rows.at < self._store.floor[rows.group]).any():
            return end
        outlook = self._vitals.look_ahead(rows, least - first)
        stop = first + outlook.rows
        further = min(
            int(row_line[stop]) if stop < row_line.size else limits[2],
            limits[2],
            int(np.searchsorted(effective, outlook.awake_until, side="right")),
        )
        if further <= end:
            return end
        taken = int(np.searchsorted(row_line, further)) - first
        self._vitals.run_ahead(outlook, rows.first(taken))
        return further


def _rows(incoming: Incoming, first: int, last: int, store: RowStore) -> Rows:
    group = incoming.row_group[first:last]
    sizes = np.diff(incoming.row_first[first : last + 1])
    received = incoming.effective[incoming.row_line[first:last]]
    return Rows(group, incoming.row_at[first:last], received, sizes == store.width[group])
