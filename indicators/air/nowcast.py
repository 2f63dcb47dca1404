"""EPA's NowCast of PM: a mean of twelve hours that forgets the faster the more the air changes."""

from typing import Final

from indicators.air.hours import Hours, hours
from indicators.vital_sign import Inputs, Measure

LENGTH_H: Final = 12
RECENT_H: Final = 3
LEAST_RECENT: Final = 2
LEAST_WEIGHT: Final = 0.5


def weight_factor(means: Hours) -> float:
    """How much an hour weighs against the next: 1 in steady air, 0.5 in changing air.

    Source: EPA Technical Assistance Document (2024): `w* = 1 - (max - min)/max`, at least 0.5 [V].
    """
    highest, lowest = max(means.values()), min(means.values())
    return max(lowest / highest, LEAST_WEIGHT) if highest > 0 else 1.0


def nowcast(means: Hours) -> float | None:
    """Weighted mean of the newest twelve hours.

    Args:
        means: Hourly means by age in hours, µg/m³, ≥ 0; missing hours are left out.

    Returns:
        `Σ wⁱ·cᵢ / Σ wⁱ`, µg/m³; None unless two of the newest three hours are there.

    Source: EPA Technical Assistance Document (2024) [V].

    Example:
        >>> round(nowcast({0: 40.0, 1: 20.0, 3: 20.0}) or 0.0, 2)
        32.31
    """
    recent = {age: mean for age, mean in means.items() if 0 <= age < LENGTH_H}
    if sum(age < RECENT_H for age in recent) < LEAST_RECENT:
        return None
    factor = weight_factor(recent)
    ages = sorted(recent)
    return sum(factor**age * recent[age] for age in ages) / sum(factor**age for age in ages)


def _measure(pollutant: str, inputs: Inputs) -> Measure:
    means = hours(inputs).get(pollutant, {})
    value = nowcast(means)
    if value is None:
        return Measure(None, "too_few_hours" if means else "no_data")
    recent = {age: mean for age, mean in means.items() if age < LENGTH_H}
    return Measure(value, detail={"factor": weight_factor(recent), "hours": len(recent)})


def pm25_nowcast(inputs: Inputs) -> Measure:
    """NowCast of PM2.5, µg/m³, over twelve hourly means."""
    return _measure("pm25", inputs)


def pm10_nowcast(inputs: Inputs) -> Measure:
    """NowCast of PM10, µg/m³, over twelve hourly means."""
    return _measure("pm10", inputs)
