"""The forecast of one series at one horizon: the last value, moved by what has helped before.

`last value + coefficients · features`: all coefficients start at 0, which is persistence. The
interval is made of the quantiles of its own past errors, in units of their usual size at that hour.
"""

from array import array
from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from anomaly.awaited import Awaited
from anomaly.course_features import FEATURES, CourseFeatures
from anomaly.day_kind import DayKind
from anomaly.error_quantiles import ErrorQuantiles
from anomaly.error_scale import ErrorScale, ScaleState
from anomaly.forecaster import Outlook
from anomaly.robust_regression import RegressionState, RobustRegression

METHOD: Final = "seasonal_recent"
_ORIGINS: Final = 8
"""Forecasts that wait for their truth at a time. Twelve forecast an hour of traffic no better, and
fill the snapshot."""
_LEVERAGE: Final = 5.0
"""No feature weighs more than this many usual steps; where one is larger the whole sample shrinks,
so that no single day overthrows what was learnt."""
_FARTHEST: Final = 1000.0
"""Usual steps; a move of more teaches nothing."""
_QUANTILE_STEP: Final = 0.015
"""See `ErrorQuantiles`. At twice that the median trembled by what it corrects: an hour of traffic
was forecast 1 % worse."""
_KNOWN: Final = 10
"""Errors of a forecast that tell how large they are: fewer have no tenth to be outside."""


class Pending(NamedTuple):
    """A forecast that waits for its truth.

    Attributes:
        due: Local ms.
        last: The value that it was made at.
        centre: What it said before its errors were looked at.
        scale: Their usual size then, a standard deviation.
        divisor: What the features were divided by.
        row: The features, in single precision.
    """

    due: int
    last: float
    centre: float
    scale: float
    divisor: float
    row: bytes


class HorizonState(msgspec.Struct, frozen=True, array_like=True):
    """What a `HorizonForecast` knows."""

    regression: RegressionState
    scale: ScaleState
    quantiles: tuple[float, ...]
    awaited: tuple[Pending, ...]


class HorizonForecast:
    """One horizon of one series.

    Args:
        horizon: s.
        day_kind: Local day → kind.
    """

    def __init__(self, horizon: int, day_kind: DayKind) -> None:
        self.horizon = horizon
        self._regression = RobustRegression(FEATURES)
        self._scale, self._quantiles = ErrorScale(day_kind), ErrorQuantiles(_QUANTILE_STEP)
        self._awaited: Awaited[Pending] = Awaited(horizon * 1000 // _ORIGINS)

    def arrive(self, at: int, value: float, within: int) -> None:
        """Learn from a value (local ms) that may be the truth of a forecast; see `Awaited.ripe`."""
        made = self._awaited.ripe(at, within)
        if made is None:
            return
        error = value - made.centre
        self._scale.learn(made.due, error)
        if made.scale > 0:
            self._quantiles.learn(error / made.scale)
        if made.divisor > 0:
            move = (value - made.last) / made.divisor
            # Differences of a series that lies still are those of its last digits, and no measure.
            if abs(move) <= _FARTHEST:
                self._regression.learn(array("f", made.row), move)

    def wait(self, due: int, course: CourseFeatures, first_guess: float) -> None:
        """Forecast, to learn from it once its truth arrives; see `outlook`."""
        if not self._awaited.is_wanted(due):
            return
        row = course.row(due)
        centre = course.value + self._regression.of(row)
        divisor = max(course.usual_step, max(map(abs, row)) / _LEVERAGE)
        shares = array("f", [number / divisor for number in row] if divisor > 0 else row)
        scale = self._scale_at(due, first_guess)
        self._awaited.add(Pending(due, course.value, centre, scale, divisor, shares.tobytes()))

    def _scale_at(self, due: int, first_guess: float) -> float:
        return self._scale.at(due) if self._scale.count >= _KNOWN else first_guess

    def outlook(
        self,
        due: int,
        course: CourseFeatures,
        first_guess: float,
        limits: Sequence[float],
        least: float,
    ) -> Outlook:
        """The forecast in words of probability.

        Args:
            due: Local ms.
            course: What is known of the series.
            first_guess: Usual size of an error while none is known, a standard deviation.
            limits: In the unit.
            least: The value is never below this.
        """
        centre = course.value + self._regression.of(course.row(due))
        scale, errors = self._scale_at(due, first_guess), self._quantiles
        p10, p50, p90 = (
            max(centre + scale * at, least) for at in (errors.low, errors.middle, errors.high)
        )
        exceed = errors.exceed(limits, centre, scale, least)
        return Outlook(self.horizon, p10, p50, p90, exceed, METHOD)

    def dump(self) -> HorizonState:
        """The state."""
        return HorizonState(
            self._regression.dump(),
            self._scale.dump(),
            self._quantiles.dump(),
            self._awaited.dump(),
        )

    def load(self, state: HorizonState) -> None:
        """Continue from a `dump`."""
        self._regression.load(state.regression)
        self._scale.load(state.scale)
        self._quantiles.load(state.quantiles)
        self._awaited.load(state.awaited)
