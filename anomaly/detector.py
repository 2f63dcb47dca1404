"""The detector protocol: score first, learn second; not ready is null, never 0."""

from typing import Protocol

import msgspec


class Verdict(msgspec.Struct, frozen=True):
    """What a detector says of one value.

    Attributes:
        score: 0 (usual) to 1 (never seen); None while learning.
        expected: What it expected, in the value's unit; None while learning.
        deviation: (value − expected) in robust standard deviations; None while learning.
        scale: One robust standard deviation, in the value's unit; None while learning.
    """

    score: float | None
    expected: float | None = None
    deviation: float | None = None
    scale: float | None = None


LEARNING = Verdict(None)


class Detector(Protocol):
    """One series, one pass, bounded state. `at` is the value's event time in local ms."""

    def score_one(self, at: int, value: float) -> Verdict:
        """Judge a value without learning from it."""
        ...

    def learn_one(self, at: int, value: float) -> None:
        """Learn from a value."""
        ...

    def score_of(self, deviation: float) -> float:
        """The score of a deviation from a stored expectation, for corrected values."""
        ...

    def dump(self) -> bytes:
        """The state, at most 16 KB."""
        ...

    def load(self, snapshot: bytes) -> None:
        """Continue from a `dump`; scores go on identically."""
        ...
