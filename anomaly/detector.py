"""The detector protocol: score first, learn second; not ready is null, never 0."""

from collections.abc import Mapping
from typing import Final, Protocol

import msgspec


class Verdict(msgspec.Struct, frozen=True):
    """What a detector says of one value.

    Attributes:
        score: 0 (usual) to 1 (never seen), one half at the level of an alarm; None while learning.
        expected: What it expected, in the value's unit; None while learning.
        deviation: (value − expected) in robust standard deviations; None while learning.
        scale: One robust standard deviation, in the value's unit; None while learning.
        views: What each view of *unusual* adds to the severity, decades of probability.
        is_record: Whether it is the most severe of its rest period: the onset of something,
            where the score is that of an alarm too.
        is_new_regime: Whether the detector has just found that the series is another one for days,
            and begun to learn it anew.
    """

    score: float | None
    expected: float | None = None
    deviation: float | None = None
    scale: float | None = None
    views: Mapping[str, float] = {}
    is_record: bool = False
    is_new_regime: bool = False

    @property
    def severity(self) -> float:
        """Sum of the views, decades of probability."""
        return sum(self.views.values())

    @property
    def view(self) -> str | None:
        """The view that adds most; None where none adds anything."""
        found = max(self.views, key=self.views.__getitem__, default=None)
        return found if found is not None and self.views[found] > 0.0 else None


LEARNING: Final = Verdict(None)
ALARM: Final = 0.5
"""From this score on a value is unusual."""
RESIDUAL: Final = "residual"
"""The view that looks at the deviation from what is usual at that hour; each detector has it."""


class Detector(Protocol):
    """One series, one pass, bounded state. `at` is the value's event time in local ms."""

    def score_one(self, at: int, value: float) -> Verdict:
        """Judge a value without learning from it.

        Raises:
            ValueError: The value is no finite number.
        """
        ...

    def learn_one(self, at: int, value: float) -> None:
        """Learn from a value.

        Raises:
            ValueError: The value is no finite number.
        """
        ...

    def score_again(self, deviation: float, others: float) -> float:
        """The score of a corrected value.

        Args:
            deviation: From the stored expectation, in robust standard deviations.
            others: What the other views had said of the value that is corrected, decades.
        """
        ...

    def dump(self) -> bytes:
        """The state, at most 16 KB."""
        ...

    def load(self, snapshot: bytes) -> None:
        """Continue from a `dump`; scores go on identically.

        Raises:
            ValueError: The snapshot is of another version.
        """
        ...
