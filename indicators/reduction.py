"""Blocks of remembered rows, reduced column by column: count, least, largest, sums, newest.

A *block* is the rows of one group within one window. Sums are of whole steps, so no result depends
on the order of rows. `indicators/compiled.py` has the compiled twin.
"""

from typing import Any, Final, NamedTuple

import numpy as np

from indicators.window import energies, energy_sums
from sensors.decimals import Bools, Floats, Ints
from sensors.growing import ranges
from sensors.regions import NEVER, SPAN, Regions
from sensors.row_places import span

_FEW: Final = 100
"""Up to so many blocks are read one by one."""


class Blocks(NamedTuple):
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


CELL: Final = np.dtype(
    [
        *((name, np.int64) for name in ("count", "steps", "energy", "newest")),
        ("low", np.float64), ("high", np.float64),
    ]
)  # fmt: skip
"""What one column of one block comes to: see `Table`."""


class Table:
    """What the columns of blocks come to, each of shape (blocks, width).

    Args:
        pool: Cells of all groups (`Regions.values`); read again for single values.
        blocks: How many blocks.
        width: Cells a row.

    Attributes:
        rows: Rows of each block, shape (blocks,).
        first: First cell of each block in the pool, shape (blocks,).
        cells: The following ones, as records (`CELL`).
        count: Values in the column.
        low: Smallest of them.
        high: Largest of them.
        steps: Sum of round(value × scale).
        energy: Sum of the sound energy, for levels in dB only; see `energy_sums`.
        newest: Instant of the last one, ms.
    """

    __slots__ = (
        "cells", "count", "energy", "first", "high", "low", "newest", "pool", "rows", "steps",
    )  # fmt: skip

    def __init__(self, pool: Floats, blocks: int, width: int) -> None:
        self.pool = pool
        self.rows, self.first = np.empty((2, blocks), np.int64)
        self.cells = np.empty((blocks, width), CELL)
        self.count, self.steps, self.energy, self.newest, self.low, self.high = (
            self.cells[name] for name in CELL.fields or ()
        )

    def clear(self) -> None:
        """As of blocks without rows; before, nothing stands in the columns."""
        for column, nothing in (
            (self.count, 0), (self.low, np.inf), (self.high, -np.inf), (self.steps, 0),
            (self.energy, 0), (self.newest, NEVER),
        ):  # fmt: skip
            column.fill(nothing)

    def numbers(self, cell: int) -> tuple[int, float, float, int, int]:
        """Count, low, high, steps and energy of one column of one block.

        Args:
            cell: block × width + column.
        """
        return (
            self.count.item(cell), self.low.item(cell), self.high.item(cell),
            self.steps.item(cell), self.energy.item(cell),
        )  # fmt: skip

    def values(self, cell: int) -> Floats:
        """The values of one column of one block, by event time; only until rows are added.

        Args:
            cell: block × width + column.
        """
        block, column = divmod(cell, self.count.shape[1])
        first, rows, width = int(self.first[block]), int(self.rows[block]), self.count.shape[1]
        found = self.pool[first : first + rows * width][column::width]
        return found if self.count[block, column] == rows else found[~np.isnan(found)]


class Reduction:
    """Blocks of one width, reduced together.

    Args:
        blocks: The blocks.
    """

    def __init__(self, blocks: Blocks) -> None:
        self.width = blocks.scale.shape[1]
        self._blocks = blocks
        self._energetic_columns = np.flatnonzero(blocks.energetic.any(axis=0)).tolist()
        self._has_one_scale = bool((blocks.scale == blocks.scale[0]).all())

    def reduce(self, regions: Regions, ends: Ints) -> Table:
        """Reduce the rows of all blocks, as they lie before each end.

        Args:
            regions: The rows.
            ends: Ends of the gathering, ms.

        Returns:
            All blocks of the first end, then those of the next.
        """
        blocks = self._blocks
        group = np.tile(blocks.group, ends.size)
        start, end = (np.add.outer(ends, edge).ravel() for edge in (blocks.start, blocks.end))
        table = Table(regions.values, group.size, self.width)
        table.clear()
        read = self._few if group.size <= _FEW else self._many
        values, instants = read(table, regions, group, start, end)
        if not values.size:
            return table
        filled: Any = slice(None) if table.rows.all() else np.flatnonzero(table.rows)
        at = (np.cumsum(table.rows) - table.rows)[filled]
        is_there = values == values  # noqa: PLR0124 - not NaN
        steps = np.rint(values * self._scale(table, ends.size))
        if is_there.all():
            table.low[filled] = np.minimum.reduceat(values, at)
            table.high[filled] = np.maximum.reduceat(values, at)
            table.count[:] = table.rows[:, None]
            table.newest[filled] = instants[at + table.rows[filled] - 1, None]
        else:
            _reduce_some(table, filled, at, values, instants)
            steps[~is_there] = 0.0
        table.steps[filled] = np.add.reduceat(steps.astype(np.int64), at)
        for column in self._energetic_columns:
            is_level = np.repeat(np.tile(blocks.energetic[:, column], ends.size), table.rows)
            counts = is_there[:, column] & is_level
            table.energy[filled, column] = energy_sums(_energies(values[:, column], counts), at)
        return table

    def _scale(self, table: Table, rounds: int) -> Floats:
        """Steps per unit of each row's cells."""
        if self._has_one_scale:
            return self._blocks.scale[:1]
        return np.repeat(np.tile(self._blocks.scale, (rounds, 1)), table.rows, axis=0)

    def _few(
        self, table: Table, regions: Regions, groups: Ints, start: Ints, end: Ints
    ) -> tuple[Floats, Ints]:
        """As `_many`, block by block: that is quicker where there are few."""
        width = self.width
        epoch = regions.epoch[groups]
        edges = np.stack((start - epoch, end - epoch), axis=1)
        spans = np.clip(edges, -1, SPAN).astype(np.int32)
        tables = (regions.row, regions.count, regions.cell)
        sizes, firsts, instants, values = [], [], [], []
        where = [column[groups].tolist() for column in tables]
        for row, count, cell, edge in zip(*where, spans, strict=True):
            known = regions.since_epoch[row : row + count]
            first, last = known.searchsorted(edge).tolist()
            sizes.append(last - first)
            firsts.append(cell + first * width)
            instants.append(known[first:last])
            values.append(regions.values[cell + first * width : cell + last * width])
        table.rows[:], table.first[:] = sizes, firsts
        found = np.concatenate(values).reshape(-1, width)
        return found, np.repeat(epoch, table.rows) + np.concatenate(instants)

    def _many(
        self, table: Table, regions: Regions, groups: Ints, start: Ints, end: Ints
    ) -> tuple[Floats, Ints]:
        """The rows of all blocks, one block after the other, and their instants."""
        first, last = span(regions, groups, start, end, self._blocks.guess)
        rows = last - first
        table.rows[:], table.first[:] = rows, regions.cell[groups] + first * self.width
        cells = ranges(np.zeros_like(rows), rows) * self.width + np.repeat(table.first, rows)
        # A row is copied as a whole.
        pool = regions.values
        whole = np.ndarray(
            pool.size - self.width + 1, f"V{8 * self.width}", pool.data, strides=(8,)
        )
        values = whole[cells].view(np.float64).reshape(-1, self.width)
        since = regions.since_epoch[ranges(regions.row[groups] + first, rows)]
        return values, np.repeat(regions.epoch[groups], rows) + since


def _energies(levels: Floats, is_there: Bools) -> Ints:
    """Sound energy of levels, 0 where there is none."""
    if is_there.all():
        return energies(levels)
    found = np.zeros(levels.size, np.int64)
    found[is_there] = energies(levels[is_there])
    return found


def _reduce_some(table: Table, filled: Any, at: Ints, values: Floats, instants: Ints) -> None:  # noqa: ANN401 - an index
    """As where every cell has a value, of those that have one."""
    is_there = values == values  # noqa: PLR0124 - not NaN
    table.low[filled] = np.minimum.reduceat(np.where(is_there, values, np.inf), at)
    table.high[filled] = np.maximum.reduceat(np.where(is_there, values, -np.inf), at)
    table.count[filled] = np.add.reduceat(is_there, at, dtype=np.int64)
    newest = np.where(is_there, instants[:, None], NEVER)
    table.newest[filled] = np.maximum.reduceat(newest, at)
