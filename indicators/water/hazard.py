"""What standing and flowing water does to people and vehicles."""

from typing import Final

from indicators.rounding import significant
from indicators.vital_sign import Inputs, Measure
from indicators.water.settings import PedestrianLimits, WaterSettings

FLOW_STEPS: Final = ((0.3, 2), (0.6, 4), (1.0, 5), (4.0, 6))
"""(depth × speed, m²/s; class above it): NSW FB03 2023, as ARR 2019 [V secondary]."""
SPEED_STEPS: Final = ((2.0, 5), (4.0, 6))
"""(speed, m/s; least class above it), same source."""
DEPTH_STEPS: Final = ((0.3, 2), (0.5, 3), (1.2, 4), (2.0, 5), (4.0, 6))
"""(depth, m; least class above it), same source."""
PASSABLE_MM: Final = 300.0
"""From this depth no one drives (Pregnolato et al. 2017) [V secondary]."""


def hazard_class(depth: float, speed: float) -> int:
    """Flood hazard class H1–H6 as 1–6.

    Args:
        depth: m; at or below 0 there is no water, which is class 1.
        speed: m/s, ≥ 0.

    Source: NSW Flood risk management guideline FB03 (2023), as ARR 2019 [V secondary: a public R
    implementation].

    Example:
        >>> [hazard_class(0.2, 1.0), hazard_class(0.4, 1.0), hazard_class(0.5, 1.5)]
        [1, 2, 4]
    """
    if depth <= 0:
        return 1
    # Nine digits, as numbers are published: 0.2 m × 1.5 m/s is 0.3 and not a little more.
    measured = (significant(depth * speed), speed, depth)
    steps = (FLOW_STEPS, SPEED_STEPS, DEPTH_STEPS)
    return max(
        found
        for value, scale in zip(measured, steps, strict=True)
        for found in (1, *(above for edge, above in scale if value > edge))
    )


def safe_driving_speed(depth_mm: float) -> float:
    """Greatest safe speed of a car in standing water, km/h: 86.9 where dry, 0 from 300 mm.

    Args:
        depth_mm: mm; below 0 counts as 0.

    Source: Pregnolato et al. 2017, doi 10.1016/j.trd.2017.06.020 [V secondary, six codes].

    Example:
        >>> [round(safe_driving_speed(w)) for w in (100, 150, 200, 270, 300)]
        [41, 24, 12, 3, 0]
    """
    w = max(depth_mm, 0.0)
    return 0.0 if w >= PASSABLE_MM else 0.0009 * w**2 - 0.5529 * w + 86.9448


def pedestrian_stability(limits: PedestrianLimits, depth: float, speed: float) -> str:
    """How dangerous flowing water is to people who stand in it: low to extreme.

    Args:
        limits: Of adults or children, AR&R Project 10 (2010) [M].
        depth: m.
        speed: m/s, ≥ 0.
    """
    if depth > limits.max_depth_m or speed > limits.max_speed_m_s:
        return "extreme"
    flow = significant(max(depth, 0.0) * speed)
    return next((word for edge, word in limits.steps if flow <= edge), "extreme")


def hazard_rating(settings: WaterSettings, depth: float, speed: float) -> float:
    """Hazard to people HR = d·(v + 0.5) + DF of UK DEFRA [M]; 0 where there is no water.

    Args:
        settings: Debris factor [M].
        depth: m.
        speed: m/s, ≥ 0.
    """
    if depth <= 0:
        return 0.0
    debris = settings.debris_factor if depth > settings.debris_depth_m else 0.0
    return depth * (speed + 0.5) + debris


def danger(settings: WaterSettings, rating: float) -> str:
    """For whom a hazard rating of DEFRA is dangerous: caution, some, most or all [M]."""
    if rating > settings.danger_all:
        return "all"
    if rating >= settings.danger_most:
        return "most"
    return "some" if rating >= settings.danger_some else "caution"


def water_hazard(settings: WaterSettings, inputs: Inputs) -> Measure:
    """Flood hazard class 1–6 of the worst gauge, from depth and, where measured, flow speed.

    A depth goes with the speed of its own terminal, else with the fastest of the place, else with
    0: then by depth alone, which `flow` says. Below the dry depth a speed is noise.

    Source: FB03/ARR classes [V secondary]; people by AR&R Project 10 and DEFRA [M]; the pairing of
    gauges is ours [D].
    """
    depths = inputs.by_quantity.get("water_depth", ())
    if not depths:
        return Measure(None, "no_depth" if inputs.all("flow_speed") else "no_data")
    speeds = {a.terminal: a.mean for a in inputs.all("flow_speed")}
    fastest = max(speeds.values(), default=0.0)
    gauges = []
    for gauge in depths:
        depth = significant(gauge.mean)
        speed = speeds.get(gauge.terminal, fastest) if depth >= settings.dry_m else 0.0
        gauges.append((hazard_class(depth, significant(speed)), depth, speed, gauge.terminal))
    found, depth, speed, terminal = max(gauges)
    detail = {
        "terminal": terminal,
        "depth_m": depth,
        "flow": "measured" if speeds else "not_measured",
    }
    if speeds:
        rating = hazard_rating(settings, depth, speed)
        detail |= {
            "speed_m_s": speed,
            "adults": pedestrian_stability(settings.adults, depth, speed),
            "children": pedestrian_stability(settings.children, depth, speed),
            "danger": danger(settings, rating),
        }
    return Measure(float(found), detail=detail, weights={terminal: 1.0})


def water_safe_speed(inputs: Inputs) -> Measure:
    """Greatest safe driving speed in the deepest water of the place, km/h, 0–86.9.

    Source: Pregnolato et al. 2017 [V secondary].
    """
    gauges = [(significant(a.mean), a.terminal) for a in inputs.all("water_depth")]
    if not gauges:
        return Measure(None, "no_data")
    depth, terminal = max(gauges)
    speed = safe_driving_speed(depth * 1000)
    return Measure(speed, detail={"depth_cm": depth * 100}, weights={terminal: 1.0})
