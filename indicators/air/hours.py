"""Hourly means out of published values of `aqi_hourly`, and running means over them."""

import math
from collections.abc import Iterable, Mapping
from typing import Final

from indicators.air.hj633 import BREAKPOINTS
from indicators.vital_sign import Inputs

HOUR_MS: Final = 3_600_000
Hours = Mapping[int, float]
"""Hourly means of a pollutant by age: 0 is the hour that ends with the window."""


def hours(inputs: Inputs) -> dict[str, dict[int, float]]:
    """Valid hourly means by pollutant and age, µg/m³ (CO mg/m³); only of pollutants that have one.

    Values that are not of one hour, as slow stations give, are not hourly means.
    """
    found: dict[str, dict[int, float]] = {}
    for value in inputs.history.get("aqi_hourly", ()):
        if value.window_end - value.window_start != HOUR_MS:
            continue
        age = (inputs.end - value.window_end) // HOUR_MS
        means = value.detail.get("mean", {})
        for pollutant in BREAKPOINTS:
            if pollutant in means:
                found.setdefault(pollutant, {})[age] = float(means[pollutant])
    return found


def mean_of(values: Iterable[float], least: int) -> float | None:
    """Mean of at least `least` values; None where there are fewer."""
    known = list(values)
    return math.fsum(known) / len(known) if len(known) >= max(least, 1) else None


def running(means: Hours, length: int, least: int, age: int = 0) -> float | None:
    """Mean of the `length` hours that end `age` hours before the window does.

    None with fewer than `least` hourly means in them.
    """
    return mean_of((means[n] for n in range(age, age + length) if n in means), least)
