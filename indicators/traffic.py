"""Traffic: speed and its ratio to free flow."""

import numpy as np

from indicators.vital_sign import Inputs, Level, Measure, Measures, VitalSign
from indicators.window import Pooled, pooled

RATIO_LEVELS = (
    Level("T2", 0.7, "基本畅通", "mostly smooth", "green"),
    Level("T3", 0.5, "轻度拥堵", "light congestion", "yellow"),
    Level("T4", 0.4, "中度拥堵", "moderate congestion", "orange"),
    Level("T5", 0.3, "严重拥堵", "severe congestion", "red"),
)
FREE_FLOW_SHARE = 0.85
"""Free flow is the 85th percentile of the speeds seen [D]."""
LEARNING_WINDOWS = 288
"""Windows before a learned free-flow speed is used: a day of five minutes [D]."""
MEMORY_WINDOWS = 8640
"""Beyond this many windows (30 days of five minutes) the old ones are halved away [D]."""


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


def traffic_speed_ratio(inputs: Inputs) -> Measure:
    """Mean speed over free-flow speed, 0–1 and above.

    The free-flow speed comes from the city pack; where it has none, it is learned as a percentile
    of this place's own window means.
    """
    speed = traffic_speed(inputs).value
    if speed is None:
        return Measure(None, "no_data")
    free_flow = inputs.zone.free_flow_speed or _learned_free_flow(inputs.memory, speed)
    if free_flow is None:
        return Measure(None, "learning_free_flow", {"windows": sum(inputs.memory.values())})
    return Measure(speed / free_flow, detail={"speed": speed, "free_flow": free_flow})


def _learned_free_flow(memory: dict[str, int], speed: float) -> float | None:
    """Learn one window's mean speed (buckets of 1 km/h) and give the percentile."""
    bucket = str(int(speed))
    memory[bucket] = memory.get(bucket, 0) + 1
    count = sum(memory.values())
    if count > MEMORY_WINDOWS:
        for key in list(memory):
            memory[key] //= 2
            if not memory[key]:
                del memory[key]
        count = sum(memory.values())
    if count < LEARNING_WINDOWS:
        return None
    seen = 0
    for key in sorted(memory, key=int):
        seen += memory[key]
        if seen >= FREE_FLOW_SHARE * count:
            return int(key) + 0.5
    return None


TRAFFIC_SIGNS = (
    VitalSign(
        id="traffic_speed",
        zh="平均车速",
        en="Traffic speed",
        group="traffic",
        unit="km/h",
        inputs=("traffic_speed",),
        formula=traffic_speed,
        many=traffic_speeds,
        window_s=300,
        source="mean of readings",
    ),
    VitalSign(
        id="traffic_speed_ratio",
        zh="车速比",
        en="Speed ratio",
        group="traffic",
        unit="1",
        inputs=("traffic_speed",),
        formula=traffic_speed_ratio,
        window_s=300,
        levels=RATIO_LEVELS,
        descending=True,
        utility=((0.2, 20), (0.3, 40), (0.4, 60), (0.5, 75), (0.7, 90), (0.9, 100)),
        source="r = v/v_ff, levels [D]",
    ),
)
