"""Kinds of days: what people do depends on whether it is a working day or a day of rest."""

from collections.abc import Callable
from typing import Final

WORKING: Final = 0
RESTING: Final = 1
KINDS: Final = 2

DayKind = Callable[[int], int]
"""Local day since 1970-01-01 → WORKING or RESTING."""


def by_weekday(day: int) -> int:
    """Saturday and Sunday are days of rest.

    Example:
        >>> by_weekday(0), by_weekday(2)  # a Thursday, a Saturday
        (0, 1)
    """
    # 1970-01-01 was a Thursday.
    return RESTING if (day + 3) % 7 >= 5 else WORKING
