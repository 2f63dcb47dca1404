"""The forecaster of one series, with one set of parameters for all.

How it is now, how it is at this time, how it was a day and a week ago, weighed by what has helped.
"""

import math
from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np

from anomaly.baseline import BaselineState, SeasonalBaseline
from anomaly.day_kind import DayKind, by_weekday
from anomaly.forecaster import Outlook
from anomaly.horizon_model import HorizonModel, HorizonState, Pending
from anomaly.week_memory import WeekMemory, WeekState
from sensors.decimals import Floats

_HOUR_MS: Final = 3_600_000
_DAY_MS: Final = 24 * _HOUR_MS
_SMALLEST: Final = 1e-6
"""What is less than this is nothing in every unit of the catalogue."""
_FORGETTING: Final = 0.002
"""Least weight of a value in level and scale."""


class _State(msgspec.Struct, frozen=True, array_like=True):
    version: int
    horizons: tuple[int, ...]
    count: int
    level: float
    scale: float
    least: float
    cadence: float
    last: tuple[int, float] | None
    before: float
    baseline: BaselineState
    week: WeekState
    models: tuple[HorizonState, ...]


class SeasonalRecent:
    """The forecaster; see the module.

    Args:
        horizons: s, ascending.
        day_kind: Local day → kind.
        ready_after: Values before the first outlook.
    """

    VERSION: Final = 2

    def __init__(
        self, horizons: Sequence[int], day_kind: DayKind = by_weekday, ready_after: int = 30
    ) -> None:
        self._ready_after = ready_after
        self._count = 0
        self._level = self._scale = 0.0
        self._least = math.inf
        self._cadence = 0.0
        self._last: tuple[int, float] | None = None
        self._before = 0.0
        self._baseline, self._week = SeasonalBaseline(day_kind), WeekMemory()
        self._models = tuple(HorizonModel(horizon) for horizon in horizons)
        self._made: tuple[Pending, ...] | None = None

    def learn_one(self, at: int, value: float) -> None:
        """Learn from a value; see `Forecaster`."""
        if not math.isfinite(value):
            raise ValueError(f"value {value} of a series is no finite number")
        if self._last is not None and at <= self._last[0]:
            return
        tolerance = int(self._cadence / 2)
        for model in self._models:
            model.arrive(at, value, tolerance)
        self._follow(at, value)
        self._baseline.learn(self._baseline.bin_of(at), value)
        self._week.learn(at, value)
        self._made = tuple(self._forecast(model, at, value) for model in self._models)

    def _follow(self, at: int, value: float) -> None:
        """Keep level, scale, cadence and the value before."""
        self._count += 1
        self._least = min(self._least, value)
        weight = max(_FORGETTING, 1.0 / self._count)
        away = value - (self._level if self._count > 1 else value)
        self._level = self._level + weight * away if self._count > 1 else value
        self._scale += weight * (abs(away) - self._scale)
        self._before = value
        if self._last is not None:
            step = at - self._last[0]
            # Behind a gap there is no value before.
            if step <= 2 * self._cadence or not self._cadence:
                self._before = self._last[1]
            bounded = min(step, 2 * self._cadence) if self._cadence else step
            self._cadence += (0.05 if self._cadence else 1.0) * (bounded - self._cadence)
        self._last = at, value

    def _forecast(self, model: HorizonModel, at: int, value: float) -> Pending:
        target = at + model.horizon * 1000
        # Of a constant the scale is that of nothing; of numbers, their last digits.
        scale = max(self._scale, 1e-9 * abs(self._level), _SMALLEST)
        features = self._features(at, target, value, scale)
        bin_ = self._baseline.bin_of(target)
        return model.forecast(at, bin_, features, value, (self._level, scale))

    def _features(self, at: int, target: int, value: float, scale: float) -> Floats:
        """What the regression looks at, standardised, shape (FEATURES,)."""
        then, now = self._profile(target), self._profile(at)
        if then is None or now is None:
            then = now = self._level
        week = self._week
        pairs = (
            (week.known(target), then), (week.before, now),
            (week.known(target - _DAY_MS), then), (week.known(at - _DAY_MS), now),
        )  # fmt: skip
        known = [usual if math.isnan(found) else found for found, usual in pairs]
        level = self._level
        found = np.array([level + scale, value, level + value - self._before, then, now, *known])
        standard: Floats = (found - level) / scale
        return standard

    def _profile(self, at: int) -> float | None:
        """What is usual at a local time, between the middles of the hours."""
        since = (at - _HOUR_MS // 2) % _HOUR_MS / _HOUR_MS
        ends = [
            self._baseline.expectation(self._baseline.bin_of(at + shift))
            for shift in (-_HOUR_MS // 2, _HOUR_MS // 2)
        ]
        if ends[0] is None or ends[1] is None:
            return None
        return ends[0][0] + since * (ends[1][0] - ends[0][0])

    def outlooks(self, limits: Sequence[float] = ()) -> tuple[Outlook, ...] | None:
        """What the series will be; see `Forecaster`."""
        if self._made is None or self._count < self._ready_after:
            return None
        least = 0.0 if self._least >= 0.0 else -math.inf
        asked = tuple(limits)
        return tuple(
            model.outlook(made, asked, least)
            for model, made in zip(self._models, self._made, strict=True)
        )

    def dump(self) -> bytes:
        """The state."""
        return _encode(
            _State(
                self.VERSION, tuple(m.horizon for m in self._models), self._count, self._level,
                self._scale, self._least, self._cadence, self._last, self._before,
                self._baseline.dump(), self._week.dump(), tuple(m.dump() for m in self._models),
            )
        )  # fmt: skip

    def load(self, snapshot: bytes) -> None:
        """Continue from a `dump`.

        Raises:
            ValueError: The snapshot is of another version, or of other horizons.
        """
        try:
            state = _decode(snapshot)
        except msgspec.DecodeError as error:
            raise ValueError(f"snapshot of another forecaster: {error}") from None
        horizons = tuple(m.horizon for m in self._models)
        if (state.version, state.horizons) != (self.VERSION, horizons):
            raise ValueError(f"snapshot of version {state.version} and horizons {state.horizons}")
        self._count, self._level, self._scale = state.count, state.level, state.scale
        self._least, self._cadence = state.least, state.cadence
        self._last, self._before = state.last, state.before
        self._baseline.load(state.baseline)
        self._week.load(state.week)
        for model, found in zip(self._models, state.models, strict=True):
            model.load(found)
        self._made = None
        if self._last is not None:
            self._made = tuple(self._forecast(model, *self._last) for model in self._models)


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_State).decode
