"""Rain as cells that grow, move over the town and fade; two places see two different rains.

All figures are ours [D]: convective cells of the Pearl River Delta by order of magnitude, drawn
wide. Distances in km, times in min.
"""

import math
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_MINUTE_SD: Final = 0.2
"""Log sd of what a place sees beyond the cells' smooth shape; on its own at each place."""
_MINUTE_MEMORY: Final = 0.8
"""Of that, from one minute to the next."""


class RainCell(msgspec.Struct, frozen=True, kw_only=True):
    """One cell: a Gaussian in space that moves on a straight line, and in time.

    Attributes:
        peak_mm_h: Rain in its middle at its height.
        radius_km: Standard deviation in space.
        speed_km_h: Along its track.
        heading: Where it moves, rad.
        passes_at: When it is nearest to the origin, min.
        passes_km: How far from the origin, to its left.
        ripe_at: When it is at its height, min.
        life: Standard deviation in time, min.
    """

    peak_mm_h: float
    radius_km: float
    speed_km_h: float
    heading: float
    passes_at: float
    passes_km: float
    ripe_at: float
    life: float

    def rain(self, minutes: Array, east_km: float, north_km: float) -> Array:
        """Rain at a place, mm/h, of shape (times,)."""
        east, north = math.cos(self.heading), math.sin(self.heading)
        along = self.speed_km_h / 60.0 * (minutes - self.passes_at)
        ahead = along - (east * east_km + north * north_km)
        aside = self.passes_km - (east * north_km - north * east_km)
        apart = (ahead**2 + aside**2) / self.radius_km**2
        aged = ((minutes - self.ripe_at) / self.life) ** 2
        falling: Array = self.peak_mm_h * np.exp(-0.5 * (apart + aged))
        return falling


class Weather(msgspec.Struct, frozen=True):
    """Cells, and the steady rain (mm/h) around them between its beginning and its end (min)."""

    cells: tuple[RainCell, ...]
    steady_mm_h: float
    steady_from: float
    steady_to: float

    def rain(
        self, minutes: Array, east_km: float, north_km: float, chance: np.random.Generator
    ) -> Array:
        """Rain at a place, mm/h, of shape (times,); times in steps of a minute."""
        falling = sum((c.rain(minutes, east_km, north_km) for c in self.cells), np.zeros(1))
        during = (minutes >= self.steady_from) & (minutes < self.steady_to)
        blows = chance.standard_normal(minutes.size) * _MINUTE_SD
        gusts, gust = np.empty(minutes.size), 0.0
        fresh = math.sqrt(1.0 - _MINUTE_MEMORY**2)
        for number, blow in enumerate(blows):
            gust = _MINUTE_MEMORY * gust + fresh * blow
            gusts[number] = gust
        seen = (falling + self.steady_mm_h * during) * np.exp(gusts)
        # Less than a fifth of a millimetre an hour is drizzle that no gauge sees.
        return np.where(seen < 0.2, 0.0, seen)


def storm(chance: np.random.Generator) -> Weather:
    """Two or three cells, one after the other: more than old drains were built for, mostly."""
    return _weather(chance, (65.0, 125.0), int(chance.integers(2, 4)))


def shower(chance: np.random.Generator) -> Weather:
    """One or two cells that a street of usual drains should take."""
    return _weather(chance, (12.0, 55.0), int(chance.integers(1, 3)))


def _weather(chance: np.random.Generator, peaks: tuple[float, float], cells: int) -> Weather:
    begins = chance.uniform(40.0, 70.0)
    passes = begins + np.cumsum(chance.uniform(18.0, 40.0, cells))
    # Cells of one storm follow one another on tracks that lie side by side.
    heading = chance.uniform(0.0, 2.0 * math.pi)
    drawn = tuple(
        RainCell(
            peak_mm_h=chance.uniform(*peaks),
            radius_km=chance.uniform(1.5, 3.5),
            speed_km_h=chance.uniform(6.0, 24.0),
            heading=heading + chance.normal(0.0, 0.2),
            passes_at=at,
            passes_km=chance.normal(0.0, 1.0),
            ripe_at=at + chance.normal(0.0, 8.0),
            life=chance.uniform(15.0, 35.0),
        )
        for at in passes
    )
    ends = passes[-1] + chance.uniform(20.0, 60.0)
    return Weather(drawn, chance.uniform(1.0, 8.0), begins, ends)
