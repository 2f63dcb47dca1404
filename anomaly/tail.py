"""How rare a statistic is, measured against its own past: the empirical tail.

Statistics of different kinds cannot be added; the logarithms of their probabilities can. Each view
of a detector turns its statistic into surprise: −log10 of the probability of one as large or
larger. Within the past that is counted; beyond its 99th percentile, where counts are few, an
exponential tail goes on, as excesses over a high threshold do (Pickands, Balkema and de Haan,
shape 0).
"""

import math
from array import array
from typing import Final

import msgspec

_OCTAVE: Final = 6
"""Bins an octave: each is 12 % wide."""
_BINS: Final = 240
_GROUP: Final = 16
_MIDDLE: Final = _BINS // 2
"""Where the first statistic that is not 0 falls; 20 octaves are below it and above it."""
_EDGES: Final = tuple(2.0 ** ((n - _MIDDLE) / _OCTAVE) for n in range(_BINS + 1))
_CENTRES: Final = tuple(2.0 ** ((n + 0.5 - _MIDDLE) / _OCTAVE) for n in range(_BINS))
_LARGEST: Final = 1e6
"""When a new value weighs this much, all weights are divided by it."""


class TailState(msgspec.Struct, frozen=True, array_like=True):
    """What an `EmpiricalTail` knows: the bins that hold anything, and their masses (float64)."""

    bins: bytes
    masses: bytes
    groups: bytes
    gain: float
    total: float
    unit: float
    count: int


class EmpiricalTail:
    """The tail of one statistic, 0 or larger, in bins of equal ratio.

    Args:
        forgetting: By which share older values weigh less with each new one, 0–1.
        tail: Beyond this probability the tail is taken as exponential.
        most: Largest surprise, decades.
    """

    __slots__ = (
        "_found", "_gain", "_groups", "_growth", "_mass", "_most", "_octave", "_tail", "_total",
        "_unit", "count",
    )  # fmt: skip

    def __init__(self, forgetting: float = 2e-4, tail: float = 0.01, most: float = 3.5) -> None:
        self._growth, self._tail, self._most = 1.0 / (1.0 - forgetting), tail, most
        self._mass = array("d", bytes(8 * _BINS))
        self._groups = array("d", bytes(8 * (_BINS // _GROUP)))
        # Old values are not made lighter one by one: each new one is heavier instead.
        self._gain, self._total, self._unit, self._octave = 1.0, 0.0, 0.0, 0.0
        self._found = 0.0, 0
        self.count = 0

    def surprise(self, statistic: float) -> float:
        """−log10 of the probability of a statistic as large or larger, 0 to `most`."""
        if not self.count:
            return 0.0
        bin_ = self._bin(statistic)
        # What is judged is learnt next.
        self._found = statistic, bin_
        total = self._total + self._gain
        group = bin_ // _GROUP
        above = sum(self._groups[group + 1 :]) + sum(self._mass[bin_ : (group + 1) * _GROUP])
        share: float = (above + self._gain) / total
        if share >= self._tail:
            # Less than 2 decades; a share above 1 is one of rounding.
            return -math.log10(share) if share < 1.0 else 0.0
        return self._beyond(statistic, share, total)

    def _beyond(self, statistic: float, share: float, total: float) -> float:
        """The surprise where less than `tail` of the past is as large."""
        above, edge = 0.0, _BINS
        # From the top down to where the tail begins.
        while edge > 1 and above + self._mass[edge - 1] < self._tail * total:
            edge -= 1
            above += self._mass[edge]
        unit = self._unit or 1.0
        start = _EDGES[edge] * unit
        if statistic <= start:
            return min(-math.log10(share), self._most)
        excess = sum(
            mass * (_CENTRES[n] * unit - start)
            for n, mass in enumerate(self._mass[edge:], edge)
            if mass
        )
        # As if one value of half weight had exceeded the start by an eighth of it.
        gain = 0.5 * self._gain
        mean = (excess + gain * 0.25 * start) / (above + gain)
        begun = -math.log10((above + gain) / total)
        reached: float = begun + (statistic - start) / mean / math.log(10.0)
        return min(reached, self._most)

    def learn(self, statistic: float) -> None:
        """Learn from a statistic, 0 or larger."""
        if statistic > 0.0 and not self._unit:
            self._set_unit(statistic)
        judged, bin_ = self._found
        if judged != statistic or not statistic:
            bin_ = self._bin(statistic)
        self._gain *= self._growth
        self._mass[bin_] += self._gain
        self._groups[bin_ // _GROUP] += self._gain
        self._total += self._gain
        self.count += 1
        if self._gain > _LARGEST:
            self._lighten()

    def _set_unit(self, unit: float) -> None:
        self._unit, self._octave = unit, math.log2(unit) if unit else 0.0
        self._found = 0.0, 0

    def _bin(self, statistic: float) -> int:
        if statistic <= 0.0:
            return 0
        if not self._unit:
            return _MIDDLE
        place = int(_MIDDLE + _OCTAVE * (math.log2(statistic) - self._octave))
        return place if 0 <= place < _BINS else (0 if place < 0 else _BINS - 1)

    def _lighten(self) -> None:
        for n, mass in enumerate(self._mass):
            self._mass[n] = mass / self._gain
        for n in range(len(self._groups)):
            self._groups[n] = sum(self._mass[n * _GROUP : (n + 1) * _GROUP])
        self._total, self._gain = sum(self._groups), 1.0

    def dump(self) -> TailState:
        """The state; bins that hold nothing are left out."""
        held = [n for n, mass in enumerate(self._mass) if mass]
        masses = array("d", [self._mass[n] for n in held])
        return TailState(
            bytes(held), masses.tobytes(), self._groups.tobytes(), self._gain, self._total,
            self._unit, self.count,
        )  # fmt: skip

    def load(self, state: TailState) -> None:
        """Continue from a `dump`."""
        self._mass = array("d", bytes(8 * _BINS))
        masses = array("d", state.masses)
        for n, mass in zip(state.bins, masses, strict=True):
            self._mass[n] = mass
        self._groups = array("d", state.groups)
        self._gain, self._total = state.gain, state.total
        self._set_unit(state.unit)
        self.count = state.count
