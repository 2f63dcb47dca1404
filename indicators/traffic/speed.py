"""Traffic speed and its ratio to free flow."""

from collections.abc import Sequence

from indicators.rounding import significant
from indicators.shares import reading_shares
from indicators.traffic.detectors import driven, travelled, why_no_speed
from indicators.traffic.free_flow import free_flow_speed, learned_windows
from indicators.traffic.settings import TrafficSettings
from indicators.vital_sign import Inputs, Measure
from indicators.window import pooled


def traffic_speed(settings: TrafficSettings, inputs: Inputs) -> Measure:
    """Mean speed of all detectors of the place, km/h; NA where there are no vehicles."""
    detectors = driven(settings, inputs)
    pool = pooled(detectors)
    if pool is None:
        return Measure(None, why_no_speed(settings, inputs))
    return Measure(pool.mean, detail={"readings": pool.count}, weights=reading_shares(detectors))


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


def traffic_speed_ratio(settings: TrafficSettings, inputs: Inputs) -> Measure:
    """Mean speed over free-flow speed, 0–1 and above.

    The free-flow speed comes from the city pack; where it has none, it is learned as a percentile
    of this place's own window means while little flows. `time_index` in the detail is
    Σ(L/v·w)/Σ(L/v_ff·w) over the detectors: what is slow takes long, which a mean of speeds hides.
    """
    detectors = driven(settings, inputs)
    pool = pooled(detectors)
    if pool is None:
        return Measure(None, why_no_speed(settings, inputs))
    speed = pool.mean
    free_flow = free_flow_speed(settings, inputs, speed)
    if free_flow is None:
        return Measure(None, "learning_free_flow", {"windows": learned_windows(inputs)})
    weights = travelled(inputs, detectors)
    times = sum(
        weights[a.terminal] * time_index(a.mean / free_flow, settings.time_index_limit)
        for a in detectors
    )
    index = times / sum(weights.values())
    number = level_by_ratio(significant(speed / free_flow), settings.level_ratios)
    names = [level.id for level in settings.traffic_levels]
    return Measure(
        speed / free_flow,
        detail={"speed": speed, "free_flow": free_flow, "time_index": index},
        level=names[number - 1] if number <= len(names) else None,
        weights=reading_shares(detectors),
    )
