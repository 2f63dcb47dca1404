"""Storm intensity: how rare the rain of the last hours is, and what runs off."""

from collections.abc import Sequence
from typing import Final

from indicators.vital_sign import Inputs, Measure, Past, VitalValue
from indicators.water.settings import WaterSettings
from indicators.water.storm_tables import StormRow
from indicators.words import Label

SOURCES: Final = ("rain_10min", "rain_30min", "rain_60min", "rain_120min")
"""Vital signs whose rain is judged [D]."""
FITTED_MIN: Final = (1.0, 180.0)
"""Durations that the formulas were fitted to, min [V secondary]."""


def storm_intensity(row: StormRow, minutes: float) -> float:
    """Mean intensity of the design storm of a duration, q = A/(t + b)^n, L/(s·ha).

    Args:
        row: Of the return period.
        minutes: 1–180; ValueError outside, where the formulas were not fitted.

    Source: form of GB 50014; rows [V secondary], see `storm_tables`.
    """
    if not FITTED_MIN[0] <= minutes <= FITTED_MIN[1]:
        raise ValueError(f"storm formulas hold for 1 to 180 min, not {minutes:g}")
    intensity: float = row.a / (minutes + row.b) ** row.n
    return intensity


def storm_depth(row: StormRow, minutes: float) -> float:
    """Depth of the design storm of a duration R(t, P), mm; 1 L/(s·ha) is 0.36 mm/h."""
    return storm_intensity(row, minutes) * 0.36 * minutes / 60


def return_period(rows: Sequence[StormRow], minutes: float, depth: float) -> tuple[float, str]:
    """The P that solves R(t, P) = depth, in years, and where in the table that is.

    Between rows log P is linear in the depth. Below the first row there is no fit: P falls in
    proportion to the depth, to 0 where it is dry [D]; above the last it is capped.

    Args:
        rows: Of a station, periods ascending.
        minutes: Duration, 1–180.
        depth: Rain of that duration, mm.

    Returns:
        P, and `below`, `within` or `capped`.
    """
    depths = [storm_depth(row, minutes) for row in rows]
    if depth < depths[0]:
        return rows[0].period * max(depth, 0.0) / depths[0], "below"
    if depth > depths[-1]:
        return rows[-1].period, "capped"
    for place in range(len(rows) - 1):
        if depth < depths[place + 1]:
            share = (depth - depths[place]) / (depths[place + 1] - depths[place])
            ratio: float = (rows[place + 1].period / rows[place].period) ** share
            return rows[place].period * ratio, "within"
    return rows[-1].period, "within"


def peak_runoff(
    settings: WaterSettings, coefficient: float, intensity: float, area_ha: float
) -> float:
    """Peak runoff of the rational method Q = Ψ·q·F, L/s.

    Args:
        settings: The largest area that the method holds for [M].
        coefficient: Ψ, 0–1.
        intensity: q, L/(s·ha).
        area_ha: F, ha.

    Raises:
        ValueError: Ψ is outside 0–1, or the area negative or too large.

    Source: GB 50014 [M].
    """
    if not 0 <= coefficient <= 1:
        raise ValueError(f"a runoff coefficient lies in 0 to 1, not {coefficient:g}")
    if not 0 <= area_ha <= settings.rational_limit_ha:
        raise ValueError(f"the rational method holds up to {settings.rational_limit_ha:g} ha")
    return coefficient * intensity * area_ha


def rain_return_period(settings: WaterSettings, inputs: Inputs) -> Measure:
    """Return period of the present rain, years: the rarest of 10, 30, 60 and 120 minutes.

    Below 1 it only says how near to the storm of once a year the rain is. Durations are those of
    the windows themselves; a gauge that reports more seldom has no shorter ones.

    Source: single-period formulas of a station that stands for the city [V secondary; the proxy is
    ours, D].
    """
    rows = settings.storm_table.rows
    found = []
    for sign in SOURCES:
        newest = _newest(inputs.history.get(sign, ()))
        if newest is None or newest.value is None:
            continue
        minutes = (newest.window_end - newest.window_start) / 60_000
        if FITTED_MIN[0] <= minutes <= FITTED_MIN[1]:
            # What is beyond the table is compared by how far.
            excess = newest.value / storm_depth(rows[-1], minutes)
            period, place = return_period(rows, minutes, newest.value)
            found.append((period, excess, minutes, place, newest))
    if not found:
        return Measure(None, "no_data")
    period, _, minutes, place, newest = max(found, key=lambda entry: entry[:3])
    detail = {
        "minutes": minutes,
        "rain_mm": newest.value,
        "range": place,
        "durations": len(found),
        "station": settings.storm_station,
    }
    if place == "below":
        detail["least_years"] = rows[0].period
    is_suspect = place == "capped" or newest.is_suspect
    return Measure(period, detail=detail, weights=newest.weights, is_suspect=is_suspect)


def period_in_words(value: VitalValue) -> Label | None:
    """A return period beyond the ends of the table, which is not known as a number."""
    if value.value is None or value.detail.get("range") == "within":
        return None
    if value.detail.get("range") == "capped":
        return f"超过{value.value:g}年", f"more than {value.value:g} years"
    least = value.detail.get("least_years", 1.0)
    return f"不足{least:g}年一遇", f"less than {least:g} year{'' if least == 1 else 's'}"


def _newest(values: Sequence[Past]) -> Past | None:
    return next((value for value in reversed(values) if value.value is not None), None)
