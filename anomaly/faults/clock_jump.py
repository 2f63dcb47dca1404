"""Clock jump: readings are received earlier or later after their own time than before, and stay so.

A backlog that is sent after an outage is late too, but less so with each window; a clock is not.
"""

import msgspec

from anomaly.faults.evidence import Evidence
from anomaly.faults.seen import Seen

_WEIGHT = 0.05
"""Of a window in the usual lag [D]."""
_READY = 5
"""Windows before the usual lag is known [D]."""


class ClockJump(msgspec.Struct, array_like=True):
    """The usual lag, and the jump at hand.

    Attributes:
        usual: Usual lag, s.
        taught: Windows that taught it.
        last: Lag of the window before, s.
        windows: Windows with another lag that stays.
        since: When it jumped, Unix ms.
    """

    usual: float = 0.0
    taught: int = 0
    last: float = 0.0
    windows: int = 0
    since: int = 0

    def weigh(self, seen: Seen) -> Evidence | None:
        """Take the next window."""
        now, settings = seen.now, seen.settings
        lag = now.lag_s
        if lag is None:
            return None
        shift = lag - self.usual
        if self.taught < _READY or abs(shift) < settings.clock_jump_s:
            self.taught += 1
            self.usual += max(_WEIGHT, 1 / self.taught) * shift
            self.windows, self.last = 0, lag
            return None
        catches_up = self.last - lag > (now.end - now.start) / 4000
        self.windows = 1 if self.windows and catches_up else self.windows + 1
        self.last = lag
        if self.windows == 1:
            self.since = now.start
        if self.windows < settings.clock_windows:
            return None
        en, zh = ("behind", "慢") if shift > 0 else ("ahead", "快")
        return Evidence(
            "clock_jump",
            f"its clock jumped by {abs(shift):.0f} s and is {en}",
            f"时钟突变 {abs(shift):.0f} 秒，偏{zh}",
            0.9,
            self.since,
        )
