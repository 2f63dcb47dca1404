"""What windows hold: numbers by member and by pool, and aggregates made of them when asked for."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from indicators.pooling import POOL, Places
from indicators.reduction import Table
from indicators.window import MOST_ENERGY, Aggregate, Members
from sensors.decimals import Floats
from sensors.regions import NEVER

_NEWEST: Final = (POOL.names or ()).index("newest")


class Gathered:
    """What the windows of a gathering hold; those of a later round are numbered on.

    Args:
        places: Where the numbers of one round are.
        tables: Gives the numbers of single members, round after round; until rows are added.
        pools: What the pools come to (`POOL`), shape (rounds, pools).
    """

    def __init__(
        self,
        places: Places,
        tables: Callable[[], Sequence[Table]],
        pools: npt.NDArray[np.void],
    ) -> None:
        self._places, self._tables, self.pools = places, tables, pools
        self._signs, self._members = len(places.pools_of), len(places.terminals)
        self._width = len(places.pools)
        self._rows: list[tuple[Any, ...]] | None = None

    def _by_pool(self) -> list[tuple[Any, ...]]:
        if self._rows is None:
            rows: list[Any] = self.pools.ravel().tolist()
            self._rows = rows
        return self._rows

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
        return self._tables()[table], round_ * size + cell

    def _values_of(self, first: int, end: int) -> Floats:
        return np.concatenate([self.values_of(member) for member in range(first, end)])

    def window(self, index: int) -> tuple[dict[str, Members], float]:
        """The aggregates of one window by quantity, and the share of readings that arrived."""
        round_, sign = divmod(index, self._signs)
        before = round_ * self._width
        rows = self._rows or self._by_pool()
        found: dict[str, Members] = {}
        arrived = 0.0
        for number, quantity, _, _ in self._places.pools_of[sign]:
            row = rows[before + number]
            if row[0]:
                found[quantity.name] = Members(self, before + number)
                arrived += row[-1]
        expected = self._places.expected[sign]
        return found, 1.0 if arrived == expected else round(arrived / expected, 4)

    def newest(self, index: int) -> int:
        """Event time (ms) of the last reading, shifted into the window; far past without one."""
        round_, sign = divmod(index, self._signs)
        rows, pools = self._rows or self._by_pool(), self._places.pools_of[sign]
        before = round_ * self._width
        if len(pools) == 1:
            return int(rows[before + pools[0].number][_NEWEST])
        return max((rows[before + pool.number][_NEWEST] for pool in pools), default=NEVER)

    def pool(self, number: int) -> Aggregate:
        """All members of a pool as one."""
        round_, place = divmod(number, self._width)
        pool, before = self._places.pools[place], round_ * self._members
        count, steps, energy, _, low, high, _ = (self._rows or self._by_pool())[number]
        values = partial(self._values_of, before + pool.first, before + pool.end)
        if energy == MOST_ENERGY:
            # Several loud meters may be more than 64 bits hold, but not more than ints of Python.
            energy = sum(member.energy for member in self.members(number))
        return Aggregate("", pool.quantity, 0.0, count, low, high, steps, energy, values)

    def members(self, number: int) -> list[Aggregate]:
        """The members of a pool that reported."""
        round_, place = divmod(number, self._width)
        before = round_ * self._members
        _, quantity, first, end = self._places.pools[place]
        terminals, promised, found = self._places.terminals, self._places.promised, []
        shifts = self._places.shift
        for index in range(first, end):
            table, cell = self._cell(before + index)
            if table.count.item(cell):
                found.append(
                    Aggregate(
                        terminals[index], quantity, float(promised[index]),
                        *table.numbers(cell), partial(self.values_of, before + index),
                        table.newest.item(cell) - int(shifts[index]),
                    )
                )  # fmt: skip
        return found
