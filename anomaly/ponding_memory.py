"""What a street did in a rain, and what it tells of the street once the rain is over.

In the rain itself the filter of `anomaly.ponding_ensemble` cannot tell a street that drains badly
from rain that the gauge did not see. Afterwards the whole course of the depth can: every guess of
the street lives through the rain again, and all are pulled to what was measured, at once and in
two halves (ensemble smoother with multiple data assimilation, Emerick and Reynolds 2013). A street
that stayed dry where its guesses ponded is told by it as much as one that flooded.
"""

import math
from collections.abc import Callable
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

BIN_S: Final = 300
"""A rain is remembered in pieces of this length, s."""
LONGEST: Final = 96
"""Pieces that are remembered: eight hours."""
_OVER_MS: Final = 5_400_000
"""So long without rain, and it is over [D]: the street has drained, or tells how slowly it does."""
_PASSES: Final = 2
_DEAD_M: Final = 0.03
"""What is shallower counts as dry: water that runs by to the inlets wets a gauge, m [D]."""
_FIXED_SD: Final = 0.03
"""Of a depth against the model's, m [D]: the gauge, and the floor that is no smooth bowl."""
_SHARE_SD: Final = 0.3
"""The same as a share of the depth [D]: what the model itself gets wrong."""
_ALIKE: Final = 3.0
"""So many depths in a row err alike and count as one [D]."""
_RAIN_SD: Final = 0.3
"""ln sd of half an hour's rain in the street against that of a gauge a kilometre away [D]."""
_RAIN_MEMORY: Final = 12.0
"""Pieces after which 1/e of a deviation of the rain is left [D]."""
_KNOT: Final = 9
"""Pieces between two times at which a guess has a rain of its own."""

Replay = Callable[[Array, Array], Array]
"""Guesses (unknowns, members) and rain (pieces, members; mm/h) to depths at the pieces' ends."""


class Remembered(msgspec.Struct, array_like=True):
    """One rain, piece by piece.

    Attributes:
        since: When it set in, ms.
        wet_at: When rain fell last, ms.
        rain_mm: Fallen in each piece.
        depth_m: Read last in each piece; NaN where nothing was.
        guesses: What was believed of the street before, float32 of (unknowns, members).
    """

    since: int
    wet_at: int
    rain_mm: list[float]
    depth_m: list[float]
    guesses: bytes

    def fell(self, at: int, mm_per_hour: float, seconds: float) -> None:
        """It rained like that for so long until `at`."""
        begin, end = (at - self.since) / 1e3 - seconds, (at - self.since) / 1e3
        for piece in range(max(0, int(begin // BIN_S)), min(LONGEST, math.ceil(end / BIN_S))):
            self._reach(piece)
            inside = min(end, (piece + 1.0) * BIN_S) - max(begin, piece * BIN_S)
            self.rain_mm[piece] += mm_per_hour * max(0.0, inside) / 3600.0
        if mm_per_hour > 0.0:
            self.wet_at = at

    def is_over(self, at: int) -> bool:
        """Whether it has not rained for long, or has for longer than is remembered."""
        return at - self.wet_at > _OVER_MS or at - self.since >= 1000 * LONGEST * BIN_S

    def stood(self, at: int, depth_m: float) -> None:
        """So much water was read."""
        piece = max(0, math.ceil((at - self.since) / 1e3 / BIN_S) - 1)
        if piece < LONGEST:
            self._reach(piece)
            self.depth_m[piece] = depth_m

    def _reach(self, piece: int) -> None:
        missing = piece + 1 - len(self.rain_mm)
        self.rain_mm += [0.0] * missing
        self.depth_m += [math.nan] * missing


def smoothed(
    remembered: Remembered, members: int, replay: Replay, chance: np.random.Generator
) -> Array:
    """What to believe of the street after a rain; shape (unknowns, members)."""
    guesses = np.frombuffer(remembered.guesses, dtype=np.float32).astype(np.float64)
    guesses = guesses.reshape(-1, members)
    unknowns = len(guesses)
    rain = np.array(remembered.rain_mm) * (3600.0 / BIN_S)
    read = np.array(remembered.depth_m)
    believed = np.vstack((guesses, _deviations(rain.size, members, chance)))
    for _ in range(_PASSES):
        astray = np.clip(believed[unknowns:], -3.0 * _RAIN_SD, 3.0 * _RAIN_SD)
        falling = rain[:, None] * np.exp(_between(astray, rain.size))
        depths = replay(believed[:unknowns], falling)
        believed = _pulled(believed, depths, read, chance)
    return believed[:unknowns]


def _deviations(pieces: int, members: int, chance: np.random.Generator) -> Array:
    """Logarithm of each guess's rain against the gauge's at the knots (Ornstein-Uhlenbeck)."""
    kept = math.exp(-_KNOT / _RAIN_MEMORY)
    drawn = _RAIN_SD * centred(chance, (math.ceil(pieces / _KNOT) + 1, members))
    for knot in range(1, len(drawn)):
        drawn[knot] = kept * drawn[knot - 1] + math.sqrt(1.0 - kept * kept) * drawn[knot]
    return drawn


def _between(knots: Array, pieces: int) -> Array:
    """Straight lines between the knots, of shape (pieces, members)."""
    place = np.arange(pieces) / _KNOT
    before = place.astype(np.int64)
    share = (place - before)[:, None]
    lines: Array = (1.0 - share) * knots[before] + share * knots[before + 1]
    return lines


def _pulled(believed: Array, depths: Array, read: Array, chance: np.random.Generator) -> Array:
    """One of the passes: all guesses towards what was read, each with an error of its own."""
    found = np.where(depths < _DEAD_M, 0.0, depths)
    truth = np.where(read < _DEAD_M, 0.0, read)
    tells = ~np.isnan(read) & ((truth > 0.0) | (found.max(axis=1) > 0.0))
    if not tells.any():
        return believed
    found, truth = found[tells], truth[tells]
    members = believed.shape[1]
    noise = (_FIXED_SD**2 + (_SHARE_SD * truth) ** 2) * _ALIKE * _PASSES
    apart = found - found.mean(axis=1, keepdims=True)
    cover = apart @ apart.T / (members - 1) + np.diag(noise)
    cross = (believed - believed.mean(axis=1, keepdims=True)) @ apart.T / (members - 1)
    erring = truth[:, None] + np.sqrt(noise)[:, None] * centred(chance, found.shape)
    pulled: Array = believed + cross @ np.linalg.solve(cover, erring - found)
    return pulled


def centred(chance: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Standard normal numbers whose rows have the mean 0: a hundred guesses lean no way by luck."""
    drawn: Array = chance.standard_normal(shape)
    drawn -= drawn.mean(axis=1, keepdims=True)
    return drawn
