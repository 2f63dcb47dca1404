"""Ambient air quality standard GB 3095-2026: limits, and how many data make a mean."""

from datetime import date as Date  # noqa: N812 - the argument is called date
from typing import Final

IN_FORCE: Final = Date(2026, 3, 1)
SECOND_PERIOD: Final = Date(2031, 1, 1)
"""Until the day before, the limits of the transition hold (clauses 4.3-4.5 [V])."""

VALID_SHARE: Final = 0.75
"""An hourly mean of a gas needs 45 of 60 minutes (table 4 [V]); taken over for particles [D]."""
LEAST_OF_8: Final = 6
"""An 8-h mean needs so many hourly means (table 4 [V])."""
LEAST_OF_24: Final = 20
"""A daily mean needs so many hourly means (table 4 [V])."""

LIMITS: Final[dict[tuple[str, str], tuple[tuple[float, float], tuple[float, float]]]] = {
    # (pollutant, averaging): (grade 1, grade 2) of the transition, then of the time after; table 1.
    # µg/m³, CO mg/m³. [V]
    ("so2", "year"): ((20, 60), (20, 20)),
    ("so2", "day"): ((50, 150), (50, 50)),
    ("so2", "1h"): ((150, 500), (150, 150)),
    ("no2", "year"): ((40, 40), (30, 30)),
    ("no2", "day"): ((80, 80), (50, 50)),
    ("no2", "1h"): ((200, 200), (200, 200)),
    ("co", "day"): ((4, 4), (4, 4)),
    ("co", "1h"): ((10, 10), (10, 10)),
    ("o3", "8h"): ((100, 160), (100, 160)),
    ("o3", "1h"): ((160, 200), (160, 200)),
    ("pm10", "year"): ((40, 60), (20, 50)),
    ("pm10", "day"): ((50, 120), (50, 100)),
    ("pm25", "year"): ((15, 30), (10, 25)),
    ("pm25", "day"): ((35, 60), (25, 50)),
}


def limit(pollutant: str, averaging: str, date: Date, grade: int = 2) -> float:
    """Concentration limit on a date.

    Args:
        pollutant: so2, no2, co, o3, pm10 or pm25.
        averaging: year, day, 8h (the daily maximum, O3 only) or 1h.
        date: Local date; decides between the transition and the time from 2031 on.
        grade: 1 for parks and reserves, 2 for where people live and work.

    Returns:
        µg/m³ at 298.15 K and 1013.25 hPa (PM at ambient state); CO mg/m³.

    Raises:
        KeyError: The standard has no such limit.
        ValueError: The standard is not in force on that date, or has no such grade.

    Source: GB 3095-2026 table 1 and clauses 4.3-4.5 [V].

    Example:
        >>> limit("pm25", "day", Date(2030, 12, 31)), limit("pm25", "day", Date(2031, 1, 1))
        (60, 50)
    """
    if date < IN_FORCE:
        raise ValueError(f"GB 3095-2026 is in force from {IN_FORCE}, not on {date}")
    if grade not in {1, 2}:
        raise ValueError(f"GB 3095-2026 has grades 1 and 2, not {grade}")
    return LIMITS[pollutant, averaging][date >= SECOND_PERIOD][grade - 1]
