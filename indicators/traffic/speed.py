"""Traffic speed and its ratio to free flow."""

import numpy as np

from indicators.shares import reading_shares
from indicators.traffic.settings import TrafficSettings
from indicators.vital_sign import Inputs, Measure, Measures
from indicators.window import Pooled, pooled


def traffic_speed(inputs: Inputs) -> Measure:
    """Mean speed of all detectors of the place, km/h."""
    pool = pooled(inputs.all("traffic_speed"))
    if pool is None:
        return Measure(None, "no_data")
    return Measure(pool.mean, detail={"readings": pool.count})


def traffic_speeds(pooled_: Pooled) -> Measures:
    """As `traffic_speed`, of many windows."""
    count = np.maximum(pooled_.count, 1)
    details = [{"readings": readings} for readings in pooled_.count.tolist()]
    return Measures(pooled_.steps / pooled_.scale / count, details)


def traffic_speed_ratio(settings: TrafficSettings, inputs: Inputs) -> Measure:
    """Mean speed over free-flow speed, 0–1 and above.

    The free-flow speed comes from the city pack; where it has none, it is learned as a percentile
    of this place's own window means.
    """
    speed = traffic_speed(inputs).value
    if speed is None:
        return Measure(None, "no_data")
    free_flow = free_flow_speed(settings, inputs, speed)
    if free_flow is None:
        return Measure(None, "learning_free_flow", {"windows": sum(inputs.memory.values())})
    detail = {"speed": speed, "free_flow": free_flow}
    weights = reading_shares(inputs.all("traffic_speed"))
    return Measure(speed / free_flow, detail=detail, weights=weights)


def free_flow_speed(settings: TrafficSettings, inputs: Inputs, speed: float) -> float | None:
    """Free-flow speed of the place, km/h: the city pack's, or what the sign's memory has learned.

    Args:
        settings: How it is learned.
        inputs: Their memory learns this window's speed where the pack says nothing.
        speed: Mean of this window, km/h.

    Returns:
        None while it is learning.
    """
    return inputs.zone.free_flow_speed or _learned_free_flow(settings, inputs.memory, speed)


def _learned_free_flow(
    settings: TrafficSettings, memory: dict[str, int], speed: float
) -> float | None:
    """Learn one window's mean speed (buckets of 1 km/h) and give the percentile."""
    bucket = str(int(speed))
    memory[bucket] = memory.get(bucket, 0) + 1
    count = sum(memory.values())
    if count > settings.memory_windows:
        for key in list(memory):
            memory[key] //= 2
            if not memory[key]:
                del memory[key]
        count = sum(memory.values())
    if count < settings.learning_windows:
        return None
    seen = 0
    for key in sorted(memory, key=int):
        seen += memory[key]
        if seen >= settings.free_flow_share * count:
            return int(key) + 0.5
    return None
