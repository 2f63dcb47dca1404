"""What each kind of sensor reads in its surroundings, before noise; canonical units."""

import math
from collections.abc import Callable
from typing import NamedTuple

from sensors.simulator import daily
from sensors.simulator.surroundings import Surroundings

Reader = Callable[[Surroundings], float]


class Behaviour(NamedTuple):
    """How a quantity behaves.

    Attributes:
        read: The value without noise.
        noise: Standard deviation of the noise, in the unit, or as a share where `relative`.
        relative: Whether noise grows with the value.
        memory: Seconds over which the noise is alike.
        decimals: Resolution of the sensor.
    """

    read: Reader
    noise: float
    relative: bool
    memory: float
    decimals: int


def _occupancy(around: Surroundings) -> float:
    # Three lanes, seven metres a vehicle.
    return min(95.0, 14.0 * around.flow / around.speed)


def _noise_level(around: Surroundings) -> float:
    traffic = 13.0 * math.sqrt(daily.traffic_share(around.hour))
    return 50.0 + traffic + min(8.0, 4.0 * around.density) + min(6.0, 0.06 * around.rain_mm_h)


def _washed(around: Surroundings) -> float:
    """Share of dust that rain leaves in the air."""
    return 1.0 - 0.5 * min(1.0, around.rain_mm_h / 60.0)


def _pm25(around: Surroundings) -> float:
    return (22.0 + 12.0 * daily.traffic_share(around.hour)) * _washed(around)


def _humidity(around: Surroundings) -> float:
    return min(99.0, 70.0 - 2.2 * (around.temperature - 26.0) + min(25.0, around.rain_mm_h))


def _shaft_level(around: Surroundings) -> float:
    return 0.35 + 1.5 * around.drain_share + around.depth_m


def _spot_temperature(around: Surroundings) -> float:
    dry = around.rain_mm_h < 1.0
    return around.temperature + (9.0 * daily.sunshine(around.hour) if dry else 0.0)


def _even(read: Reader, noise: float, memory: float, decimals: int) -> Behaviour:
    return Behaviour(read, noise, relative=False, memory=memory, decimals=decimals)


def _relative(read: Reader, noise: float, memory: float, decimals: int) -> Behaviour:
    return Behaviour(read, noise, relative=True, memory=memory, decimals=decimals)


BEHAVIOURS: dict[str, Behaviour] = {
    "water_depth": _even(lambda a: a.depth_m, 0.0012, 30, 3),
    "rain_rate": _relative(lambda a: a.rain_mm_h, 0.05, 60, 1),
    "people_density": _relative(lambda a: a.density, 0.05, 40, 2),
    "traffic_speed": _relative(lambda a: a.speed, 0.05, 120, 1),
    "traffic_flow": _relative(lambda a: a.flow, 0.12, 60, 1),
    "occupancy": _relative(_occupancy, 0.10, 60, 1),
    "pm25": _relative(_pm25, 0.08, 1800, 1),
    "pm10": _relative(lambda a: 1.6 * _pm25(a), 0.08, 1800, 1),
    "so2": _relative(lambda _: 7.0, 0.10, 3600, 1),
    "no2": _relative(lambda a: 16.0 + 26.0 * daily.traffic_share(a.hour), 0.10, 1200, 1),
    "o3": _relative(lambda a: 30.0 + 90.0 * daily.sunshine(a.hour - 2.0), 0.08, 1800, 1),
    "co": _relative(lambda a: 0.4 + 0.4 * daily.traffic_share(a.hour), 0.06, 1200, 2),
    "laeq": _even(_noise_level, 1.5, 20, 1),
    "temperature": _even(lambda a: a.temperature, 0.2, 1800, 1),
    "dew_point": _even(lambda a: a.temperature - (100 - _humidity(a)) / 5, 0.3, 1800, 1),
    "humidity": _even(_humidity, 1.5, 1800, 1),
    "pressure": _even(lambda a: 1008.0 - 0.02 * a.rain_mm_h, 0.4, 3600, 1),
    "wind_speed": _relative(lambda a: 1.8 + min(7.0, 0.06 * a.rain_mm_h), 0.35, 120, 1),
    "cover_tilt": _even(lambda _: 0.4, 0.15, 600, 1),
    "shaft_level": _even(_shaft_level, 0.006, 60, 3),
    "lamp_current": _relative(lambda a: 18.5 if daily.lamps_lit(a.hour) else 0.1, 0.02, 600, 2),
    "smoke": _even(lambda _: 2.0, 0.5, 300, 1),
    "spot_temperature": _even(_spot_temperature, 0.8, 600, 1),
    "river_level": _even(lambda a: 2.5 + 0.02 * a.rain_mm_h, 0.02, 3600, 2),
    "flow_speed": _relative(lambda a: 1.2 * a.depth_m, 0.1, 30, 2),
    "pump_running": _even(lambda a: 1.0 if a.depth_m >= 0.1 else 0.0, 0.0, 60, 2),
    "people_speed": _relative(lambda a: max(0.1, 1.3 - 0.25 * a.density), 0.05, 60, 2),
    "people_speed_variance": _relative(lambda _: 0.004, 0.2, 60, 4),
    "parking_occupied": _even(lambda a: 20.0 + 160.0 * daily.traffic_share(a.hour), 2, 1800, 0),
    "wind_gust": _relative(lambda a: 3.0 + min(11.0, 0.1 * a.rain_mm_h), 0.3, 60, 1),
    "visibility": _relative(lambda a: 12_000.0 / (1.0 + a.rain_mm_h / 8.0), 0.05, 600, 0),
    "globe_temperature": _even(
        lambda a: a.temperature + 12.0 * daily.sunshine(a.hour), 0.5, 600, 1
    ),
    "wet_bulb_temperature": _even(lambda a: a.temperature - 3.0, 0.3, 600, 1),
    "h2s": _relative(lambda _: 0.4, 0.2, 600, 1),
    "ch4_lel": _relative(lambda _: 0.6, 0.2, 600, 1),
    "lamp_lit": _even(lambda a: 0.99 if daily.lamps_lit(a.hour) else 0.0, 0.0, 600, 2),
    "lamp_commanded": _even(lambda a: 1.0 if daily.lamps_lit(a.hour) else 0.0, 0.0, 600, 0),
    "mains_voltage": _even(lambda _: 226.0, 1.5, 600, 1),
    "waiting_time": _relative(lambda a: 6.0 + 14.0 * daily.traffic_share(a.hour), 0.15, 1800, 1),
    "order_backlog": _even(lambda a: 40.0 + a.rain_mm_h, 2, 7200, 0),
    "battery": _even(lambda a: 92.0 - (a.at / 86400.0 % 90.0) / 3.0, 0.2, 7200, 0),
    "signal": _even(lambda a: -82.0 - min(6.0, 0.05 * a.rain_mm_h), 2.5, 900, 0),
}
"""By quantity; amounts since the last reading stand in `amounts`."""
