"""Echo: the series repeats an earlier stretch of its own to the last digit."""

from struct import Struct
from typing import Final

import msgspec
import numpy as np

from anomaly.faults.evidence import Evidence
from anomaly.faults.seen import Seen
from sensors.decimals import Bools

_written: Final = Struct("<d").pack
LAGS = 168
"""How many windows an echo may lie back: a week of hours."""


class Echo(msgspec.Struct, array_like=True):
    """The last values and, for each lag, how long it has been repeated.

    Attributes:
        ring: The last `LAGS` values as float64; the place of window n is n mod `LAGS`.
        runs: Changes that were repeated at each lag, the longest lag first, one byte each.
        longest: The most of them.
        taken: Windows so far.
        since: When the echo began, Unix ms; 0 while there is none.
    """

    ring: bytearray = msgspec.field(default_factory=lambda: bytearray(8 * LAGS))
    runs: bytearray = msgspec.field(default_factory=lambda: bytearray(LAGS))
    longest: int = 0
    taken: int = 0
    since: int = 0

    def weigh(self, seen: Seen) -> Evidence | None:
        """Take the next window."""
        if seen.physics.repeats:
            return None
        now, place = seen.now, self.taken % LAGS
        # No value is written as -0.0: then the same value is the same bytes.
        written = _written(now.value + 0.0)
        lag = 0
        if written in self.ring:
            lag = self._repeat(np.frombuffer(self.ring, np.float64) == now.value, place, seen)
        else:
            self._forget()
        self.ring[8 * place : 8 * place + 8] = written
        self.taken += 1
        if self.longest < seen.settings.echo_changes or not self._is_rich(place, seen):
            self.since = 0
            return None
        self.since = self.since or now.end - self.longest * (now.end - now.start)
        hours = lag * (now.end - now.start) / 3_600_000
        return Evidence(
            "echo",
            f"the last {self.longest} changes repeat those of {hours:.1f} h before to the digit",
            f"最近 {self.longest} 次变化与 {hours:.1f} 小时前逐位相同",
            0.95,
            self.since,
        )

    def _forget(self) -> None:
        if self.longest:
            self.runs, self.longest = bytearray(LAGS), 0

    def _repeat(self, same: Bools, place: int, seen: Seen) -> int:
        """Count on at the lags whose value is the same; the lag that was repeated longest."""
        same[self.taken :] = False
        if not same.any():
            self._forget()
            return 0
        runs = np.frombuffer(self.runs, np.uint8)
        # As the ring lies in memory, the oldest value comes after the newest.
        same = np.concatenate((same[place:], same[:place]))
        runs *= same
        if seen.before is not None and seen.now.value != seen.before.value:
            runs += same
        # Longer than this it is an echo anyway, and a byte holds no more.
        np.minimum(runs, 250, out=runs)
        lag = int(runs.argmax())
        self.longest = int(runs[lag])
        return LAGS - lag

    def _is_rich(self, place: int, seen: Seen) -> bool:
        """Whether what is repeated has so many different values that it is no chance."""
        ring = np.frombuffer(self.ring, np.float64)
        last = ring[(place - np.arange(seen.settings.echo_changes)) % LAGS]
        return int(np.unique(last).size) >= seen.settings.echo_values
