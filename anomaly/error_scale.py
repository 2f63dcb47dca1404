"""How large the errors of forecasts are, by hour and kind of day."""

import math
from array import array
from typing import Final

import msgspec

from anomaly.day_kind import KINDS, DayKind
from anomaly.root_mean import RootMean, RootState

_HOUR_MS: Final = 3_600_000
_HOURS: Final = 24
_COUNT_MOST: Final = 255
_UNREST_RENEWAL: Final = 0.1
_UNREST_MOST: Final = 3.0
_ROOTS_TO_SIGMA: Final = 1.4793
"""Standard deviation of a normal distribution by the square of its mean root: π ÷ (√2 · Γ(¾)²)."""


class ScaleState(msgspec.Struct, frozen=True, array_like=True):
    """What an `ErrorScale` knows; of the hours roots in single precision, and counts in bytes."""

    all_hours: RootState
    unrest: float
    hour_roots: bytes
    hour_counts: bytes


class ErrorScale:
    """The usual size of the errors of one horizon.

    Means are of roots, so that one wild error does not widen a month of intervals. The figures were
    chosen for the reasons given and not tuned: cover held on all recordings at the first try.

    Args:
        day_kind: Local day → kind.
        forgetting: Weight (0–1) of a new error in the usual size at its hour: a month of days.
        prior: An hour's own size counts as much as all hours' once it has seen this many errors:
            a working week.
        agility: Power (0–1) of the size of the last ten errors in the scale; 0 ignores unrest, 1
            takes it for lasting.
    """

    def __init__(
        self,
        day_kind: DayKind,
        forgetting: float = 0.03,
        prior: float = 5.0,
        agility: float = 0.5,
    ) -> None:
        self._day_kind = day_kind
        self._forgetting, self._prior, self._agility = forgetting, prior, agility
        self._all_hours, self._unrest = RootMean(forgetting / 4), 1.0
        self._hour_roots = array("f", bytes(4 * KINDS * _HOURS))
        self._hour_counts = array("B", bytes(KINDS * _HOURS))

    @property
    def count(self) -> int:
        """Errors learnt so far."""
        return self._all_hours.count

    def at(self, at: int) -> float:
        """Usual size, as a standard deviation, of the error of a forecast for a local time (ms)."""
        root = self._usual_root(self._hour(at))
        return _ROOTS_TO_SIGMA * root * root * math.pow(self._unrest, self._agility)

    def learn(self, at: int, error: float) -> None:
        """Learn the error of a forecast for a local time (ms)."""
        root, hour = math.sqrt(abs(error)), self._hour(at)
        usual = self._usual_root(hour)
        if usual > 0:
            # Bounded, so that the end of a still time is not taken for unrest of days.
            self._unrest += _UNREST_RENEWAL * (min(root / usual, _UNREST_MOST) - self._unrest)
        seen = self._hour_counts[hour]
        weight = max(self._forgetting, 1 / (seen + 1))
        self._hour_roots[hour] += weight * (root - self._hour_roots[hour])
        self._hour_counts[hour] = min(seen + 1, _COUNT_MOST)
        self._all_hours.learn(error)

    def _usual_root(self, hour: int) -> float:
        seen = self._hour_counts[hour]
        total = self._hour_roots[hour] * seen + self._all_hours.root * self._prior
        return total / (seen + self._prior)

    def _hour(self, at: int) -> int:
        day, hour = divmod(at // _HOUR_MS, _HOURS)
        return hour + _HOURS * self._day_kind(day)

    def dump(self) -> ScaleState:
        """The state."""
        hours = self._hour_roots.tobytes(), self._hour_counts.tobytes()
        return ScaleState(self._all_hours.dump(), self._unrest, *hours)

    def load(self, state: ScaleState) -> None:
        """Continue from a `dump`."""
        self._all_hours.load(state.all_hours)
        self._unrest = state.unrest
        self._hour_roots = array("f", state.hour_roots)
        self._hour_counts = array("B", state.hour_counts)
