"""Incidents: sudden changes of occupancy or speed by the standard normal deviate."""

from collections.abc import Sequence
from statistics import median
from typing import Final

from indicators.newest import why_not
from indicators.traffic.settings import TrafficSettings
from indicators.vital_sign import Inputs, Measure, Past

MAD_TO_SD: Final = 1.4826
"""Standard deviation of a normal distribution over its median absolute deviation: 1/0.6745."""


def robust_deviate(value: float, base: Sequence[float], least_spread: float) -> float:
    """(x - median) / (1.4826 MAD).

    Args:
        value: x.
        base: What is usual; not empty.
        least_spread: > 0; the divisor where the base varies less, in the unit of x.

    Source: the standard normal deviate of Dudek, Messer, Nuckles, TRR 495 (1974) [V abstract], in
        robust form [D].

    Example:
        >>> round(robust_deviate(30.0, [8.0, 9.0, 10.0, 11.0, 12.0], 0.1), 2)
        13.49
    """
    middle = median(base)
    spread = MAD_TO_SD * median(abs(x - middle) for x in base)
    return (value - middle) / max(spread, least_spread)


def traffic_incident(settings: TrafficSettings, inputs: Inputs) -> Measure:
    """Deviate of the newest occupancy from the usual; positive is worse.

    Speed, with its sign turned, where there is no fresh occupancy. The last level holds where two
    successive values exceed the critical value (strategy B); one alone, however large, has the
    first level. Neither of the two is part of the base.
    """
    for source, sign, least_spread in (
        ("traffic_occupancy", 1.0, settings.occupancy_spread),
        ("traffic_speed", -1.0, settings.speed_spread),
    ):
        series = _fresh(settings, inputs, source)
        if series:
            return _deviate(settings, series, sign, least_spread)
    return Measure(None, why_not(inputs, "traffic_occupancy", "traffic_speed"))


def _fresh(settings: TrafficSettings, inputs: Inputs, source: str) -> list[Past]:
    """The known values of a source, oldest first; none where the newest is old."""
    known = [value for value in inputs.history.get(source, ()) if value.value is not None]
    horizon = inputs.end - settings.incident_fresh_s * 1000
    return known if known and known[-1].window_end >= horizon else []


def _deviate(
    settings: TrafficSettings, series: Sequence[Past], sign: float, least_spread: float
) -> Measure:
    if len(series) < settings.incident_least + 2:
        return Measure(None, "learning", {"values": len(series)})
    *earlier, before, now = [sign * (v.value or 0.0) for v in series]
    value = robust_deviate(now, earlier, least_spread)
    previous = robust_deviate(before, earlier, least_spread)
    newest, last = series[-1], series[-2]
    is_successive = last.window_end >= newest.window_start
    detail = {"measured": sign * now, "usual": sign * median(earlier), "previous": previous}
    critical = settings.incident_levels[-1].edge
    level = None
    if value >= critical:
        is_confirmed = value > critical and previous > critical and is_successive
        level = settings.incident_levels[-1 if is_confirmed else 0].id
    is_suspect = newest.is_suspect or last.is_suspect
    return Measure(value, detail=detail, level=level, weights=newest.weights, is_suspect=is_suspect)
