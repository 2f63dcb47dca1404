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
from typing import NamedTuple

import numpy as np

from indicators.gathered import Gathered, Member, Pool, Table
from indicators.plan import SignPlan
from sensors.decimals import Bools, Floats, Ints
from sensors.directory import Directory
from sensors.growing import ranges
from sensors.quantity import CATALOGUE
from sensors.regions import Regions
from sensors.row_places import instants_of, span


class _Block(NamedTuple):
    """Rows of one group in [start, end), ms relative to the gathering's end."""

    width: int
    group: int
    start: int
    end: int


class _Batch:
    """Blocks of one width, reduced together; shape of what they give is (blocks, width)."""

    def __init__(self, blocks: Sequence[_Block], scale: Floats, guess: int) -> None:
        self.width = blocks[0].width
        self._group = np.array([block.group for block in blocks], np.int64)
        self._start = np.array([block.start for block in blocks], np.int64)
        self._end = np.array([block.end for block in blocks], np.int64)
        self._scale = scale
        self._has_one_scale = bool((scale == scale[0]).all())
        self._guess = guess

    def reduce(self, regions: Regions, end: int) -> Table:
        """Reduce the rows of all blocks.

        Args:
            regions: The rows.
            end: End of the gathering, ms.
        """
        groups = self._group
        first, last = span(regions, groups, self._start + end, self._end + end, self._guess)
        counts = last - first
        owner = np.repeat(np.arange(groups.size), counts)
        place = ranges(first, counts)
        cells = regions.cell[groups][owner] + place * self.width
        values = regions.values[cells[:, None] + np.arange(self.width)]
        table = Table(groups.size, self.width, np.cumsum(counts) - counts, values)
        filled = np.flatnonzero(counts)
        if filled.size:
            table.rows[:] = counts[:, None]
            at = table.begins[filled]
            is_there = values == values  # noqa: PLR0124 - not NaN
            scale = self._scale[:1] if self._has_one_scale else self._scale[owner]
            steps = values * scale
            if is_there.all():
                table.low[filled] = np.minimum.reduceat(values, at)
                table.high[filled] = np.maximum.reduceat(values, at)
                table.count[:] = table.rows
                end_rows = last[filled] - 1
                table.newest[filled] = instants_of(regions, groups[filled], end_rows)[:, None]
            else:
                instants = instants_of(regions, groups[owner], place)
                self._reduce_some(table, filled, is_there, instants)
                steps[~is_there] = 0.0
            table.steps[filled] = np.add.reduceat(np.rint(steps).astype(np.int64), at)
        return table

    def _reduce_some(self, table: Table, filled: Ints, is_there: Bools, instants: Ints) -> None:
        """As where every cell has a value, of those that have one."""
        at, values = table.begins[filled], table.values
        table.low[filled] = np.minimum.reduceat(np.where(is_there, values, np.inf), at)
        table.high[filled] = np.maximum.reduceat(np.where(is_there, values, -np.inf), at)
        table.count[filled] = np.add.reduceat(is_there, at, dtype=np.int64)
        newest = np.where(is_there, instants[:, None], table.newest[0, 0])
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
        self.expected = [sum(member.expected for member in plan.members) for plan in plans]
        blocks: dict[_Block, dict[int, float]] = {}
        guesses: dict[_Block, float] = {}
        found: list[tuple[Member, _Block, int]] = []
        for sign, (plan, end) in enumerate(zip(plans, ends, strict=True)):
            for member, channel in _members(sign, plan, directory):
                group, column = int(directory.group[channel]), int(directory.column[channel])
                high = end + member.shift
                block = _Block(int(regions.width[group]), group, high - plan.window, high)
                blocks.setdefault(block, {})[column] = float(member.quantity.scale)
                guesses[block] = max(guesses.get(block, 0.0), member.expected)
                found.append((member, block, column))
        self.batches: list[_Batch] = []
        place: dict[_Block, int] = {}
        cells = 0
        for width in sorted({block.width for block in blocks}):
            some = [block for block in blocks if block.width == width]
            scale = np.ones((len(some), width))
            for row, block in enumerate(some):
                place[block] = cells + row * width
                for column, factor in blocks[block].items():
                    scale[row, column] = factor
            guess = int(max(guesses[block] for block in some)) + 8
            self.batches.append(_Batch(some, scale, guess))
            cells += len(some) * width
        self.members = [member for member, _, _ in found]
        self.cell = np.array([place[block] + column for _, block, column in found], np.int64)
        self.shift = np.array([member.shift for member in self.members], np.int64)
        self.promised = np.array([member.expected for member in self.members])
        self.energetic = [i for i, m in enumerate(self.members) if m.quantity.energetic]
        # Members of one sign and quantity stand together: they are its pool.
        names = [(member.sign, member.quantity.name) for member in self.members]
        firsts = [i for i, name in enumerate(names) if i == 0 or name != names[i - 1]]
        self.pool_first = np.array(firsts, np.int64)
        self.pools: list[list[Pool]] = [[] for _ in plans]
        for number, (first, last) in enumerate(pairwise([*firsts, len(names)])):
            member = self.members[first]
            self.pools[member.sign].append(Pool(number, member.quantity, first, last))

    def gather(self, regions: Regions, end: int) -> Gathered:
        """Reduce the readings of each window.

        Args:
            regions: The rows.
            end: End of the first window, ms.
        """
        tables = [batch.reduce(regions, end) for batch in self.batches]
        return Gathered(self.members, self.pools, self.expected, tables, self)


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
