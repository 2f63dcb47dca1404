"""What judges of sensors are shown: every series of a zone, window by window, once."""

import numpy as np

from anomaly.faults.zone_faults import FaultChange, ZoneFaults, ZoneFaultState
from indicators.plan import SignPlan, ZonePlan
from indicators.window import Aggregate, aggregate
from sensors.quantity import CATALOGUE
from tests.plain.reading import Reading
from tests.plain.sign import PlainSign


class JudgedSeries(PlainSign):
    """Keeps all readings; its windows close like those of a sign, and are never corrected.

    The judges are the project's own, which have tests of their own.

    Args:
        plan: Its windows.
        of: The zone.
    """

    def __init__(self, plan: SignPlan, of: ZonePlan) -> None:
        super().__init__(plan, of.zone)
        self._expected = {(m.terminal, m.quantity): m.expected for m in of.members(plan)}
        self._readings: list[Reading] = []
        self._judges = ZoneFaults(of.zone.timezone, of.terminals, ZoneFaultState())

    def take(self, readings: list[Reading], now: int) -> None:
        """Take the accepted readings of one line, after all that is due by `now` has closed."""
        self._readings += readings
        ends = {end for r in readings for end in r.ends(self.plan.window, self.plan.hop)}
        waiting = {end for end in ends if end + self.plan.grace > now}
        if waiting:
            self.next_end = min([*waiting, *([] if self.next_end is None else [self.next_end])])

    def close(self) -> list[FaultChange]:
        """Judge the window that is due; then wait for the next, or fall asleep."""
        assert self.next_end is not None
        end = self.next_end
        newest = max(reading.newest_instant for reading in self._readings)
        self.next_end = self.end_after(end) if end - newest <= self.plan.silence else None
        held = self._held(end)
        return self._judges.step(end - self.plan.window, end, held) if held else []

    def _held(self, end: int) -> dict[str, list[Aggregate]]:
        held: dict[str, list[Aggregate]] = {}
        inside = [r for r in self._readings if r.is_in(end - self.plan.window, end)]
        for (terminal, quantity), expected in sorted(self._expected.items()):
            own = sorted(
                (r for r in inside if (r.terminal, r.quantity) == (terminal, quantity)),
                key=lambda reading: reading.at,
            )
            if own:
                values = np.array([reading.value for reading in own])
                made = aggregate(terminal, CATALOGUE[quantity], expected, values)
                held.setdefault(quantity, []).append(
                    Aggregate(
                        terminal, made.quantity, expected, made.count, made.low, made.high,
                        made.steps, made.energy, made.of, own[-1].newest_instant,
                    )
                )  # fmt: skip
        return held
