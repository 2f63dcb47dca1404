"""The readings that are remembered, as rows: what windows are made of and duplicates compared with.

Quantities of one terminal that come in one pack share a *group*; each instant of a group is a row
with a cell per quantity, NaN where that quantity did not report. The rows of a group are sorted by
event time and lie in one region of two flat pools (`Regions`): instants, int32 ms since the group's
epoch, and values, float64 in the canonical unit. So a reading takes 8 bytes and its share of 4.

Nothing here depends on how lines were batched: a row may be dropped once it is older than what its
group keeps, when that happens is nobody's business.
"""

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sensors.decimals import Floats, Ints
from sensors.growing import ranges
from sensors.regions import SPAN, Regions
from sensors.row_copies import whole_rows
from sensors.row_places import cells_of, instants_of

_MOST_ROWS: Final = 1 << 20
"""Rows of a group beyond which nothing more is taken, whatever is open."""


class Sorted(NamedTuple):
    """Rows by group: where each group's rows begin and how many they are."""

    group: Ints
    instant: Ints
    firsts: Ints
    counts: Ints


class RowStore(Regions):
    """Rows in, one by one; and all of them out of snapshots. Times are Unix ms.

    Many rows at once come in by `appending`.
    """

    # -- one row --------------------------------------------------------------------------------

    def insert(self, group: int, instant: int, now: int) -> int | None:
        """The first cell of the row of an instant, added where there is none; None: forgotten."""
        if instant < self.floor[group]:
            return None
        place, count = self.place(group, instant), int(self.count[group])
        since = instant - int(self.epoch[group])
        if place < count and int(self.since_epoch[int(self.row[group]) + place]) == since:
            return int(self.cell[group]) + place * int(self.width[group])
        if count >= self.capacity[group]:
            self._forget(group, now)
            if instant < self.floor[group] or self.count[group] >= _MOST_ROWS:
                return None
            place, count = self.place(group, instant), int(self.count[group])
        if not 0 <= since <= SPAN or count >= self.room[group]:
            self.make_room(*(np.array([number]) for number in (group, 1, now, instant)))
            place = self.place(group, instant)
        return self._open_row(group, place, instant)

    def _open_row(self, group: int, place: int, instant: int) -> int:
        """Shift the rows from `place` on by one and put an empty row there."""
        start, cell = int(self.row[group]), int(self.cell[group])
        count, width = int(self.count[group]), int(self.width[group])
        instants, values = self.since_epoch, self.values
        instants[start + place + 1 : start + count + 1] = instants[start + place : start + count]
        first, last = cell + place * width, cell + count * width
        values[first + width : last + width] = values[first:last]
        values[first : first + width] = np.nan
        instants[start + place] = instant - int(self.epoch[group])
        self.count[group] += 1
        self.newest[group] = max(int(self.newest[group]), instant)
        return first

    def _forget(self, group: int, now: int) -> None:
        """A group at its capacity: old rows go; in a flood all but three quarters of it.

        Never those that open windows are made of. What would touch a window of which rows were
        forgotten is not taken any more.
        """
        self._drop(group, self.place(group, now - int(self.keep[group])))
        capacity, count = int(self.capacity[group]), int(self.count[group])
        span = int(self.span[group])
        excess = min(count - capacity * 3 // 4, self.place(group, now - span))
        if count < capacity or excess <= 0:
            return
        last = int(self.since_epoch[int(self.row[group]) + excess - 1]) + int(self.epoch[group])
        self.floor[group] = max(int(self.floor[group]), last + 1 + span)
        self._drop(group, excess)

    def _drop(self, group: int, rows: int) -> None:
        self.drop(np.array([group]), np.array([rows]))

    # -- snapshots ------------------------------------------------------------------------------

    def rows_at(self, groups: Ints, instants: Ints) -> tuple[Ints, Ints, Floats]:
        """The rows of these instants that are still there: groups, instants, cells row by row."""
        since = np.clip(instants - self.epoch[groups], -1, SPAN)
        place = self.places(groups, since)
        is_there = place < self.count[groups]
        groups, place, since = groups[is_there], place[is_there], since[is_there]
        is_there = self.since_epoch[self.row[groups] + place] == since
        groups, place = groups[is_there], place[is_there]
        return groups, instants_of(self, groups, place), self.values[cells_of(self, groups, place)]

    def rows_of(self, groups: Ints) -> tuple[Ints, Ints, Floats]:
        """All rows of these groups: group and instant of each row, cells row by row."""
        counts = self.count[groups]
        # Rows of a group lie side by side: slices, without an index for each cell.
        since = _slices(self.since_epoch, self.row[groups], counts)
        values = _slices(self.values, self.cell[groups], counts * self.width[groups])
        return np.repeat(groups, counts), since + np.repeat(self.epoch[groups], counts), values

    def restore(self, groups: Ints, instants: Ints, values: Floats) -> None:
        """Fill empty groups with rows in any order; cells of the same row are put together."""
        widths = self.width[groups]
        begins = np.cumsum(widths) - widths
        for width in np.unique(widths).tolist():
            some = np.flatnonzero(widths == width)
            order = some[np.lexsort((instants[some], groups[some]))]
            cells = values[begins[order][:, None] + np.arange(width)]
            group, instant = groups[order], instants[order]
            is_first = np.ones(order.size, np.bool_)
            is_first[1:] = (group[1:] != group[:-1]) | (instant[1:] != instant[:-1])
            firsts = np.flatnonzero(is_first)
            # A cell has one value for ever; fmax takes it where the others have none.
            cells = np.fmax.reduceat(cells, firsts, axis=0)
            self._restore(by_group(group[firsts], instant[firsts]), cells)

    def _restore(self, rows: Sorted, cells: Floats) -> None:
        heads, ends = rows.group[rows.firsts], rows.firsts + rows.counts - 1
        newest = rows.instant[ends]
        # Older ones are gone: forgotten in a flood, or dropped after a long silence.
        low = np.maximum(self.floor[heads] - self.span[heads], newest - SPAN // 2)
        is_kept = rows.instant >= np.repeat(low, rows.counts)
        left = np.add.reduceat(is_kept, rows.firsts, dtype=np.int64)
        some = left > 0
        heads, left, newest = heads[some], left[some], newest[some]
        group, instant = rows.group[is_kept], rows.instant[is_kept]
        oldest = instant[np.cumsum(left) - left]
        self.make_room(heads, left, oldest, oldest)
        place = ranges(np.zeros_like(left), left)
        width = cells.shape[1]
        self.since_epoch[self.row[group] + place] = instant - self.epoch[group]
        kept = np.ascontiguousarray(cells[is_kept]).view(f"V{8 * width}").ravel()
        whole_rows(self.values, width)[self.cell[group] + place * width] = kept
        self.count[heads], self.newest[heads] = left, newest


def _slices(pool: npt.NDArray[Any], starts: Ints, sizes: Ints) -> npt.NDArray[Any]:
    """Stretches of a pool, one after the other."""
    parts = [pool[at : at + n] for at, n in zip(starts.tolist(), sizes.tolist(), strict=True)]
    return np.concatenate(parts) if parts else pool[:0]


def by_group(group: Ints, instant: Ints) -> Sorted:
    """Rows that are sorted by group."""
    is_first = np.empty(group.size, np.bool_)
    is_first[:1] = True
    np.not_equal(group[1:], group[:-1], out=is_first[1:])
    firsts = np.flatnonzero(is_first)
    counts = np.append(firsts[1:], group.size) - firsts
    return Sorted(group, instant, firsts, counts)
