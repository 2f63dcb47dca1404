"""Levels of congestion, the travel-time index and the traffic performance index."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from indicators.newest import known, newest, why_not
from indicators.shares import shares
from indicators.traffic.settings import TrafficSettings
from indicators.traffic.speed import free_flow_speed, traffic_speed
from indicators.vital_sign import Inputs, Measure

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


def level_by_ratio(ratio: float, edges: Sequence[float]) -> int:
    """Level of congestion by speed over free-flow speed: 1 from the first edge up, and so on.

    Source: r ≥ .7/.5/.4/.3 → 1 to 4, else 5 [D].

    Example:
        >>> level_by_ratio(0.5, (0.7, 0.5, 0.4, 0.3))
        2
    """
    return 1 + sum(ratio < edge for edge in edges)


def time_index(ratio: float, limit: float) -> float:
    """Travel-time index TTI = v_ff / v of a speed ratio v / v_ff ≥ 0, at most `limit`."""
    return limit if ratio * limit <= 1.0 else 1.0 / ratio


def performance_index(share: float, points: Sequence[tuple[float, float]]) -> float:
    """Traffic performance index, 0-10.

    Args:
        share: Congested share, %.
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
    return Measure(float(max(levels.values())), detail=detail, weights=weights)


def traffic_time_index(settings: TrafficSettings, inputs: Inputs) -> Measure:
    """Travel-time index of the place: free-flow speed over speed."""
    source = newest(inputs, "traffic_speed_ratio")
    if source is None or source.value is None:
        return Measure(None, why_not(inputs, "traffic_speed_ratio"))
    value = time_index(source.value, settings.time_index_limit)
    return Measure(value, detail={"ratio": source.value}, weights=source.weights)


def traffic_congested_share(settings: TrafficSettings, inputs: Inputs) -> Measure:
    """Share of the place's detectors that are congested (level 4 or 5), each weighted alike, %."""
    mean = traffic_speed(inputs).value
    if mean is None:
        return Measure(None, "no_data")
    zone = inputs.zone
    free_flow = free_flow_speed(settings, inputs, mean)
    if free_flow is None and zone.road_class not in CLASS_SPEEDS:
        return Measure(None, "learning_free_flow", {"windows": sum(inputs.memory.values())})
    congested: dict[str, bool] = {}
    for detector in inputs.all("traffic_speed"):
        ratio = detector.mean / free_flow if free_flow else None
        levels = _levels(settings, zone.road_class, detector.mean, ratio)
        congested[detector.terminal] = max(levels.values()) >= settings.congested_level
    count = sum(congested.values())
    detail: dict[str, float] = {"congested": count, "detectors": len(congested)}
    detail |= {} if zone.length_m is None else {"length_m": zone.length_m}
    weights = shares(dict.fromkeys(congested, 1.0))
    return Measure(100.0 * count / len(congested), detail=detail, weights=weights)


def traffic_tpi(settings: TrafficSettings, inputs: Inputs) -> Measure:
    """Traffic performance index of the place, 0 (smooth) to 10, from its congested share."""
    source = newest(inputs, "traffic_congested_share")
    if source is None or source.value is None:
        return Measure(None, why_not(inputs, "traffic_congested_share"))
    value = performance_index(source.value, settings.tpi_points)
    return Measure(value, detail={"share_percent": source.value}, weights=source.weights)
