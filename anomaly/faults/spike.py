"""Spike test: one window stands out from both of its neighbours in time, further than nature goes.

QARTOD's spike test [M]. It can only be told when the window after it is there, one window later.
"""

import msgspec

from anomaly.faults.evidence import Evidence
from anomaly.faults.seen import Seen, is_shared
from anomaly.faults.series_window import SeriesWindow


class Spike(msgspec.Struct, array_like=True):
    """What is remembered of the window before.

    Attributes:
        last: Last reading of the window before the window before; None if there is none.
        end: End of that window, Unix ms.
        shared: Whether the neighbours shared what the window before did.
    """

    last: float | None = None
    end: int = 0
    shared: bool = False

    def weigh(self, seen: Seen) -> Evidence | None:
        """Take the next window."""
        before, spike = seen.before, seen.physics.spike
        if before is None or spike is None:
            return None
        found = None
        if self.last is not None and not self.shared:
            found = self._judge(seen, before, self.last, spike)
        deviation = seen.deviation
        self.shared = deviation is not None and is_shared(seen, deviation)
        self.last, self.end = before.last, before.end
        return found

    def _judge(
        self, seen: Seen, middle: SeriesWindow, last: float, spike: float
    ) -> Evidence | None:
        now = seen.now
        if now.first_at - self.end > 2 * seen.settings.spike_spacing_s * 1000:
            return None
        floor, ceiling = min(last, now.first), max(last, now.first)
        above, below = middle.high - ceiling, floor - middle.low
        height = max(above, below)
        if height <= spike or ceiling - floor > spike / 2:
            return None
        peak = middle.high if above >= below else middle.low
        return Evidence(
            "spike",
            f"a single excursion to {peak:g} from {last:g} and back to {now.first:g}; more than "
            f"{spike:g} within one window is no natural course",
            f"由 {last:g} 突变至 {peak:g} 又回到 {now.first:g}，"
            f"单个时段内超过 {spike:g} 不符合自然规律",
            0.85,
            middle.start,
        )
