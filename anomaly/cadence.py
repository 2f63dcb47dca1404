"""The usual time between two values, learnt from their time stamps."""

from collections.abc import Sequence
from statistics import median_low
from typing import Final

_KEPT: Final = 9
"""Odd, so that the median is one of them; after a change of cadence five values settle it."""


class Cadence:
    """Median of the last nine distances."""

    def __init__(self) -> None:
        self._steps: list[int] = []
        self.ms = 0
        """0 before the second value."""

    def learn_one(self, step: int) -> None:
        """Learn from a distance between two values, ms."""
        self.load((*self._steps[1 - _KEPT :], step))

    def dump(self) -> tuple[int, ...]:
        """The distances."""
        return tuple(self._steps)

    def load(self, steps: Sequence[int]) -> None:
        """Continue from a `dump`."""
        self._steps = list(steps)
        self.ms = median_low(steps) if steps else 0
