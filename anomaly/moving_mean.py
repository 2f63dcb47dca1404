"""The mean of the last deviations: small ones to the same side add up, large ones are clipped."""

from collections import deque

import msgspec


class MeanState(msgspec.Struct, frozen=True, array_like=True):
    """What a `MovingMean` knows: the last deviations, clipped."""

    last: tuple[float, ...] = ()


class MovingMean:
    """Mean of the last deviations.

    Args:
        length: How many.
        clip: A deviation counts no more than this to either side, robust standard deviations.
    """

    def __init__(self, length: int = 48, clip: float = 10.0) -> None:
        self._length, self._clip = length, clip
        self._last: deque[float] = deque()
        self._sum = 0.0

    def with_one(self, deviation: float) -> float | None:
        """What the mean would be with a deviation more; None while there are too few."""
        if len(self._last) + 1 < self._length:
            return None
        oldest = self._last[0] if len(self._last) == self._length else 0.0
        return (self._sum - oldest + self._clipped(deviation)) / self._length

    def learn(self, deviation: float) -> None:
        """Learn from a deviation."""
        self._last.append(self._clipped(deviation))
        if len(self._last) > self._length:
            self._last.popleft()
        # Anew each time: a sum that is kept up drifts, and a restored one would differ.
        self._sum = sum(self._last)

    def _clipped(self, deviation: float) -> float:
        clip = self._clip
        return clip if deviation > clip else -clip if deviation < -clip else deviation

    def dump(self) -> MeanState:
        """The state."""
        return MeanState(tuple(self._last))

    def load(self, state: MeanState) -> None:
        """Continue from a `dump`."""
        self._last = deque(state.last)
        self._sum = sum(self._last)
