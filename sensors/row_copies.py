"""Copying the rows of groups from place to place: many short ones at once, long ones as slices."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sensors.decimals import Floats, Ints
from sensors.growing import ranges

_LONG: Final = 64
"""From so many rows a group on (on average), a slice each is quicker than an index of rows."""


class Pools(NamedTuple):
    """Rows of all groups: instants since their group's epoch (ms), and cells row by row."""

    since_epoch: npt.NDArray[np.int32]
    values: Floats


class Spot(NamedTuple):
    """Where the rows of groups begin in pools: first row and first cell, by group."""

    row: Ints
    cell: Ints


def copy_rows(
    source: Pools, origin: Spot, target: Pools, goal: Spot, width: Ints, count: Ints
) -> None:
    """Copy rows; source and target may be the same, and the rows of a group overlap.

    Args:
        source: Where they are.
        origin: Their places there, by group.
        target: Where they are to be.
        goal: Their places there.
        width: Cells a row, by group.
        count: Rows, by group.
    """
    if int(count.sum()) > _LONG * count.size:
        _copy_slices(source, origin, target, goal, width, count)
        return
    place = ranges(np.zeros_like(count), count)
    found = source.since_epoch[np.repeat(origin.row, count) + place]
    target.since_epoch[np.repeat(goal.row, count) + place] = found
    for size in np.unique(width[count > 0]).tolist():
        some = width == size
        rows = count[some]
        offset = ranges(np.zeros_like(rows), rows) * size
        cells = whole_rows(source.values, size)[np.repeat(origin.cell[some], rows) + offset]
        whole_rows(target.values, size)[np.repeat(goal.cell[some], rows) + offset] = cells


def _copy_slices(
    source: Pools, origin: Spot, target: Pools, goal: Spot, width: Ints, count: Ints
) -> None:
    columns = (*origin, *goal, count, count * width)
    for row, cell, to_row, to_cell, rows, cells in zip(*(c.tolist() for c in columns), strict=True):
        target.since_epoch[to_row : to_row + rows] = source.since_epoch[row : row + rows]
        target.values[to_cell : to_cell + cells] = source.values[cell : cell + cells]


def whole_rows(values: Floats, width: int) -> npt.NDArray[np.void]:
    """A view of a pool of cells in which element i is the row that begins at cell i."""
    size = max(0, values.size - width + 1)
    return np.ndarray(size, f"V{8 * width}", values.data, strides=(8,))
