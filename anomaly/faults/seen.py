"""What a test of evidence is shown, and the protocol that all tests keep."""

from typing import NamedTuple, Protocol

from anomaly.faults.evidence import Evidence
from anomaly.faults.physics import Physics
from anomaly.faults.series_window import Around, SeriesWindow
from anomaly.faults.settings import FaultSettings


class Seen(NamedTuple):
    """One window of a series with all that is known at its end.

    Attributes:
        now: The window.
        before: The window before it; None at the first one.
        deviation: How far its value is from what is usual, judged before it was learnt from, in
            robust standard deviations that are floored by what matters; None while learning.
        around: Neighbours' deviations and rain.
        middle: Median deviation of the neighbours, 0 without any.
        physics: What the quantity can do.
        settings: The figures of the tests.
    """

    now: SeriesWindow
    before: SeriesWindow | None
    deviation: float | None
    around: Around
    middle: float
    physics: Physics
    settings: FaultSettings


class EvidenceTest(Protocol):
    """A test of one series: a msgspec struct whose fields are its bounded state."""

    def weigh(self, seen: Seen) -> Evidence | None:
        """Take the next window of the series.

        Returns:
            What the test found, if anything.
        """
        ...


def share_of(seen: Seen, deviation: float) -> tuple[int, int]:
    """How many neighbours share a deviation, to its side, and how many there are."""
    sign = 1.0 if deviation >= 0 else -1.0
    neighbours = seen.around.neighbours
    return sum(sign * z >= seen.settings.shared for z in neighbours), len(neighbours)


def is_shared(seen: Seen, deviation: float) -> bool:
    """Whether so many neighbours share a deviation that it happens in the city, not the gauge."""
    sharing, neighbours = share_of(seen, deviation)
    return sharing >= max(2, seen.settings.shared_share * neighbours)
