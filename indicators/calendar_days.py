"""Days of a place: windows that begin and end by its own clock, 23 or 25 hours long at times."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from indicators.rounding import local_offset

DAY_MS: Final = 86_400_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=4096)
def day_end_after(instant: int, timezone: str, align: int) -> int:
    """The first end of a day after an instant, Unix ms.

    Args:
        instant: Unix ms.
        timezone: IANA name.
        align: When days end, ms after local midnight, below a day.

    Example:
        >>> day_end_after(1760000000000, "Asia/Shanghai", 0)  # 2025-10-09T16:53:20+08:00
        1760025600000
    """
    day = (instant + local_offset(instant, timezone) - align) // DAY_MS
    end = _instant_of(day * DAY_MS + align, timezone)
    while end <= instant:
        day += 1
        end = _instant_of(day * DAY_MS + align, timezone)
    return end


@lru_cache(maxsize=4096)
def days_before(end: int, days: int, timezone: str, align: int) -> int:
    """Where some days begin that end at an instant, Unix ms; see `day_end_after`."""
    day = (end + local_offset(end, timezone) - align) // DAY_MS - days
    start = _instant_of(day * DAY_MS + align, timezone)
    while start >= end:
        # A place that crosses the date line leaves out a day.
        day -= 1
        start = _instant_of(day * DAY_MS + align, timezone)
    return start


def _instant_of(local: int, timezone: str) -> int:
    """The first instant at which clocks show a local time; of one that is skipped, the next one."""
    clock = (_EPOCH + timedelta(milliseconds=local)).replace(tzinfo=ZoneInfo(timezone))
    return round(clock.timestamp() * 1000)
