"""Times and durations as the page writes them. Pure."""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from indicators.words import Label

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


@lru_cache(maxsize=256)
def zone_info(name: str) -> ZoneInfo:
    """An IANA zone; UTC where the name is unknown, for a wrong name must not hide a page."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def local(instant: datetime, timezone: str, now: datetime) -> str:
    """Local time of a place; with the date where it is not today, with the year where not this.

    Example:
        >>> from datetime import UTC
        >>> noon = datetime(2026, 6, 1, 4, tzinfo=UTC)
        >>> local(noon, "Asia/Shanghai", noon)
        '12:00'
        >>> local(noon, "America/Los_Angeles", noon.replace(day=3))
        '05-31 21:00'
    """
    there, today = instant.astimezone(zone_info(timezone)), now.astimezone(zone_info(timezone))
    if there.date() == today.date():
        return there.strftime("%H:%M")
    if there.year == today.year:
        return there.strftime("%m-%d %H:%M")
    return there.strftime("%Y-%m-%d %H:%M")


def span(seconds: float) -> Label:
    """A duration in its two largest units, rounded down, in Chinese and English.

    Example:
        >>> span(59), span(3720), span(200_000)
        (('不到1分钟', '< 1 min'), ('1小时2分', '1 h 2 min'), ('2天7小时', '2 d 7 h'))
    """
    whole = int(seconds)
    if whole < _MINUTE:
        return "不到1分钟", "< 1 min"
    if whole < _HOUR:
        return f"{whole // _MINUTE}分钟", f"{whole // _MINUTE} min"
    if whole < _DAY:
        hours, minutes = whole // _HOUR, whole % _HOUR // _MINUTE
        return f"{hours}小时{minutes}分", f"{hours} h {minutes} min"
    days, hours = whole // _DAY, whole % _DAY // _HOUR
    return f"{days}天{hours}小时", f"{days} d {hours} h"


def parsed(text: object) -> datetime | None:
    """An RFC 3339 time of an event's data; None where there is none or it has no offset."""
    if not isinstance(text, str):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
