"""An accepted reading of the plain reference, and to which windows it belongs."""

import math
from typing import NamedTuple

from sensors.quantity import CATALOGUE


class Reading(NamedTuple):
    """One accepted reading.

    Attributes:
        terminal: Terminal id.
        quantity: Its quantity.
        at: Event time, Unix ms.
        value: In the canonical unit.
        is_end_stamped: Whether it belongs to `(start, end]` and not to `[start, end)`.
    """

    terminal: str
    quantity: str
    at: int
    value: float
    is_end_stamped: bool

    def is_in(self, start: int, end: int) -> bool:
        """Whether it belongs to the window from `start` to `end` (Unix ms)."""
        if self.is_end_stamped:
            return start < self.at <= end
        return start <= self.at < end

    def ends(self, window: int, hop: int) -> list[int]:
        """The ends of all windows of a length and hop (ms, aligned to the epoch) that hold it."""
        first = (self.at // hop - 1) * hop
        candidates = range(first, first + window + 4 * hop, hop)
        return [end for end in candidates if self.is_in(end - window, end)]

    @property
    def newest_instant(self) -> int:
        """The last ms that it speaks of: an end-stamped one of the ms before its stamp."""
        return self.at - self.is_end_stamped

    @property
    def steps(self) -> int:
        """Its value as whole steps of the catalogue's resolution."""
        return round(self.value * CATALOGUE[self.quantity].scale)

    @property
    def energy(self) -> int:
        """Its sound energy in hundredths; for levels in dB."""
        return round(math.pow(10.0, self.value / 10.0) * 100)
