"""What a series usually is at this time of the day: a robust seasonal baseline.

One bin an hour of the local day and kind of day. Each follows the median of its values (a step of a
share of the clipped deviation towards each new value, so one outlier drags it nowhere); its spread
is an exponentially weighted mean of clipped absolute deviations.
"""

import math
from array import array
from typing import Final

import msgspec

from anomaly.day_kind import KINDS, DayKind

_HOUR_MS: Final = 3_600_000
_BINS: Final = 24 * KINDS
_ARRAY_BYTES: Final = _BINS * 8
MAD_TO_SIGMA: Final = 1.2533
"""Mean absolute deviation to standard deviation of a normal distribution: sqrt(π/2)."""
_SMALLEST: Final = 1e-9
_RELATIVE: Final = 1e-6
"""A spread is never less than this, or this share of the expectation: constants divide too."""


_FEW: Final = 2
"""As old as a baseline is when it is learnt anew."""


class BaselineState(msgspec.Struct, frozen=True, array_like=True):
    """What a `SeasonalBaseline` knows; arrays, one element a bin, the last over all."""

    centre: bytes
    spread: bytes
    count: bytes
    age: bytes


class SeasonalBaseline:
    """The usual value and its spread by hour and kind of day, and over all hours.

    Args:
        day_kind: Local day → kind.
        ready_after: Values of a bin before it is trusted; the baseline over all hours stands in
            until then, once it has four times as many.
        forgetting: Least weight of a new value in its bin, 0–1.
        slow: Least weight of a new value in the baseline over all hours, 0–1.
        clip: A deviation moves the baseline by at most this many spreads.
    """

    def __init__(
        self,
        day_kind: DayKind,
        ready_after: int = 5,
        forgetting: float = 0.02,
        slow: float = 0.002,
        clip: float = 3.0,
    ) -> None:
        self._day_kind, self._ready_after = day_kind, ready_after
        self._forgetting, self._slow, self._clip = forgetting, slow, clip
        # Not of numpy: single elements are read and set, which takes a third of the time so.
        self._centre = array("d", bytes(_ARRAY_BYTES + 8))
        self._spread = array("d", bytes(_ARRAY_BYTES + 8))
        self._count = array("q", bytes(_ARRAY_BYTES + 8))
        # The same, but for a series that is learnt anew: by it values are weighed and clipped.
        self._age = array("q", bytes(_ARRAY_BYTES + 8))

    def bin_of(self, at: int) -> int:
        """The bin of a local time, ms since the epoch."""
        day, hour = divmod(at // _HOUR_MS, 24)
        return hour + 24 * self._day_kind(day)

    def own_expectation(self, bin_: int) -> tuple[float, float] | None:
        """The same of nothing but the bin's own values; None while they are too few."""
        return None if self._count[bin_] < self._ready_after else self.expectation(bin_)

    def expectation(self, bin_: int) -> tuple[float, float] | None:
        """The usual value of a bin, and one robust standard deviation; None: too few values."""
        if self._count[bin_] < self._ready_after:
            if self._count[_BINS] < 4 * self._ready_after:
                return None
            centre = self._centre[_BINS]
            return centre, _sigma(self._spread[_BINS], centre)
        centre = self._centre[bin_]
        return centre, _sigma(self._floored(bin_), centre)

    def learn(self, bin_: int, value: float) -> None:
        """Learn from a value of a bin."""
        limit = math.inf
        if self._age[bin_] >= self._ready_after:
            limit = self._clip * MAD_TO_SIGMA * self._floored(bin_)
        self._step(bin_, value, self._forgetting, limit)
        limit = math.inf
        if self._age[_BINS] > 10 * self._ready_after:
            limit = 5.0 * MAD_TO_SIGMA * self._spread[_BINS]
        self._step(_BINS, value, self._slow, limit)

    def learn_anew(self) -> None:
        """Follow the next values as if only two had been seen; until then the old ones stand."""
        for bin_, age in enumerate(self._age):
            self._age[bin_] = min(age, _FEW)

    def _step(self, bin_: int, value: float, least: float, limit: float) -> None:
        age = self._age[bin_]
        if not age:
            self._centre[bin_] = value
        else:
            away = value - self._centre[bin_]
            clipped = abs(away)
            if clipped > limit:
                clipped = limit if limit > _SMALLEST else _SMALLEST
            weight = 1.0 / (age + 1)
            weight = max(weight, least)
            self._centre[bin_] += math.copysign(clipped * weight, away)
            self._spread[bin_] += weight * (clipped - self._spread[bin_])
        self._age[bin_] = age + 1
        self._count[bin_] += 1

    def _floored(self, bin_: int) -> float:
        """The spread of a bin, at least a quarter of that over all hours."""
        own, least = self._spread[bin_], 0.25 * self._spread[_BINS]
        return own if own > least else least

    def dump(self) -> BaselineState:
        """The state."""
        return BaselineState(
            self._centre.tobytes(),
            self._spread.tobytes(),
            self._count.tobytes(),
            self._age.tobytes(),
        )

    def load(self, state: BaselineState) -> None:
        """Continue from a `dump`."""
        self._centre, self._spread = array("d", state.centre), array("d", state.spread)
        self._count, self._age = array("q", state.count), array("q", state.age)


def _sigma(spread: float, centre: float) -> float:
    return max(MAD_TO_SIGMA * spread, _RELATIVE * abs(centre), _SMALLEST)
