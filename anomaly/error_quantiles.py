"""The distribution of a forecaster's own errors, followed quantile by quantile.

Each quantile goes up by a share of its level where an error is above it, and down where one is
below: in the long run as many errors lie below it as its level says, however errors change
(adaptive conformal inference, Gibbs and Candès 2021). Nothing is assumed of their shape.
"""

import math
from collections.abc import Sequence
from typing import Final

_LEVELS: Final = (0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98)
_NORMAL: Final = (-2.05, -1.28, -0.67, 0.0, 0.67, 1.28, 2.05)


class ErrorQuantiles:
    """Quantiles of errors, in units of their usual spread. They begin as those of a normal one.

    Args:
        step: Of a quantile, in the unit: slow enough to be steady, fast enough to follow.
    """

    def __init__(self, step: float = 0.03) -> None:
        self._step = step
        self._at = list(_NORMAL)

    @property
    def low(self) -> float:
        """The 10 % quantile."""
        return self._at[1]

    @property
    def middle(self) -> float:
        """The median."""
        return self._at[3]

    @property
    def high(self) -> float:
        """The 90 % quantile."""
        return self._at[5]

    def learn(self, error: float) -> None:
        """Learn from an error."""
        highest = -math.inf
        for n, level in enumerate(_LEVELS):
            moved = self._at[n] + self._step * (level - (1.0 if error < self._at[n] else 0.0))
            # They never cross.
            highest = self._at[n] = moved if moved > highest else highest

    def exceed(
        self, limits: Sequence[float], centre: float, spread: float, least: float
    ) -> tuple[float, ...]:
        """The probabilities (0–1) of a value at or above each limit.

        Args:
            limits: In the unit of the value.
            centre: The value without an error.
            spread: Usual spread of the errors; without any the value is certain.
            least: The value is never below this.
        """
        if spread <= 0.0:
            return tuple(float(limit <= max(centre, least)) for limit in limits)
        return tuple(
            1.0 if limit <= least else self.above((limit - centre) / spread) for limit in limits
        )

    def above(self, limit: float) -> float:
        """The probability of an error at or above a limit, 0–1."""
        at = self._at
        if limit <= at[0]:
            return 1.0 - _LEVELS[0] * math.exp((limit - at[0]) / _tail(at[0], at[1]))
        if limit > at[-1]:
            return (1.0 - _LEVELS[-1]) * math.exp((at[-1] - limit) / _tail(at[-2], at[-1]))
        n = next(n for n, quantile in enumerate(at) if quantile >= limit)
        width = at[n] - at[n - 1]
        share = (limit - at[n - 1]) / width if width > 0.0 else 1.0
        return 1.0 - (_LEVELS[n - 1] + share * (_LEVELS[n] - _LEVELS[n - 1]))

    def pinball(self, error: float) -> float:
        """The loss of the 10, 50 and 90 % quantiles, in the unit of the errors."""
        quantiles = (0.1, self.low), (0.5, self.middle), (0.9, self.high)
        return sum(
            (level if error >= at else level - 1.0) * (error - at) for level, at in quantiles
        )

    def dump(self) -> tuple[float, ...]:
        """The state."""
        return tuple(self._at)

    def load(self, state: Sequence[float]) -> None:
        """Continue from a `dump`."""
        self._at = list(state)


def _tail(one: float, other: float) -> float:
    """The scale of an exponential tail: errors five times as rare lie this much farther out."""
    return max((other - one) / math.log(5.0), 1e-9)
