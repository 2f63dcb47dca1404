"""The forecaster of one series, with one set of parameters for all.

Its usual course and its recent values, weighed by what has helped at each horizon.
"""

import math
from collections.abc import Sequence
from typing import Final

import msgspec

from anomaly.cadence import Cadence
from anomaly.course_features import CourseFeatures, CourseState
from anomaly.day_kind import DayKind, by_weekday
from anomaly.forecast_skill import Skills, SkillState
from anomaly.forecaster import Outlook
from anomaly.horizon_forecast import HorizonForecast, HorizonState
from anomaly.snapshots import Snapshots

_LARGEST: Final = 1e30
"""It leaves room for squares in single precision, and no sign is so large."""
_GAP: Final = 1.5
"""Cadences; what comes later than that is no next value."""


class _State(msgspec.Struct, frozen=True, array_like=True):
    version: int
    horizons: tuple[int, ...]
    count: int
    last: int
    least: float
    cadence: tuple[int, ...]
    course: CourseState
    forecasts: tuple[HorizonState, ...]
    skills: tuple[SkillState, ...]


class SeasonalRecent:
    """Keeps to `anomaly.forecaster.Forecaster`. What was never below 0 is never forecast below it.

    A series has nothing between two of its values: a horizon below its cadence means the next one.

    Args:
        horizons: s, ascending.
        day_kind: Local day → kind.
        ready_after: Values before the first outlook.
    """

    VERSION: Final = 3

    def __init__(
        self, horizons: Sequence[int], day_kind: DayKind = by_weekday, ready_after: int = 30
    ) -> None:
        self._ready_after = ready_after
        self._count, self._last, self._least = 0, 0, 0.0
        self._cadence, self._course = Cadence(), CourseFeatures(day_kind)
        self._forecasts = tuple(HorizonForecast(horizon, day_kind) for horizon in horizons)
        self._skills = Skills(horizons, self._least)

    def learn_one(self, at: int, value: float) -> None:
        """Learn from a value; see `Forecaster`. One beyond ±1e30 is taken for none, too."""
        if not abs(value) <= _LARGEST:
            raise ValueError(f"value {value} of a series is no finite number")
        step = at - self._last
        if self._count:
            if step <= 0:
                return
            self._cadence.learn_one(step)
        within = self._cadence.ms // 2
        for forecast in self._forecasts:
            forecast.arrive(at, value, within)
        self._skills.arrive(at, value, within)
        is_next = self._count > 0 and step <= _GAP * self._cadence.ms
        self._course.learn_one(at, value, step if is_next else None)
        self._count, self._last = self._count + 1, at
        if value < 0 <= self._least:
            self._bound(-math.inf)
        for forecast in self._forecasts:
            forecast.wait(*self._when(forecast))

    def _bound(self, least: float) -> None:
        self._least = least
        self._skills.bound(least)

    def _when(self, forecast: HorizonForecast) -> tuple[int, CourseFeatures, float]:
        """Time of a forecast, local ms, what it is made from, and how wrong it may be at first."""
        cadence = self._cadence.ms
        reach = max(1000 * forecast.horizon, cadence)
        # A random walk, until its errors are known.
        steps = reach / cadence if cadence else 1.0
        return self._last + reach, self._course, self._course.usual_step * math.sqrt(steps)

    def outlooks(self, limits: Sequence[float] = ()) -> tuple[Outlook, ...] | None:
        """What the series will be; see `Forecaster`. A forecast that is asked for is scored."""
        if self._count < self._ready_after:
            return None
        found = [
            forecast.outlook(*self._when(forecast), limits, self._least)
            for forecast in self._forecasts
        ]
        return tuple(self._skills.judged(self._last, found, limits, self._course.value))

    def dump(self) -> bytes:
        """The state."""
        return _SNAPSHOTS.write(
            _State(
                self.VERSION, tuple(forecast.horizon for forecast in self._forecasts),
                self._count, self._last, self._least, self._cadence.dump(), self._course.dump(),
                tuple(forecast.dump() for forecast in self._forecasts), self._skills.dump(),
            )
        )  # fmt: skip

    def load(self, snapshot: bytes) -> None:
        """Continue from a `dump`.

        Raises:
            ValueError: The snapshot is of another version, or of other horizons.
        """
        state = _SNAPSHOTS.read(snapshot)
        if state.horizons != tuple(forecast.horizon for forecast in self._forecasts):
            raise ValueError(f"snapshot of a forecaster of other horizons: {state.horizons} s")
        self._count, self._last = state.count, state.last
        self._bound(state.least)
        self._cadence.load(state.cadence)
        self._course.load(state.course)
        for forecast, found in zip(self._forecasts, state.forecasts, strict=True):
            forecast.load(found)
        self._skills.load(state.skills)


_SNAPSHOTS: Final = Snapshots("seasonal forecaster", SeasonalRecent.VERSION, _State)
