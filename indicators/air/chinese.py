"""The Chinese index of an hour and of a day: HJ 633-2026, and HJ 633-2012 for old data."""

from typing import Any

from indicators.air.gb3095 import LEAST_OF_8, LEAST_OF_24, VALID_SHARE
from indicators.air.hj633 import (
    BREAKPOINTS,
    BREAKPOINTS_2012,
    DAILY,
    DAILY_2012,
    STANDARD,
    STANDARD_2012,
    aqi,
    iaqi,
    primary,
)
from indicators.air.hours import HOUR_MS, Hours, hours, running
from indicators.air.settings import AirSettings
from indicators.vital_sign import Inputs, Measure
from indicators.window import Aggregate


def aqi_hourly(inputs: Inputs) -> Measure:
    """AQI of an hour: the largest sub-index of the six hourly means (clause 4.2.4 eq. (2)).

    Where a pollutant is missing the index is published only above 100, otherwise it is NA
    (clause 5.3.1); the sub-indices and the valid hourly means always stand in the detail.
    """
    if inputs.end - inputs.start > HOUR_MS and any(map(inputs.by_quantity.get, BREAKPOINTS)):
        return Measure(None, "too_long")
    stations = {p: _valid(inputs, p) for p in BREAKPOINTS}
    means = {p: sum(a.mean for a in own) / len(own) for p, own in stations.items() if own}
    sub = {p: iaqi(p, mean) for p, mean in means.items()}
    if not sub:
        return Measure(None, "no_data")
    return _report(sub, STANDARD, {"mean": means}, _weights(stations, sub))


def _valid(inputs: Inputs, pollutant: str) -> list[Aggregate]:
    """The stations whose hour is valid; the mean of a slower one is of no hour."""
    stations = inputs.by_quantity.get(pollutant, ())
    return [a for a in stations if a.expected >= 1 and a.count >= VALID_SHARE * a.expected]


def _weights(stations: dict[str, list[Aggregate]], sub: dict[str, int]) -> dict[str, float]:
    """The stations' shares in the means of the worst pollutants, all alike."""
    top = max(sub.values())
    worst = [p for p, index in sub.items() if index == top]
    found: dict[str, float] = {}
    for pollutant in worst:
        for station in stations[pollutant]:
            share = 1 / len(worst) / len(stations[pollutant])
            found[station.terminal] = found.get(station.terminal, 0.0) + share
    return found


def _report(
    sub: dict[str, int],
    standard: str,
    extra: dict[str, Any],
    weights: dict[str, float] | None = None,
) -> Measure:
    """The index of these sub-indices, NA where a pollutant is missing and it is not above 100."""
    index = aqi(sub)
    detail = {"standard": standard, "iaqi": sub, "primary": primary(sub), **extra}
    missing = sorted(set(BREAKPOINTS) - set(sub))
    if missing and index <= 100:
        return Measure(None, "missing_pollutant", {**detail, "missing": missing})
    return Measure(float(index), detail=detail, weights=weights or {})


def aqi_daily(settings: AirSettings, inputs: Inputs) -> Measure:
    """AQI of a natural day: daily means, of O3 the largest 8-h mean (clauses 4.2.2, 4.2.4).

    A daily mean needs 20 hourly means, an 8-h mean six (GB 3095-2026 table 4). Where a pollutant
    is missing the index is published only above 100, otherwise it is NA (clause 5.3.1).
    """
    by_pollutant = hours(inputs)
    means: dict[str, float] = {}
    for pollutant in DAILY:
        own = by_pollutant.get(pollutant, {})
        mean = _largest_8h(settings, own) if pollutant == "o3" else running(own, 24, LEAST_OF_24)
        if mean is not None:
            means[pollutant] = mean
    if not means:
        return Measure(None, "too_few_hours" if by_pollutant else "no_data")
    sub = {p: iaqi(p, mean, DAILY) for p, mean in means.items()}
    counts = {p: len(own) for p, own in by_pollutant.items()}
    return _report(sub, STANDARD, {"mean": means, "hours": counts})


def _largest_8h(settings: AirSettings, means: Hours) -> float | None:
    """The largest 8-h mean of O3 that ends in the day, µg/m³; above the limit one is enough."""
    ends = range(settings.o3_first_end, 25)
    every = (running(means, 8, LEAST_OF_8, 24 - end) for end in ends)
    known = [mean for mean in every if mean is not None]
    if not known:
        return None
    is_enough = len(known) >= settings.o3_least_means or iaqi("o3", max(known), DAILY) > 100
    return max(known) if is_enough else None


def aqi_hourly_2012(inputs: Inputs) -> Measure:
    """AQI of an hour by the repealed HJ 633-2012, for data of its time.

    PM counts by its 24-h running mean, O3 by the hour and by its 8-h running mean. Hourly SO2
    above 800 µg/m³ is replaced by its 24-h mean, 8-h O3 above 800 µg/m³ by the hour. That a
    missing pollutant leaves only an index above 100 is taken over from 2026 [D].

    Source: HJ 633-2012 clause 4, tables 1 and 2 [V].
    """
    by_pollutant = hours(inputs)
    sub: dict[str, int] = {}
    means: dict[str, float] = {}
    for pollutant in BREAKPOINTS_2012:
        found = _index_2012(pollutant, by_pollutant.get(pollutant, {}))
        if found is not None:
            sub[pollutant], means[pollutant] = found
    if not sub:
        return Measure(None, "too_few_hours" if by_pollutant else "no_data")
    return _report(sub, STANDARD_2012, {"mean": means})


def _index_2012(pollutant: str, means: Hours) -> tuple[int, float] | None:
    """The sub-index of a pollutant and the mean that gives it; None where nothing is known."""
    hour, day = means.get(0), running(means, 24, LEAST_OF_24)
    if pollutant in {"pm10", "pm25"}:
        return None if day is None else (iaqi(pollutant, day, DAILY_2012), day)
    found = []
    if hour is not None and (pollutant != "so2" or round(hour) <= 800):
        found.append((iaqi(pollutant, hour, BREAKPOINTS_2012), hour))
    elif hour is not None and day is not None:
        found.append((iaqi("so2", day, DAILY_2012), day))
    eight = running(means, 8, LEAST_OF_8) if pollutant == "o3" else None
    if eight is not None and round(eight) <= 800:
        found.append((iaqi("o3", eight, DAILY_2012), eight))
    return max(found, default=None)
