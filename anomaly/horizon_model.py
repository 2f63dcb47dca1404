"""The forecast of one series at one horizon: a regression that follows its own errors.

A Kalman filter over the weights of a few features, whose weights may wander slowly; a clipped error
moves them, so no outlier does. What it says is blended with persistence by what has erred least
lately; where that is persistence alone, the forecast is, and says so. Spreads by hour and kind of
day and the quantiles of its errors make the interval.
"""

import math
from array import array
from collections import deque
from typing import Final, NamedTuple

import msgspec
import numpy as np

from anomaly.error_quantiles import ErrorQuantiles
from anomaly.forecaster import Outlook
from sensors.decimals import Floats

FEATURES: Final = 9
PRIOR: Final = (0.0, 1.0, 0.0, 1.0, -1.0, 0.0, 0.0, 0.0, 0.0)
"""Weights to begin with: the deviation from the profile of the day stays as it is."""
_SHARES: Final = (1.0, 0.75, 0.5, 0.25, 0.0)
"""Of the regression in the blend; the rest is persistence."""
_BINS: Final = 48
_DOUBT: Final = 0.05
"""Variance of a weight to begin with, and at most."""
_WANDER: Final = 3e-6
"""By which the variance of a weight grows with each forecast."""
_CLIP: Final = 1.0
"""An error moves the weights by no more than this many spreads."""
_FORGETTING: Final = 0.003
"""Of losses: the last three hundred forecasts count."""
_KNOWN: Final = 30
"""Forecasts whose truth is known before skill means anything."""
_KEPT: Final = 12
"""Forecasts at most that wait for their truth."""
PERSISTENCE: Final = "persistence"
BLEND: Final = "seasonal_recent"


class Pending(NamedTuple):
    """A forecast that waits for its truth; features are standardised by level and scale."""

    target: int
    bin: int
    features: Floats
    level: float
    scale: float
    last: float
    raw: float
    p50: float
    spread: float
    inside: tuple[float, float]


PendingState = tuple[int, int, bytes]
"""Target, bin, and the numbers: the features, then the others in their order."""
_ABOVE: Final = np.triu_indices(FEATURES)
"""Doubts are symmetric; half of them are enough."""


class HorizonState(msgspec.Struct, frozen=True, array_like=True):
    """What a `HorizonModel` knows."""

    weights: bytes
    doubts: bytes
    spreads: bytes
    losses: tuple[float, ...]
    quantiles: tuple[float, ...]
    naive: tuple[float, ...]
    scores: tuple[float, float, float]
    known: int
    pending: tuple[PendingState, ...]


class HorizonModel:
    """One horizon of one series.

    Args:
        horizon: s.
    """

    def __init__(self, horizon: int) -> None:
        self.horizon, self._every = horizon, horizon * 1000 // _KEPT
        self._weights = np.array(PRIOR)
        self._doubts = np.eye(FEATURES) * _DOUBT
        self._spreads = array("d", [math.nan] * (_BINS + 1))
        self._losses = [0.0] * len(_SHARES)
        self._quantiles, self._naive = ErrorQuantiles(), ErrorQuantiles()
        self._loss = self._naive_loss = 0.0
        self._cover = 0.8
        self._known = 0
        self._pending: deque[Pending] = deque()

    # -- truth ----------------------------------------------------------------------------------

    def arrive(self, at: int, value: float, tolerance: int) -> None:
        """Learn from a value that may be the truth of a forecast.

        Args:
            at: Local ms.
            value: In the unit.
            tolerance: How far from its target a truth may be, ms.
        """
        pending = self._pending
        while pending and pending[0].target < at - tolerance:
            pending.popleft()
        if pending and pending[0].target <= at + tolerance:
            self._score(pending.popleft(), value)

    def _score(self, made: Pending, value: float) -> None:
        error = (value - made.p50) / made.spread
        naive = (value - made.last) / made.spread
        weight = max(_FORGETTING, 1.0 / (self._known + 1))
        self._loss += weight * (self._quantiles.pinball(error) * made.spread - self._loss)
        naive_loss = self._naive.pinball(naive) * made.spread
        self._naive_loss += weight * (naive_loss - self._naive_loss)
        is_inside = made.inside[0] <= value <= made.inside[1]
        self._cover += max(_FORGETTING, 0.02) * (is_inside - self._cover)
        for n, share in enumerate(_SHARES):
            away = abs(value - _blended(made.last, made.raw, share))
            self._losses[n] += weight * (away - self._losses[n])
        self._known += 1
        self._quantiles.learn(error)
        self._naive.learn(naive)
        self._follow(made, value)
        self._spread(made.bin, abs(value - made.p50), 0.05)
        self._spread(_BINS, abs(value - made.p50), 0.01)

    def _follow(self, made: Pending, value: float) -> None:
        """Move the weights towards what would have been right."""
        x = made.features
        usual = self._spreads[_BINS]
        spread = (made.spread if math.isnan(usual) else usual) / made.scale
        error = (value - made.level) / made.scale - float(self._weights @ x)
        limit = _CLIP * spread
        error = min(max(error, -limit), limit)
        reach = self._doubts @ x
        sureness = 1.0 / (max((1.25 * spread) ** 2, 1e-6) + float(reach @ x))
        self._weights += sureness * error * reach
        # In this order it stays symmetric to the last digit.
        self._doubts -= sureness * np.outer(reach, reach)
        diagonal = self._doubts.reshape(-1)[:: FEATURES + 1]
        diagonal += np.where(diagonal < _DOUBT, _WANDER, 0.0)

    def _spread(self, bin_: int, away: float, weight: float) -> None:
        known = self._spreads[bin_]
        if math.isnan(known):
            self._spreads[bin_] = away
        else:
            clipped = min(away, 5.0 * known) if known > 0.0 else away
            self._spreads[bin_] = known + weight * (clipped - known)

    # -- forecast -------------------------------------------------------------------------------

    def forecast(
        self, at: int, bin_: int, features: Floats, value: float, about: tuple[float, float]
    ) -> Pending:
        """Forecast from a value.

        Args:
            at: Local ms.
            bin_: Hour and kind of day of the target.
            features: Standardised, shape (FEATURES,), float64.
            value: The value itself.
            about: Level and scale by which features are standardised.
        """
        level, scale = about
        raw = level + scale * float(self._weights @ features)
        p50 = _blended(value, raw, self._share)
        spread = self._spread_of(bin_, scale)
        inside = p50 + spread * self._quantiles.low, p50 + spread * self._quantiles.high
        target = at + self.horizon * 1000
        made = Pending(target, bin_, features, level, scale, value, raw, p50, spread, inside)
        if not self._pending or target - self._pending[-1].target >= self._every:
            self._pending.append(made)
        return made

    @property
    def _share(self) -> float:
        """Of the regression in the blend: that which erred least."""
        return _SHARES[self._losses.index(min(self._losses))]

    def _spread_of(self, bin_: int, scale: float) -> float:
        usual, own = self._spreads[_BINS], self._spreads[bin_]
        if math.isnan(usual):
            return scale
        return max(usual if math.isnan(own) else own, 0.1 * usual, 1e-6 * scale)

    def outlook(self, made: Pending, limits: tuple[float, ...], least: float) -> Outlook:
        """A forecast in words of probability.

        Args:
            made: The forecast.
            limits: In the unit.
            least: The value is never below this.
        """
        quantiles = self._quantiles
        p10, p50, p90 = (
            max(made.p50 + made.spread * at, least)
            for at in (quantiles.low, quantiles.middle, quantiles.high)
        )
        exceed = tuple(
            1.0 if limit <= least else quantiles.above((limit - made.p50) / made.spread)
            for limit in limits
        )
        skill = None
        if self._known >= _KNOWN and self._naive_loss > 0.0:
            skill = 1.0 - self._loss / self._naive_loss
        cover = self._cover if self._known >= _KNOWN else None
        method = BLEND if self._share else PERSISTENCE
        return Outlook(self.horizon, p10, p50, p90, exceed, method, skill, cover)

    # -- state ----------------------------------------------------------------------------------

    def dump(self) -> HorizonState:
        """The state."""
        return HorizonState(
            self._weights.tobytes(), self._doubts[_ABOVE].tobytes(), self._spreads.tobytes(),
            tuple(self._losses), self._quantiles.dump(), self._naive.dump(),
            (self._loss, self._naive_loss, self._cover), self._known,
            tuple(_state(made) for made in self._pending),
        )  # fmt: skip

    def load(self, state: HorizonState) -> None:
        """Continue from a `dump`."""
        self._weights = np.frombuffer(state.weights).copy()
        self._doubts[_ABOVE] = self._doubts.T[_ABOVE] = np.frombuffer(state.doubts)
        self._spreads = array("d", state.spreads)
        self._losses = list(state.losses)
        self._quantiles.load(state.quantiles)
        self._naive.load(state.naive)
        self._loss, self._naive_loss, self._cover = state.scores
        self._known = state.known
        self._pending = deque(_pending(found) for found in state.pending)


def _state(made: Pending) -> PendingState:
    others = made.level, made.scale, made.last, made.raw, made.p50, made.spread, *made.inside
    return made.target, made.bin, made.features.tobytes() + array("d", others).tobytes()


def _pending(state: PendingState) -> Pending:
    target, bin_, numbers = state
    found = np.frombuffer(numbers)
    level, scale, last, raw, p50, spread, low, high = found[FEATURES:].tolist()
    x = found[:FEATURES]
    return Pending(target, bin_, x, level, scale, last, raw, p50, spread, (low, high))


def _blended(last: float, raw: float, share: float) -> float:
    return last + share * (raw - last)
