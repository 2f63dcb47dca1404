"""Residual against a robust seasonal baseline: hour of the day × weekend, with slow forgetting.

Each of the 48 bins follows the median of its values (a step of a share of the spread towards each
new value, which converges to the median and cannot be dragged away by one outlier); the spread is
an exponentially weighted mean of clipped absolute residuals, kept per bin and for all bins.
"""

import math
from array import array
from typing import Final

import msgspec
from river.stats import EWMean

from anomaly.detector import LEARNING, Verdict

_HOUR_MS: Final = 3_600_000
_BINS: Final = 48
_ARRAY_BYTES: Final = _BINS * 8
MAD_TO_SIGMA: Final = 1.2533
"""Mean absolute deviation to standard deviation of a normal distribution: sqrt(π/2)."""


class SeasonalResidual:
    """The baseline detector of one series.

    Args:
        ready_after: Values of a bin before it is scored.
        forgetting: Weight of a new value in the spread, 0–1.
        tolerance: Deviation (robust sigmas) at which the score is one half.
    """

    VERSION: Final = 1

    def __init__(
        self, ready_after: int = 5, forgetting: float = 0.02, tolerance: float = 5.0
    ) -> None:
        self._ready_after = ready_after
        self._forgetting = forgetting
        self._tolerance = tolerance
        # Not of numpy: single elements are read and set, which takes a third of the time so.
        self._centre = array("d", bytes(_ARRAY_BYTES))
        self._spread = array("d", bytes(_ARRAY_BYTES))
        self._count = array("q", bytes(_ARRAY_BYTES))
        self._overall = EWMean(fading_factor=forgetting)

    def score_one(self, at: int, value: float) -> Verdict:
        """Judge a value; see `Detector`."""
        bin_ = _bin(at)
        if self._count[bin_] < self._ready_after:
            return LEARNING
        expected = self._centre[bin_]
        scale = self._scale(bin_)
        deviation = (value - expected) / scale
        return Verdict(self.score_of(deviation), expected, deviation, scale)

    def score_of(self, deviation: float) -> float:
        """The score of a deviation in robust sigmas: one half at the tolerance."""
        # Beyond a thousand tolerances every score is 1; the square of 1e300 would be no number.
        square = min(abs(deviation) / self._tolerance, 1e9) ** 2
        return square / (1 + square)

    def _scale(self, bin_: int) -> float:
        """Robust sigma of a bin; never 0, so that a constant series scores its constant 0."""
        spread = max(self._spread[bin_], 0.25 * float(self._overall.get()))
        return max(MAD_TO_SIGMA * spread, 1e-3 * abs(self._centre[bin_]), 1e-6)

    def learn_one(self, at: int, value: float) -> None:
        """Learn from a value; see `Detector`."""
        bin_ = _bin(at)
        count = self._count[bin_]
        residual = value - self._centre[bin_]
        if count == 0:
            self._centre[bin_] = value
        else:
            limit = 3 * self._scale(bin_) if count >= self._ready_after else abs(residual)
            clipped = min(abs(residual), limit)
            weight = max(self._forgetting, 1.0 / (count + 1))
            self._centre[bin_] += math.copysign(clipped * weight, residual)
            self._spread[bin_] += weight * (clipped - self._spread[bin_])
            self._overall.update(clipped)
        self._count[bin_] = count + 1

    def dump(self) -> bytes:
        """Version, three arrays, the overall spread."""
        parts = (self.VERSION, self._centre.tobytes(), self._spread.tobytes())
        overall = (self._count.tobytes(), self._overall.get())
        return msgspec.msgpack.encode((*parts, *overall))

    def load(self, snapshot: bytes) -> None:
        """Continue from a `dump`.

        Raises:
            ValueError: The snapshot is of another version.
        """
        version, centre, spread, count, overall = msgspec.msgpack.decode(snapshot)
        if version != self.VERSION or len(centre) != _ARRAY_BYTES:
            raise ValueError(f"snapshot of detector version {version}, expected {self.VERSION}")
        self._centre = array("d", centre)
        self._spread = array("d", spread)
        self._count = array("q", count)
        self._overall = EWMean(fading_factor=self._forgetting)
        if max(self._count) > 1:
            # River keeps its state in Rust; a first value becomes the mean as it is. The first
            # value of a bin has no residual, so before the second one there is no mean to set.
            self._overall.update(overall)


def _bin(at: int) -> int:
    """Hour of the day, 24 later on Saturday and Sunday; `at` in local ms since the epoch."""
    hours = at // _HOUR_MS
    # 1970-01-01 was a Thursday.
    weekend = (hours // 24 + 3) % 7 >= 5
    return int(hours % 24 + 24 * weekend)
