"""Straight line test: windows that lie on one slope to the digit, which were filled in afterwards.

A relative of QARTOD's attenuated signal test [M]: a series that wanders does not draw rulers. What
is straight is measured against how much the series usually bends, so smooth series are left alone.
"""

import math

import msgspec

from anomaly.faults.evidence import Evidence
from anomaly.faults.seen import Seen

_WEIGHT = 0.01
"""Of a window in the mean bend [D]."""
_READY = 50
"""Windows before the mean bend is known [D]."""


class StraightLine(msgspec.Struct, array_like=True):
    """The stretch at hand, and how much the series bends.

    Attributes:
        slope: Change of the value in the window before; NaN at first.
        since: When the stretch began, Unix ms.
        windows: Its windows.
        bend: Mean absolute change of the slope, 0 while the series was constant.
        finest: Least change of the value ever, its resolution.
        seen: Windows that taught it.
    """

    slope: float = math.nan
    since: int = 0
    windows: int = 0
    bend: float = 0.0
    finest: float = math.inf
    seen: int = 0

    def weigh(self, seen: Seen) -> Evidence | None:
        """Take the next window."""
        now, before = seen.now, seen.before
        if before is None or now.end - before.end > 1.5 * (now.end - now.start):
            self.slope, self.windows = math.nan, 0
            return None
        slope = now.value - before.value
        bend = abs(slope - self.slope)
        self.slope = slope
        if slope:
            self.finest = min(self.finest, abs(slope))
        if math.isnan(bend):
            return None
        tolerance = max(0.02 * self.bend, 1.5 * self.finest)
        # A series that moves by few steps of its resolution is straight by rounding alone.
        is_fine = self.seen >= _READY and self.bend > 10 * self.finest
        is_straight = is_fine and slope != 0 and bend <= tolerance
        self.windows = self.windows + 1 if is_straight else 0
        if self.windows <= 1:
            self.since = before.start
        if not is_straight:
            self.seen += 1
            self.bend += max(_WEIGHT, 1 / self.seen) * (bend - self.bend)
        least = seen.settings.straight_windows
        if self.windows < least:
            return None
        hours = (now.end - self.since) / 3_600_000
        return Evidence(
            "straight_line",
            f"{self.windows} windows on one straight line in {hours:.1f} h, where it usually bends "
            f"by {self.bend:.3g} a window",
            f"{hours:.1f} 小时内 {self.windows} 个时段呈一条直线，通常每时段变化 {self.bend:.3g}",
            min(0.99, 0.85 + 0.05 * math.log2(self.windows / least)),
            self.since,
        )
