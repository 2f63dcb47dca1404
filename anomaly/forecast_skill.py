"""Every forecast is scored when its truth arrives, beside persistence, which is what it must beat.

For forecasters that do not follow their own errors; `anomaly.horizon_model` does.
"""

import math
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import msgspec

from anomaly.error_quantiles import ErrorQuantiles
from anomaly.forecaster import Outlook
from anomaly.horizon_model import PERSISTENCE

_FORGETTING: Final = 0.003
_KNOWN: Final = 30
"""Forecasts whose truth is known before skill means anything."""
_KEPT: Final = 12
"""Forecasts of a horizon at most that wait for their truth."""
_TOLERANCE_MS: Final = 60_000


class _Waiting(NamedTuple):
    target: int
    p10: float
    p50: float
    p90: float
    last: float


class SkillState(msgspec.Struct, frozen=True, array_like=True):
    """What a `HorizonSkill` knows."""

    waiting: tuple[tuple[int, float, float, float, float], ...]
    naive: tuple[float, ...]
    numbers: tuple[float, float, float, float]
    known: int


class HorizonSkill:
    """The skill of one horizon.

    Args:
        horizon: s.
        least: The value is never below this.
        tolerance: A forecast that loses no more than this beside persistence goes on speaking, in
            the unit: else the drizzle of a month, of which nothing comes, would silence it before
            its first storm.
    """

    def __init__(self, horizon: int, least: float = -math.inf, tolerance: float = 0.0) -> None:
        self.horizon, self._least, self._tolerance = horizon, least, tolerance
        self._waiting: deque[_Waiting] = deque()
        self._naive = ErrorQuantiles()
        self._loss = self._naive_loss = self._spread = 0.0
        self._cover = 0.8
        self._known = 0

    def arrive(self, at: int, value: float) -> None:
        """Score the forecast of this moment, if there is one."""
        waiting = self._waiting
        while waiting and waiting[0].target < at - _TOLERANCE_MS:
            waiting.popleft()
        if not waiting or waiting[0].target > at + _TOLERANCE_MS:
            return
        made = waiting.popleft()
        weight = max(_FORGETTING, 1.0 / (self._known + 1))
        naive = value - made.last
        # What has never moved errs by nothing, and nothing is learnt of how it would.
        unit = self._spread or abs(naive)
        naive_loss = self._naive.pinball(naive / unit) * unit if unit else 0.0
        self._loss += weight * (_pinball(made, value) - self._loss)
        self._naive_loss += weight * (naive_loss - self._naive_loss)
        self._cover += weight * ((made.p10 <= value <= made.p90) - self._cover)
        if unit:
            self._naive.learn(naive / unit)
        self._spread += weight * (abs(naive) - self._spread)
        self._known += 1

    def judged(self, at: int, outlook: Outlook, limits: Sequence[float], last: float) -> Outlook:
        """An outlook with its skill; persistence where that has been better.

        Args:
            at: Local ms of the last value.
            outlook: What was forecast.
            limits: Those of the outlook.
            last: The last value.
        """
        target = at + self.horizon * 1000
        if not self._waiting or target - self._waiting[-1].target >= self.horizon * 1000 // _KEPT:
            made = _Waiting(target, outlook.p10, outlook.p50, outlook.p90, last)
            self._waiting.append(made)
        if self._known < _KNOWN:
            return outlook
        skill = 1.0 - self._loss / self._naive_loss if self._naive_loss > 0.0 else None
        found = msgspec.structs.replace(outlook, skill=skill, cover=self._cover)
        if self._loss <= self._naive_loss + self._tolerance:
            return found
        return self._persistent(found, limits, last)

    def _persistent(self, outlook: Outlook, limits: Sequence[float], last: float) -> Outlook:
        low, high = (last + self._spread * at for at in (self._naive.low, self._naive.high))
        p10, p50, p90 = (max(at, self._least) for at in (min(low, last), last, max(high, last)))
        exceed = tuple(self._above(limit, last) for limit in limits)
        return msgspec.structs.replace(
            outlook, p10=p10, p50=p50, p90=p90, exceed=exceed, method=PERSISTENCE
        )

    def _above(self, limit: float, last: float) -> float:
        if limit <= self._least:
            return 1.0
        if self._spread > 0.0:
            return self._naive.above((limit - last) / self._spread)
        return 1.0 if last >= limit else 0.0

    def dump(self) -> SkillState:
        """The state."""
        numbers = self._loss, self._naive_loss, self._spread, self._cover
        waiting = tuple((*made,) for made in self._waiting)
        return SkillState(waiting, self._naive.dump(), numbers, self._known)

    def load(self, state: SkillState) -> None:
        """Continue from a `dump`."""
        self._waiting = deque(_Waiting(*made) for made in state.waiting)
        self._naive.load(state.naive)
        self._loss, self._naive_loss, self._spread, self._cover = state.numbers
        self._known = state.known


class Skills:
    """The skill of several horizons.

    Args:
        horizons: s, ascending.
        least: The value is never below this.
        tolerance: See `HorizonSkill`.
    """

    def __init__(
        self, horizons: Sequence[int], least: float = -math.inf, tolerance: float = 0.0
    ) -> None:
        self._horizons = tuple(HorizonSkill(at, least, tolerance) for at in horizons)

    def arrive(self, at: int, value: float) -> None:
        """Score the forecasts of this moment."""
        for horizon in self._horizons:
            horizon.arrive(at, value)

    def judged(
        self, at: int, outlooks: Sequence[Outlook], limits: Sequence[float], last: float
    ) -> Iterator[Outlook]:
        """Outlooks with their skills; see `HorizonSkill.judged`."""
        for horizon, outlook in zip(self._horizons, outlooks, strict=True):
            yield horizon.judged(at, outlook, limits, last)

    def dump(self) -> tuple[SkillState, ...]:
        """The state."""
        return tuple(horizon.dump() for horizon in self._horizons)

    def load(self, state: Sequence[SkillState]) -> None:
        """Continue from a `dump`."""
        for horizon, found in zip(self._horizons, state, strict=True):
            horizon.load(found)


def _pinball(made: _Waiting, value: float) -> float:
    quantiles = (0.1, made.p10), (0.5, made.p50), (0.9, made.p90)
    return sum((level if value >= at else level - 1.0) * (value - at) for level, at in quantiles)
