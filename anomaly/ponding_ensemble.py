"""Many guesses of one low point, moved by the rain and corrected by the depth gauge.

The rows of the ensemble are one matrix: the logarithms of what is not known of the place and of
its rain, then runoff and depth. Between readings each guess goes by the ponding model; a reading
pulls all rows together with the depth (ensemble square-root filter, Whitaker and Hamill 2002, one
observation at a time, so it needs no perturbed readings and no chance) [D].
"""

import math
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from anomaly.ponding import Ponds, Traits, advance, delayed, depth, volume
from anomaly.ponding_memory import centred
from sensors.city import Catchment

Array = NDArray[np.float64]

(
    EFFICIENCY, STORAGE, AREA, SHAPE, CLOGGING, RAIN, FADING, CLOGGED, SURFACE, RUNOFF, DEPTH
) = range(11)  # fmt: skip
"""Rows: ln η, ln K, ln Ψ·A, ln β, ln of the share of η that a mm of rain takes, ln of the rain's
factor, ln T (s), what rain has taken of ln η, rain that leaves roofs and yards (mm/h), Q (m³/s),
h (m)."""
UNKNOWNS: Final = 7
LASTING: Final = 5
"""So many of them, the first, are the place's own and outlast a rain."""
_FARTHEST: Final = 6.0
"""Standard deviations from its usual value beyond which nothing is believed of an unknown."""
_BELIEVED: Final = 3.0
"""The same of what is learnt of a place from a whole rain."""
_YEAR_S: Final = 365 * 86400.0

_DRY_MM_H: Final = 2.0
"""Rain that still leaves roofs and yards, mm/h, below which a street is dry [D]."""


class Guess(msgspec.Struct, frozen=True):
    """How an unknown wanders about its usual value, in logarithms.

    Attributes:
        sd: Standard deviation about the usual value.
        memory_s: Time after which 1/e of a deviation is left.
        floor: Share of `sd` below which readings never bring the spread.
    """

    sd: float
    memory_s: float
    floor: float = 0.2


class PondingSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How little is known, all [D].

    Attributes:
        members: Guesses; 50 to 100 is usual for filters of a few unknowns.
        reading_sd: Of the depth gauge, m, with what the model itself gets wrong.
        shallow_m: Below this depth a gauge says little: the floor is no smooth bowl, and water that
            runs by to the inlets wets it.
        shallow_sd: What a reading is taken to be good to there, m.
        efficiency: What clean inlets and the pipe do; a street that drains well does so next year.
        storage: Nor does its surface change.
        area: Nor does its catchment, but surveys of it are rough.
        shape: β; nor does its shape.
        rain: A gauge a kilometre away sees another part of the cell, for as long as it passes.
        fading_s: Median of T, after which 1/e of a rain is left: 20 to 60 minutes.
        fading: T is another one in each storm.
        clogging_per_mm: Share of η that leaves, and tail water at the outfall, take with each mm of
            rain: a third in a storm of 60 mm.
        clogging: It is another one at each place.
        cleared_s: Time after which 1/e of what was lost is left: leaves are swept away.
        growth: ln sd, in an hour, of what rain ahead gains or loses beyond its decay.
        smoothing_s: Rain is read over this time before it is carried ahead: buckets tip.
        left: Share of its `sd` below which no rain that is over brings the spread of what lasts.
    """

    members: int = 100
    reading_sd: float = 0.02
    shallow_m: float = 0.03
    shallow_sd: float = 0.03
    efficiency: Guess = Guess(0.4, _YEAR_S)
    storage: Guess = Guess(0.5, _YEAR_S)
    area: Guess = Guess(0.3, _YEAR_S)
    shape: Guess = Guess(0.2, _YEAR_S)
    rain: Guess = Guess(0.4, 1800.0)
    fading_s: float = 2100.0
    fading: Guess = Guess(0.35, 3600.0)
    clogging_per_mm: float = 0.006
    clogging: Guess = Guess(0.6, _YEAR_S)
    cleared_s: float = 12 * 3600.0
    growth: float = 1.0
    smoothing_s: float = 300.0
    left: float = 0.15


class Ensemble:
    """The members of one place.

    Args:
        catchment: What is surveyed; its unknowns are where the guesses start.
        settings: How little is known.
        chance: For the first guesses.
    """

    def __init__(
        self, catchment: Catchment, settings: PondingSettings, chance: np.random.Generator
    ) -> None:
        self._catchment = catchment
        self._settings = settings
        guesses = (
            settings.efficiency, settings.storage, settings.area,
            settings.shape, settings.clogging, settings.rain, settings.fading,
        )  # fmt: skip
        usual = (
            catchment.efficiency, catchment.storage_s,
            catchment.runoff_coefficient * catchment.area_m2,
            catchment.shape_beta, settings.clogging_per_mm, 1.0, settings.fading_s,
        )  # fmt: skip
        self._usual = np.log(np.array(usual))[:, None]
        self._sd = np.array([guess.sd for guess in guesses])[:, None]
        self._reach = _FARTHEST * self._sd
        self._memory = np.array([guess.memory_s for guess in guesses])[:, None]
        self._floor = np.array([guess.floor * guess.sd for guess in guesses])[:, None]
        self.rows = np.zeros((UNKNOWNS + 4, settings.members))
        first = centred(chance, (UNKNOWNS, settings.members))
        self.rows[:UNKNOWNS] = self._usual + self._sd * first
        self.is_pumping = np.zeros(settings.members, dtype=np.bool_)

    def traits(self) -> Traits:
        """What each member holds of the place."""
        known = np.exp(self.rows[: SHAPE + 1])
        return Traits(
            known[EFFICIENCY] * np.exp(-self.rows[CLOGGED]),
            known[STORAGE],
            known[AREA],
            known[SHAPE],
        )

    def ponds(self, traits: Traits) -> Ponds:
        """The water of each member."""
        return Ponds(
            self.rows[RUNOFF],
            volume(self._catchment, traits, self.rows[DEPTH]),
            self.is_pumping,
        )

    def advance(self, rain_mm_h: float, dt: float, chance: np.random.Generator) -> None:
        """Let `dt` seconds pass under a rain that the gauge saw."""
        traits = self.traits()
        falling = rain_mm_h * np.exp(self.rows[RAIN])
        self.rows[SURFACE], leaving = delayed(self.rows[SURFACE], falling, traits.storage_s, dt)
        ponds, _ = advance(self._catchment, traits, self.ponds(traits), leaving, dt)
        self.rows[RUNOFF] = ponds.runoff_m3_s
        self.rows[DEPTH] = depth(self._catchment, traits, ponds.volume_m3)
        self.is_pumping = ponds.is_pumping
        self.rows[CLOGGED] *= math.exp(-dt / self._settings.cleared_s)
        self.rows[CLOGGED] += np.exp(self.rows[CLOGGING]) * falling * (dt / 3600.0)
        self._wander(dt, chance)

    def dry(self, dt: float, chance: np.random.Generator) -> None:
        """Let so long a silence pass that no water is left."""
        self.rows[SURFACE:] = 0.0
        self.rows[CLOGGED] *= math.exp(-dt / self._settings.cleared_s)
        self.is_pumping[:] = False
        self._wander(dt, chance)

    def _wander(self, dt: float, chance: np.random.Generator) -> None:
        """Each unknown goes its way (Ornstein-Uhlenbeck)."""
        unknown = self.rows[:UNKNOWNS]
        kept = np.exp(-dt / self._memory)
        fresh = self._sd * np.sqrt(1.0 - kept * kept)
        unknown *= kept
        unknown += (1.0 - kept) * self._usual + fresh * centred(chance, unknown.shape)

    def correct(self, read_m: float) -> None:
        """Pull all rows by what the depth gauge says."""
        rows = self.rows
        count = rows.shape[1]
        mean = rows.mean(axis=1, keepdims=True)
        apart = rows - mean
        deep = apart[DEPTH]
        settings = self._settings
        is_shallow = read_m < settings.shallow_m
        noise = (settings.shallow_sd if is_shallow else settings.reading_sd) ** 2
        variance = float(deep @ deep) / (count - 1)
        if variance < 1e-10:
            return
        gain = (apart @ deep) / (count - 1) / (variance + noise)
        pull = 1.0 / (1.0 + math.sqrt(noise / (variance + noise)))
        apart -= pull * gain[:, None] * deep
        mean += gain[:, None] * (read_m - mean[DEPTH])
        self._widen(apart)
        np.add(mean, apart, out=rows)
        # A normal update knows no bounds; a reading of nonsense must not make places of nonsense.
        np.clip(rows[:UNKNOWNS], self._usual - self._reach, self._usual + self._reach,
                out=rows[:UNKNOWNS])  # fmt: skip
        np.maximum(rows[CLOGGED:], 0.0, out=rows[CLOGGED:])

    def _widen(self, apart: Array) -> None:
        """Keep some doubt about each unknown: a filter that is sure learns nothing more."""
        unknown = apart[:UNKNOWNS]
        spread = np.sqrt((unknown * unknown).mean(axis=1, keepdims=True))
        unknown *= np.maximum(1.0, self._floor / np.maximum(spread, 1e-9))

    def within(self, lasting: Array) -> Array:
        """What may be believed of the place, of shape (LASTING, members)."""
        usual, reach = self._usual[:LASTING], _BELIEVED * self._sd[:LASTING]
        bounded: Array = np.clip(lasting, usual - reach, usual + reach)
        return bounded

    def believe(self, lasting: Array) -> None:
        """Take over what a rain that is over has told of the place; shape (LASTING, members)."""
        mean = lasting.mean(axis=1, keepdims=True)
        apart = lasting - mean
        spread = np.sqrt((apart * apart).mean(axis=1, keepdims=True))
        least = self._settings.left * self._sd[:LASTING]
        apart *= np.maximum(1.0, least / np.maximum(spread, 1e-9))
        self.rows[:LASTING] = self.within(mean + apart)

    def is_dry(self) -> bool:
        """Whether nothing stands on the street or runs off any more."""
        means = self.rows[SURFACE:].mean(axis=1)
        return bool(means[0] < _DRY_MM_H and means[-1] < self._settings.shallow_m)

    def dump(self) -> tuple[bytes, bytes]:
        """The rows, the pumps."""
        return self.rows.tobytes(), self.is_pumping.tobytes()

    def load(self, snapshot: tuple[bytes, bytes]) -> None:
        """Continue from a `dump`.

        Raises:
            ValueError: It is of another number of members.
        """
        rows, pumping = snapshot
        if len(rows) != self.rows.nbytes:
            raise ValueError(f"snapshot of {len(pumping)} members, not {self._settings.members}")
        self.rows = np.frombuffer(rows, dtype=np.float64).reshape(self.rows.shape).copy()
        self.is_pumping = np.frombuffer(pumping, dtype=np.bool_).copy()
