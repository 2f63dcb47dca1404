"""The same windows, slow and obvious: all raw readings are kept, each window is computed anew.

Written from the meaning of the windows and not from the engine: lists, sorting, exact fractions.
"""

import math
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import NamedTuple

from indicators.plan import SignPlan

HOUR_MS = 3_600_000


class Reading(NamedTuple):
    """An accepted reading of a terminal."""

    terminal: str
    quantity: str
    at: int
    value: float


class Closed(NamedTuple):
    """What a window was published as."""

    at: int
    indicator: str
    end: int
    value: float | None
    coverage: float
    revision: int


def steps(value: float, scale: int) -> int:
    """A value as whole steps of its resolution."""
    return round(value * scale)


def nine_digits(value: float) -> float:
    """A published number."""
    return float(f"{value:.9g}") + 0.0


def deepest_mean(readings: list[Reading], _window: int) -> float:
    """Water depth: the largest of the gauges' means."""
    means = []
    for terminal in {r.terminal for r in readings}:
        own = [Fraction(steps(r.value, 1000), 1000) for r in readings if r.terminal == terminal]
        means.append(sum(own) / len(own))
    return float(max(means))


def wettest_total(readings: list[Reading], window: int) -> float:
    """Rain depth: the largest of amounts summed and rates averaged over the window."""
    depths = []
    for terminal, quantity in {(r.terminal, r.quantity) for r in readings}:
        own = [
            Fraction(steps(r.value, 1000), 1000)
            for r in readings
            if (r.terminal, r.quantity) == (terminal, quantity)
        ]
        share = Fraction(window, HOUR_MS) / len(own) if quantity == "rain_rate" else 1
        depths.append(sum(own) * share)
    return float(max(depths))


def people(readings: list[Reading], _window: int) -> float:
    """People per hour: everybody who was counted."""
    return float(sum(steps(r.value, 1) for r in readings))


def energy_mean(readings: list[Reading], _window: int) -> float:
    """Equivalent level: the mean of the sound energies."""
    energies = [round(10 ** (r.value / 10) * 100) for r in readings]
    return 10 * math.log10(sum(energies) / 100 / len(energies))


FORMULAS: dict[str, Callable[[list[Reading], int], float]] = {
    "water_depth": deepest_mean, "rain_10min": wettest_total, "rain_60min": wettest_total,
    "people_count": people, "noise_leq": energy_mean,
}  # fmt: skip


class ReferenceSign:
    """One vital sign of one zone.

    Args:
        plan: Lengths of its window, hop, grace and silence, and its members.
        end_stamped: Quantities whose readings belong to `(start, end]`.
    """

    def __init__(
        self, plan: SignPlan, end_stamped: Iterable[str] = ("rain", "people_count")
    ) -> None:
        self._plan = plan
        self._end_stamped = set(end_stamped)
        self._inputs = {(m.terminal, m.quantity): m.expected for m in plan.members}
        self._readings: list[Reading] = []
        self._revisions: dict[int, int] = {}
        self._next: int | None = None

    def _is_in(self, reading: Reading, end: int) -> bool:
        start = end - self._plan.window
        if reading.quantity in self._end_stamped:
            return start < reading.at <= end
        return start <= reading.at < end

    def _ends(self, reading: Reading) -> list[int]:
        """The ends of all windows that hold a reading."""
        first = (reading.at // self._plan.hop - 1) * self._plan.hop
        candidates = range(first, first + self._plan.window + 4 * self._plan.hop, self._plan.hop)
        return [end for end in candidates if self._is_in(reading, end)]

    def _publish(self, at: int, end: int, revision: int) -> Closed:
        self._revisions[end] = revision
        inside = [r for r in self._readings if self._is_in(r, end)]
        arrived = 0.0
        for source, expected in sorted(self._inputs.items()):
            count = sum((r.terminal, r.quantity) == source for r in inside)
            arrived += min(count, expected)
        coverage = round(arrived / sum(self._inputs.values()), 4)
        value = None
        if inside and coverage >= self._plan.sign.min_coverage:
            value = nine_digits(FORMULAS[self._plan.sign.id](inside, self._plan.window))
        return Closed(at, self._plan.sign.id, end, value, coverage, revision)

    def advance(self, now: int) -> list[Closed]:
        """Close what is due at a stream time."""
        out = []
        while self._next is not None and self._next + self._plan.grace <= now:
            end = self._next
            out.append(self._publish(end + self._plan.grace, end, 0))
            newest = max(self._belongs(r) for r in self._readings)
            self._next = end + self._plan.hop if end - newest <= self._plan.silence else None
        return out

    def _belongs(self, reading: Reading) -> int:
        return reading.at - (reading.quantity in self._end_stamped)

    def take(self, readings: list[Reading], now: int) -> list[Closed]:
        """Take the readings of one line, after `advance(now)`; gives the revisions."""
        touched = set()
        for reading in readings:
            if (reading.terminal, reading.quantity) not in self._inputs:
                continue
            self._readings.append(reading)
            for end in self._ends(reading):
                if end + self._plan.grace > now:
                    self._next = end if self._next is None else min(end, self._next)
                elif self._next is None or end < self._next:
                    touched.add(end)
        return [self._publish(now, end, self._revisions.get(end, 0) + 1) for end in sorted(touched)]
