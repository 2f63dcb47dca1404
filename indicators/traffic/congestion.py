"""Levels of congestion, the travel-time index and the traffic performance index."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from indicators.newest import known, newest, why_not
from indicators.rounding import significant
from indicators.shares import shares
from indicators.traffic.detectors import driven, travelled, why_no_speed
from indicators.traffic.free_flow import free_flow_speed, learned_windows
from indicators.traffic.settings import TrafficSettings
from indicators.traffic.speed import level_by_ratio
from indicators.vital_sign import Inputs, Measure
from indicators.window import pooled

CLASS_SPEEDS: Final[dict[str, tuple[int, ...]]] = {
    # In the style of DB11/T 785 (Beijing) [V secondary]: km/h, lower end of levels 1 to 4.
    "expressway": (65, 50, 35, 20),
    "arterial": (40, 30, 20, 15),
    "secondary": (35, 25, 15, 10),
    "branch": (35, 25, 15, 10),
}


def level_by_speed(speed: float, road_class: str) -> int:
    """Level of congestion by absolute speed.

    Args:
        speed: km/h.
        road_class: expressway, arterial, secondary or branch.

    Returns:
        1 (smooth) to 5 (severe congestion); the worse one at an edge (smooth is "> 65", severe
        "≤ 20").

    Raises:
        KeyError: The class has no row.

    Source: table in the style of DB11/T 785 [V secondary].
    """
    return 1 + sum(speed <= edge for edge in CLASS_SPEEDS[road_class])


def performance_index(share: float, points: Sequence[tuple[float, float]]) -> float:
    """Traffic performance index, 0-10.

    Args:
        share: Of vehicle kilometres in severe congestion, %.
        points: (share, index), ascending; linear between, level outside.

    Source: the mapping of Beijing is from memory [M].

    Example:
        >>> performance_index(6.0, ((0, 0), (4, 2), (8, 4)))
        3.0
    """
    if share <= points[0][0]:
        return points[0][1]
    for (x0, y0), (x1, y1) in pairwise(points):
        if share <= x1:
            return y0 + (y1 - y0) * (share - x0) / (x1 - x0)
    return points[-1][1]


def _levels(
    settings: TrafficSettings, road_class: str | None, speed: float | None, ratio: float | None
) -> dict[str, int]:
    """The levels that can be told, by what tells them."""
    levels: dict[str, int] = {}
    if speed is not None and road_class in CLASS_SPEEDS:
        levels["by_speed"] = level_by_speed(speed, road_class)
    if ratio is not None:
        levels["by_ratio"] = level_by_ratio(ratio, settings.level_ratios)
    return levels


def traffic_level(settings: TrafficSettings, inputs: Inputs) -> Measure:
    """Level of congestion, 1-5: the worse of those by absolute speed and by speed ratio.

    By the ratio alone where the road has no class of the table; by speed alone while the free-flow
    speed is being learned.
    """
    speed, ratio = known(inputs, "traffic_speed"), known(inputs, "traffic_speed_ratio")
    levels = _levels(settings, inputs.zone.road_class, speed, ratio)
    if not levels:
        return Measure(None, why_not(inputs, "traffic_speed_ratio", "traffic_speed"))
    detail: dict[str, float] = {**levels}
    detail |= {} if speed is None else {"speed": speed}
    detail |= {} if ratio is None else {"ratio": ratio}
    source = newest(inputs, "traffic_speed_ratio")
    weights = source.weights if source and source.value is not None else {}
    said = (source, newest(inputs, "traffic_speed"))
    is_suspect = any(value is not None and value.is_suspect for value in said)
    return Measure(
        float(max(levels.values())), detail=detail, weights=weights, is_suspect=is_suspect
    )


def traffic_time_index(inputs: Inputs) -> Measure:
    """Travel-time index of the place: how many times as long its roads take as in free flow.

    Source: TTI = Σ(L/v·w)/Σ(L/v_ff·w), worked out with the speed ratio.
    """
    return _of_newest(inputs, "traffic_speed_ratio", "time_index", "ratio")


def _of_newest(inputs: Inputs, sign: str, part: str, name: str) -> Measure:
    """A part of the newest value of a sign; the value itself goes by a name into the detail."""
    source = newest(inputs, sign)
    if source is None or source.value is None or part not in source.detail:
        return Measure(None, why_not(inputs, sign))
    return Measure(
        source.detail[part],
        detail={name: source.value},
        weights=source.weights,
        is_suspect=source.is_suspect,
    )


def traffic_congested_share(settings: TrafficSettings, inputs: Inputs) -> Measure:
    """Share of the place's detectors that are congested (level 4 or 5), each weighted alike, %.

    `severe_percent` in the detail is the share of severe congestion (level 5), by vehicle
    kilometres where flows are known.
    """
    detectors = driven(settings, inputs)
    pool = pooled(detectors)
    if pool is None:
        return Measure(None, why_no_speed(settings, inputs))
    zone = inputs.zone
    free_flow = free_flow_speed(settings, inputs, pool.mean)
    if free_flow is None and zone.road_class not in CLASS_SPEEDS:
        return Measure(None, "learning_free_flow", {"windows": learned_windows(inputs)})
    levels: dict[str, int] = {}
    for detector in detectors:
        speed = significant(detector.mean)
        ratio = significant(speed / free_flow) if free_flow else None
        levels[detector.terminal] = max(_levels(settings, zone.road_class, speed, ratio).values())
    weights = travelled(inputs, detectors)
    severe = sum(weights[t] for t, level in levels.items() if level >= settings.severe_level)
    count = sum(level >= settings.congested_level for level in levels.values())
    detail: dict[str, float] = {
        "congested": count,
        "detectors": len(levels),
        "severe_percent": 100.0 * severe / sum(weights.values()),
    }
    detail |= {} if zone.length_m is None else {"length_m": zone.length_m}
    alike = shares(dict.fromkeys(levels, 1.0))
    return Measure(100.0 * count / len(levels), detail=detail, weights=alike)


def traffic_tpi(settings: TrafficSettings, inputs: Inputs) -> Measure:
    """Traffic performance index of the place, 0 (smooth) to 10, from its severe congestion."""
    share = _of_newest(inputs, "traffic_congested_share", "severe_percent", "congested_percent")
    if share.value is None:
        return share
    value = performance_index(share.value, settings.tpi_points)
    detail = {"share_percent": share.value}
    return Measure(value, detail=detail, weights=share.weights, is_suspect=share.is_suspect)
