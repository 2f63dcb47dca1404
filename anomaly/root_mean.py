"""How large numbers usually are, by the mean of their roots: one wild one counts little."""

import math

RootState = tuple[float, int]
"""Mean of the roots, and numbers learnt."""


class RootMean:
    """A mean of roots that renews itself.

    Args:
        renewal: Least weight (0–1) of a new number.
    """

    def __init__(self, renewal: float) -> None:
        self._renewal = renewal
        self.root = 0.0
        """Mean of the roots."""
        self.count = 0
        """Numbers learnt so far."""

    @property
    def size(self) -> float:
        """Usual size, in the unit of the numbers; 0 while all were 0."""
        return self.root * self.root

    def learn(self, number: float) -> None:
        """Learn from a number, whatever its sign."""
        self.count += 1
        weight = max(self._renewal, 1 / self.count)
        self.root += weight * (math.sqrt(abs(number)) - self.root)

    def dump(self) -> RootState:
        """The state."""
        return self.root, self.count

    def load(self, state: RootState) -> None:
        """Continue from a `dump`."""
        self.root, self.count = state
