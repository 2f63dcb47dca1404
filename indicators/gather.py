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

from indicators.gathered import Gathered, Member, Places, Pool, Table
from indicators.plan import SignPlan
from indicators.window import energies
from sensors.decimals import Bools, Floats, Ints
from sensors.directory import Directory
from sensors.growing import ranges
from sensors.quantity import CATALOGUE, Quantity
from sensors.regions import NEVER, SPAN, Regions
from sensors.row_places import span

_FEW: Final = 100
"""Up to so many blocks are read one by one."""


class _Block(NamedTuple):
    """Rows of one group in [start, end), ms relative to the gathering's end."""

    width: int
    group: int
    start: int
    end: int


_Quantities = dict[int, Quantity]
"""Column of a block → what it reports."""


class _Batch:
    """Blocks of one width, reduced together; shape of what they give is (blocks, width)."""

    def __init__(
        self, blocks: Sequence[_Block], quantities: Sequence[_Quantities], guess: int
    ) -> None:
        self.width = blocks[0].width
        self._group = np.array([block.group for block in blocks], np.int64)
        self._start = np.array([block.start for block in blocks], np.int64)
        self._end = np.array([block.end for block in blocks], np.int64)
        scale = np.ones((len(blocks), self.width))
        self._energetic = np.zeros(scale.shape, np.bool_)
        for row, known in enumerate(quantities):
            for column, quantity in known.items():
                scale[row, column] = quantity.scale
                self._energetic[row, column] = quantity.energetic
        self._energetic_columns = np.flatnonzero(self._energetic.any(axis=0)).tolist()
        self._scale = scale
        self._has_one_scale = bool((scale == scale[0]).all())
        self._guess = guess

    def reduce(self, regions: Regions, end: int) -> Table:
        """Reduce the rows of all blocks.

        Args:
            regions: The rows.
            end: End of the gathering, ms.
        """
        read = self._few if self._group.size <= _FEW else self._many
        table, instants = read(regions, end)
        if not table.values.size:
            return table
        values, rows = table.values, table.rows
        filled: Any = slice(None) if rows.all() else np.flatnonzero(rows)
        at = table.begins[filled]
        is_there = values == values  # noqa: PLR0124 - not NaN
        scale = self._scale[:1] if self._has_one_scale else np.repeat(self._scale, rows, axis=0)
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
            counts = is_there[:, column] & np.repeat(self._energetic[:, column], rows)
            table.energy[filled, column] = np.add.reduceat(_energies(values[:, column], counts), at)
        return table

    def _few(self, regions: Regions, end: int) -> tuple[Table, Ints]:
        """As `_many`, block by block: that is quicker where there are few."""
        groups, width = self._group, self.width
        epoch = regions.epoch[groups]
        edges = np.stack((self._start, self._end), axis=1) + (end - epoch)[:, None]
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

    def _many(self, regions: Regions, end: int) -> tuple[Table, Ints]:
        """The rows of all blocks, one block after the other, and their instants."""
        groups = self._group
        first, last = span(regions, groups, self._start + end, self._end + end, self._guess)
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
        plans: Plan of each window's sign.
        ends: End of each window, ms, relative to that of the first.
        directory: Numbers of the channels; those not heard yet are left out.
        regions: Their rows.
    """

    def __init__(
        self, plans: Sequence[SignPlan], ends: Sequence[int], directory: Directory, regions: Regions
    ) -> None:
        blocks: dict[_Block, _Quantities] = {}
        guesses: dict[_Block, float] = {}
        found: list[tuple[Member, _Block, int]] = []
        for sign, (plan, end) in enumerate(zip(plans, ends, strict=True)):
            for member, channel in _members(sign, plan, directory):
                group, column = int(directory.group[channel]), int(directory.column[channel])
                high = end + member.shift
                block = _Block(int(regions.width[group]), group, high - plan.window, high)
                blocks.setdefault(block, {})[column] = member.quantity
                guesses[block] = max(guesses.get(block, 0.0), member.expected)
                found.append((member, block, column))
        self._batches: list[_Batch] = []
        place: dict[_Block, int] = {}
        cells = 0
        for width in sorted({block.width for block in blocks}):
            some = [block for block in blocks if block.width == width]
            for row, block in enumerate(some):
                place[block] = cells + row * width
            guess = int(max(guesses[block] for block in some)) + 8
            self._batches.append(_Batch(some, [blocks[block] for block in some], guess))
            cells += len(some) * width
        cell = [place[block] + column for _, block, column in found]
        self._places = _places(plans, [member for member, _, _ in found], cell)

    def gather(self, regions: Regions, end: int) -> Gathered:
        """Reduce the readings of each window.

        Args:
            regions: The rows.
            end: End of the first window, ms.
        """
        tables = [batch.reduce(regions, end) for batch in self._batches]
        return Gathered(self._places, tables)


def _members(sign: int, plan: SignPlan, directory: Directory) -> list[tuple[Member, int]]:
    """The members of a sign that have been heard, by quantity and terminal, and their channels."""
    found = []
    for member in sorted(plan.members, key=lambda m: (m.quantity, m.terminal)):
        channel = directory.channel_of(f"{member.terminal}/{member.quantity}")
        if channel is not None and directory.group[channel] >= 0:
            about = directory.channels[channel]
            quantity = CATALOGUE[member.quantity]
            found.append(
                (Member(sign, quantity, member.terminal, member.expected, about.shift_ms), channel)
            )
    return found


def _places(plans: Sequence[SignPlan], members: Sequence[Member], cell: Sequence[int]) -> Places:
    """Where members are, and pools: members of one sign and quantity stand together."""
    names = [(member.sign, member.quantity.name) for member in members]
    firsts = [i for i, name in enumerate(names) if i == 0 or name != names[i - 1]]
    pools = [
        Pool(number, members[first].quantity, first, last)
        for number, (first, last) in enumerate(pairwise([*firsts, len(names)]))
    ]
    pools_of: list[list[Pool]] = [[] for _ in plans]
    for pool in pools:
        pools_of[members[pool.first].sign].append(pool)
    return Places(
        members, pools, pools_of,
        [sum((member.expected for member in plan.members), 0.0) for plan in plans],
        np.array(cell, np.int64),
        np.array([member.shift for member in members], np.int64),
        np.array([member.expected for member in members]),
        np.array(firsts, np.int64),
    )  # fmt: skip
