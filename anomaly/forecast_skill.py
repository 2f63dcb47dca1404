"""Every forecast is scored when its truth arrives, beside persistence, which it must beat."""

import math
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import msgspec

from anomaly.awaited import Awaited
from anomaly.error_quantiles import ErrorQuantiles
from anomaly.forecaster import Outlook

PERSISTENCE: Final = "persistence"
_FORGETTING: Final = 0.003
_KNOWN: Final = 30
"""Forecasts whose truth is known before skill means anything."""
_KEPT: Final = 12
"""Forecasts of a horizon at most that wait for their truth."""
_NOTHING: Final = 1e-9
"""A spread that has faded to this is none, in every unit of the catalogue."""
_WORST: Final = -1.0
"""Twice the loss of persistence; how much worse than that is no news."""
_WITHIN_MS: Final = 60_000
"""A truth is at most so far from its time where nobody says otherwise."""


class _Waiting(NamedTuple):
    due: int
    p10: float
    p50: float
    p90: float
    last: float


class SkillState(msgspec.Struct, frozen=True, array_like=True):
    """What a `HorizonSkill` knows."""

    waiting: tuple[_Waiting, ...]
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
        self.horizon, self.least, self._tolerance = horizon, least, tolerance
        self._waiting: Awaited[_Waiting] = Awaited(horizon * 1000 // _KEPT)
        self._naive = ErrorQuantiles()
        self._loss = self._naive_loss = self._spread = 0.0
        self._cover = 0.8
        self._known = 0

    def arrive(self, at: int, value: float, within: int = _WITHIN_MS) -> None:
        """Score the forecast of this moment, if there is one; see `Awaited.ripe`."""
        made = self._waiting.ripe(at, within)
        if made is None:
            return
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
        if self._spread < _NOTHING:
            self._spread = 0.0
        self._known += 1

    def judged(self, at: int, outlook: Outlook, limits: Sequence[float], last: float) -> Outlook:
        """An outlook with its skill; persistence where that has been better.

        Args:
            at: Local ms of the last value.
            outlook: What was forecast.
            limits: Those of the outlook.
            last: The last value.
        """
        due = at + self.horizon * 1000
        if self._waiting.is_wanted(due):
            self._waiting.add(_Waiting(due, outlook.p10, outlook.p50, outlook.p90, last))
        if self._known < _KNOWN:
            return outlook
        skill = None
        if self._naive_loss > 0.0:
            skill = max(1.0 - self._loss / self._naive_loss, _WORST)
        found = msgspec.structs.replace(outlook, skill=skill, cover=self._cover)
        if self._loss <= self._naive_loss + self._tolerance:
            return found
        return self._persistent(found, limits, last)

    def _persistent(self, outlook: Outlook, limits: Sequence[float], last: float) -> Outlook:
        low, high = (last + self._spread * at for at in (self._naive.low, self._naive.high))
        p10, p50, p90 = (max(at, self.least) for at in (min(low, last), last, max(high, last)))
        exceed = self._naive.exceed(limits, last, self._spread, self.least)
        return msgspec.structs.replace(
            outlook, p10=p10, p50=p50, p90=p90, exceed=exceed, method=PERSISTENCE
        )

    def dump(self) -> SkillState:
        """The state."""
        numbers = self._loss, self._naive_loss, self._spread, self._cover
        return SkillState(self._waiting.dump(), self._naive.dump(), numbers, self._known)

    def load(self, state: SkillState) -> None:
        """Continue from a `dump`."""
        self._waiting.load(state.waiting)
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

    def bound(self, least: float) -> None:
        """From now on the value is never below this."""
        for horizon in self._horizons:
            horizon.least = least

    def arrive(self, at: int, value: float, within: int = _WITHIN_MS) -> None:
        """Score the forecasts of this moment; see `Awaited.ripe`."""
        for horizon in self._horizons:
            horizon.arrive(at, value, within)

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
