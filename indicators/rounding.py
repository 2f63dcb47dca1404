"""Canonical numbers and times: what a stage publishes is what a later stage reads."""

from datetime import UTC, datetime, timedelta
from datetime import timezone as tzinfo
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np

from sensors.decimals import Floats

_WHOLE: Final = 1.5 * 2.0**52
"""Added and taken away again, it rounds a number to a whole one."""
_DAY_MS: Final = 86_400_000
_TWO: Final = tuple(f"{number:02}" for number in range(60))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def significant(value: float) -> float:
    """Round to nine significant digits, so that every reader of a value has the same one.

    Example:
        >>> significant(0.1 + 0.2), significant(-0.0)
        (0.3, 0.0)
    """
    # A number of at most three decimals has no more than nine digits anyway: most are such ones,
    # and this takes a quarter of the time.
    if -1e6 < value < 1e6 and (value * 1000.0 + _WHOLE - _WHOLE) / 1000.0 == value:
        return float(value) + 0.0
    return float(f"{value:.9g}") + 0.0


def significants(values: Floats) -> list[float]:
    """Each of many values as `significant` has it.

    Example:
        >>> significants(np.array([0.1 + 0.2, -0.0, 1e9 / 3]))
        [0.3, 0.0, 333333333.0]
    """
    # The others are out of the range of `_WHOLE`, and might be out of that of numbers.
    small = np.where(np.abs(values) < 1e6, values, np.inf)
    is_short = (small * 1000.0 + _WHOLE - _WHOLE) / 1000.0 == values
    found: list[float] = (values + 0.0).tolist()
    for place in np.flatnonzero(~is_short).tolist():
        found[place] = significant(found[place])
    return found


@lru_cache(maxsize=65536)
def rfc3339(at: int, timezone: str) -> str:
    """An instant as local time with a numeric offset (CAP 1.2 forbids `Z`).

    Args:
        at: Unix ms.
        timezone: IANA name.

    Example:
        >>> rfc3339(1760000000500, "Asia/Shanghai")
        '2025-10-09T16:53:20.500+08:00'
    """
    offset = local_offset(at, timezone)
    # By way of datetime each would take five times as long.
    days, rest = divmod(at + offset, _DAY_MS)
    seconds, thousandths = divmod(rest, 1000)
    minutes, second = divmod(seconds, 60)
    clock = f"{_TWO[minutes // 60]}:{_TWO[minutes % 60]}:{_TWO[second]}"
    fraction = f".{thousandths:03}" if thousandths else ""
    return f"{_date(days)}T{clock}{fraction}{_written(offset)}"


@lru_cache(maxsize=4096)
def _date(days: int) -> str:
    return (_EPOCH + timedelta(days=days)).date().isoformat()


@lru_cache(maxsize=256)
def _written(offset: int) -> str:
    """An offset (ms) as it stands behind a time."""
    return _EPOCH.astimezone(tzinfo(timedelta(milliseconds=offset))).isoformat()[19:]


def local_offset(at: int, timezone: str) -> int:
    """What local time is ahead of UTC at an instant (Unix ms), ms.

    Example:
        >>> local_offset(1760000000000, "Asia/Shanghai") // 3_600_000
        8
    """
    offset = _offset_of_day(at // _DAY_MS, timezone)
    return _offset_at(at, timezone) if offset is None else offset


@lru_cache(maxsize=4096)
def _offset_of_day(day: int, timezone: str) -> int | None:
    """The offset in all of a day of UTC; None where it changes.

    In no time zone of the database are two changes less than three days apart.
    """
    first, last = (_offset_at(at, timezone) for at in (day * _DAY_MS, (day + 1) * _DAY_MS - 1))
    return first if first == last else None


def _offset_at(at: int, timezone: str) -> int:
    local = (_EPOCH + timedelta(milliseconds=at)).astimezone(ZoneInfo(timezone))
    offset = local.utcoffset() or timedelta()
    return round(offset.total_seconds() * 1000)


def rounded(detail: Any) -> Any:  # noqa: ANN401 - any JSON tree
    """A detail with every float at nine significant digits."""
    if isinstance(detail, dict):
        # Nearly all are flat: only what is neither a number nor a word needs a call of its own.
        return {
            key: significant(value)
            if (kind := type(value)) is float
            else (value if kind is int or kind is str else rounded(value))
            for key, value in detail.items()
        }
    if isinstance(detail, float):
        return significant(detail)
    if isinstance(detail, (str, int)) or detail is None:
        return detail
    if isinstance(detail, (list, tuple)):
        return [rounded(value) for value in detail]
    return detail
