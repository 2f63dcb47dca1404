"""Memory of the row store: a region of two flat pools for the rows of each group.

A group's region is as large as its declared cadence asks for, and larger where it sends more often.
The pools are not touched before rows are written, so what is not used costs address space only.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sensors.decimals import Floats, Ints
from sensors.growing import Growing

NEVER: Final = -(2**62)
"""Before every event time, ms."""
SPAN: Final = 2**31 - 1
"""Largest distance of an instant from its group's epoch, ms: 24 days."""
_LEAST_ROOM: Final = 4
_MOST_AHEAD: Final = 4096
"""Rows that a region has room for before they come, at most."""


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
        self.since_epoch: npt.NDArray[np.int32] = np.empty(1024, np.int32)
        self.values: Floats = np.empty(1024)
        self._rows_used = self._cells_used = 0

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
            (self._capacity, 4 * usual + 64), (self._usual, min(usual + 8, _MOST_AHEAD)),
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

    def lacks_room(self, groups: Ints, added: Ints, latest: Ints) -> npt.NDArray[np.bool_]:
        """Which groups have no room for so many rows more, the last of them at `latest`."""
        is_full = self.count[groups] + added > self._room.data[groups]
        return is_full | (latest - self.epoch[groups] > SPAN)

    def drop(self, group: int, rows: int) -> None:
        """Drop the oldest rows."""
        if not rows:
            return
        start, cell = int(self.row[group]), int(self.cell[group])
        count, width = int(self.count[group]), int(self.width[group])
        left = count - rows
        instants, values = self.since_epoch, self.values
        instants[start : start + left] = instants[start + rows : start + count].copy()
        kept = values[cell + rows * width : cell + count * width].copy()
        values[cell : cell + left * width] = kept
        self.count[group] = left

    def make_room(self, group: int, added: int, now: int, oldest: int) -> None:
        """Drop what is too old; move to a larger region where that is not enough; set the epoch.

        Args:
            group: The group.
            added: Rows that are to be added.
            now: Effective received.
            oldest: The oldest of them.
        """
        self.drop(group, self.place(group, now - int(self.keep[group])))
        self._rebase(group, oldest)
        needed = int(self.count[group]) + added
        # A tenth must be free, else the next rows would be dropped one by one.
        if needed * 10 > int(self._room.data[group]) * 9:
            room = max(_LEAST_ROOM, int(self._usual.data[group]), needed) * 10 // 9 + 1
            self._move(group, room)

    def expect(self, groups: Ints, rows: Ints) -> None:
        """Make room in the pools for groups that will come with so many rows."""
        rooms = np.maximum(np.maximum(rows, self._usual.data[groups]), _LEAST_ROOM) * 10 // 9 + 1
        self._reserve(int(rooms.sum()), int((rooms * self.width[groups]).sum()))

    def _rebase(self, group: int, oldest: int) -> None:
        start, count = int(self.row[group]), int(self.count[group])
        rows = self.since_epoch[start : start + count]
        old = int(self.epoch[group])
        epoch = min(int(rows[0]) + old, oldest) if count else oldest
        # Room below, so that late rows do not move the epoch again and again.
        epoch -= min(int(self.keep[group]), SPAN // 4)
        if count and epoch != old:
            rows += np.int32(old - epoch)
        self.epoch[group] = epoch

    def _move(self, group: int, room: int) -> None:
        width, count = int(self.width[group]), int(self.count[group])
        self._reserve(room, room * width)
        row, cell = int(self.row[group]), int(self.cell[group])
        to_row, to_cell = self._rows_used, self._cells_used
        self._rows_used += room
        self._cells_used += room * width
        self.since_epoch[to_row : to_row + count] = self.since_epoch[row : row + count]
        self.values[to_cell : to_cell + count * width] = self.values[cell : cell + count * width]
        self.row[group], self.cell[group] = to_row, to_cell
        self._room.data[group] = room

    def _reserve(self, rows: int, cells: int) -> None:
        """Room at the end of both pools: what groups have left is closed up, or the pools grow."""
        if (
            self._rows_used + rows <= self.since_epoch.size
            and self._cells_used + cells <= self.values.size
        ):
            return
        room, width = self._room.data, self.width
        rows_kept, cells_kept = int(room.sum()), int((room * width).sum())
        self.since_epoch, row_to = _packed(
            np.empty(_larger(rows_kept + rows), np.int32), self.since_epoch, self.row, room,
            self.count,
        )  # fmt: skip
        self.values, cell_to = _packed(
            np.empty(_larger(cells_kept + cells)), self.values, self.cell, room * width,
            self.count * width,
        )  # fmt: skip
        self.row[:], self.cell[:] = row_to, cell_to
        self._rows_used, self._cells_used = rows_kept, cells_kept


def _larger(size: int) -> int:
    """Half as much again; what is not written yet costs address space only."""
    return max(1024, size + size // 2)


def _packed(into: Any, pool: Any, begins: Ints, rooms: Ints, used: Ints) -> tuple[Any, Ints]:  # noqa: ANN401 - arrays of one dtype or the other
    """The used parts of a pool's regions, one region after the other; and where they begin now."""
    targets: Ints = np.cumsum(rooms) - rooms
    for begin, target, length in zip(begins.tolist(), targets.tolist(), used.tolist(), strict=True):
        into[target : target + length] = pool[begin : begin + length]
    return into, targets
