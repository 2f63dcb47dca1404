"""What a forecast is made from: differences between the last values and the usual course."""

import math
from typing import Final

import msgspec

from anomaly.day_kind import DayKind
from anomaly.day_profile import DayProfile, ProfileState
from anomaly.past_days import PastDays, PastState
from anomaly.root_mean import RootMean, RootState

FEATURES: Final = 8
_RECENT: Final = 0.5
_RECENT_MS: Final = 600_000
"""The mean of the last values is of at least three of them, and of ten minutes where they come
faster: of noise each minute three values forecast ten minutes 3 % worse."""
_RATIO_LEAST: Final = 0.2
_RATIO_MOST: Final = 5.0
"""A usual course that grows more than fivefold within a horizon starts from next to nothing."""
_RENEWAL: Final = 0.01
"""What is usual of steps and distances is that of the last hundred values or so."""
_CLIP: Final = 6.0
"""A value this many usual distances off its course counts as if it were no farther off: an outlier
or a festival is no habit, and what comes behind it no step. Without it ten minutes of traffic were
forecast half a percent worse, and a course that outliers strike nearly three times worse."""
_FEW: Final = 30
"""Distances that tell what is usual."""


class CourseState(msgspec.Struct, frozen=True, array_like=True):
    """What `CourseFeatures` know: see the attributes of these names there."""

    profile: ProfileState
    past: PastState
    value: float
    step: float
    mean: float
    before: float
    usual: float | None
    yesterday: float | None
    steps: RootState
    distances: RootState


class CourseFeatures:
    """Follows a series and describes any time ahead of it by eight differences, in its unit.

    In their order: the usual rise to that time; the way back to the usual course; the last step;
    the way back to the mean of the last values; the distance to the usual course grown in
    proportion to it (a busy day is busy by a factor); what the last weeks say beyond the usual
    course; what yesterday says beyond it then, and now. What is unknown is 0.

    Args:
        day_kind: Local day → kind.
    """

    def __init__(self, day_kind: DayKind) -> None:
        self._profile, self._past = DayProfile(day_kind), PastDays()
        self.value = 0.0
        """The last value."""
        self._step = self._mean = self._before = 0.0
        self._usual: float | None = None
        self._yesterday: float | None = None
        self._steps, self._distances = RootMean(_RENEWAL), RootMean(_RENEWAL)

    @property
    def usual_step(self) -> float:
        """Usual size of a step between two values, in the unit; 0 while all were the same."""
        return self._steps.size

    def learn_one(self, at: int, value: float, step: int | None) -> None:
        """Learn a value.

        Args:
            at: Local ms.
            value: In the unit.
            step: ms since the value before; None behind a gap.
        """
        self._usual, self._yesterday = self._profile.at(at), self._past.yesterday(at)
        tame = self._tame(value)
        if step is None:
            self._step, self._mean = 0.0, tame
        else:
            self._step = tame - self._before
            self._steps.learn(self._step)
            self._mean += min(_RECENT, step / _RECENT_MS) * (tame - self._mean)
        self.value, self._before = value, tame
        self._profile.learn_one(at, tame)
        # As it was: a market day is far off the usual course each week.
        self._past.learn_one(at, value)

    def _tame(self, value: float) -> float:
        """A value no farther off its course than usual ones; learns how far off those are."""
        if self._usual is None:
            return value
        away, most = value - self._usual, math.inf
        if self._distances.count >= _FEW:
            most = _CLIP * self._distances.size
        self._distances.learn(away)
        return self._usual + math.copysign(most, away) if abs(away) > most else value

    def row(self, at: int) -> list[float]:
        """The features of a local time (ms) at most a day ahead."""
        recent = [self._step, self._mean - self.value]
        now, then = self._usual, self._profile.at(at)
        if now is None or then is None:
            return [0.0, 0.0, *recent, 0.0, 0.0, 0.0, 0.0]
        grown = 0.0
        if abs(now) > self.usual_step and now * then >= 0:
            growth = min(max(then / now, _RATIO_LEAST), _RATIO_MOST)
            grown = (self.value - now) * (growth - 1)
        return [then - now, now - self.value, *recent, grown, *self._beyond(at, now, then)]

    def _beyond(self, at: int, now: float, then: float) -> tuple[float, float, float]:
        """What the weeks and the day before say beyond the usual course."""
        weeks = self._past.last_weeks(at)
        if weeks is None:
            # In the first week the usual course is yesterday and little else.
            return 0.0, 0.0, 0.0
        yesterday = self._past.yesterday(at)
        if yesterday is None or self._yesterday is None:
            return weeks - then, 0.0, 0.0
        return weeks - then, yesterday - then, self._yesterday - now

    def dump(self) -> CourseState:
        """The state."""
        return CourseState(
            self._profile.dump(), self._past.dump(), self.value, self._step, self._mean,
            self._before, self._usual, self._yesterday, self._steps.dump(), self._distances.dump(),
        )  # fmt: skip

    def load(self, state: CourseState) -> None:
        """Continue from a `dump`."""
        self._profile.load(state.profile)
        self._past.load(state.past)
        self.value, self._before = state.value, state.before
        self._step, self._mean = state.step, state.mean
        self._usual, self._yesterday = state.usual, state.yesterday
        self._steps.load(state.steps)
        self._distances.load(state.distances)
