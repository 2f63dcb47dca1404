"""Stuck at a limit: all readings of several windows are a hard limit of the gauge."""

import msgspec

from anomaly.faults.evidence import Evidence
from anomaly.faults.seen import Seen


class AtLimit(msgspec.Struct, array_like=True):
    """The stay at a limit.

    Attributes:
        limit: The limit; None while the series is at none.
        since: When it came there, Unix ms.
        windows: Windows there.
    """

    limit: float | None = None
    since: int = 0
    windows: int = 0

    def weigh(self, seen: Seen) -> Evidence | None:
        """Take the next window."""
        now, physics = seen.now, seen.physics
        limit = None
        if physics.high is not None and now.low >= physics.high:
            limit = physics.high
        elif physics.low is not None and now.high <= physics.low:
            limit = physics.low
        if limit != self.limit:
            self.limit, self.since, self.windows = limit, now.start, 0
        self.windows += 1
        if limit is None or self.windows < seen.settings.limit_windows:
            return None
        minutes = (now.end - self.since) / 60_000
        return Evidence(
            "at_limit",
            f"all readings of {minutes:.0f} min are at the gauge's limit of {limit:g}",
            f"{minutes:.0f} 分钟内全部读数停在量程限值 {limit:g}",
            0.9,
            self.since,
        )
