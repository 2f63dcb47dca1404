"""Whether a pack's zones, terminals, towns and districts make sense."""

import math
import re
from collections.abc import Iterator
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from indicators.noise.gb3096 import LIMITS
from indicators.traffic.congestion import CLASS_SPEEDS
from sensors.city import Catchment, Terminal, Zone
from streams.pack.calendar import CALENDARS
from streams.pack.layout import CityFile, TerminalsFile
from streams.pack.problem import Finding, Steps, nearest
from streams.pack.shape import valid

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._-]*")
_ID_MEND = "use A-Z a-z 0-9 - : . _ only, beginning with a letter or digit (SenML names)"


class _Identified(Protocol):
    @property
    def id(self) -> str: ...


_I = TypeVar("_I", bound=_Identified)


def check_city(city: CityFile) -> Iterator[Finding]:
    """Check `city.yaml`."""
    yield from _id((), city)
    yield from _timezone(("timezone",), city.timezone)
    if city.calendar not in CALENDARS:
        yield Finding(("calendar",), city.calendar, nearest(city.calendar, [*CALENDARS]))
    for number, day in valid(city.working_days):
        if day in city.rest_days:
            mend = "it is among rest_days too: keep it in one of the two"
            yield Finding(("working_days", number), day.isoformat(), mend)
    yield from check_ids("districts", city.districts)
    yield from check_ids("towns", city.towns)
    districts = [district.id for _, district in valid(city.districts)]
    for number, town in valid(city.towns):
        if districts and town.district not in districts:
            mend = nearest(town.district, districts)
            yield Finding(("towns", number, "district"), town.district, mend)


def check_terminals(file: TerminalsFile, zone_ids: list[str], city: CityFile) -> Iterator[Finding]:
    """Check `terminals.json`.

    Args:
        file: The file, its invalid items left out of the checks.
        zone_ids: Ids of all its zones, the invalid ones too.
        city: Whose towns and districts the zones name.
    """
    for name, items in (("zones", file.zones), ("terminals", file.terminals)):
        if not items:
            yield Finding((name,), [], "a city has at least one")
    yield from check_ids("zones", file.zones)
    yield from check_ids("terminals", file.terminals)
    for number, zone in valid(file.zones):
        yield from _zone(("zones", number), zone, city)
    for number, terminal in valid(file.terminals):
        steps = ("terminals", number)
        yield from _position(steps, terminal)
        if terminal.zone not in zone_ids:
            yield Finding((*steps, "zone"), terminal.zone, nearest(terminal.zone, zone_ids))


def check_ids(name: str, items: tuple[_I, ...]) -> Iterator[Finding]:
    """Characters of the ids of a list, and that none comes twice."""
    seen: dict[str, int] = {}
    for number, item in valid(items):
        yield from _id((name, number), item)
        first = seen.setdefault(item.id, number)
        if first != number:
            mend = f"choose another id: {name}[{first}] has this one"
            yield Finding((name, number, "id"), item.id, mend)


def _id(steps: Steps, item: _Identified) -> Iterator[Finding]:
    if not _ID.fullmatch(item.id):
        yield Finding((*steps, "id"), item.id, _ID_MEND)


def _zone(steps: Steps, zone: Zone, city: CityFile) -> Iterator[Finding]:
    yield from _timezone((*steps, "timezone"), zone.timezone)
    yield from _position(steps, zone)
    for field in ("length_m", "area_m2", "free_flow_speed", "capacity"):
        value = getattr(zone, field)
        if value is not None and not 0 < value < math.inf:
            yield Finding((*steps, field), value, "must be above 0, or leave it out")
    for field, known in (("road_class", list(CLASS_SPEEDS)), ("noise_class", list(LIMITS))):
        value = getattr(zone, field)
        if value is not None and value not in known:
            yield Finding((*steps, field), value, nearest(value, known))
    if not 0 <= zone.exposure < math.inf:
        yield Finding((*steps, "exposure"), zone.exposure, "must be 0 or more")
    if zone.catchment is not None:
        yield from _catchment((*steps, "catchment"), zone.catchment)
    yield from _membership(steps, zone, city)


def _membership(steps: Steps, zone: Zone, city: CityFile) -> Iterator[Finding]:
    towns = {town.id: town for _, town in valid(city.towns)}
    districts = [district.id for _, district in valid(city.districts)]
    if districts and zone.district not in districts:
        yield Finding((*steps, "district"), zone.district, nearest(zone.district, districts))
    if not towns:
        return
    if zone.town not in towns:
        yield Finding((*steps, "town"), zone.town, nearest(zone.town, list(towns)))
    elif towns[zone.town].district not in ("", zone.district):
        mend = f"its town '{zone.town}' lies in district '{towns[zone.town].district}'"
        yield Finding((*steps, "district"), zone.district, mend)


def _position(steps: Steps, place: Zone | Terminal) -> Iterator[Finding]:
    for field, limit in (("lon", 180), ("lat", 90)):
        value = getattr(place, field)
        if value is not None and not -limit <= value <= limit:
            yield Finding((*steps, field), value, f"degrees between -{limit} and {limit}, or null")


def _timezone(steps: Steps, name: str) -> Iterator[Finding]:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name is a folder's
        mend = nearest(name, sorted(available_timezones()))
        if mend.startswith("known"):
            mend = "write an IANA time zone such as 'Asia/Shanghai'"
        yield Finding(steps, name, mend)


def _catchment(steps: Steps, catchment: Catchment) -> Iterator[Finding]:
    for field in ("area_m2", "storage_s", "shape_c", "shape_beta"):
        value = getattr(catchment, field)
        if not 0 < value < math.inf:
            yield Finding((*steps, field), value, "must be above 0")
    for field in ("runoff_coefficient", "efficiency"):
        value = getattr(catchment, field)
        if not 0 <= value <= 1:
            yield Finding((*steps, field), value, "a share between 0 and 1")
    for field in ("inlet_length_m", "inlet_area_m2", "pipe_m3_s", "pump_m3_s", "pump_off_m"):
        value = getattr(catchment, field)
        if not 0 <= value < math.inf:
            yield Finding((*steps, field), value, "must be 0 or more")
    if not catchment.pump_on_m > catchment.pump_off_m:
        mend = "pumps start at a greater depth than pump_off_m"
        yield Finding((*steps, "pump_on_m"), catchment.pump_on_m, mend)
