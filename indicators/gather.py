"""Windows made from remembered readings: for many signs at once, one numpy call for each step.

A window holds no running state. When it closes, or is corrected, the rows of its members within it
are found and reduced column by column. That costs one visit of each reading
for each window it is in, needs no memory beside the readings themselves, and gives a late
correction exactly what a window that was never late would have had.

A *block* is the rows of one group within one window. Quantities of a group whose windows are the
same share it: the cells of a pack are then read as they lie in memory.
"""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from indicators.compiled import pooling, reduction
from indicators.gathered import Gathered
from indicators.pooling import POOL, Places, Pool
from indicators.reduction import Blocks
from indicators.sign_members import SignMembers
from sensors.decimals import Bools, Floats, Ints
from sensors.regions import Regions


class Gathering:
    """What several windows are made of, worked out once for windows that close together.

    Args:
        members: Members of each window's sign.
        windows: Length of each window, ms.
        ends: End of each window, ms, relative to that of the first.
        regions: Rows of the members.

    Attributes:
        places: Where members and pools are in what is gathered.
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
        batches: list[Blocks] = []
        # Of each member: its table, its cell there, and the table's cells.
        cell = np.empty((3, sign.size), np.int64)
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
            blocks = Blocks(every.group[first], low[first], high[first], scale, energetic, guess)
            cell[0, here] = len(batches)
            batches.append(blocks)
            cell[1, here] = row * size + column
            cell[2, here] = scale.size
        self.places = _places(members, every, cell)
        self._reductions = [reduction(blocks, regions) for blocks in batches]
        self._pool = pooling(self.places, batches, regions)

    def gather(self, regions: Regions, end: int, hop: int = 0, rounds: int = 1) -> Gathered:
        """Reduce the readings of each window; of several rounds, one hop after the other.

        Args:
            regions: The rows.
            end: End of the first window, ms.
            hop: From one round to the next, ms.
            rounds: How many there are.
        """
        ends = end + hop * np.arange(rounds)
        tables = cache(lambda: [batch.reduce(regions, ends) for batch in self._reductions])
        pools = self._pool(ends, tables) if self._reductions else np.empty((rounds, 0), POOL)
        return Gathered(self.places, tables, pools)


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
