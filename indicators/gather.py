"""Windows made from remembered readings: for many signs at once, one numpy call for each step.

A window holds no running state. When it closes, or is corrected, the rows of its members within it
are found, flattened reading by reading, and reduced member by member. That costs one visit of each
reading for each window it is in, needs no memory beside the readings themselves, and gives a late
correction exactly what a window that was never late would have had.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple, overload

import numpy as np

from indicators.plan import SignPlan
from indicators.window import Aggregate, Members, energies
from sensors.decimals import Floats, Ints
from sensors.directory import Directory
from sensors.quantity import CATALOGUE, Quantity
from sensors.row_store import NEVER, RowStore


class _Member(NamedTuple):
    """One (terminal, quantity) of one sign; its window is number `sign` of those gathered."""

    sign: int
    quantity: Quantity
    terminal: str
    expected: float
    channel: int
    group: int
    column: int
    shift: int


class Gathering:
    """What several windows are made of, worked out once for windows that close together.

    Args:
        plans: Plan of each window's sign.
        directory: Numbers of the channels; those not heard yet are left out.
    """

    def __init__(self, plans: Sequence[SignPlan], directory: Directory) -> None:
        members = [m for i, plan in enumerate(plans) for m in _members(i, plan, directory)]
        self.members = members
        self.expected = [sum(member.expected for member in plan.members) for plan in plans]
        self._sign = np.array([m.sign for m in members], np.int64)
        self._group = np.array([m.group for m in members], np.int64)
        self._column = np.array([m.column for m in members], np.int64)
        self._shift = np.array([m.shift for m in members], np.int64)
        self._scale = np.array([float(m.quantity.scale) for m in members])
        self._promised = np.array([m.expected for m in members])
        self._energetic = [i for i, m in enumerate(members) if m.quantity.energetic]
        self._guess = int(max((m.expected for m in members), default=0)) + 8
        # Members of one sign and quantity stand together: they are its pool.
        names = [(m.sign, m.quantity.name) for m in members]
        firsts = [i for i, name in enumerate(names) if i == 0 or name != names[i - 1]]
        self.pool_first = np.array(firsts, np.int64)
        self.pools: list[list[_Pool]] = [[] for _ in plans]
        for pool, (first, end) in enumerate(pairwise([*firsts, len(names)])):
            member = members[first]
            self.pools[member.sign].append(_Pool(pool, member.quantity, first, end))

    def gather(self, store: RowStore, starts: Ints, ends: Ints) -> "Gathered":
        """Reduce the readings of each window.

        Args:
            store: The readings.
            starts: First instant of each window, ms.
            ends: First instant after it.
        """
        low, high = starts[self._sign] + self._shift, ends[self._sign] + self._shift
        first, last = store.span(self._group, low, high, self._guess)
        values, rows, counts = store.column(self._group, self._column, first, last)
        begins = np.cumsum(counts) - counts
        table = _Table(counts.size, begins)
        filled = np.flatnonzero(counts)
        if filled.size:
            at = begins[filled]
            table.low[filled] = np.minimum.reduceat(values, at)
            table.high[filled] = np.maximum.reduceat(values, at)
            whole = np.rint(values * np.repeat(self._scale, counts)).astype(np.int64)
            table.steps[filled] = np.add.reduceat(whole, at)
            newest = store.instants(self._group[filled], rows[at + counts[filled] - 1])
            table.newest[filled] = newest - self._shift[filled]
        for member in self._energetic:
            begin = int(begins[member])
            table.energy[member] = sum(energies(values[begin : begin + int(counts[member])]))
        table.count[:] = counts
        arrived = np.minimum(counts, self._promised)
        return Gathered(self, values, table, arrived)


def _members(sign: int, plan: SignPlan, directory: Directory) -> list[_Member]:
    """The members of a sign that have been heard, by quantity and terminal."""
    found = []
    for member in sorted(plan.members, key=lambda m: (m.quantity, m.terminal)):
        channel = directory.channel_of(f"{member.terminal}/{member.quantity}")
        if channel is None or directory.group[channel] < 0:
            continue
        found.append(
            _Member(
                sign, CATALOGUE[member.quantity], member.terminal, member.expected, channel,
                int(directory.group[channel]), int(directory.column[channel]),
                directory.channels[channel].shift_ms,
            )
        )  # fmt: skip
    return found


class _Pool(NamedTuple):
    """The members [first, end) of one sign that have one quantity."""

    number: int
    quantity: Quantity
    first: int
    end: int


class _Table:
    """What each member comes to; `newest` is the event time (ms) of its last reading."""

    def __init__(self, size: int, begins: Ints) -> None:
        self.begins = begins
        self.count, self.steps, self.energy = (np.zeros(size, np.int64) for _ in range(3))
        self.newest = np.full(size, NEVER)
        self.low, self.high = np.full(size, np.inf), np.full(size, -np.inf)

    def pooled(self, first: Ints) -> "_Table":
        """What the members from each `first` to the next come to together."""
        pools = _Table(first.size, self.begins[first])
        for name, reduce in _REDUCE:
            setattr(pools, name, reduce.reduceat(getattr(self, name), first))
        return pools

    def lists(self) -> tuple[list[Any], ...]:
        """begins, count, low, high, steps and energy, one list of plain numbers each."""
        columns = self.begins, self.count, self.low, self.high, self.steps, self.energy
        return tuple(column.tolist() for column in columns)


_REDUCE: Final = (
    ("count", np.add), ("steps", np.add), ("energy", np.add), ("newest", np.maximum),
    ("low", np.minimum), ("high", np.maximum),
)  # fmt: skip


class Gathered:
    """What the windows of a gathering hold."""

    def __init__(self, about: Gathering, values: Floats, table: _Table, arrived: Floats) -> None:
        self._about, self.values, self._table = about, values, table
        first = about.pool_first
        if first.size:
            pools = table.pooled(first)
            self._pools = list(zip(*pools.lists(), strict=True))
            self._newest: list[int] = pools.newest.tolist()
            self._arrived: list[float] = np.add.reduceat(arrived, first).tolist()
        self._rows: list[tuple[Any, ...]] | None = None

    def window(self, sign: int) -> tuple[dict[str, Members], float]:
        """One window.

        Returns:
            The aggregates by quantity, and the share of expected readings that arrived.
        """
        found: dict[str, Members] = {}
        arrived = 0.0
        for pool in self._about.pools[sign]:
            if self._pools[pool.number][1]:
                found[pool.quantity.name] = _Gathered(self, pool)
                arrived += self._arrived[pool.number]
        expected = self._about.expected[sign]
        return found, round(arrived / expected, 4) if expected else 1.0

    def newest(self, sign: int) -> int:
        """Event time (ms) of the last reading, shifted into the window; far past without one."""
        pools = self._about.pools[sign]
        if len(pools) == 1:
            return self._newest[pools[0].number]
        return max((self._newest[pool.number] for pool in pools), default=NEVER)

    def pool(self, pool: _Pool) -> Aggregate:
        """All members of a pool as one."""
        begin, count, low, high, steps, energy = self._pools[pool.number]
        values = self.values[begin : begin + count]
        return Aggregate("", pool.quantity, 0.0, count, low, high, steps, energy, values)

    def members(self, pool: _Pool) -> list[Aggregate]:
        """The members of a pool that reported."""
        if self._rows is None:
            self._rows = list(zip(*self._table.lists(), strict=True))
        members, quantity, found = self._about.members, pool.quantity, []
        for i in range(pool.first, pool.end):
            begin, count, low, high, steps, energy = self._rows[i]
            if count:
                about, values = members[i], self.values[begin : begin + count]
                found.append(
                    Aggregate(
                        about.terminal, quantity, about.expected, count, low, high, steps, energy,
                        values,
                    )
                )  # fmt: skip
        return found


class _Gathered(Members):
    """The members of a pool, made when they are asked for."""

    def __init__(self, gathered: Gathered, pool: _Pool) -> None:
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
