"""How fast and how dense traffic is by hour, rain and water on the road."""

import math

from sensors.city import Zone
from sensors.simulator import daily

IMPASSABLE_MM = 300.0
"""Depth (mm) from which no car passes."""


def safe_speed(depth_m: float) -> float:
    """Fastest speed at which cars keep their grip in standing water, km/h (Pregnolato 2017).

    Example:
        >>> round(safe_speed(0.15)), safe_speed(0.3)
        (24, 0.0)
    """
    w = 1000.0 * depth_m
    return 0.0 if w >= IMPASSABLE_MM else 0.0009 * w * w - 0.5529 * w + 86.9448


def traffic(zone: Zone, hour: float, intensity: float, water: float) -> tuple[float, float]:
    """Speed in km/h and flow in vehicles a minute.

    Args:
        zone: The road.
        hour: Local hour of the day, 0–24.
        intensity: Rain, mm/h.
        water: Depth on the road, m.
    """
    share = daily.traffic_share(hour)
    free = zone.free_flow_speed or 50.0
    usual = free * (1.0 - 0.45 * share**1.5) * (1.0 - 0.15 * min(1.0, intensity / 60.0))
    # A few drivers always try: a radar that sees nobody would report nothing.
    speed = max(2.0, min(usual, safe_speed(water)))
    # Flow falls slower than speed: cars stand closer in a queue.
    return speed, (2.0 + 58.0 * share) * min(1.0, math.sqrt(speed / usual))
