"""What windows hold: numbers by member and by pool, and aggregates made of them when asked for."""

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from indicators.reduction import Table
from indicators.window import Aggregate, Members, Pooled
from sensors.decimals import Floats, Ints
from sensors.quantity import Quantity
from sensors.regions import NEVER


class Pool(NamedTuple):
    """The members [first, end) of one sign that have one quantity."""

    number: int
    quantity: Quantity
    first: int
    end: int


class Places(NamedTuple):
    """Where members and pools are among the cells of the tables.

    Attributes:
        terminals: Terminal of each member.
        pools: All pools, by number.
        pools_of: The pools of each sign.
        expected: Readings that each sign should have.
        cell: Cell of each member in its table.
        size: Cells of its table, of one round.
        before: Cells of the tables before that.
        shift: By how much (ms) its stamps are shifted.
        promised: Readings that it should have.
        pool_first: First member of each pool.
    """

    terminals: Sequence[str]
    pools: Sequence[Pool]
    pools_of: Sequence[Sequence[Pool]]
    expected: Sequence[float]
    cell: Ints
    size: Ints
    before: Ints
    shift: Ints
    promised: Floats
    pool_first: Ints


class Gathered:
    """What the windows of a gathering hold; those of a later round are numbered on.

    Args:
        places: Where the numbers of one round are.
        tables: The numbers, round after round.
        rounds: How many rounds there are.
    """

    def __init__(self, places: Places, tables: Sequence[Table], rounds: int = 1) -> None:
        self._places, self._tables = places, tables
        self._signs, self._members = len(places.pools_of), len(places.terminals)
        self._width = len(places.pools)
        self._columns: list[Any] = []
        self._pools: list[tuple[Any, ...]] | None = None
        if not tables:
            return
        # Shape (rounds, members).
        self._cell = rounds * places.before + places.cell + np.outer(np.arange(rounds), places.size)
        count, self._low, self._high, self._steps, self._energy, newest = (
            _joined([getattr(table, name) for table in tables])[self._cell]
            for name in ("count", "low", "high", "steps", "energy", "newest")
        )
        self._count = count
        # One row of plain numbers a pool: count, least, largest, steps, energy, newest, arrived.
        columns: list[tuple[np.ufunc, Any]] = [
            (np.add, count), (np.minimum, self._low), (np.maximum, self._high),
            (np.add, self._steps), (np.add, self._energy), (np.maximum, newest - places.shift),
            (np.add, np.minimum(count, places.promised)),
        ]  # fmt: skip
        first = places.pool_first
        if first.size < count.shape[1]:
            columns = [(ufunc, ufunc.reduceat(column, first, axis=1)) for ufunc, column in columns]
        self._columns = [column for _, column in columns]
        self._rows: list[tuple[Any, ...]] | None = None

    def _by_pool(self) -> list[tuple[Any, ...]]:
        if self._pools is None:
            columns = [column.ravel().tolist() for column in self._columns]
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
        columns = [column[:, numbers].ravel() for column in self._columns]
        return Pooled(np.tile(scale, columns[0].size // len(scale)), *columns)

    def values_of(self, member: int) -> Floats:
        """The values of a member, by event time."""
        cell = int(self._cell.ravel()[member])
        for table in self._tables:
            if cell < table.count.size:
                break
            cell -= table.count.size
        return table.values(cell)

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
                arrived += row[6]
        expected = self._places.expected[sign]
        return found, 1.0 if arrived == expected else round(arrived / expected, 4)

    def newest(self, index: int) -> int:
        """Event time (ms) of the last reading, shifted into the window; far past without one."""
        round_, sign = divmod(index, self._signs)
        rows, pools = self._pools or self._by_pool(), self._places.pools_of[sign]
        before = round_ * self._width
        if len(pools) == 1:
            return int(rows[before + pools[0].number][5])
        return max((rows[before + pool.number][5] for pool in pools), default=NEVER)

    def pool(self, number: int) -> Aggregate:
        """All members of a pool as one."""
        round_, place = divmod(number, self._width)
        pool, before = self._places.pools[place], round_ * self._members
        count, low, high, steps, energy, _, _ = (self._pools or self._by_pool())[number]
        values = partial(self._values_of, before + pool.first, before + pool.end)
        return Aggregate("", pool.quantity, 0.0, count, low, high, steps, energy, values)

    def members(self, number: int) -> list[Aggregate]:
        """The members of a pool that reported."""
        if self._rows is None:
            columns = self._count, self._low, self._high, self._steps, self._energy
            self._rows = list(zip(*(column.ravel().tolist() for column in columns), strict=True))
        round_, place = divmod(number, self._width)
        before = round_ * self._members
        _, quantity, first, end = self._places.pools[place]
        terminals, promised, found = self._places.terminals, self._places.promised, []
        for index in range(first, end):
            count, low, high, steps, energy = self._rows[before + index]
            if count:
                found.append(
                    Aggregate(
                        terminals[index], quantity, float(promised[index]), count, low, high,
                        steps, energy, partial(self.values_of, before + index),
                    )
                )  # fmt: skip
        return found


def _joined(columns: Sequence[Any]) -> Any:  # noqa: ANN401 - arrays of one dtype or another
    """Tables one after the other, as one row of cells."""
    if len(columns) == 1:
        return columns[0].ravel()
    return np.concatenate([column.ravel() for column in columns])
