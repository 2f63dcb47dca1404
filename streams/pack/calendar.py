"""Which days people rest on: holidays and make-up workdays, as a calendar and a pack name them."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

import chinese_calendar

from anomaly.day_kind import RESTING, WORKING, DayKind, by_weekday

AUTO, CHINA, WEEKEND = "auto", "china", "weekend"
CALENDARS: Final = (AUTO, CHINA, WEEKEND)
_CHINESE_ZONES: Final = frozenset(
    {
        "Asia/Shanghai", "Asia/Chongqing", "Asia/Chungking", "Asia/Harbin", "Asia/Urumqi",
        "Asia/Kashgar", "PRC",
    }
)  # fmt: skip
_EPOCH: Final = date(1970, 1, 1)


@lru_cache(maxsize=4096)
def of_china(day: int) -> int:
    """The kind of a day in mainland China; by the weekday in years not yet announced.

    Args:
        day: Local day since 1970-01-01.

    Example:
        >>> of_china((date(2026, 10, 1) - _EPOCH).days)  # National Day, a Thursday
        1
    """
    try:
        is_rest = chinese_calendar.is_holiday(_EPOCH + timedelta(days=day))
    except (NotImplementedError, OverflowError):
        return by_weekday(day)
    return RESTING if is_rest else WORKING


def day_kinds(
    calendar: str, rest_days: Iterable[date] = (), working_days: Iterable[date] = ()
) -> Callable[[str], DayKind]:
    """Time zone → kind of its days.

    Args:
        calendar: One of `CALENDARS`.
        rest_days: Days of rest, whatever the calendar says.
        working_days: Working days, whatever the calendar says.
    """
    own = dict.fromkeys(((day - _EPOCH).days for day in rest_days), RESTING)
    own |= dict.fromkeys(((day - _EPOCH).days for day in working_days), WORKING)

    def of_timezone(timezone: str) -> DayKind:
        is_chinese = calendar == CHINA or (calendar == AUTO and timezone in _CHINESE_ZONES)
        usual = of_china if is_chinese else by_weekday

        def kind(day: int) -> int:
            found = own.get(day)
            return usual(day) if found is None else found

        return kind if own else usual

    return of_timezone
