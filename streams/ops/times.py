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
    """A duration in its two largest units, rounded down, in Chinese and English; none of them 0.

    Example:
        >>> span(59), span(3600), span(3720)
        (('不到1分钟', '< 1 min'), ('1小时', '1 h'), ('1小时2分', '1 h 2 min'))
        >>> span(200_000)
        ('2天7小时', '2 d 7 h')
    """
    whole = int(seconds)
    if whole < _MINUTE:
        return "不到1分钟", "< 1 min"
    if whole < _HOUR:
        return f"{whole // _MINUTE}分钟", f"{whole // _MINUTE} min"
    if whole < _DAY:
        hours, minutes = whole // _HOUR, whole % _HOUR // _MINUTE
        more = (f"{minutes}分", f" {minutes} min") if minutes else ("", "")
        return f"{hours}小时{more[0]}", f"{hours} h{more[1]}"
    days, hours = whole // _DAY, whole % _DAY // _HOUR
    more = (f"{hours}小时", f" {hours} h") if hours else ("", "")
    return f"{days}天{more[0]}", f"{days} d{more[1]}"


def parsed(text: object) -> datetime | None:
    """An RFC 3339 time of an event's data; None where there is none or it has no offset."""
    if not isinstance(text, str):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
