"""What windows hold: numbers by member and by pool, and aggregates made of them when asked for."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from indicators.pooling import Columns, Places
from indicators.reduction import Table
from indicators.window import Aggregate, Members, Pooled
from sensors.decimals import Floats
from sensors.regions import NEVER


class Gathered:
    """What the windows of a gathering hold; those of a later round are numbered on.

    Args:
        places: Where the numbers of one round are.
        tables: The numbers, round after round.
        columns: What the pools come to; None where there are no members.
    """

    def __init__(self, places: Places, tables: Sequence[Table], columns: Columns | None) -> None:
        self._places, self._tables = places, tables
        self._signs, self._members = len(places.pools_of), len(places.terminals)
        self._width = len(places.pools)
        self._columns = columns
        self._pools: list[tuple[Any, ...]] | None = None

    def _by_pool(self) -> list[tuple[Any, ...]]:
        if self._pools is None:
            columns = [column.ravel().tolist() for column in self._columns or ()]
            self._pools = list(zip(*columns, strict=True))
        return self._pools

    def only_pool(self, sign: int) -> int | None:
        """The pool of a sign that has the readings of one quantity only."""
        pools = self._places.pools_of[sign]
        return pools[0].number if len(pools) == 1 else None

    def expected(self, sign: int) -> float:
        """Readings that the windows of a sign should have."""
        return self._places.expected[sign]

    def pooled(self, pools: Sequence[int]) -> Pooled:
        """Windows of some pools, round by round and pool by pool."""
        scale = [float(self._places.pools[pool].quantity.scale) for pool in pools]
        numbers = np.array(pools)
        columns: list[Any] = [column[:, numbers].ravel() for column in self._columns or ()]
        return Pooled(np.tile(scale, columns[0].size // len(scale)), *columns)

    def values_of(self, member: int) -> Floats:
        """The values of a member, by event time."""
        table, cell = self._cell(member)
        return table.values(cell)

    def _cell(self, member: int) -> tuple[Table, int]:
        """The table of a member, and its cell there."""
        round_, place = divmod(member, self._members)
        table, cell, size = (
            int(column[place])
            for column in (self._places.table, self._places.cell, self._places.size)
        )
        return self._tables[table], round_ * size + cell

    def _values_of(self, first: int, end: int) -> Floats:
        return np.concatenate([self.values_of(member) for member in range(first, end)])

    def window(self, index: int) -> tuple[dict[str, Members], float]:
        """The aggregates of one window by quantity, and the share of readings that arrived."""
        round_, sign = divmod(index, self._signs)
        before = round_ * self._width
        rows = self._pools or self._by_pool()
        found: dict[str, Members] = {}
        arrived = 0.0
        for number, quantity, _, _ in self._places.pools_of[sign]:
            row = rows[before + number]
            if row[0]:
                found[quantity.name] = Members(self, before + number)
                arrived += row[5]
        expected = self._places.expected[sign]
        return found, 1.0 if arrived == expected else round(arrived / expected, 4)

    def newest(self, index: int) -> int:
        """Event time (ms) of the last reading, shifted into the window; far past without one."""
        round_, sign = divmod(index, self._signs)
        rows, pools = self._pools or self._by_pool(), self._places.pools_of[sign]
        before = round_ * self._width
        if len(pools) == 1:
            return int(rows[before + pools[0].number][4])
        return max((rows[before + pool.number][4] for pool in pools), default=NEVER)

    def pool(self, number: int) -> Aggregate:
        """All members of a pool as one."""
        round_, place = divmod(number, self._width)
        pool, before = self._places.pools[place], round_ * self._members
        count, low, high, steps, _, _ = (self._pools or self._by_pool())[number]
        first, end = before + pool.first, before + pool.end
        # Of several loud meters it may be more than 64 bits hold, as ints of Python do.
        energy = self._energy_of(first, end) if pool.quantity.energetic else 0
        values = partial(self._values_of, first, end)
        return Aggregate("", pool.quantity, 0.0, count, low, high, steps, energy, values)

    def _energy_of(self, first: int, end: int) -> int:
        cells = map(self._cell, range(first, end))
        return sum(table.energy.item(cell) for table, cell in cells)

    def members(self, number: int) -> list[Aggregate]:
        """The members of a pool that reported."""
        round_, place = divmod(number, self._width)
        before = round_ * self._members
        _, quantity, first, end = self._places.pools[place]
        terminals, promised, found = self._places.terminals, self._places.promised, []
        for index in range(first, end):
            table, cell = self._cell(before + index)
            if table.count.item(cell):
                found.append(
                    Aggregate(
                        terminals[index], quantity, float(promised[index]),
                        *table.numbers(cell), partial(self.values_of, before + index),
                    )
                )  # fmt: skip
        return found
