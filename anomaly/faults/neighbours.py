"""Neighbour test: what several sensors say happens in the city, what one says may be its own.

QARTOD's neighbour test [M], on deviations from what is usual for each sensor, so that busy places
can be compared with quiet ones. A street may have a feast of its own: alone is no fault by itself.
"""

import msgspec

from anomaly.faults.evidence import Evidence, Side
from anomaly.faults.seen import Seen, is_shared, share_of


class Neighbours(msgspec.Struct, array_like=True):
    """Since when the series has been alone with what it says, Unix ms; 0 while it is not."""

    since: int = 0

    def weigh(self, seen: Seen) -> Evidence | None:
        """Take the next window."""
        deviation, around, settings = seen.deviation, seen.around.neighbours, seen.settings
        if deviation is None or len(around) < settings.least_neighbours:
            self.since = 0
            return None
        is_unusual = abs(deviation) >= settings.unusual
        if is_unusual and is_shared(seen, deviation):
            self.since = 0
            return _shared(seen, deviation)
        middle = seen.middle
        is_alone = is_unusual and abs(middle) < settings.calm
        is_deaf = abs(deviation) < settings.calm and abs(middle) >= settings.unusual
        if not is_alone and not is_deaf:
            self.since = 0
            return None
        self.since = self.since or seen.now.start
        return Evidence(
            "neighbours",
            f"{deviation:+.1f} deviations from usual, its {len(around)} neighbours {middle:+.1f}",
            f"偏离常态 {deviation:+.1f} 倍标准差，{len(around)} 个邻近设备为 {middle:+.1f}",
            0.4,
            self.since,
        )


def _shared(seen: Seen, deviation: float) -> Evidence:
    sharing, neighbours = share_of(seen, deviation)
    return Evidence(
        "neighbours",
        f"{deviation:+.1f} deviations from usual, shared by {sharing} of {neighbours} neighbours",
        f"偏离常态 {deviation:+.1f} 倍标准差，{neighbours} 个邻近设备中有 {sharing} 个同向偏离",
        min(0.95, 0.6 + 0.4 * sharing / neighbours),
        seen.now.start,
        Side.EVENT,
    )
