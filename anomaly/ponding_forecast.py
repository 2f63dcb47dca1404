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
from anomaly.ponding import Ponds, Traits
from anomaly.ponding_ensemble import (
    AREA,
    CLOGGING,
    EFFICIENCY,
    FADING,
    LASTING,
    RAIN,
    SHAPE,
    STORAGE,
    SURFACE,
    Ensemble,
    PondingSettings,
)  # fmt: skip
from anomaly.ponding_memory import BIN_S, Remembered, centred, smoothed
from anomaly.ponding_paths import AHEAD_S, STEP_S, Reaching, depth_paths, reaching
from sensors.city import Catchment

Array = NDArray[np.float64]

STREET: Final = Catchment(area_m2=20_000.0, storage_s=800.0)
"""What a place is taken for whose catchment nobody has surveyed [D]."""
_RAIN_HOLDS_S: Final = 900.0
"""A rain gauge that was silent for longer says nothing [D]: three gaps of five minutes."""
_SETS_IN: Final = 1.0
"""Rain from which a rain is remembered, mm/h."""
_TELLS_MM: Final = 3.0
"""A rain of less tells nothing of a street, mm [D]."""
_FORGOTTEN_S: Final = 12 * 3600.0
"""After a silence of this length the street is taken for dry [D]."""


class PondingEnsemble:
    """The water at one low point; keeps to `Forecaster`, and learns from rain beside.

    Rain and depth may come in any order and cadence; what is older than the newest of both is
    taken as if it were of that moment. Horizons count from the newest of both.

    Args:
        catchment: What is surveyed of the place.
        settings: How little is known.
        seed: Of all chance; the n-th reading draws the same whatever was before a restart.
    """

    VERSION: Final = 2

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
        """Keep what falls until the rain is over, and learn from all of it then."""
        if not self._is_rain_known() and self._smooth_now() >= _SETS_IN:
            # Half a storm teaches nothing.
            self._remembered = None
        elif self._remembered is not None:
            if self._remembered.is_over(at):
                self._learn_from(self._remembered, chance)
                self._remembered = None
            else:
                self._remembered.fell(at, self._rain_now(), dt)
        elif self._rain > 0.0 and self._smooth_rain >= _SETS_IN and self._ensemble.is_dry():
            guesses = self._ensemble.rows[:LASTING].astype(np.float32).tobytes()
            self._remembered = Remembered(at - round(1e3 * min(dt, BIN_S)), at, [], [], guesses)
            self._remembered.fell(at, self._rain_now(), min(dt, BIN_S))

    def _learn_from(self, rain: Remembered, chance: np.random.Generator) -> None:
        if sum(rain.rain_mm) >= _TELLS_MM:
            members = self._settings.members
            self._ensemble.believe(smoothed(rain, members, self._replay, chance))

    def _replay(self, lasting: Array, rain: Array) -> Array:
        """Depths of guesses of the street under a rain upon a dry street; see `Replay`."""
        known = np.exp(self._ensemble.within(lasting))
        traits = Traits(known[EFFICIENCY], known[STORAGE], known[AREA], known[SHAPE])
        none = np.zeros(rain.shape[1])
        ponds = Ponds(none, none, none > 0.0)
        steps = BIN_S // STEP_S
        falling = np.repeat(rain, steps, axis=0)
        paths = depth_paths(self._catchment, traits, known[CLOGGING], none, ponds, falling)
        return paths[steps::steps]

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
        place = np.array(horizons) / STEP_S
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
        paths = self._ahead(AHEAD_S)[: AHEAD_S // STEP_S + 1]
        return tuple(reaching(paths, limit) for limit in limits)

    def _ahead(self, seconds: int) -> Array:
        """Depths from now on, every `STEP_S`, for at least so long; shape (steps + 1, members)."""
        steps = math.ceil(seconds / STEP_S)
        if self._paths is None or len(self._paths) <= steps:
            # A stream of its own, so that asking changes nothing that comes later; and the same
            # each time, so that a probability moves by what was seen and not by luck.
            chance = np.random.default_rng((self._seed, 0, 1))
            self._paths = self._run(steps, chance)
        return self._paths

    def _run(self, steps: int, chance: np.random.Generator) -> Array:
        ensemble, catchment = self._ensemble, self._catchment
        traits = ensemble.traits()
        ponds: Ponds = ensemble.ponds(traits)
        falling = self._rain_ahead(steps, chance)
        clogging = np.exp(ensemble.rows[CLOGGING])
        return depth_paths(catchment, traits, clogging, ensemble.rows[SURFACE], ponds, falling)

    def _rain_ahead(self, steps: int, chance: np.random.Generator) -> Array:
        """Rain of each member in the middle of each step, mm/h, of shape (steps, members)."""
        settings, rows = self._settings, self._ensemble.rows
        times = (np.arange(steps)[:, None] + 0.5) * STEP_S
        walk = centred(chance, (steps, rows.shape[1])) * math.sqrt(STEP_S / 3600.0)
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
        """Version, times, rain, number of draws, the members, the trend, the rain that falls."""
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
                self._remembered,
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
        self._remembered = msgspec.convert(state[7], Remembered | None)
        self._paths = None


def _sorted_quantiles(values: Array, shares: Sequence[float]) -> Array:
    """Quantiles along the last axis of what is sorted along it, of shape (…, shares)."""
    place = np.array(shares) * (values.shape[-1] - 1)
    below = place.astype(np.int64)
    share = place - below
    above = np.minimum(below + 1, values.shape[-1] - 1)
    found: Array = values[..., below] * (1.0 - share) + values[..., above] * share
    return found
