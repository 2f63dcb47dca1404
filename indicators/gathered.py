"""What windows hold: numbers by member and by pool, and aggregates made of them when asked for."""

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple, Protocol, overload

import numpy as np

from indicators.window import Aggregate, Members, energies
from sensors.decimals import Floats, Ints
from sensors.quantity import Quantity
from sensors.regions import NEVER


class Member(NamedTuple):
    """One (terminal, quantity) of one sign; its window is number `sign` of those gathered."""

    sign: int
    quantity: Quantity
    terminal: str
    expected: float
    shift: int


class Pool(NamedTuple):
    """The members [first, end) of one sign that have one quantity."""

    number: int
    quantity: Quantity
    first: int
    end: int


class Table:
    """What the columns of blocks come to, each of shape (blocks, width).

    Attributes:
        rows: Rows of the block.
        count: Values in the column.
        low: Smallest of them.
        high: Largest of them.
        steps: Sum of round(value × scale).
        newest: Instant of the last one, ms.
        begins: First row of each block in `values`, shape (blocks,).
        values: All rows, NaN where there is no value, shape (rows, width).
        is_complete: Whether every cell has a value.
    """

    def __init__(self, blocks: int, width: int, begins: Ints, values: Floats) -> None:
        shape = blocks, width
        self.rows, self.count, self.steps = (np.zeros(shape, np.int64) for _ in range(3))
        self.low, self.high = np.full(shape, np.inf), np.full(shape, -np.inf)
        self.newest = np.full(shape, NEVER)
        self.begins, self.values, self.is_complete = begins, values, True


class Places(Protocol):
    """Where members and pools are among the cells of the tables.

    Attributes:
        cell: Cell of each member among those of all tables.
        shift: By how much (ms) its stamps are shifted.
        promised: Readings that it should have.
        pool_first: First member of each pool.
        energetic: Members whose energy counts.
    """

    cell: Ints
    shift: Ints
    promised: Floats
    pool_first: Ints
    energetic: Sequence[int]


class Gathered:
    """What the windows of a gathering hold."""

    def __init__(
        self,
        members: Sequence[Member],
        pools: Sequence[Sequence[Pool]],
        expected: Sequence[float],
        tables: Sequence[Table],
        places: Places,
    ) -> None:
        self._members, self._pools_of, self._expected = members, pools, expected
        self._tables, self._places = tables, places
        first = places.pool_first
        if not first.size:
            return
        self._count, self._low, self._high, self._steps, newest = (
            np.concatenate([getattr(table, name).ravel() for table in tables])[places.cell]
            for name in ("count", "low", "high", "steps", "newest")
        )
        self._energy = self._energies()
        # One row of plain numbers a pool: count, least, largest, steps, energy, newest, arrived.
        self._pools: list[tuple[Any, ...]] = list(
            zip(
                np.add.reduceat(self._count, first).tolist(),
                np.minimum.reduceat(self._low, first).tolist(),
                np.maximum.reduceat(self._high, first).tolist(),
                np.add.reduceat(self._steps, first).tolist(),
                np.add.reduceat(self._energy, first).tolist(),
                np.maximum.reduceat(newest - places.shift, first).tolist(),
                np.add.reduceat(np.minimum(self._count, places.promised), first).tolist(),
                strict=True,
            )
        )
        self._rows: list[tuple[Any, ...]] | None = None

    def _energies(self) -> Ints:
        energy = np.zeros(self._count.size, np.int64)
        some = [index for index in self._places.energetic if self._count[index]]
        if some:
            values = np.concatenate([self.values_of(index) for index in some])
            counts = self._count[some]
            energy[some] = np.add.reduceat(energies(values), np.cumsum(counts) - counts)
        return energy

    def values_of(self, member: int) -> Floats:
        """The values of a member, by event time."""
        cell = int(self._places.cell[member])
        for table in self._tables:
            if cell < table.count.size:
                break
            cell -= table.count.size
        block, column = divmod(cell, table.values.shape[1])
        begin = int(table.begins[block])
        values = table.values[begin : begin + int(table.rows[block, column]), column]
        return values if table.is_complete else values[~np.isnan(values)]

    def _values_of_pool(self, pool: Pool) -> Floats:
        return np.concatenate([self.values_of(i) for i in range(pool.first, pool.end)])

    def window(self, sign: int) -> tuple[dict[str, Members], float]:
        """The aggregates of one window by quantity, and the share of readings that arrived."""
        found: dict[str, Members] = {}
        arrived = 0.0
        for pool in self._pools_of[sign]:
            row = self._pools[pool.number]
            if row[0]:
                found[pool.quantity.name] = _Gathered(self, pool)
                arrived += row[6]
        expected = self._expected[sign]
        return found, round(arrived / expected, 4) if expected else 1.0

    def newest(self, sign: int) -> int:
        """Event time (ms) of the last reading, shifted into the window; far past without one."""
        pools = self._pools_of[sign]
        if len(pools) == 1:
            return int(self._pools[pools[0].number][5])
        return max((self._pools[pool.number][5] for pool in pools), default=NEVER)

    def pool(self, pool: Pool) -> Aggregate:
        """All members of a pool as one."""
        count, low, high, steps, energy, _, _ = self._pools[pool.number]
        values = partial(self._values_of_pool, pool)
        return Aggregate("", pool.quantity, 0.0, count, low, high, steps, energy, values)

    def members(self, pool: Pool) -> list[Aggregate]:
        """The members of a pool that reported."""
        if self._rows is None:
            columns = self._count, self._low, self._high, self._steps, self._energy
            self._rows = list(zip(*(column.tolist() for column in columns), strict=True))
        members, quantity, found = self._members, pool.quantity, []
        for index in range(pool.first, pool.end):
            count, low, high, steps, energy = self._rows[index]
            if count:
                about, values = members[index], partial(self.values_of, index)
                found.append(
                    Aggregate(
                        about.terminal, quantity, about.expected, count, low, high, steps, energy,
                        values,
                    )
                )  # fmt: skip
        return found


class _Gathered(Members):
    """The members of a pool, made when they are asked for."""

    def __init__(self, gathered: Gathered, pool: Pool) -> None:
        self._gathered, self._pool = gathered, pool
        self._made: list[Aggregate] | None = None

    def _all(self) -> list[Aggregate]:
        if self._made is None:
            self._made = self._gathered.members(self._pool)
        return self._made

    def __len__(self) -> int:
        return len(self._all())

    def __bool__(self) -> bool:
        return True

    @overload
    def __getitem__(self, index: int) -> Aggregate: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Aggregate]: ...
    def __getitem__(self, index: int | slice) -> Aggregate | Sequence[Aggregate]:
        return self._all()[index]

    def pool(self) -> Aggregate:
        """All of them as one."""
        return self._gathered.pool(self._pool)
