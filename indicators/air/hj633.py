"""Air quality index: breakpoints and sub-indices of HJ 633-2026 and the repealed HJ 633-2012.

Concentrations are µg/m³, CO mg/m³; they are rounded before the sub-index, CO to one decimal, half
to even (GB/T 8170 as remembered [M]), and the sub-index is rounded up (clause 4.2.6 of 2026).
"""

from collections.abc import Mapping
from typing import Final

from indicators.vital_sign import Level

STANDARD: Final = "HJ633-2026"
STANDARD_2012: Final = "HJ633-2012"
IAQI: Final = (0, 50, 100, 150, 200, 300, 400, 500)
Table = Mapping[str, tuple[int, ...]]
"""Pollutant → concentrations at which the sub-index is 0, 50, 100 and so on."""

DAILY: Final[Table] = {
    # HJ 633-2026 table 3, columns of the day; O3 is the daily maximum of 8-h means. [V]
    "so2": (0, 50, 150, 475, 800, 1600, 2100, 2620),
    "no2": (0, 40, 80, 180, 280, 565, 750, 940),
    "co": (0, 2, 4, 14, 24, 36, 48, 60),
    "o3": (0, 100, 160, 215, 265, 800),
    "pm10": (0, 50, 120, 250, 350, 420, 500, 600),
    "pm25": (0, 35, 60, 115, 150, 250, 350, 500),
}
BREAKPOINTS: Final[Table] = {
    # HJ 633-2026 table 3, 1-h columns; PM by clause 4.2.4 the daily columns. [V]
    "so2": (0, 150, 500, 650, 800),
    "no2": (0, 100, 200, 700, 1200, 2340, 3090, 3840),
    "co": (0, 5, 10, 35, 60, 90, 120, 150),
    "o3": (0, 160, 200, 300, 400, 800, 1000, 1200),
    "pm10": DAILY["pm10"],
    "pm25": DAILY["pm25"],
}
_PM_2012: Final[Table] = {
    # HJ 633-2012 table 1: all else is as in 2026. [V]
    "pm10": (0, 50, 150, 250, 350, 420, 500, 600),
    "pm25": (0, 35, 75, 115, 150, 250, 350, 500),
}
DAILY_2012: Final[Table] = {**DAILY, **_PM_2012}
BREAKPOINTS_2012: Final[Table] = {**BREAKPOINTS, **_PM_2012}

AQI_LEVELS: Final = (
    # HJ 633-2026 tables 1 and A.1. [V]
    Level("AQ1", 1, "优", "excellent", "green"),
    Level("AQ2", 51, "良", "good", "yellow"),
    Level("AQ3", 101, "轻度污染", "lightly polluted", "orange"),
    Level("AQ4", 151, "中度污染", "moderately polluted", "red"),
    Level("AQ5", 201, "重度污染", "heavily polluted", "purple"),
    Level("AQ6", 301, "严重污染", "severely polluted", "maroon"),
)


def iaqi(pollutant: str, concentration: float, table: Table = BREAKPOINTS) -> int:
    """Sub-index of a mean, rounded up (clause 4.2.6).

    Args:
        pollutant: so2, no2, co, o3, pm10 or pm25.
        concentration: µg/m³; CO mg/m³; ≥ 0. Rounded half to even first, CO to one decimal.
        table: Breakpoints; those of the real-time report unless said.

    Returns:
        0–500, where the index ends (clause 4.1.1) and what is beyond the table is held [D]; above
        800 µg/m³ hourly SO2 counts 200 (note b) and 8-h O3 300 (note c).

    Source: HJ 633-2026 clause 4.2.4 eq. (1), table 3 [V]; 2012: table 1 [V].

    Example:
        >>> [iaqi("pm25", c) for c in (36, 60, 61, 75, 115, 150, 200)]
        [52, 100, 101, 114, 150, 200, 250]
        >>> [iaqi("pm25", c, BREAKPOINTS_2012) for c in (60, 75)]
        [82, 100]
    """
    # Nine decimals are far finer than any mean of readings and free of what a division left, so a
    # half is one; integer tenths, so that rounding up is exact.
    steps = 10 if pollutant == "co" else 1
    tenths = round(round(concentration * steps, 9)) * (10 // steps)
    edges = table[pollutant]
    for index in range(1, len(edges)):
        low, high = edges[index - 1] * 10, edges[index] * 10
        if tenths <= high:
            rise = (IAQI[index] - IAQI[index - 1]) * (tenths - low)
            return IAQI[index - 1] - (-rise // (high - low))
    return IAQI[len(edges) - 1]


def aqi(sub: Mapping[str, int]) -> int:
    """The index of sub-indices, at least one: the largest, at least 1 (eq. (2), clause 4.1.1)."""
    return max(1, *sub.values())


def primary(sub: Mapping[str, int]) -> list[str]:
    """The pollutants of the largest sub-index where it is above 50 (clause 4.3.1), by name."""
    index = aqi(sub)
    return sorted(p for p, s in sub.items() if s == index) if index > 50 else []
