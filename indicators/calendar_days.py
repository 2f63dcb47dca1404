"""Days of a place: windows that begin and end by its own clock, 23 or 25 hours long at times."""

from functools import lru_cache
from typing import Final

from indicators.rounding import local_offset

DAY_MS: Final = 86_400_000


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
def days_before(end: int, days: int, timezone: str, align: int = 0) -> int:
    """The end of a day some days before another one, Unix ms; see `day_end_after`."""
    # Where clocks skip the time at which a day ends, they show a later one at its end.
    day = (end + local_offset(end, timezone) - align) // DAY_MS - days
    return _instant_of(day * DAY_MS + align, timezone)


def _instant_of(local: int, timezone: str) -> int:
    """The first instant at which clocks show a local time, or skip it."""
    before, after = (local_offset(local + day, timezone) for day in (-DAY_MS, DAY_MS))
    shown = [local - o for o in (before, after) if local_offset(local - o, timezone) == o]
    return min(shown, default=local - before)
