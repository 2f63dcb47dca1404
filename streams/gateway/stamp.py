"""The `received` stamp: stream time that never goes back, whatever is done to the machine's clock.

The stamp is the run's clock (a wall anchor plus the monotonic clock) and a correction that is
slewed: when the wall clock has been set, the stamps run at most `SLEW` faster or slower until they
agree again. A step of one hour back is so never seen in the data; it is reported.
"""

from collections.abc import Callable

import structlog

SLEW = 500e-6
"""Largest rate of correction, s per s; what NTP daemons use."""
REPORTED_S = 1.0
"""A deviation from the wall clock beyond this is logged, s."""

_log = structlog.get_logger()


class Stamper:
    """Stamps of one gateway.

    Args:
        now: Stream time, Unix seconds, never stepping back: `Clock.now`.
        wall: The machine's wall clock, Unix seconds, to follow by slewing; None where stream time
            is not wall time (`--speed` other than 1).
    """

    def __init__(self, now: Callable[[], float], wall: Callable[[], float] | None = None) -> None:
        self._now = now
        self._wall = wall
        self._offset = 0.0
        self._last = 0.0
        self._adjusted = now()
        self._reported = False

    @property
    def deviation(self) -> float:
        """How far the wall clock is ahead of the stamps, s; 0 where it is not followed."""
        return 0.0 if self._wall is None else self._wall() - (self._now() + self._offset)

    def stamp(self) -> float:
        """Unix seconds rounded to ms, never less than the stamp before."""
        stamp = round(self._now() + self._offset, 3)
        if stamp < self._last:
            return self._last
        self._last = stamp
        return stamp

    def slew(self) -> None:
        """Move a little towards the wall clock; called at every tick."""
        now = self._now()
        room = max(0.0, now - self._adjusted) * SLEW
        self._adjusted = now
        deviation = self.deviation
        self._offset += min(room, max(-room, deviation))
        beyond = abs(deviation) > REPORTED_S
        if beyond and not self._reported:
            _log.warning("wall_clock_was_set", deviation_s=round(deviation, 3), slew=SLEW)
        self._reported = beyond
