"""A level and its slope, both uncertain, the slope fading: what is left where no rain is known."""

import math
from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from anomaly.forecaster import Outlook

Array = NDArray[np.float64]

_Z90: Final = 1.2815515655446004
"""The 0.9 quantile of the standard normal."""
_FORGOTTEN_S: Final = 6 * 3600.0
"""After a gap of this length nothing is left of the slope [D]."""


class TrendSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How restless a level is, all [D]; the defaults are for depth of water in m.

    Attributes:
        reading_sd: Of a reading: ultrasonic gauges are good to a centimetre.
        fading_s: Time constant of the slope: a street fills for some twenty minutes.
        restless_sd: What the slope gains by chance in the root of a second, m/s per √s: 15 cm in
            10 minutes come from nothing in a storm.
    """

    reading_sd: float = 0.012
    fading_s: float = 1200.0
    restless_sd: float = 2.5e-6


class DampedTrend:
    """A Kalman filter on (level, slope) with a slope that fades; keeps to `Forecaster`.

    The level stays >= 0: what the normal distribution has below counts as 0.
    """

    VERSION: Final = 1
    method = "trend"

    def __init__(self, settings: TrendSettings | None = None) -> None:
        self._settings = settings or TrendSettings()
        self._at: int | None = None
        self._level = 0.0
        self._slope = 0.0
        self._cov = (0.0, 0.0, 0.0)

    def learn_one(self, at: int, value: float) -> None:
        """Learn from a value; one that is no number, or not later than the last, is passed over."""
        if not math.isfinite(value) or (self._at is not None and at <= self._at):
            return
        noise = self._settings.reading_sd**2
        if self._at is None or at - self._at > _FORGOTTEN_S * 1e3:
            self._level, self._slope, self._cov = value, 0.0, (noise, 0.0, 1e-8)
        else:
            level, slope, (a, b, d) = self._ahead((at - self._at) / 1e3)
            gain, turn = a / (a + noise), b / (a + noise)
            self._level = level + gain * (value - level)
            self._slope = slope + turn * (value - level)
            self._cov = (a * (1.0 - gain), b * (1.0 - gain), d - turn * b)
        self._at = at

    def _ahead(self, dt: float) -> tuple[float, float, tuple[float, float, float]]:
        """Level, slope and their covariance (aa, ab, bb) after `dt` seconds."""
        fading = self._settings.fading_s
        kept = math.exp(-dt / fading)
        reach = fading * (1.0 - kept)
        a, b, d = self._cov
        # A slope that walks and fades (Ornstein-Uhlenbeck), integrated exactly.
        q = self._settings.restless_sd**2
        twice = 1.0 - kept * kept
        dd = q * fading / 2.0 * twice
        bb = q * fading**2 * ((1.0 - kept) - twice / 2.0)
        aa = q * fading**2 * (dt - 2.0 * reach + fading / 2.0 * twice)
        return (
            self._level + reach * self._slope,
            kept * self._slope,
            (
                a + 2.0 * reach * b + reach * reach * d + aa,
                kept * (b + reach * d) + bb,
                kept * kept * d + dd,
            ),
        )

    def normal(self, horizon: float) -> tuple[float, float]:
        """Mean and standard deviation of the level `horizon` seconds after the last value."""
        level, _, cov = self._ahead(horizon)
        return level, math.sqrt(max(cov[0], 1e-12))

    def outlooks(
        self, horizons: Sequence[int], limits: Sequence[float]
    ) -> tuple[Outlook, ...] | None:
        """See `Forecaster`; None before the first value."""
        if self._at is None:
            return None
        return tuple(self._outlook(horizon, limits) for horizon in horizons)

    def _outlook(self, horizon: int, limits: Sequence[float]) -> Outlook:
        mean, sd = self.normal(horizon)
        low, mid, high = (max(0.0, mean + z * sd) for z in (-_Z90, 0.0, _Z90))
        exceed = tuple(0.5 * math.erfc((x - mean) / (sd * math.sqrt(2.0))) for x in limits)
        return Outlook(horizon, low, mid, high, exceed)

    def dump(self) -> bytes:
        """Version, time, level, slope, covariance."""
        return msgspec.msgpack.encode((self.VERSION, self._at, self._level, self._slope, self._cov))

    def load(self, snapshot: bytes) -> None:
        """Continue from a `dump`.

        Raises:
            ValueError: The snapshot is of another version.
        """
        version, at, level, slope, cov = msgspec.msgpack.decode(snapshot)
        if version != self.VERSION:
            raise ValueError(f"snapshot of trend version {version}, expected {self.VERSION}")
        self._at, self._level, self._slope, self._cov = at, level, slope, tuple(cov)
