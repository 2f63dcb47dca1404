"""Event-time windows as mergeable partials over panes.

A pane is the slice between two hops. Sums are int64-sized fixed point at the catalogue's
resolution, sound energy is quantised per reading, percentiles come from fixed buckets: so no
result depends on the order in which readings arrive or panes are merged.
"""

import math
from collections.abc import Iterable
from typing import Final

import msgspec

from sensors.quantity import Quantity

LADDER_S: Final = (10, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 86400)
"""Lengths a window may grow to where the data come more slowly than its declaration, s."""
ENERGY_STEP: Final = 100
"""Steps per unit of sound energy 10^(L/10); at 20 dB one step is 0.0004 dB."""


class Partial(msgspec.Struct, array_like=True):
    """What a pane keeps of the readings of one (terminal, quantity).

    Attributes:
        count: Accepted readings.
        low: Smallest value.
        high: Largest value.
        total: Sum of round(value × scale).
        energy: Sum of round(10^(value/10) × `ENERGY_STEP`), for levels in dB only.
        first_at: Event time (ms) of the earliest reading.
        first: Its value.
        last_at: Event time (ms) of the latest reading.
        last: Its value.
        buckets: Bucket number → readings, where the quantity has percentile buckets.
    """

    count: int
    low: float
    high: float
    total: int
    energy: int
    first_at: int
    first: float
    last_at: int
    last: float
    buckets: dict[int, int] | None


def partial_of(quantity: Quantity, at: int, value: float) -> Partial:
    """The partial of one reading."""
    energy = round(10.0 ** (value / 10.0) * ENERGY_STEP) if quantity.energetic else 0
    buckets = {math.floor(value / quantity.bucket): 1} if quantity.bucket else None
    total = round(value * quantity.scale)
    return Partial(1, value, value, total, energy, at, value, at, value, buckets)


def absorb(into: Partial, other: Partial) -> None:
    """Merge `other` into `into`; commutative and associative."""
    into.count += other.count
    into.low = min(into.low, other.low)
    into.high = max(into.high, other.high)
    into.total += other.total
    into.energy += other.energy
    # Two terminals may report at the same instant: the value decides, not who was merged first.
    into.first_at, into.first = min((into.first_at, into.first), (other.first_at, other.first))
    into.last_at, into.last = max((into.last_at, into.last), (other.last_at, other.last))
    if other.buckets is not None and into.buckets is not None:
        for bucket, count in other.buckets.items():
            into.buckets[bucket] = into.buckets.get(bucket, 0) + count


class Aggregate(msgspec.Struct, frozen=True):
    """All readings of one (terminal, quantity) in one window.

    Attributes:
        terminal: Terminal id.
        quantity: The catalogue's entry.
        expected: Readings that the declared cadence promises in this window.
        partial: Their merged partial.
    """

    terminal: str
    quantity: Quantity
    expected: float
    partial: Partial

    @property
    def mean(self) -> float:
        """Arithmetic mean in the canonical unit; energy mean in dB for levels."""
        if self.quantity.energetic:
            return 10.0 * math.log10(self.partial.energy / ENERGY_STEP / self.partial.count)
        return self.partial.total / self.quantity.scale / self.partial.count

    @property
    def total(self) -> float:
        """Sum in the canonical unit."""
        return self.partial.total / self.quantity.scale


def merged(panes: Iterable[Partial]) -> Partial | None:
    """The merge of several partials, or None where there are none."""
    out: Partial | None = None
    for pane in panes:
        if out is None:
            buckets = None if pane.buckets is None else dict(pane.buckets)
            out = msgspec.structs.replace(pane, buckets=buckets)
        else:
            absorb(out, pane)
    return out


def pooled(aggregates: Iterable[Aggregate]) -> Partial | None:
    """All terminals of a window as one partial."""
    return merged(aggregate.partial for aggregate in aggregates)


def quantile(partial: Partial, quantity: Quantity, share: float) -> float:
    """The value below which `share` of the readings lie, from the fixed buckets.

    Args:
        partial: A partial with buckets.
        quantity: Its quantity; the answer is exact to its bucket width.
        share: 0–1.

    Returns:
        Middle of the bucket, clamped to the values seen, in the canonical unit.
    """
    if partial.buckets is None:
        raise ValueError(f"{quantity.name} has no percentile buckets")
    rank = share * partial.count
    seen = 0
    middle = partial.high
    for bucket in sorted(partial.buckets):
        seen += partial.buckets[bucket]
        if seen >= rank:
            middle = (bucket + 0.5) * quantity.bucket
            break
    return min(max(middle, partial.low), partial.high)


def stretch(declared_s: float, cadence_s: float) -> int:
    """Length of a window or hop, s: the declared one, or the next of the ladder ≥ the cadence.

    Example:
        >>> stretch(60, 30), stretch(60, 300), stretch(60, 400)
        (60, 300, 600)
    """
    if cadence_s <= declared_s:
        return round(declared_s)
    return next((step for step in LADDER_S if step >= cadence_s), LADDER_S[-1])
