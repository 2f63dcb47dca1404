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

from sensors.decimals import Bools, Floats, Ints
from sensors.growing import ranges
from sensors.regions import SPAN, Regions
from sensors.row_places import bisect, cells_of, instants_of

_MOST_ROWS: Final = 1 << 20
"""Rows of a group beyond which nothing more is taken, whatever is open."""


class _Sorted(NamedTuple):
    """Rows by group: where each group's rows begin and how many they are."""

    group: Ints
    instant: Ints
    firsts: Ints
    counts: Ints


class RowStore(Regions):
    """Rows in, many at once or one by one; and all of them out of snapshots. Times are Unix ms."""

    # -- many rows at once ----------------------------------------------------------------------

    def append(
        self, groups: Ints, instants: Ints, sizes: Ints, now: int, others: Ints
    ) -> tuple[Bools, Ints]:
        """Add the rows that are newer than all before them in their group, in the order given.

        Args:
            groups: Group of each row.
            instants: Event time of each row.
            sizes: How many of its cells will be filled.
            now: Effective received of the first of them; older rows may be dropped by it.
            others: Groups of rows that stand among these and are for `insert`.

        Returns:
            Which rows were added, and the first cell of each row, whose values are to be put there.
            The rest (not newer, or of a group that may come to its capacity, where it matters which
            row comes first) is for `insert`.
        """
        order = np.argsort(groups, kind="stable")
        rows = _by_group(groups[order], instants[order])
        group, heads = rows.group, rows.group[rows.firsts]
        is_new = self._newer(rows)
        added = rows.counts
        if not is_new.all():
            added = np.add.reduceat(is_new, rows.firsts, dtype=np.int64)
        full = self.count[heads] + rows.counts > self.capacity[heads]
        if others.size:
            more = np.bincount(others, minlength=len(self))[heads]
            full = self.count[heads] + rows.counts + more > self.capacity[heads]
        if full.any():
            is_new &= ~np.repeat(full, rows.counts)
            added = np.where(full, 0, added)
        self._ensure(rows, added, now)
        rank = np.cumsum(is_new) - 1 - np.repeat(np.cumsum(added) - added, rows.counts)
        place = self.count[group] + rank
        cells = np.empty(group.size, np.int64)
        cells[order] = self.cell[group] + place * self.width[group]
        mask = np.empty(group.size, np.bool_)
        mask[order] = is_new
        if not is_new.all():
            group, place = group[is_new], place[is_new]
        instant = rows.instant[is_new] - self.epoch[group]
        self.since_epoch[self.row[group] + place] = instant
        self.count[heads] += added
        last = np.cumsum(added) - 1
        some = added > 0
        self.newest[heads[some]] = rows.instant[is_new][last[some]]
        partly = np.flatnonzero(mask & (sizes < self.width[groups]))
        if partly.size:
            self.values[ranges(cells[partly], self.width[groups[partly]])] = np.nan
        return mask, cells

    def _newer(self, rows: _Sorted) -> Bools:
        """Which rows are newer than all before them in their group, and not forgotten."""
        group, instant, firsts, counts = rows
        heads = group[firsts]
        known = np.maximum(self.newest[heads], self.floor[heads] - 1)
        before = np.empty_like(instant)
        before[1:] = instant[:-1]
        before[firsts] = known
        is_new: Bools = instant > before
        if is_new.all():
            return is_new
        # The running maximum by group: groups are told apart by their rank in the high bits.
        since = instant - int(instant.min())
        rank = np.repeat(np.arange(firsts.size) << 40, counts)
        largest = np.maximum.accumulate(rank + since)
        before[1:] = largest[:-1]
        before[firsts] = -1
        return (rank + since > before) & (instant > np.repeat(known, counts))

    def _ensure(self, rows: _Sorted, added: Ints, now: int) -> None:
        """Room for `added` rows in each group, and an epoch that reaches the last of them."""
        heads = rows.group[rows.firsts]
        latest = np.maximum.reduceat(rows.instant, rows.firsts)
        lacking = self.lacks_room(heads, added, latest) & (added > 0)
        for index in np.flatnonzero(lacking).tolist():
            start = int(rows.firsts[index])
            oldest = int(rows.instant[start : start + int(rows.counts[index])].min())
            self.make_room(int(heads[index]), int(added[index]), now, oldest)

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
            self.make_room(group, 1, now, instant)
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
        self.drop(group, self.place(group, now - int(self.keep[group])))
        capacity, count = int(self.capacity[group]), int(self.count[group])
        span = int(self.span[group])
        excess = min(count - capacity * 3 // 4, self.place(group, now - span))
        if count < capacity or excess <= 0:
            return
        last = int(self.since_epoch[int(self.row[group]) + excess - 1]) + int(self.epoch[group])
        self.floor[group] = max(int(self.floor[group]), last + 1 + span)
        self.drop(group, excess)

    # -- snapshots ------------------------------------------------------------------------------

    def rows_at(self, groups: Ints, instants: Ints) -> tuple[Ints, Ints, Floats]:
        """The rows of these instants that are still there: groups, instants, cells row by row."""
        since = np.clip(instants - self.epoch[groups], -1, SPAN)
        place = bisect(self, groups, since)
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
            self._restore(_by_group(group[firsts], instant[firsts]), cells)

    def _restore(self, rows: _Sorted, cells: Floats) -> None:
        self.expect(rows.group[rows.firsts], rows.counts)
        for first, count in zip(rows.firsts.tolist(), rows.counts.tolist(), strict=True):
            group, end = int(rows.group[first]), first + count
            low = self._oldest_kept(group, int(rows.instant[end - 1]))
            kept = first + int(np.searchsorted(rows.instant[first:end], low))
            left = end - kept
            if not left:
                continue
            oldest = int(rows.instant[kept])
            self.make_room(group, left, oldest, oldest)
            row, cell = int(self.row[group]), int(self.cell[group])
            self.since_epoch[row : row + left] = rows.instant[kept:end] - int(self.epoch[group])
            self.values[cell : cell + left * int(self.width[group])] = cells[kept:end].ravel()
            self.count[group] = left
            self.newest[group] = int(rows.instant[end - 1])

    def _oldest_kept(self, group: int, newest: int) -> int:
        """Rows before this are gone: forgotten in a flood, or dropped after a long silence."""
        return max(int(self.floor[group]) - int(self.span[group]), newest - SPAN // 2)


def _slices(pool: npt.NDArray[Any], starts: Ints, sizes: Ints) -> npt.NDArray[Any]:
    """Stretches of a pool, one after the other."""
    parts = [pool[at : at + n] for at, n in zip(starts.tolist(), sizes.tolist(), strict=True)]
    return np.concatenate(parts) if parts else pool[:0]


def _by_group(group: Ints, instant: Ints) -> _Sorted:
    is_first = np.empty(group.size, np.bool_)
    is_first[:1] = True
    np.not_equal(group[1:], group[:-1], out=is_first[1:])
    firsts = np.flatnonzero(is_first)
    counts = np.append(firsts[1:], group.size) - firsts
    return _Sorted(group, instant, firsts, counts)
