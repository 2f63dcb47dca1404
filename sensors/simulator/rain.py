"""The design storm: an intensity formula `q = A/(t+b)^n` laid around a peak (Chicago form)."""

import math

import msgspec

MM_H = 0.36
"""mm/h per L/(s·ha)."""


class DesignStorm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One burst of rain.

    Attributes:
        start_minute: Minutes after the run's beginning.
        minutes: Duration.
        peak: Where in the duration the peak lies, share in (0, 1).
        a: A of the formula, with q in L/(s·ha) and t in min.
        b: b of the formula, min, > 0.
        n: Exponent of the formula.
        factor: Multiplies everything; 1 is the formula's return period.
    """

    start_minute: float
    minutes: float
    peak: float = 0.4
    a: float
    b: float
    n: float
    factor: float = 1.0

    def fallen(self, minute: float) -> float:
        """Rain since the burst's beginning, mm; exact, so gauges lose nothing.

        Args:
            minute: Minutes after the run's beginning.
        """
        since = min(max(minute - self.start_minute, 0.0), self.minutes)
        until_peak = self.peak * self.minutes
        rising = self.peak * self._depth(self.minutes)
        if since <= until_peak:
            return rising - self.peak * self._depth((until_peak - since) / self.peak)
        share = 1.0 - self.peak
        return rising + share * self._depth((since - until_peak) / share)

    def _depth(self, minutes: float) -> float:
        """The formula's depth over a duration, mm."""
        return self.factor * MM_H * self.a * math.pow(minutes + self.b, -self.n) * minutes / 60.0


def fallen(storms: tuple[DesignStorm, ...], minute: float) -> float:
    """Rain of all bursts together since the run's beginning, mm."""
    return sum(storm.fallen(minute) for storm in storms)
