"""Windows made from remembered readings: for many signs at once, one numpy call for each step.

A window holds no running state. When it closes, or is corrected, the rows of its members within it
are found, copied block by block and reduced column by column. That costs one visit of each reading
for each window it is in, needs no memory beside the readings themselves, and gives a late
correction exactly what a window that was never late would have had.

A *block* is the rows of one group within one window. Quantities of a group whose windows are the
same share it: the cells of a pack are then read as they lie in memory.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np

from indicators.gathered import Gathered, Places, Pool, Table
from indicators.sign_members import SignMembers
from indicators.window import energies
from sensors.decimals import Bools, Floats, Ints
from sensors.growing import ranges
from sensors.regions import NEVER, SPAN, Regions
from sensors.row_places import span

_FEW: Final = 100
"""Up to so many blocks are read one by one."""


class _Blocks(NamedTuple):
    """Blocks of one width; times are ms relative to the end of the gathering.

    Attributes:
        group: Group of each block.
        start: First instant of its rows.
        end: First instant after them.
        scale: Steps per unit of each column, shape (blocks, width); 1 where nobody asks.
        energetic: Where sound energy is summed.
        guess: How many of a group's newest rows its block probably lies in.
    """

    group: Ints
    start: Ints
    end: Ints
    scale: Floats
    energetic: Bools
    guess: int


class _Batch:
    """Blocks of one width, reduced together; shape of what they give is (blocks, width)."""

    def __init__(self, blocks: _Blocks) -> None:
        self.width = blocks.scale.shape[1]
        self._group, self._start, self._end = blocks.group, blocks.start, blocks.end
        self._scale, self._energetic = blocks.scale, blocks.energetic
        self._energetic_columns = np.flatnonzero(blocks.energetic.any(axis=0)).tolist()
        self._has_one_scale = bool((blocks.scale == blocks.scale[0]).all())
        self._guess = blocks.guess

    def reduce(self, regions: Regions, ends: Ints) -> Table:
        """Reduce the rows of all blocks, as they lie before each end.

        Args:
            regions: The rows.
            ends: Ends of the gathering, ms.

        Returns:
            All blocks of the first end, then those of the next.
        """
        group = np.tile(self._group, ends.size)
        start, end = (np.add.outer(ends, edge).ravel() for edge in (self._start, self._end))
        read = self._few if group.size <= _FEW else self._many
        table, instants = read(regions, group, start, end)
        if not table.values.size:
            return table
        values, rows = table.values, table.rows
        filled: Any = slice(None) if rows.all() else np.flatnonzero(rows)
        at = table.begins[filled]
        is_there = values == values  # noqa: PLR0124 - not NaN
        scale = self._scale[:1]
        if not self._has_one_scale:
            scale = np.repeat(np.tile(self._scale, (ends.size, 1)), rows, axis=0)
        steps = np.rint(values * scale)
        if is_there.all():
            table.low[filled] = np.minimum.reduceat(values, at)
            table.high[filled] = np.maximum.reduceat(values, at)
            table.count[:] = rows[:, None]
            table.newest[filled] = instants[at + rows[filled] - 1, None]
        else:
            _reduce_some(table, filled, is_there, instants)
            steps[~is_there] = 0.0
        table.steps[filled] = np.add.reduceat(steps.astype(np.int64), at)
        for column in self._energetic_columns:
            is_level = np.repeat(np.tile(self._energetic[:, column], ends.size), rows)
            counts = is_there[:, column] & is_level
            table.energy[filled, column] = np.add.reduceat(_energies(values[:, column], counts), at)
        return table

    def _few(self, regions: Regions, groups: Ints, start: Ints, end: Ints) -> tuple[Table, Ints]:
        """As `_many`, block by block: that is quicker where there are few."""
        width = self.width
        epoch = regions.epoch[groups]
        edges = np.stack((start - epoch, end - epoch), axis=1)
        spans = np.clip(edges, -1, SPAN).astype(np.int32)
        tables = (regions.row, regions.count, regions.cell)
        sizes, instants, values = [], [], []
        where = [table[groups].tolist() for table in tables]
        for row, count, cell, edge in zip(*where, spans, strict=True):
            known = regions.since_epoch[row : row + count]
            first, last = known.searchsorted(edge).tolist()
            sizes.append(last - first)
            instants.append(known[first:last])
            values.append(regions.values[cell + first * width : cell + last * width])
        rows = np.array(sizes)
        table = Table(rows, np.cumsum(rows) - rows, np.concatenate(values).reshape(-1, width))
        return table, np.repeat(epoch, rows) + np.concatenate(instants)

    def _many(self, regions: Regions, groups: Ints, start: Ints, end: Ints) -> tuple[Table, Ints]:
        """The rows of all blocks, one block after the other, and their instants."""
        first, last = span(regions, groups, start, end, self._guess)
        rows = last - first
        place = ranges(first, rows)
        cells = np.repeat(regions.cell[groups], rows) + place * self.width
        # A row is copied as a whole.
        pool = regions.values
        whole = np.ndarray(
            pool.size - self.width + 1, f"V{8 * self.width}", pool.data, strides=(8,)
        )
        values = whole[cells].view(np.float64).reshape(-1, self.width)
        since = regions.since_epoch[np.repeat(regions.row[groups], rows) + place]
        instants = since + np.repeat(regions.epoch[groups], rows)
        return Table(rows, np.cumsum(rows) - rows, values), instants


def _energies(levels: Floats, is_there: Bools) -> Ints:
    """Sound energy of levels, 0 where there is none."""
    if is_there.all():
        return energies(levels)
    found = np.zeros(levels.size, np.int64)
    found[is_there] = energies(levels[is_there])
    return found


def _reduce_some(table: Table, filled: Any, is_there: Bools, instants: Ints) -> None:  # noqa: ANN401 - an index
    """As where every cell has a value, of those that have one."""
    at, values = table.begins[filled], table.values
    table.low[filled] = np.minimum.reduceat(np.where(is_there, values, np.inf), at)
    table.high[filled] = np.maximum.reduceat(np.where(is_there, values, -np.inf), at)
    table.count[filled] = np.add.reduceat(is_there, at, dtype=np.int64)
    newest = np.where(is_there, instants[:, None], NEVER)
    table.newest[filled] = np.maximum.reduceat(newest, at)
    table.is_complete = False


class Gathering:
    """What several windows are made of, worked out once for windows that close together.

    Args:
        members: Members of each window's sign.
        windows: Length of each window, ms.
        ends: End of each window, ms, relative to that of the first.
        regions: Rows of the members.
    """

    def __init__(
        self,
        members: Sequence[SignMembers],
        windows: Sequence[int],
        ends: Sequence[int],
        regions: Regions,
    ) -> None:
        sign = np.repeat(np.arange(len(members)), [len(m.terminals) for m in members])
        every = _Every(*(np.concatenate([m[i] for m in members]) for i in _ARRAYS))
        high = np.array(ends, np.int64)[sign] + every.shift
        low = high - np.array(windows, np.int64)[sign]
        width = regions.width[every.group]
        # Members with the same rows in the same window share a block.
        order = np.lexsort((high, low, every.group, width))
        block, firsts = _numbered((width, every.group, low, high), order)
        self._batches: list[_Batch] = []
        # Of each member: its cell in its table, the table's cells, and those of tables before it.
        cell = np.empty((3, sign.size), np.int64)
        cells = 0
        for size in np.unique(width).tolist():
            here = width == size
            base = int(block[here].min())
            row, column = block[here] - base, every.column[here]
            first = firsts[base : int(block[here].max()) + 1]
            scale = np.ones((first.size, size))
            energetic = np.zeros(scale.shape, np.bool_)
            scale[row, column] = every.scale[here]
            energetic[row, column] = every.energetic[here]
            guess = int(every.expected[here].max()) + 8
            blocks = _Blocks(every.group[first], low[first], high[first], scale, energetic, guess)
            self._batches.append(_Batch(blocks))
            cell[:, here] = (
                row * size + column,
                np.full(row.size, scale.size),
                np.full(row.size, cells),
            )
            cells += scale.size
        self._places = _places(members, every, cell)

    def gather(self, regions: Regions, end: int, hop: int = 0, rounds: int = 1) -> Gathered:
        """Reduce the readings of each window; of several rounds, one hop after the other.

        Args:
            regions: The rows.
            end: End of the first window, ms.
            hop: From one round to the next, ms.
            rounds: How many there are.
        """
        ends = end + hop * np.arange(rounds)
        tables = [batch.reduce(regions, ends) for batch in self._batches]
        return Gathered(self._places, tables, rounds)


class _Every(NamedTuple):
    """The arrays of the members of all signs."""

    group: Ints
    column: Ints
    shift: Ints
    expected: Floats
    scale: Floats
    energetic: Bools


_ARRAYS: Final = [SignMembers._fields.index(name) for name in _Every._fields]


def _numbered(columns: tuple[Ints, ...], order: Ints) -> tuple[Ints, Ints]:
    """A number for each different row of columns, in an order; and the first place of each."""
    is_first = np.ones(order.size, np.bool_)
    is_first[1:] = False
    for column in columns:
        is_first[1:] |= column[order][1:] != column[order][:-1]
    number = np.empty(order.size, np.int64)
    number[order] = np.cumsum(is_first) - 1
    return number, order[is_first]


def _places(members: Sequence[SignMembers], every: _Every, cell: Ints) -> Places:
    """Where members are, and the pools of all signs."""
    pools: list[Pool] = []
    pools_of: list[list[Pool]] = []
    begin = 0
    for sign in members:
        edges = [*(begin + sign.pool_first).tolist(), begin + len(sign.terminals)]
        own = [
            Pool(len(pools) + number, quantity, first, end)
            for number, (quantity, (first, end)) in enumerate(
                zip(sign.quantities, pairwise(edges), strict=True)
            )
        ]
        pools += own
        pools_of.append(own)
        begin = edges[-1]
    return Places(
        [terminal for sign in members for terminal in sign.terminals], pools, pools_of,
        [sign.promised for sign in members], cell[0], cell[1], cell[2], every.shift, every.expected,
        np.array([pool.first for pool in pools], np.int64),
    )  # fmt: skip
