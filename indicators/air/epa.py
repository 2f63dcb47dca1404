"""The US air quality index of 2024, as a comparison beside the Chinese one."""

import math
from typing import Final

import msgspec

from indicators.air.hours import Hours, hours, running
from indicators.air.nowcast import nowcast
from indicators.air.settings import AirSettings
from indicators.vital_sign import Inputs, Level, Measure

POLLUTANTS: Final = ("o3", "pm25", "pm10", "co", "so2", "no2")
BINS: Final = ((0, 50), (51, 100), (101, 150), (151, 200), (201, 300), (301, 500))


class Column(msgspec.Struct, frozen=True):
    """One column of the table, in whole steps of what concentrations are truncated to.

    Attributes:
        steps: Steps per unit: 1000 is truncation to three decimals.
        low: Lowest concentration that the column is defined for.
        highs: Upper ends of its bins; the next begins one step above.
        first: Which of `BINS` is its first.
    """

    steps: int
    low: int
    highs: tuple[int, ...]
    first: int = 0


TABLE: Final = {
    # EPA Technical Assistance Document (2024), table 6: O3 and CO ppm, SO2 and NO2 ppb, PM µg/m³;
    # the last bin ends at the concentration of index 500. [V]
    "o3_8h": Column(1000, 0, (54, 70, 85, 105, 200)),
    "o3_1h": Column(1000, 125, (164, 204, 404, 604), 2),
    "pm25": Column(10, 0, (90, 354, 554, 1254, 2254, 3254)),
    "pm10": Column(1, 0, (54, 154, 254, 354, 424, 604)),
    "co": Column(10, 0, (44, 94, 124, 154, 304, 504)),
    "so2_1h": Column(1, 0, (35, 75, 185, 304)),
    "so2_24h": Column(1, 305, (604, 1004), 4),
    "no2": Column(1, 0, (53, 100, 360, 649, 1249, 2049)),
}

US_LEVELS: Final = (
    # The six categories of table 6 [V]; Chinese words are ours.
    Level("US1", 0, "良好", "good", "green"),
    Level("US2", 51, "中等", "moderate", "yellow"),
    Level("US3", 101, "对敏感人群不健康", "unhealthy for sensitive groups", "orange"),
    Level("US4", 151, "不健康", "unhealthy", "red"),
    Level("US5", 201, "非常不健康", "very unhealthy", "purple"),
    Level("US6", 301, "危险", "hazardous", "maroon"),
)


def us_index(column: str, concentration: float) -> int | None:
    """Sub-index of a concentration: truncated, put through eq. (1), rounded to the nearest.

    Args:
        column: A key of `TABLE`.
        concentration: In the column's unit, ≥ 0.

    Returns:
        0-500 and beyond: above the table its last line goes on. Columns that end below 500 (8-h O3
        at 300, 1-h SO2 at 200) stay there; those that begin above 0 (1-h O3 at 0.125 ppm, 24-h SO2
        at 305 ppb) give None below.

    Source: EPA Technical Assistance Document (2024), eq. 1, table 6 and its notes [V].

    Example:
        >>> us_index("pm25", 35.49), us_index("pm25", 35.5), us_index("o3_1h", 0.1)
        (100, 101, None)
    """
    about = TABLE[column]
    # 35.4 must not become 35.3 because a mean or a conversion left 35.399999999999.
    steps = math.floor(round(concentration * about.steps, 6))
    if steps < about.low:
        return None
    if steps > about.highs[-1] and about.first + len(about.highs) < len(BINS):
        return BINS[about.first + len(about.highs) - 1][1]
    number = next((n for n, high in enumerate(about.highs) if steps <= high), len(about.highs) - 1)
    low = about.highs[number - 1] + 1 if number else about.low
    floor, top = BINS[about.first + number]
    rise, run = (top - floor) * (steps - low), about.highs[number] - low
    # Whole numbers, so that halves go up exactly.
    return floor + (2 * rise + run) // (2 * run)


def aqi_us(settings: AirSettings, inputs: Inputs) -> Measure:
    """US index of now: PM by NowCast, O3 and CO by 8-h means, NO2 and SO2 by the hour.

    O3 counts by its hour too from 0.125 ppm, SO2 by its 24-h mean from 305 ppb. The index of what
    is known; in the detail which pollutants are missing. Reporting is in ppm and ppb: conversion
    from µg/m³ by the settings [M]. Instead of O3's own NowCast the plain 8-h mean is taken [D].

    Source: EPA Technical Assistance Document (2024) [V].
    """
    by_pollutant = hours(inputs)
    sub: dict[str, int] = {}
    for pollutant in POLLUTANTS:
        found = _index(settings, pollutant, by_pollutant.get(pollutant, {}))
        if found is not None:
            sub[pollutant] = found
    if not sub:
        return Measure(None, "too_few_hours" if by_pollutant else "no_data")
    index = max(sub.values())
    detail = {
        "standard": "US-EPA-2024",
        "iaqi": sub,
        "primary": sorted(p for p, own in sub.items() if own == index),
        "missing": sorted(set(POLLUTANTS) - set(sub)),
    }
    return Measure(float(index), detail=detail)


def _index(settings: AirSettings, pollutant: str, means: Hours) -> int | None:
    """Sub-index of one pollutant: the larger where two averaging times count."""
    hour, eight = means.get(0), running(means, 8, settings.us_least_of_8)
    if pollutant in {"pm25", "pm10"}:
        columns = {pollutant: nowcast(means)}
    elif pollutant == "o3":
        columns = {"o3_8h": eight, "o3_1h": hour}
    elif pollutant == "so2":
        columns = {"so2_1h": hour, "so2_24h": running(means, 24, settings.us_least_of_24)}
    else:
        columns = {pollutant: eight if pollutant == "co" else hour}
    found = [
        us_index(column, converted(settings, pollutant, mean))
        for column, mean in columns.items()
        if mean is not None
    ]
    return max((index for index in found if index is not None), default=None)


def converted(settings: AirSettings, pollutant: str, mean: float) -> float:
    """A mean in the unit of the table: O3 and CO ppm, SO2 and NO2 ppb; PM stays µg/m³.

    Args:
        settings: µg/m³ of one ppb.
        pollutant: so2, no2, co, o3, pm10 or pm25.
        mean: µg/m³; CO mg/m³.
    """
    # CO's mg/m³ over µg/m³ a ppb are thousands of ppb: ppm.
    factor = settings.ug_per_ppb.get(pollutant, 1.0)
    return mean / factor / (1000.0 if pollutant == "o3" else 1.0)
