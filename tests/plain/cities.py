"""Small cities for the streams of the plain reference: every cadence, stamp and kind of window."""

from collections.abc import Mapping

from sensors.city import City, DeclaredQuantity, Terminal, Zone, build_city
from sensors.quantity import CATALOGUE, Stamp

Declared = Mapping[str, float | tuple[float, Stamp]]
"""Quantity → cadence (s), or cadence and what its stamp means."""


def terminal(id_: str, zone: str, declared: Declared) -> Terminal:
    quantities = []
    for name, what in declared.items():
        cadence, stamp = what if isinstance(what, tuple) else (what, None)
        quantities.append(DeclaredQuantity(name, CATALOGUE[name].unit, cadence, stamp))
    return Terminal(id=id_, zone=zone, quantities=tuple(quantities))


MIXED = build_city(
    [
        Zone(id="dip", kind="underpass"),
        Zone(id="gate", timezone="Asia/Kolkata", free_flow_speed=60.0),
        Zone(id="hill", timezone="America/St_Johns", district="east"),
    ],
    [
        terminal("wl-1", "dip", {"water_depth": 10.0, "battery": 60.0}),
        terminal("wl-2", "dip", {"water_depth": 60.0, "rain": 60.0, "rain_rate": 10.0}),
        terminal("pc-1", "gate", {"people_count": 60.0, "people_density": 1.0}),
        terminal("nl-1", "gate", {"laeq": (1.0, Stamp.END), "traffic_speed": 10.0}),
        terminal("aq-1", "hill", {**dict.fromkeys(("so2", "no2", "co", "o3", "pm10", "pm25"), 3600.0),
                                  "temperature": (60.0, Stamp.START)}),
    ],
)  # fmt: skip
"""Three zones, minutes and seconds mostly; one station of hourly air."""

CROWDED = build_city(
    [Zone(id="square"), Zone(id="road")],
    [
        terminal("a", "square", {"people_density": 10.0, "temperature": 10.0, "laeq": 60.0}),
        terminal("b", "square", {"people_density": (10.0, Stamp.END), "temperature": 60.0}),
        terminal("c", "square", {"laeq": 10.0, "people_count": (10.0, Stamp.INSTANT)}),
        terminal("ts:1", "road", {"traffic_speed": 60.0, "traffic_flow": 1.0, "rain": 3600.0}),
    ],
)  # fmt: skip
"""Two zones; several terminals of one quantity, with unlike cadences and stamps."""

CITIES: dict[str, City] = {"mixed": MIXED, "crowded": CROWDED}
