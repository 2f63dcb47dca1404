"""What is counted since the last reading: how much comes in a second, before chance."""

from collections.abc import Callable
from typing import NamedTuple

from sensors.simulator import daily
from sensors.simulator.surroundings import Surroundings

_PASSING = 0.8
"""People who pass a camera in a second at one person per m²."""


class Amount(NamedTuple):
    """How an amount behaves.

    Attributes:
        rate: How much comes in a second.
        decimals: Resolution of the meter.
    """

    rate: Callable[[Surroundings], float]
    decimals: int = 0


def _office(around: Surroundings) -> float:
    """1 while offices are open, else 0."""
    return 1.0 if 9.0 <= around.hour < 17.0 else 0.0


AMOUNTS: dict[str, Amount] = {
    "people_count": Amount(lambda a: _PASSING * a.density),
    "people_in": Amount(lambda a: 0.55 * _PASSING * a.density),
    "people_out": Amount(lambda a: 0.45 * _PASSING * a.density),
    "service_cases": Amount(lambda a: _office(a) * 60.0 / 3600.0),
    "hotline_calls": Amount(lambda a: (4.0 + 20.0 * _office(a) + a.rain_mm_h / 4.0) / 3600.0),
    "clinic_visits": Amount(lambda a: (2.0 + 10.0 * _office(a)) / 3600.0),
    "park_power": Amount(lambda a: (400.0 + 900.0 * daily.traffic_share(a.hour)) / 3600.0, 1),
}
"""By quantity; rain is the tipping gauge's own work."""
