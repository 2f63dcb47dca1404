"""Event-time windows: what the readings of a terminal in a window come to.

Sums are whole steps of the catalogue's resolution, sound energy is quantised per reading,
percentiles come from fixed buckets: so no result depends on the order in which readings arrive.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, Protocol, overload

import msgspec
import numpy as np

from sensors.decimals import Floats, Ints
from sensors.quantity import Quantity

LADDER_S: Final = (10, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 86400)
"""Lengths a window may grow to where the data come more slowly than its declaration, s."""
MOST_ENERGY: Final = 2**63 - 1
"""Sums of one terminal stop here: 130 dB, the most a meter may say, ten thousand times."""
ENERGY_STEP: Final = 100
"""Steps per unit of sound energy 10^(L/10); at 20 dB one step is 0.0004 dB."""


class Aggregate(msgspec.Struct, frozen=True):
    """All readings of one (terminal, quantity) in one window, or of several together.

    Attributes:
        terminal: Terminal id; empty where it is of several.
        quantity: The catalogue's entry.
        expected: Readings that the declared cadence promises in this window.
        count: Readings.
        low: Smallest value.
        high: Largest value.
        steps: Sum of round(value × scale).
        energy: Sum of round(10^(value/10) × `ENERGY_STEP`), for levels in dB only.
        of: Gives the values, of one terminal in the order of event time.
        newest: When the last of them belongs to, Unix ms; of one terminal as windows hold it only.
    """

    terminal: str
    quantity: Quantity
    expected: float
    count: int
    low: float
    high: float
    steps: int
    energy: int
    of: Callable[[], Floats]
    newest: int = 0

    @property
    def values(self) -> Floats:
        """The values; copied out of the rows when they are asked for."""
        return self.of()

    @property
    def mean(self) -> float:
        """Arithmetic mean in the canonical unit; energy mean in dB for levels."""
        if self.quantity.energetic:
            return 10.0 * math.log10(self.energy / ENERGY_STEP / self.count)
        return self.steps / self.quantity.scale / self.count

    @property
    def total(self) -> float:
        """Sum in the canonical unit."""
        return self.steps / self.quantity.scale


def energies(values: Floats) -> Ints:
    """Sound energy of levels in dB, in steps, as int64.

    Not by numpy, whose power differs from machine to machine: levels of whole hundredths, which
    meters send, are looked up in a table, others are worked out one by one.
    """
    hundredths = values * 100.0
    place = np.rint(hundredths)
    is_listed = (place / 100.0 == values) & (place >= 0) & (place < ENERGIES.size)
    found: Ints = ENERGIES[np.where(is_listed, place, 0.0).astype(np.int64)]
    if not is_listed.all():
        for index in np.flatnonzero(~is_listed).tolist():
            found[index] = _energy(float(values[index]))
    return found


def energy_sums(found: Ints, first: Ints) -> Ints:
    """Sums of runs of sound energy, of which none is larger than `MOST_ENERGY`.

    Args:
        found: Energies ≥ 0 in steps.
        first: Where each run begins, ascending; each ends where the next begins.
    """
    sums: Ints = np.add.reduceat(found, first)
    if int(found.max()) * found.size > MOST_ENERGY:
        high, low = (np.add.reduceat(word, first) for word in (found >> 32, found & 0xFFFF_FFFF))
        sums[high + (low >> 32) > MOST_ENERGY >> 32] = MOST_ENERGY
    return sums


def _energy(level: float) -> int:
    energy: float = 10.0 ** (level / 10.0)
    return round(energy * ENERGY_STEP)


ENERGIES: Final = np.array([_energy(place / 100.0) for place in range(14_000)], np.int64)
"""Energy of 0.00 dB, 0.01 dB and so on to 140 dB."""


def aggregate(terminal: str, quantity: Quantity, expected: float, values: Floats) -> Aggregate:
    """The aggregate of one or more values."""
    return Aggregate(
        terminal, quantity, expected, values.size, float(values.min()), float(values.max()),
        int(np.rint(values * quantity.scale).astype(np.int64).sum()),
        int(energy_sums(energies(values), np.zeros(1, np.int64))[0]) if quantity.energetic else 0,
        lambda: values,
    )  # fmt: skip


class Pooled(msgspec.Struct, frozen=True):
    """The readings of one quantity in each of many windows, of all terminals together: columns.

    As in `Aggregate`; of windows without a reading only `count` and `arrived` mean anything.

    Attributes:
        scale: Steps per unit of the quantity.
        count: Readings of each window.
        low: Smallest value.
        high: Largest value.
        steps: Sum of round(value × scale).
        newest: Instant of the last reading, ms.
        arrived: Readings that were expected and came.
    """

    scale: Floats
    count: Ints
    low: Floats
    high: Floats
    steps: Ints
    newest: Ints
    arrived: Floats


class Pools(Protocol):
    """Knows pools, the terminals of a window that report one quantity, by their numbers."""

    def pool(self, number: int) -> Aggregate:
        """All terminals of a pool as one."""
        ...

    def members(self, number: int) -> list[Aggregate]:
        """The terminals of a pool that reported, at least one."""
        ...


class Members(Sequence[Aggregate]):
    """The aggregates of one or more terminals, made when they are asked for.

    Args:
        pools: Makes them.
        number: Number of their pool.
    """

    __slots__ = ("_made", "_number", "_pools")

    def __init__(self, pools: Pools, number: int) -> None:
        self._pools, self._number = pools, number
        self._made: list[Aggregate] | None = None

    def _all(self) -> list[Aggregate]:
        if self._made is None:
            self._made = self._pools.members(self._number)
        return self._made

    def __bool__(self) -> bool:
        return True

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[Aggregate]:
        return iter(self._all())

    @overload
    def __getitem__(self, index: int) -> Aggregate: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Aggregate]: ...
    def __getitem__(self, index: int | slice) -> Aggregate | Sequence[Aggregate]:
        return self._all()[index]

    def pool(self) -> Aggregate:
        """All of them as one, without making each."""
        return self._pools.pool(self._number)


def pooled(aggregates: Iterable[Aggregate]) -> Aggregate | None:
    """All terminals of a window as one aggregate; None where there are none."""
    if isinstance(aggregates, Members):
        return aggregates.pool()
    members = list(aggregates)
    if not members:
        return None
    return Aggregate(
        "",
        members[0].quantity,
        sum(member.expected for member in members),
        sum(member.count for member in members),
        min(member.low for member in members),
        max(member.high for member in members),
        sum(member.steps for member in members),
        sum(member.energy for member in members),
        lambda: np.concatenate([member.values for member in members]),
    )


def newest_words(
    by_quantity: Mapping[str, Sequence[Aggregate]], word: int, start: int, end: int
) -> dict[str, list[Aggregate]]:
    """Of each terminal what it said last, as long as that stands: its own cadence, or a word.

    Args:
        by_quantity: Aggregates of the terminals that reported, by quantity.
        word: How much of its newest readings counts of a terminal, ms.
        start: Window start, Unix ms.
        end: Window end.
    """
    found = {}
    for quantity, members in by_quantity.items():
        said = [m for m in members if m.newest >= end - max(word, (end - start) / m.expected)]
        if said:
            share = word / (end - start)
            found[quantity] = [_newest_word(m, max(round(m.expected * share), 1)) for m in said]
    return found


def _newest_word(member: Aggregate, readings: int) -> Aggregate:
    if member.count <= readings:
        return member
    return aggregate(member.terminal, member.quantity, readings, member.values[-readings:])


def quantile(aggregate: Aggregate, share: float, weights: Floats | None = None) -> float:
    """The value below which `share` of the readings lie, to the width of the quantity's bucket.

    Args:
        aggregate: Of a quantity with buckets.
        share: 0-1.
        weights: How much each of its values counts, > 0; all alike where None.

    Returns:
        Middle of the bucket, clamped to the values seen, in the canonical unit.
    """
    width = aggregate.quantity.bucket
    if not width:
        raise ValueError(f"{aggregate.quantity.name} has no percentile buckets")
    values = aggregate.values
    if weights is None:
        rank = max(math.ceil(share * aggregate.count), 1)
        value = float(np.partition(values, rank - 1)[rank - 1])
    else:
        order = np.argsort(values, kind="stable")
        below = np.cumsum(weights[order])
        place = int(np.searchsorted(below, share * below[-1] * (1 - 1e-12)))
        value = float(values[order[min(place, order.size - 1)]])
    middle = (math.floor(value / width) + 0.5) * width
    return min(max(middle, aggregate.low), aggregate.high)


def stretch(declared_s: float, cadence_s: float) -> int:
    """Length of a window or hop, s: the declared one, or the next of the ladder ≥ the cadence.

    Example:
        >>> stretch(60, 30), stretch(60, 300), stretch(60, 400)
        (60, 300, 600)
    """
    if cadence_s <= declared_s:
        return round(declared_s)
    return next((step for step in LADDER_S if step >= cadence_s), LADDER_S[-1])
