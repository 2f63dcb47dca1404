"""What the physics of a quantity and its usual gauges allow, as data. All figures [D]."""

from typing import Final

import msgspec


class Physics(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What one quantity can do; a test without a figure is left out. Values in its unit.

    Attributes:
        low: Value at which its gauges end below, and stick when they fail; None none.
        high: The same above.
        jump: Change from one reading to the next that is possible at once.
        rate_per_min: What may come on top of `jump` per minute between them; None is any.
        spike: An excursion of more than this within one window, and back, is none of nature's.
        flat_readings: Readings alike in a row that are suspect; None where any row is normal.
        flat_s: They last at least so long, s.
        creep_per_h: What stands, as rain or neighbours explain, moves at least so much in an hour:
            its gauge shows nothing for its resolution ÷ this. None where nothing stands.
        resting: Values up to this may stay as they are: a dry road, a detection limit, an empty
            street; only what is expected of the hour speaks against them. None where none may.
        clips: Whether its gauges may be cut off at the ends of what they ever said.
        matters: A deviation smaller than this is no event, however constant the series was.
        needs_rain: Whether it rises by rain alone.
        repeats: Whether it repeats itself to the digit: switches, schedules.
    """

    low: float | None = None
    high: float | None = None
    jump: float = 0.0
    rate_per_min: float | None = None
    spike: float | None = None
    flat_readings: int | None = 24
    flat_s: float = 3600.0
    creep_per_h: float | None = None
    resting: float | None = None
    clips: bool = True
    matters: float = 0.0
    needs_rain: bool = False
    repeats: bool = False


UNKNOWN: Final = Physics()
"""Of a quantity that nobody described: it may do anything but stand still for long."""

_PARTICLES = Physics(spike=500.0, resting=3.0, matters=20.0)
_GAS = Physics(resting=2.0, matters=10.0)
_SWITCH = Physics(flat_readings=None, repeats=True)
_COUNT = Physics(resting=0.0, matters=10.0)

PHYSICS: Final[dict[str, Physics]] = {
    # 0.15 m/min is what the steepest catchment of a road does under 300 mm/h; 5 cm are waves.
    # A blocked gully lets 3 mm/h through; more than that evaporates and seeps on a hot day.
    "water_depth": Physics(
        high=6.0, jump=0.05, rate_per_min=0.15, spike=0.3, flat_readings=24, resting=0.03,
        clips=False, matters=0.05, needs_rain=True, creep_per_h=0.003,
    ),
    # A sewer that runs full rises by metres a minute.
    "shaft_level": Physics(
        high=15.0, jump=0.3, rate_per_min=3.0, spike=3.0, resting=0.05, clips=False, matters=0.2,
        needs_rain=True, creep_per_h=0.01,
    ),
    "river_level": Physics(
        jump=0.1, rate_per_min=0.1, spike=0.5, clips=False, matters=0.2, creep_per_h=0.005
    ),
    "rain": Physics(resting=0.0, matters=1.0, high=200.0),
    "rain_rate": Physics(resting=0.0, matters=5.0, high=500.0),
    "temperature": Physics(
        low=-60.0, high=60.0, jump=3.0, rate_per_min=2.0, spike=5.0, clips=False, matters=2.0
    ),
    "dew_point": Physics(low=-80.0, jump=3.0, rate_per_min=2.0, spike=5.0, matters=2.0),
    # The gust front of a cloudburst takes air from half to fully damp in a minute.
    "humidity": Physics(
        low=0.0, jump=40.0, rate_per_min=10.0, spike=60.0, matters=10.0, flat_s=6 * 3600.0
    ),
    # Barometers of whole hPa stand still for half a day in settled weather.
    "pressure": Physics(
        low=850.0, high=1100.0, jump=1.0, rate_per_min=1.0, spike=3.0, flat_s=24 * 3600.0,
        matters=3.0,
    ),
    "wind_speed": Physics(high=90.0, spike=30.0, resting=0.5, matters=3.0),
    "pm25": _PARTICLES,
    "pm10": _PARTICLES,
    "so2": _GAS,
    "no2": _GAS,
    "o3": _GAS,
    "co": Physics(resting=1.0, matters=0.5),
    "laeq": Physics(low=10.0, high=130.0, flat_readings=12, flat_s=600.0, matters=5.0),
    "people_count": Physics(flat_readings=12, resting=0.0, matters=10.0),
    "people_in": _COUNT,
    "people_out": _COUNT,
    "people_density": Physics(resting=0.1, matters=0.2),
    # A loop detector that holds its last value holds it for hours.
    "traffic_speed": Physics(flat_readings=36, matters=8.0, low=0.0),
    "traffic_flow": Physics(resting=0.0, matters=3.0),
    "occupancy": Physics(resting=1.0, matters=5.0),
    "battery": Physics(flat_readings=None),
    "signal": Physics(flat_readings=None),
    "cover_tilt": Physics(flat_readings=None, matters=5.0),
    "lamp_lit": _SWITCH,
    "lamp_commanded": _SWITCH,
    "lamp_current": _SWITCH,
    "pump_running": _SWITCH,
    "parking_occupied": Physics(flat_readings=None, repeats=True, matters=5.0),
}  # fmt: skip


def physics_of(quantity: str) -> Physics:
    """What a quantity can do, by its canonical name; `UNKNOWN` of one that is not described."""
    return PHYSICS.get(quantity, UNKNOWN)
