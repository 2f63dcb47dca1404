"""The only file that reads the wall clock: stream time for the gateway, the simulator, the page.

Stream time is a wall anchor plus the monotonic clock times the speed, so it never steps back when
the machine's clock is set, and `--speed 60` makes a minute pass in a second everywhere at once.
"""

import asyncio
import time
import uuid
from datetime import UTC, datetime


def wall_seconds() -> float:
    """Unix time of this machine, s."""
    return time.time()


def utc_now() -> datetime:
    """Now in UTC, for logs and file names only."""
    return datetime.now(tz=UTC)


def fresh_id() -> str:
    """A name no other process has; for leases and runs, never for an output."""
    return uuid.uuid4().hex[:12]


class Clock:
    """Stream time of a live process.

    Args:
        anchor: Unix time (s) at which the run began; every process of a run gets the same.
        speed: Stream seconds that pass in one second, > 0.
    """

    def __init__(self, anchor: float | None = None, speed: float = 1.0) -> None:
        self.speed = speed
        now = time.time()
        self._origin = now if anchor is None else anchor + (now - anchor) * speed
        self._wall, self._monotonic = now, time.monotonic()

    def now(self) -> float:
        """Stream time, Unix seconds; never steps back."""
        return self._origin + (time.monotonic() - self._monotonic) * self.speed

    def wall_at(self, instant: float) -> float:
        """What the wall clock shows when stream time is `instant`; both Unix seconds."""
        return self._wall + (instant - self._origin) / self.speed

    def wait_for(self, instant: float) -> float:
        """Seconds of real time until stream time reaches `instant`; 0 when it has passed."""
        return max(0.0, (instant - self.now()) / self.speed)

    async def sleep_until(self, instant: float) -> None:
        """Sleep until stream time reaches `instant` (Unix seconds)."""
        await asyncio.sleep(self.wait_for(instant))
