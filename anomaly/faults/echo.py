"""Echo: the series repeats an earlier stretch of its own to the last digit."""

import msgspec
import numpy as np

from anomaly.faults.evidence import Evidence
from anomaly.faults.seen import Seen

LAGS = 168
"""How many windows an echo may lie back: a week of hours."""


class Echo(msgspec.Struct, array_like=True):
    """The last values and, for each lag, how long it has been repeated.

    Attributes:
        ring: The last `LAGS` values as float64; the place of window n is n mod `LAGS`.
        runs: Changes that were repeated at each lag, one byte each, up to 255.
        taken: Windows so far.
        since: When the echo began, Unix ms; 0 while there is none.
    """

    ring: bytearray = msgspec.field(default_factory=lambda: bytearray(8 * LAGS))
    runs: bytearray = msgspec.field(default_factory=lambda: bytearray(LAGS))
    taken: int = 0
    since: int = 0

    def weigh(self, seen: Seen) -> Evidence | None:
        """Take the next window."""
        if seen.physics.repeats:
            return None
        now, place = seen.now, self.taken % LAGS
        ring = np.frombuffer(self.ring, np.float64)
        runs = np.frombuffer(self.runs, np.uint8)
        # runs[p] is of the lag whose value stands at place p now; it moves on with the ring.
        is_change = seen.before is not None and now.value != seen.before.value
        same = ring == now.value
        same[self.taken:] = False
        if is_change:
            np.add(runs, 1, out=runs, where=same & (runs < 255))
        np.multiply(runs, same, out=runs)
        longest = int(runs.argmax())
        repeated = int(runs[longest])
        ring[place] = now.value
        runs[:] = np.roll(runs, 1)
        self.taken += 1
        if repeated < seen.settings.echo_changes or not self._is_rich(ring, place, seen):
            self.since = 0
            return None
        self.since = self.since or now.end - repeated * (now.end - now.start)
        lag = (place - longest) % LAGS or LAGS
        hours = lag * (now.end - now.start) / 3_600_000
        return Evidence(
            "echo",
            f"the last {repeated} changes repeat those of {hours:.1f} h before to the digit",
            f"最近 {repeated} 次变化与 {hours:.1f} 小时前逐位相同",
            0.95,
            self.since,
        )

    def _is_rich(self, ring: "np.ndarray[tuple[int], np.dtype[np.float64]]", place: int, seen: Seen) -> bool:
        """Whether what is repeated has so many different values that it is no chance."""
        last = ring[(place - np.arange(seen.settings.echo_changes)) % LAGS]
        return np.unique(last).size >= seen.settings.echo_values
