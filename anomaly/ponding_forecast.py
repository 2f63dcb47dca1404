"""Waterlogging in the next hour: an ensemble of ponds under rain that lasts and fades.

Where no rain is known the depth's own trend is all there is, and `method` says so.
"""

import math
from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from anomaly.damped_trend import DampedTrend
from anomaly.forecaster import Outlook
from anomaly.ponding import MM_M2_PER_H, Ponds, Traits, depth, filled
from anomaly.ponding_ensemble import (
    AREA, CLOGGING, EFFICIENCY, FADING, LASTING, RAIN, SHAPE, STORAGE, SURFACE,
    Ensemble, PondingSettings,
)  # fmt: skip
from anomaly.ponding_memory import BIN_S, LONGEST, Remembered, smoothed
from sensors.city import Catchment

Array = NDArray[np.float64]

STREET: Final = Catchment(area_m2=20_000.0, storage_s=800.0)
"""What a place is taken for whose catchment nobody has surveyed [D]."""
AHEAD_S: Final = 3600
"""How far paths reach at least, s: no gauge tells what rain does in more than an hour."""
SOON_S: Final = 1800
"""The time that an advance warning is given for, s [D]; beyond it rain decides."""
_STEP_S: Final = 150
"""Steps of the paths; right to some 4 mm, and 10, 20, 30 and 60 min are a whole number of them."""
_RAIN_HOLDS_S: Final = 900.0
"""A rain gauge that was silent for longer says nothing [D]: three gaps of five minutes."""
_SETS_IN: Final = 1.0
"""Rain from which a rain is remembered, mm/h."""
_OVER_MS: Final = 5_400_000
"""So long without rain, and it is over [D]."""
_FORGOTTEN_S: Final = 12 * 3600.0
"""After a silence of this length the street is taken for dry [D]."""


class Reaching(msgspec.Struct, frozen=True):
    """When a limit will be reached.

    Attributes:
        limit: In the series' unit.
        soon: Probability (0–1) of being at or above it at some time within `SOON_S`; warnings go
            by it.
        probability: The same within `AHEAD_S`.
        p10: Seconds after which it has been reached with a probability of 0.1.
        p50: The same of 0.5.
        p90: The same of 0.9. Each is None where that probability is not come to in the time.
    """

    limit: float
    soon: float
    probability: float
    p10: float | None
    p50: float | None
    p90: float | None


class PondingEnsemble:
    """The water at one low point; keeps to `Forecaster`, and learns from rain beside.

    Rain and depth may come in any order and cadence; what is older than the newest of both is
    taken as if it were of that moment. Horizons count from the newest of both.

    Args:
        catchment: What is surveyed of the place.
        settings: How little is known.
        seed: Of all chance; the n-th reading draws the same whatever was before a restart.
    """

    VERSION: Final = 1

    def __init__(
        self,
        catchment: Catchment = STREET,
        settings: PondingSettings | None = None,
        seed: int = 0,
    ) -> None:
        self._settings = settings or PondingSettings()
        self._catchment = catchment
        self._seed = seed
        self._ensemble = Ensemble(catchment, self._settings, np.random.default_rng((seed, 0)))
        self._trend = DampedTrend()
        self._at: int | None = None
        self._rain_at: int | None = None
        self._rain = 0.0
        self._smooth_rain = 0.0
        self._draws = 0
        self._paths: Array | None = None
        self._remembered: Remembered | None = None

    @property
    def method(self) -> str:
        """`ponding`, or `trend` while no rain is known."""
        return "ponding" if self._is_rain_known() else "trend"

    def _is_rain_known(self) -> bool:
        return (
            self._at is not None
            and self._rain_at is not None
            and self._at - self._rain_at <= _RAIN_HOLDS_S * 1e3
        )

    def learn_rain(self, at: int, mm_per_hour: float) -> None:
        """Learn how hard it has rained since the last time it was told.

        Args:
            at: End of that time, local ms since the epoch.
            mm_per_hour: >= 0; what is no number, or negative, is passed over.
        """
        if not math.isfinite(mm_per_hour) or mm_per_hour < 0.0:
            return
        since = None if self._rain_at is None else (at - self._rain_at) / 1e3
        if since is not None and since <= 0.0:
            return
        kept = 0.0 if since is None else math.exp(-since / self._settings.smoothing_s)
        self._smooth_rain = kept * self._smooth_rain + (1.0 - kept) * mm_per_hour
        self._rain = mm_per_hour
        self._rain_at = at
        self._move(at)

    def learn_one(self, at: int, value: float) -> None:
        """Learn from a depth, m; see `Forecaster`. What is no number is passed over."""
        if not math.isfinite(value):
            return
        self._trend.learn_one(at, value)
        self._move(at)
        if self._remembered is not None:
            self._remembered.stood(at, value)
        self._ensemble.correct(max(0.0, value))

    def _move(self, at: int) -> None:
        """Bring the members to a moment."""
        self._paths = None
        if self._at is None:
            self._at = at
        dt = (at - self._at) / 1e3
        if dt <= 0.0:
            return
        self._at = at
        self._draws += 1
        chance = np.random.default_rng((self._seed, self._draws))
        self._remember(at, dt, chance)
        if dt > _FORGOTTEN_S:
            self._ensemble.dry(dt, chance)
        else:
            self._ensemble.advance(self._rain_now(), dt, chance)

    def _remember(self, at: int, dt: float, chance: np.random.Generator) -> None:
        """Keep what falls until the rain is over; then learn from it."""
        rain, ensemble = self._rain_now(), self._ensemble
        if self._remembered is None:
            if self._smooth_rain < _SETS_IN or rain <= 0.0:
                return
            guesses = ensemble.rows[:LASTING].astype(np.float32).tobytes()
            self._remembered = Remembered(at - round(1000 * min(dt, BIN_S)), at, [], [], guesses)
        remembered = self._remembered
        told = rain if self._is_rain_known() else 0.0
        if (at - remembered.wet_at) <= _OVER_MS and (at - remembered.since) < LONGEST * BIN_S * 1000:
            remembered.fell(at, told, dt)
            return
        self._remembered = None
        if sum(remembered.rain_mm) >= 3.0:
            ensemble.believe(smoothed(remembered, ensemble.rows.shape[1], self._replay, chance))

    def _replay(self, lasting: Array, rain: Array) -> Array:
        """Depths of guesses of the street under a rain upon a dry street; see `Replay`."""
        finer = BIN_S // _STEP_S
        known = np.exp(lasting)
        traits = Traits(known[EFFICIENCY], known[STORAGE], known[AREA], known[SHAPE])
        none = np.zeros(rain.shape[1])
        ponds = Ponds(none, none, none > 0.0)
        falling = np.repeat(rain, finer, axis=0)
        return _depths(self._catchment, traits, known[CLOGGING], none, ponds, falling)[finer::finer]

    def _rain_now(self) -> float:
        """The rain that was told last, fading while the gauge is silent, mm/h."""
        if self._at is None or self._rain_at is None:
            return 0.0
        silent = max(0.0, (self._at - self._rain_at) / 1e3)
        if not silent:
            return self._rain
        return self._smooth_rain * math.exp(-silent / self._settings.fading_s)

    def members(self, horizons: Sequence[int]) -> Array:
        """Depth of each member at each horizon, m, of shape (horizons, members).

        Args:
            horizons: Seconds, > 0; between two steps of the paths depth goes in a straight line.
        """
        paths = self._ahead(max(AHEAD_S, *horizons))
        place = np.array(horizons) / _STEP_S
        below = np.minimum(place.astype(np.int64), len(paths) - 2)
        share = (place - below)[:, None]
        between: Array = (1.0 - share) * paths[below] + share * paths[below + 1]
        return between

    def outlooks(
        self, horizons: Sequence[int], limits: Sequence[float]
    ) -> tuple[Outlook, ...] | None:
        """See `Forecaster`; m. None before the first value."""
        if not self._is_rain_known():
            return self._trend.outlooks(horizons, limits)
        depths = np.sort(self.members(horizons), axis=1)
        exceed = (depths[:, None, :] >= np.array(limits)[:, None]).mean(axis=2)
        spread = _sorted_quantiles(depths, (0.1, 0.5, 0.9))
        return tuple(
            Outlook(horizon, low, mid, high, tuple(shares))
            for horizon, (low, mid, high), shares in zip(
                horizons, spread.tolist(), exceed.tolist(), strict=True
            )
        )

    def reachings(self, limits: Sequence[float]) -> tuple[Reaching, ...] | None:
        """When each limit (m) will be reached; None where `method` is `trend`."""
        if not self._is_rain_known():
            return None
        paths = self._ahead(AHEAD_S)[: AHEAD_S // _STEP_S + 1]
        return tuple(_reaching(paths, limit) for limit in limits)

    def _ahead(self, seconds: int) -> Array:
        """Depths from now on, every `_STEP_S`, for at least so long; shape (steps + 1, members)."""
        steps = math.ceil(seconds / _STEP_S)
        if self._paths is None or len(self._paths) <= steps:
            # A stream of its own: asking for an outlook changes nothing that comes later.
            chance = np.random.default_rng((self._seed, self._draws, 1))
            self._paths = self._run(steps, chance)
        return self._paths

    def _run(self, steps: int, chance: np.random.Generator) -> Array:
        ensemble, catchment = self._ensemble, self._catchment
        traits = ensemble.traits()
        ponds: Ponds = ensemble.ponds(traits)
        falling = self._rain_ahead(steps, chance)
        clogging = np.exp(ensemble.rows[CLOGGING])
        return _depths(catchment, traits, clogging, ensemble.rows[SURFACE], ponds, falling)

    def _rain_ahead(self, steps: int, chance: np.random.Generator) -> Array:
        """Rain of each member in the middle of each step, mm/h, of shape (steps, members)."""
        settings, rows = self._settings, self._ensemble.rows
        times = (np.arange(steps)[:, None] + 0.5) * _STEP_S
        walk = chance.standard_normal((steps, rows.shape[1])) * math.sqrt(_STEP_S / 3600.0)
        growth = settings.growth * np.cumsum(walk, axis=0)
        here = rows[RAIN] * np.exp(-times / settings.rain.memory_s)
        falling: Array = self._smooth_now() * np.exp(growth + here - times / np.exp(rows[FADING]))
        return falling

    def _smooth_now(self) -> float:
        if self._at is None or self._rain_at is None:
            return 0.0
        silent = max(0.0, (self._at - self._rain_at) / 1e3)
        return self._smooth_rain * math.exp(-silent / self._settings.fading_s)

    def dump(self) -> bytes:
        """Version, times, rain, number of draws, the members, the trend."""
        return msgspec.msgpack.encode(
            (
                self.VERSION,
                self._at,
                self._rain_at,
                self._rain,
                self._smooth_rain,
                self._draws,
                self._ensemble.dump(),
                self._trend.dump(),
            )
        )

    def load(self, snapshot: bytes) -> None:
        """Continue from a `dump` of the same catchment, settings and seed.

        Raises:
            ValueError: The snapshot is of another version, or of another number of members.
        """
        version, *state = msgspec.msgpack.decode(snapshot)
        if version != self.VERSION:
            raise ValueError(f"snapshot of ponding version {version}, expected {self.VERSION}")
        self._at, self._rain_at, self._rain, self._smooth_rain, self._draws = state[:5]
        self._ensemble.load(state[5])
        self._trend.load(state[6])
        self._paths = None


def _depths(
    catchment: Catchment, traits: Traits, clogging: Array, surface: Array, ponds: Ponds,
    falling: Array,
) -> Array:  # fmt: skip
    """Depths at the beginning and after each step of a rain, of shape (steps + 1, members)."""
    fallen = np.cumsum(falling, axis=0) * (_STEP_S / 3600.0)
    efficiency = traits.efficiency * np.exp(-clogging * fallen)
    arriving = _arriving(surface, ponds.runoff_m3_s, traits, falling)
    steps = len(falling)
    volumes = np.empty((steps + 1, ponds.volume_m3.size))
    volumes[0] = ponds.volume_m3
    for number in range(steps):
        clogged = traits._replace(efficiency=efficiency[number])
        volume_m3, pumping, _ = filled(catchment, clogged, ponds, arriving[number], _STEP_S)
        ponds = Ponds(ponds.runoff_m3_s, volume_m3, pumping)
        volumes[number + 1] = volume_m3
    return depth(catchment, traits, volumes)


def _arriving(surface: Array, runoff: Array, traits: Traits, falling: Array) -> Array:
    """What comes to the low point in each step (m³/s): two reservoirs in a row, see `delayed`."""
    decay = np.exp(-_STEP_S / traits.storage_s)
    share = traits.storage_s / _STEP_S * (1.0 - decay)
    inflow = traits.effective_m2 * falling / MM_M2_PER_H
    surface = traits.effective_m2 * surface / MM_M2_PER_H
    means = np.empty_like(falling)
    for number, raining in enumerate(inflow):
        above = surface - raining
        leaving = raining + above * share
        surface = raining + above * decay
        ahead = runoff - leaving
        means[number] = leaving + ahead * share
        runoff = leaving + ahead * decay
    return means


def _sorted_quantiles(values: Array, shares: Sequence[float]) -> Array:
    """Quantiles along the last axis of what is sorted along it, of shape (…, shares)."""
    place = np.array(shares) * (values.shape[-1] - 1)
    below = place.astype(np.int64)
    share = place - below
    above = np.minimum(below + 1, values.shape[-1] - 1)
    found: Array = values[..., below] * (1.0 - share) + values[..., above] * share
    return found


def _reaching(paths: Array, limit: float) -> Reaching:
    """When the members' paths first come to a limit."""
    is_over = paths >= limit
    reached = is_over.any(axis=0)
    first = np.maximum(is_over.argmax(axis=0), 1)
    member = np.arange(paths.shape[1])
    before, after = paths[first - 1, member], paths[first, member]
    share = (limit - before) / np.maximum(after - before, 1e-9)
    when = (first - 1 + np.clip(share, 0.0, 1.0)) * _STEP_S
    ordered = np.sort(np.where(reached, when, np.inf))
    times = (float(ordered[math.ceil(p * ordered.size) - 1]) for p in (0.1, 0.5, 0.9))
    p10, p50, p90 = (None if math.isinf(time) else time for time in times)
    soon = is_over[: SOON_S // _STEP_S + 1].any(axis=0).mean()
    return Reaching(limit, float(soon), float(reached.mean()), p10, p50, p90)
