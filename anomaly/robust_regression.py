"""A small linear regression that follows what it describes, and is moved little by outliers."""

from array import array
from collections.abc import Sequence
from operator import mul
from typing import Final

import msgspec

_ERROR_RENEWAL: Final = 0.01
"""The usual error is that of the last hundred values or so."""
_LEAST_ERROR: Final = 0.1
"""Of samples of size 1: a fit that is closer than this makes no outlier of what is not."""


class RegressionState(msgspec.Struct, frozen=True, array_like=True):
    """What a `RobustRegression` knows; of the inverse the upper triangle, row by row."""

    coefficients: list[float]
    error: float
    inverse: bytes


class RobustRegression:
    """Recursive least squares with forgetting, outliers weighted down by Huber's rule.

    Of so few features plain lists are as fast as arrays, and their sums run in a fixed order, so
    that every machine gets the same bits.

    Args:
        features: Number of coefficients.
        forgetting: Share (0–1) of the past that a new value leaves: 0.999 is a memory of 1000
            values, six weeks of hours or four days of five minutes. Twice or half that
            changes the error by no more than 3 % on any recording.
        prior: Weight, in values of size 1, of the first guess that every coefficient is 0. With 10
            an hour of traffic was forecast some 2 % worse; forgetting never goes below it.
        clip: Errors beyond this many mean absolute errors pull no harder than at it: near to
            least absolute errors, which is what the median is judged by.
    """

    def __init__(
        self, features: int, forgetting: float = 0.999, prior: float = 100.0, clip: float = 1.0
    ) -> None:
        self._forgetting, self._prior, self._clip = forgetting, prior, clip
        self._coefficients = [0.0] * features
        self._error = 0.0
        self._inverse = [
            [1 / prior if row == column else 0.0 for column in range(features)]
            for row in range(features)
        ]

    def of(self, features: Sequence[float]) -> float:
        """What features lead to."""
        found: float = sum(map(mul, self._coefficients, features))
        return found

    def learn(self, features: Sequence[float], target: float) -> None:
        """Learn what features led to; all numbers of size 1 or so."""
        error = target - self.of(features)
        moved = [sum(map(mul, row, features)) for row in self._inverse]
        divisor = self._forgetting / self._trust(abs(error)) + sum(map(mul, features, moved))
        turn = error / divisor
        self._coefficients = [
            old + gain * turn for old, gain in zip(self._coefficients, moved, strict=True)
        ]
        inverse = [
            [old - gain * other / divisor for old, other in zip(row, moved, strict=True)]
            for row, gain in zip(self._inverse, moved, strict=True)
        ]
        # Features that rest for long would let it grow without bound, and then jump. The largest
        # number of such a matrix is on its diagonal.
        widest = max(row[n] for n, row in enumerate(inverse)) * self._prior
        kept = max(self._forgetting, widest)
        self._inverse = [[number / kept for number in row] for row in inverse]

    def _trust(self, size: float) -> float:
        """Weight (0–1) of an error of a size; learns the usual one."""
        usual = self._error
        # A series that lay still for months must not take its next moves for outliers.
        bound = self._clip * max(usual, _LEAST_ERROR) if usual > 0 else size
        weight = _ERROR_RENEWAL if usual > 0 else 1.0
        self._error += weight * (min(size, 5 * bound) - usual)
        return bound / size if size > bound else 1.0

    def dump(self) -> RegressionState:
        """The state."""
        upper = array("d", [number for n, row in enumerate(self._inverse) for number in row[n:]])
        return RegressionState(self._coefficients, self._error, upper.tobytes())

    def load(self, state: RegressionState) -> None:
        """Continue from a `dump`."""
        self._coefficients, self._error = list(state.coefficients), state.error
        upper = iter(array("d", state.inverse))
        features = range(len(self._coefficients))
        for row in features:
            for column in features[row:]:
                self._inverse[row][column] = self._inverse[column][row] = next(upper)
