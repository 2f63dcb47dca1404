"""The readings that are remembered, as rows: what windows are made of and duplicates compared with.

Quantities of one terminal that come in one pack share a *group*; each instant of a group is a row
with a cell per quantity, NaN where that quantity did not report. The rows of a group are sorted by
event time and lie in one region of two flat pools: instants, int32 ms since the group's epoch, and
values, float64 in the canonical unit. So a reading takes 8 bytes and its share of 4.

Nothing here depends on how lines were batched: a row may be dropped once it is older than what its
group keeps, when that happens is nobody's business.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sensors.decimals import Bools, Floats, Ints
from sensors.growing import Growing

_SPAN: Final = 2**31 - 1
"""Largest distance of an instant from its group's epoch, ms: 24 days."""
_FIRST_ROOM: Final = 4
_MOST_ROWS: Final = 1 << 20
"""Rows of a group beyond which nothing more is taken, whatever is open."""
_FEW: Final = 64
"""Up to so many rows a span is found by looking at all of them."""
NEVER: Final = -(2**62)
"""Before every event time, ms."""


class RowStore:
    """Groups of quantities and their rows. Event times are Unix ms.

    Attributes:
        width: Cells a row, by group.
        newest: Largest instant ever accepted, by group, ms.
        floor: Readings before this were forgotten, by group, ms.
    """

    def __init__(self) -> None:
        self._width, self._keep, self._span, self._capacity = (Growing(np.int64) for _ in range(4))
        self._newest, self._floor, self._epoch = (Growing(np.int64) for _ in range(3))
        self._row, self._cell, self._room, self._count = (Growing(np.int64) for _ in range(4))
        self._instants: npt.NDArray[np.int32] = np.empty(1024, np.int32)
        self._values: Floats = np.empty(1024)
        self._rows_used = self._cells_used = 0

    def __len__(self) -> int:
        return len(self._width)

    @property
    def width(self) -> Ints:
        """Cells a row, by group."""
        return self._width.data

    @property
    def newest(self) -> Ints:
        """Largest instant ever accepted, by group, ms; far in the past before the first."""
        return self._newest.data

    @property
    def floor(self) -> Ints:
        """Instants before this were forgotten in a flood, by group, ms."""
        return self._floor.data

    @property
    def count(self) -> Ints:
        """Rows, by group."""
        return self._count.data

    @property
    def nbytes(self) -> int:
        """Bytes of the regions and the tables."""
        return 88 * len(self) + 4 * self._rows_used + 8 * self._cells_used

    def open(self, width: int, *, keep: int, span: int, capacity: int) -> int:
        """A new group.

        Args:
            width: Cells a row.
            keep: How long rows are kept, ms.
            span: How long they are kept in a flood, ms: open windows are made of them.
            capacity: More rows than this are a flood, in which older ones are forgotten.
        """
        group = len(self._width)
        for table, value in (
            (self._width, width), (self._keep, keep), (self._span, span), (self._capacity, capacity),
            (self._newest, NEVER), (self._floor, NEVER), (self._epoch, 0),
            (self._row, 0), (self._cell, 0), (self._room, 0), (self._count, 0),
        ):  # fmt: skip
            table.append(value)
        return group

    # -- many rows at once ------------------------------------------------------------------------

    def append(self, groups: Ints, instants: Ints, now: int) -> tuple[Bools, Ints]:
        """Add the rows that are newer than all before them in their group, in the order given.

        Args:
            groups: Group of each row.
            instants: Event time of each row.
            now: Effective received of the first of them; older rows may be dropped by it.

        Returns:
            Which rows were added, and the first cell of each, to be filled by `fill`. The others
            (not newer, or of a group at its capacity) are for `insert`.
        """
        order = np.argsort(groups, kind="stable")
        group, instant = groups[order], instants[order]
        is_first = np.empty(group.size, np.bool_)
        is_first[:1] = True
        np.not_equal(group[1:], group[:-1], out=is_first[1:])
        firsts = np.flatnonzero(is_first)
        counts = np.diff(firsts, append=group.size)
        is_new = self._newer(group, instant, is_first, firsts, counts)
        added = counts if is_new.all() else np.add.reduceat(is_new, firsts, dtype=np.int64)
        heads = group[firsts]
        full = self.count[heads] + added > self._capacity.data[heads]
        if full.any():
            is_new &= ~np.repeat(full, counts)
            added = np.where(full, 0, added)
        self._ensure(heads, added, instant, firsts, counts, now)
        rank = np.cumsum(is_new) - 1
        if not is_new.all():
            rank -= np.repeat(np.cumsum(added) - added, counts)
        else:
            rank -= np.repeat(firsts, counts)
        row = self.count[group] + rank
        rows = (self._row.data[group] + row)[is_new]
        self._instants[rows] = (instant - self._epoch.data[group])[is_new]
        cells = np.empty(group.size, np.int64)
        cells[order] = self._cell.data[group] + row * self.width[group]
        self.count[heads] += added
        np.maximum.at(self.newest, group[is_new], instant[is_new])
        mask = np.empty(group.size, np.bool_)
        mask[order] = is_new
        return mask, cells

    def _newer(
        self, group: Ints, instant: Ints, is_first: Bools, firsts: Ints, counts: Ints
    ) -> Bools:
        """Rows, sorted by group, that are newer than all before them in their group."""
        before = np.empty_like(instant)
        before[1:] = instant[:-1]
        before[firsts] = self.newest[group[firsts]]
        is_new: Bools = instant > before
        if is_new.all():
            return is_new
        # The running maximum by group: groups are told apart by their rank in the high bits.
        low = int(instant.min())
        if int(instant.max()) - low >= 1 << 40:
            return is_first & is_new
        rank = np.repeat(np.arange(firsts.size) << 40, counts)
        largest = np.maximum.accumulate(rank + (instant - low))
        before = np.empty_like(largest)
        before[1:] = largest[:-1]
        before[firsts] = -1
        return (rank + (instant - low) > before) & (instant > self.newest[group])

    def _ensure(
        self, heads: Ints, added: Ints, instant: Ints, firsts: Ints, counts: Ints, now: int
    ) -> None:
        """Room for `added` rows in each group, and an epoch that reaches the last of them."""
        latest = instant[firsts + counts - 1]
        tight = (self.count[heads] + added > self._room.data[heads]) | (
            latest - self._epoch.data[heads] > _SPAN
        )
        for index in np.flatnonzero(tight & (added > 0)).tolist():
            start = int(firsts[index])
            oldest = int(instant[start : start + int(counts[index])].min())
            self._make_room(int(heads[index]), int(added[index]), now, oldest)

    def fill(self, cells: Ints, values: Floats) -> None:
        """Write values into cells of added rows."""
        self._values[cells] = values

    # -- one row ----------------------------------------------------------------------------------

    def insert(self, group: int, instant: int, now: int) -> int | None:
        """The first cell of the row of an instant, added where there is none; None: forgotten."""
        if instant < self.floor[group]:
            return None
        place = self._place(group, instant)
        start = int(self._row.data[group])
        epoch = int(self._epoch.data[group])
        count, width = int(self.count[group]), int(self.width[group])
        if place < count and int(self._instants[start + place]) == instant - epoch:
            return int(self._cell.data[group]) + place * width
        if count >= self._capacity.data[group]:
            self._forget(group, now)
            if instant < self.floor[group] or self.count[group] >= _MOST_ROWS:
                return None
        if count >= self._room.data[group] or not 0 <= instant - epoch <= _SPAN:
            self._make_room(group, 1, now, instant)
        place = self._place(group, instant)
        return self._open_row(group, place, instant)

    def _open_row(self, group: int, place: int, instant: int) -> int:
        """Shift the rows from `place` on by one and put an empty row there."""
        start, cell = int(self._row.data[group]), int(self._cell.data[group])
        count, width = int(self.count[group]), int(self.width[group])
        instants, values = self._instants, self._values
        instants[start + place + 1 : start + count + 1] = instants[start + place : start + count]
        first, last = cell + place * width, cell + count * width
        values[first + width : last + width] = values[first:last]
        values[first : first + width] = np.nan
        instants[start + place] = instant - int(self._epoch.data[group])
        self.count[group] += 1
        self.newest[group] = max(int(self.newest[group]), instant)
        return first

    def _place(self, group: int, instant: int) -> int:
        """How many rows of a group are before an instant."""
        start, count = int(self._row.data[group]), int(self.count[group])
        wanted = instant - int(self._epoch.data[group])
        rows = self._instants[start : start + count]
        return int(np.searchsorted(rows, min(max(wanted, -1), _SPAN)))

    def get(self, cell: int) -> float:
        """The value of a cell, NaN where there is none."""
        return float(self._values[cell])

    def put(self, cell: int, value: float) -> None:
        """Set a cell."""
        self._values[cell] = value

    def _forget(self, group: int, now: int) -> None:
        """A group at its capacity: old rows go; in a flood all but three quarters of it.

        Never those that open windows are made of. What would touch a window of which rows were
        forgotten is not taken any more.
        """
        self._drop_before(group, now - int(self._keep.data[group]))
        capacity, count = int(self._capacity.data[group]), int(self.count[group])
        span = int(self._span.data[group])
        excess = min(count - capacity * 3 // 4, self._place(group, now - span))
        if count < capacity or excess <= 0:
            return
        start = int(self._row.data[group])
        last = int(self._instants[start + excess - 1]) + int(self._epoch.data[group])
        self.floor[group] = max(int(self.floor[group]), last + 1 + span)
        self._drop(group, excess)

    # -- windows ----------------------------------------------------------------------------------

    def span(self, groups: Ints, low: Ints, high: Ints, guess: int) -> tuple[Ints, Ints]:
        """The rows of each group with low <= instant < high, as (first, after the last).

        Args:
            groups: Groups, any number of times each.
            low: First instant of each span, ms.
            high: First instant after it.
            guess: How many of the newest rows the spans probably lie in.
        """
        epoch = self._epoch.data[groups]
        bounds = np.clip(low - epoch, -1, _SPAN), np.clip(high - epoch, -1, _SPAN)
        count = self.count[groups]
        if guess > _FEW or not groups.size:
            first = self._bisect(groups, count, bounds[0])
            return first, self._bisect(groups, count, bounds[1])
        size = min(guess, int(count.max()))
        place = (count - size)[:, None] + np.arange(size)
        rows = self._instants[self._row.data[groups][:, None] + np.maximum(place, 0)]
        before = np.maximum(count - size, 0)
        is_row = place >= 0
        first = before + ((rows < bounds[0][:, None]) & is_row).sum(axis=1)
        last = before + ((rows < bounds[1][:, None]) & is_row).sum(axis=1)
        missed = np.flatnonzero((first == before) & (before > 0))
        if missed.size:
            some = groups[missed], count[missed]
            first[missed] = self._bisect(*some, bounds[0][missed])
            last[missed] = self._bisect(*some, bounds[1][missed])
        return first, last

    def _bisect(self, groups: Ints, count: Ints, wanted: Ints) -> Ints:
        """How many rows of each group are before an instant since its epoch."""
        start = self._row.data[groups]
        low, high = np.zeros_like(count), count.copy()
        for _ in range(int(count.max(initial=0)).bit_length()):
            middle = (low + high) >> 1
            is_open = low < high
            # Where the search has ended, whatever is read there changes nothing.
            rows = self._instants[start + np.where(is_open, middle, 0)]
            is_before = (rows < wanted) & is_open
            low = np.where(is_before, middle + 1, low)
            high = np.where(is_before, high, middle)
        return low

    def column(
        self, groups: Ints, columns: Ints, first: Ints, last: Ints
    ) -> tuple[Floats, Ints, Ints]:
        """The values of one cell over rows, group after group.

        Returns:
            The values there are, the row of each, and how many there are by group.
        """
        counts = last - first
        owner = np.repeat(np.arange(groups.size), counts)
        rows = np.arange(owner.size) + (first - (np.cumsum(counts) - counts))[owner]
        cells = (self._cell.data[groups] + columns)[owner] + rows * self.width[groups][owner]
        values = self._values[cells]
        is_there = values == values  # noqa: PLR0124 - not NaN
        if not is_there.all():
            values, rows = values[is_there], rows[is_there]
            counts = np.bincount(owner[is_there], minlength=groups.size)
        return values, rows, counts

    def newest_of(self, group: int, column: int) -> int:
        """The newest instant with a value in one cell, ms; far in the past where there is none."""
        count, width = int(self.count[group]), int(self.width[group])
        cell = int(self._cell.data[group])
        filled = np.flatnonzero(
            ~np.isnan(self._values[cell + column : cell + count * width : width])
        )
        if not filled.size:
            return NEVER
        row = int(self._row.data[group]) + int(filled[-1])
        return int(self._instants[row]) + int(self._epoch.data[group])

    def instants(self, groups: Ints, rows: Ints) -> Ints:
        """Event time of rows, ms."""
        found: Ints = self._instants[self._row.data[groups] + rows] + self._epoch.data[groups]
        return found

    # -- snapshots --------------------------------------------------------------------------------

    def rows_at(self, groups: Ints, instants: Ints) -> tuple[Ints, Ints, Floats]:
        """The rows of these instants that are still there: groups, instants, cells row by row."""
        since = np.clip(instants - self._epoch.data[groups], -1, _SPAN)
        place = self._bisect(groups, self.count[groups], since)
        is_there = place < self.count[groups]
        groups, place, since = groups[is_there], place[is_there], since[is_there]
        is_there = self._instants[self._row.data[groups] + place] == since
        groups, place = groups[is_there], place[is_there]
        return groups, self.instants(groups, place), self._cells(groups, place)

    def rows_of(self, groups: Ints) -> tuple[Ints, Ints, Floats]:
        """All rows of these groups: group and instant of each row, cells row by row."""
        counts = self.count[groups]
        owner = np.repeat(groups, counts)
        place = np.arange(owner.size) - np.repeat(np.cumsum(counts) - counts, counts)
        return owner, self.instants(owner, place), self._cells(owner, place)

    def _cells(self, groups: Ints, places: Ints) -> Floats:
        widths = self.width[groups]
        first = self._cell.data[groups] + places * widths
        ends = np.cumsum(widths)
        index = np.arange(int(ends[-1]) if ends.size else 0)
        return self._values[index + np.repeat(first - (ends - widths), widths)]

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
            self._restore(group[firsts], instant[firsts], cells)

    def _restore(self, groups: Ints, instants: Ints, cells: Floats) -> None:
        heads = np.flatnonzero(np.diff(groups, prepend=-1))
        for first, end in zip(heads.tolist(), [*heads[1:].tolist(), groups.size], strict=True):
            group = int(groups[first])
            kept = first + int(np.searchsorted(instants[first:end], self.floor[group]))
            count = end - kept
            if not count:
                continue
            self._make_room(group, count, NEVER, int(instants[kept]))
            row, cell = int(self._row.data[group]), int(self._cell.data[group])
            self._instants[row : row + count] = instants[kept:end] - int(self._epoch.data[group])
            self._values[cell : cell + count * int(self.width[group])] = cells[kept:end].ravel()
            self.count[group] = count
            self.newest[group] = int(instants[end - 1])

    # -- regions ----------------------------------------------------------------------------------

    def _drop_before(self, group: int, instant: int) -> None:
        self._drop(group, self._place(group, instant))

    def _drop(self, group: int, rows: int) -> None:
        """Drop the oldest rows; the cells that become free are NaN."""
        if not rows:
            return
        start, cell = int(self._row.data[group]), int(self._cell.data[group])
        count, width = int(self.count[group]), int(self.width[group])
        left = count - rows
        self._instants[start : start + left] = self._instants[start + rows : start + count].copy()
        kept = self._values[cell + rows * width : cell + count * width].copy()
        self._values[cell : cell + left * width] = kept
        self._values[cell + left * width : cell + count * width] = np.nan
        self.count[group] = left

    def _make_room(self, group: int, added: int, now: int, oldest: int) -> None:
        """Drop what is too old; move to a larger region where that is not enough; set the epoch."""
        self._drop_before(group, now - int(self._keep.data[group]))
        self._rebase(group, oldest)
        needed = int(self.count[group]) + added
        room = int(self._room.data[group])
        # A fifth must be free, else the next rows would be dropped one by one.
        if needed * 5 > room * 4:
            self._move(group, max(_FIRST_ROOM, needed + needed // 4 + 1))

    def _rebase(self, group: int, oldest: int) -> None:
        start, count = int(self._row.data[group]), int(self.count[group])
        rows = self._instants[start : start + count]
        old = int(self._epoch.data[group])
        epoch = min(int(rows[0]) + old, oldest) if count else oldest
        # Room below, so that late rows do not move the epoch again and again.
        epoch -= min(int(self._keep.data[group]), _SPAN // 4)
        rows += np.int32(0) if epoch == old else np.int32(old - epoch) if count else np.int32(0)
        self._epoch.data[group] = epoch

    def _move(self, group: int, room: int) -> None:
        width, count = int(self.width[group]), int(self.count[group])
        self._reserve(room, room * width)
        row, cell = int(self._row.data[group]), int(self._cell.data[group])
        to_row, to_cell = self._rows_used, self._cells_used
        self._rows_used += room
        self._cells_used += room * width
        self._instants[to_row : to_row + count] = self._instants[row : row + count]
        self._values[to_cell : to_cell + count * width] = self._values[cell : cell + count * width]
        self._values[to_cell + count * width : to_cell + room * width] = np.nan
        self._row.data[group], self._cell.data[group] = to_row, to_cell
        self._room.data[group] = room

    def _reserve(self, rows: int, cells: int) -> None:
        """Room at the end of both pools: what groups have left is closed up, or the pools grow."""
        if (
            self._rows_used + rows <= self._instants.size
            and self._cells_used + cells <= self._values.size
        ):
            return
        room, width = self._room.data, self.width
        live_rows, live_cells = int(room.sum()), int((room * width).sum())
        size = max(1024, 2 * (live_rows + rows)), max(1024, 2 * (live_cells + cells))
        instants, values = np.empty(size[0], np.int32), np.empty(size[1])
        row_to, cell_to = np.cumsum(room) - room, np.cumsum(room * width) - room * width
        moves: tuple[tuple[Any, ...], ...] = (
            (self._instants, instants, self._row.data, row_to, room),
            (self._values, values, self._cell.data, cell_to, room * width),
        )
        for old, new, begins, to, sizes in moves:
            for begin, target, length in zip(
                begins.tolist(), to.tolist(), sizes.tolist(), strict=True
            ):
                new[target : target + length] = old[begin : begin + length]
        self._row.data[:], self._cell.data[:] = row_to, cell_to
        self._instants, self._values = instants, values
        self._rows_used, self._cells_used = live_rows, live_cells
