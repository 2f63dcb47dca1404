"""Drift: the series moves away from what is usual while its neighbours stay, for days.

The mean over days of its deviation less the median of its neighbours', each in its own standard
deviations and clipped, so that no single event is taken for a drift.
"""

import math

import msgspec

from anomaly.faults.evidence import Evidence
from anomaly.faults.seen import Seen

_DAY_MS = 86_400_000
_CLIP = 4.0
"""Deviations beyond count as this much [D]."""


class Drift(msgspec.Struct, array_like=True):
    """How far the series is from its neighbours.

    Attributes:
        mean: Mean distance over days, standard deviations.
        days: Days of windows that made it.
        since: When it passed half of the limit, Unix ms; 0 while below.
    """

    mean: float = 0.0
    days: float = 0.0
    since: int = 0

    def weigh(self, seen: Seen) -> Evidence | None:
        """Take the next window."""
        deviation, around, settings = seen.deviation, seen.around.neighbours, seen.settings
        if deviation is None or len(around) < max(settings.least_neighbours, 3):
            return None
        days = (seen.now.end - seen.now.start) / _DAY_MS
        distance = _clipped(deviation) - _clipped(seen.middle)
        self.mean += -math.expm1(-days / settings.drift_days) * (distance - self.mean)
        self.days += days
        if abs(self.mean) < settings.drift / 2:
            self.since = 0
        elif not self.since:
            self.since = seen.now.start
        if abs(self.mean) < settings.drift or self.days < 2 * settings.drift_days:
            return None
        en, zh = ("above", "偏高") if self.mean > 0 else ("below", "偏低")
        return Evidence(
            "drift",
            f"on average of {settings.drift_days:g} days {abs(self.mean):.1f} deviations {en} "
            f"its {len(around)} neighbours",
            f"近 {settings.drift_days:g} 天平均较 {len(around)} 个邻近设备"
            f"{zh} {abs(self.mean):.1f} 倍标准差",
            0.85,
            self.since,
        )


def _clipped(deviation: float) -> float:
    return max(-_CLIP, min(_CLIP, deviation))
