"""Memory of the row store: a region of two flat pools for the rows of each group.

A region grows with the rows that come, by two fifths at a time, and no farther ahead than the
declared cadence asks for. When the pools have no room left, all regions are packed anew, and each
gets the room that it will want next: so a row is copied three or four times while a city comes in,
and no more once every group has its usual rows.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from sensors.decimals import Floats, Ints
from sensors.growing import Growing
from sensors.native.copying import copier
from sensors.row_copies import Pools, Spot

NEVER: Final = -(2**62)
"""Before every event time, ms."""
SPAN: Final = 2**31 - 1
"""Largest distance of an instant from its group's epoch, ms: 24 days."""
_LEAST_AHEAD: Final = 4
"""Rows that a region has room for beside those it holds when it is placed, at least."""
_SPARE: Final = 16
"""What this part of the pools is kept free for regions that are placed between two packings."""


class Regions:
    """Groups, their tables and their rows, sorted by instant. Times are Unix ms.

    Attributes:
        since_epoch: Instant of each row since its group's epoch, ms.
        values: Cells, row by row.
    """

    def __init__(self) -> None:
        self._width, self._keep, self._span, self._capacity = (Growing(np.int64) for _ in range(4))
        self._newest, self._floor, self._epoch = (Growing(np.int64) for _ in range(3))
        self._row, self._cell, self._room, self._count = (Growing(np.int64) for _ in range(4))
        self._usual = Growing(np.int64)
        self.since_epoch: npt.NDArray[np.int32] = np.empty(16, np.int32)
        self.values: Floats = np.empty(64)
        self._rows_used = self._cells_used = 0
        self._copy = copier()

    def __len__(self) -> int:
        return len(self._width)

    @property
    def width(self) -> Ints:
        """Cells a row, by group."""
        return self._width.data

    @property
    def newest(self) -> Ints:
        """Largest instant ever accepted, by group; `NEVER` before the first."""
        return self._newest.data

    @property
    def floor(self) -> Ints:
        """Instants before this were forgotten in a flood, by group."""
        return self._floor.data

    @property
    def count(self) -> Ints:
        """Rows, by group."""
        return self._count.data

    @property
    def epoch(self) -> Ints:
        """What instants are counted from, by group."""
        return self._epoch.data

    @property
    def row(self) -> Ints:
        """First row in the pool of instants, by group."""
        return self._row.data

    @property
    def cell(self) -> Ints:
        """First cell in the pool of values, by group."""
        return self._cell.data

    @property
    def keep(self) -> Ints:
        """How long rows are kept, by group, ms."""
        return self._keep.data

    @property
    def span(self) -> Ints:
        """How long rows are kept in a flood, by group, ms."""
        return self._span.data

    @property
    def capacity(self) -> Ints:
        """Rows beyond which a group is flooded, by group."""
        return self._capacity.data

    @property
    def room(self) -> Ints:
        """Rows that a group's region has room for."""
        return self._room.data

    @property
    def nbytes(self) -> int:
        """Bytes of the rows there are and of the tables."""
        cells = int((self.count * self.width).sum())
        return 96 * len(self) + 4 * int(self.count.sum()) + 8 * cells

    def open(self, width: int, *, keep: int, span: int, cadence: int) -> int:
        """A new group.

        Args:
            width: Cells a row.
            keep: How long rows are kept, ms.
            span: How long they are kept in a flood, ms: open windows are made of them.
            cadence: Declared ms between two rows; four times as many are a flood, in which older
                ones are forgotten.
        """
        group = len(self)
        usual = keep // max(1, cadence)
        for table, value in (
            (self._width, width), (self._keep, keep), (self._span, span),
            (self._capacity, 4 * usual + 64), (self._usual, usual + 8),
            (self._newest, NEVER), (self._floor, NEVER), (self._epoch, 0),
            (self._row, 0), (self._cell, 0), (self._room, 0), (self._count, 0),
        ):  # fmt: skip
            table.append(value)
        return group

    def place(self, group: int, instant: int) -> int:
        """How many rows of a group are before an instant."""
        start, count = int(self.row[group]), int(self.count[group])
        wanted = min(max(instant - int(self.epoch[group]), -1), SPAN)
        # Of the rows' own type: for any other the rows would be copied.
        return int(self.since_epoch[start : start + count].searchsorted(np.int32(wanted)))

    def places(self, groups: Ints, since_epoch: Ints) -> Ints:
        """How many rows of each group are before an instant since its epoch, ms."""
        start, count = self.row[groups], self.count[groups]
        low, high = np.zeros_like(count), count.copy()
        for _ in range(int(count.max(initial=0)).bit_length()):
            middle = (low + high) >> 1
            is_open = low < high
            # Where the search has ended, whatever is read there changes nothing.
            rows = self.since_epoch[start + np.where(is_open, middle, 0)]
            is_before = (rows < since_epoch) & is_open
            low = np.where(is_before, middle + 1, low)
            high = np.where(is_before, high, middle)
        return low

    def lacks_room(
        self, groups: Ints, added: Ints, oldest: Ints, latest: Ints
    ) -> npt.NDArray[np.bool_]:
        """Which groups have no room for so many rows more, from `oldest` to `latest`."""
        is_full = self.count[groups] + added > self._room.data[groups]
        epoch = self.epoch[groups]
        return is_full | (oldest < epoch) | (latest - epoch > SPAN)

    def drop(self, groups: Ints, rows: Ints) -> None:
        """Drop the oldest rows of groups, which are all different."""
        some = rows > 0
        if not some.any():
            return
        groups, rows = groups[some], rows[some]
        width, left = self.width[groups], self.count[groups] - rows
        goal = Spot(self.row[groups], self.cell[groups])
        origin = Spot(goal.row + rows, goal.cell + rows * width)
        self._copy(self._pools, origin, self._pools, goal, width, left)
        self.count[groups] = left

    def drop_old(self, groups: Ints, now: Ints) -> None:
        """Drop the rows that groups, which are all different, need not keep any more at `now`."""
        low = np.clip(now - self.keep[groups] - self.epoch[groups], -1, SPAN)
        self.drop(groups, self.places(groups, low))

    def make_room(self, groups: Ints, added: Ints, now: Ints, oldest: Ints) -> None:
        """Drop what is too old; move to larger regions where that is not enough; set the epochs.

        Args:
            groups: Groups, all different.
            added: Rows that are to be added to each.
            now: Effective received.
            oldest: The oldest of them.
        """
        self.drop_old(groups, now)
        self._rebase(groups, oldest)
        needed, room = self.count[groups] + added, self._room.data[groups]
        # A tenth must be free, else the next rows would be dropped one by one.
        is_small = needed * 10 > room * 9
        if is_small.any():
            groups = groups[is_small]
            self._place(groups, self._room_for(groups, needed[is_small]))

    def _room_for(self, groups: Ints, rows: Ints) -> Ints:
        """Rows that a group should have room for which holds so many: some are still to come."""
        usual: Ints = np.maximum(self._usual.data[groups], rows) * 10 // 9 + 1
        ahead: Ints = np.minimum(rows + np.maximum(rows * 2 // 5, _LEAST_AHEAD), usual)
        return ahead

    def _rebase(self, groups: Ints, oldest: Ints) -> None:
        old, count = self.epoch[groups], self.count[groups]
        has_rows = count > 0
        first = self.since_epoch[np.where(has_rows, self.row[groups], 0)] + old
        epoch = np.where(has_rows, np.minimum(first, oldest), oldest)
        # Room below, so that late rows do not move the epoch again and again.
        epoch -= np.minimum(self.keep[groups], SPAN // 4)
        moved = np.flatnonzero(has_rows & (epoch != old))
        where = zip(self.row[groups[moved]].tolist(), count[moved].tolist(), strict=True)
        for (row, rows), by in zip(where, (old - epoch)[moved].tolist(), strict=True):
            self.since_epoch[row : row + rows] += np.int32(by)
        self.epoch[groups] = epoch

    @property
    def _pools(self) -> Pools:
        return Pools(self.since_epoch, self.values)

    def _place(self, groups: Ints, room: Ints) -> None:
        """Give groups regions of these sizes; what they leave is closed up when all are packed."""
        width = self.width[groups]
        cells = room * width
        rows_used, cells_used = (
            self._rows_used + int(room.sum()),
            self._cells_used + int(cells.sum()),
        )
        if rows_used > self.since_epoch.size or cells_used > self.values.size:
            self._pack(groups, room)
            return
        goal = Spot(self._rows_used + _begins(room), self._cells_used + _begins(cells))
        origin = Spot(self.row[groups], self.cell[groups])
        self._copy(self._pools, origin, self._pools, goal, width, self.count[groups])
        self.row[groups], self.cell[groups] = goal
        self._room.data[groups] = room
        self._rows_used, self._cells_used = rows_used, cells_used

    def _pack(self, groups: Ints, room: Ints) -> None:
        """Put all regions one behind the other into new pools; these groups get this room.

        The others get what they will want next, as everything is copied anyway; and never less
        than they have, because rows may have been promised a place.
        """
        everyone = np.arange(len(self))
        has_rows = self.count > 0
        rooms = np.maximum(
            self._room.data, np.where(has_rows, self._room_for(everyone, self.count), 0)
        )
        rooms[groups] = room
        cells = rooms * self.width
        rows_used, cells_used = int(rooms.sum()), int(cells.sum())
        pools = Pools(
            np.empty(rows_used + rows_used // _SPARE + 16, np.int32),
            np.empty(cells_used + cells_used // _SPARE + 64),
        )
        goal = Spot(_begins(rooms), _begins(cells))
        self._copy(self._pools, Spot(self.row, self.cell), pools, goal, self.width, self.count)
        self.since_epoch, self.values = pools
        self.row[:], self.cell[:] = goal
        self._room.data[:] = rooms
        self._rows_used, self._cells_used = rows_used, cells_used


def _begins(sizes: Ints) -> Ints:
    """Where each of these begins when they lie one behind the other."""
    begins: Ints = np.cumsum(sizes) - sizes
    return begins
