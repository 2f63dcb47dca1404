"""A value outside all that was seen so far."""

from typing import Final

import msgspec

_MOST: Final = 10.0
"""Farther outside than ten ranges is as far."""


class RangeState(msgspec.Struct, frozen=True, array_like=True):
    """What a `KnownRange` knows; `low` above `high` before the first value."""

    low: float = 1.0
    high: float = 0.0


class KnownRange:
    """The least and largest value so far, slowly forgotten.

    Args:
        forgetting: Which share of its way to the middle each end goes with a value, 0–1.
    """

    def __init__(self, forgetting: float = 3e-6) -> None:
        self._forgetting = forgetting
        self._low, self._high = 1.0, 0.0

    def outside(self, value: float) -> float:
        """How far a value is outside, in lengths of the range: 0 (inside) to 10."""
        if self._low <= value <= self._high or self._low > self._high:
            return 0.0
        away = self._low - value if value < self._low else value - self._high
        # Beside a range of one value everything is far.
        length = self._high - self._low
        return away / length if away < _MOST * length else _MOST

    def learn(self, value: float) -> None:
        """Learn from a value."""
        if self._low > self._high:
            self._low = self._high = value
            return
        step = self._forgetting * 0.5 * (self._high - self._low)
        low, high = self._low + step, self._high - step
        self._low, self._high = low if low < value else value, high if high > value else value

    def dump(self) -> RangeState:
        """The state."""
        return RangeState(self._low, self._high)

    def load(self, state: RangeState) -> None:
        """Continue from a `dump`."""
        self._low, self._high = state.low, state.high
