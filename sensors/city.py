"""The city as data: zones, terminals, towns, districts. Parsed from text, never from a path."""

from collections.abc import Iterable

import msgspec

from sensors.quantity import CATALOGUE, Quantity, Stamp


class DeclaredQuantity(msgspec.Struct, frozen=True, forbid_unknown_fields=False):
    """One quantity that a terminal reports.

    Attributes:
        name: Name in the catalogue of quantities.
        unit: Unit that the terminal sends; the catalogue's or a known conversion.
        cadence: Seconds between two readings.
        stamp: Overrides what the catalogue says of the time of a reading.
        rated: What the thing is built for, in the catalogue's unit: current of a lamp circuit,
            depth of a shaft from its floor to the cover, spaces of a car park.
    """

    name: str
    unit: str
    cadence: float
    stamp: Stamp | None = None
    rated: float | None = None

    @property
    def quantity(self) -> Quantity:
        """The catalogue's entry."""
        return CATALOGUE[self.name]


class Terminal(msgspec.Struct, frozen=True, kw_only=True):
    """One roadside terminal; lon and lat in degrees (CGCS2000), None where unknown."""

    id: str
    zone: str
    quantities: tuple[DeclaredQuantity, ...]
    name: str = ""
    name_en: str = ""
    kind: str = ""
    lon: float | None = None
    lat: float | None = None


class Catchment(msgspec.Struct, frozen=True, kw_only=True):
    """What drains to a zone's lowest point: parameters of the ponding model, all [D].

    Attributes:
        area_m2: Contributing area.
        runoff_coefficient: Share of rain that runs off, 0–1.
        storage_s: Time constant of the surface as a linear reservoir, s.
        shape_c: Ponded volume at 1 m depth is `shape_c` m³ (`V = c·h^β`).
        shape_beta: Exponent β; 2 is a V-shaped dip, 1 a flat floor.
        inlet_length_m: Weir length of the gullies.
        inlet_area_m2: Orifice area of the gullies.
        efficiency: η, how much of inlet and pipe works, 0–1.
        pipe_m3_s: Capacity of the pipe at η = 1.
        pump_m3_s: Capacity of the pumps, 0 where there is none.
        pump_on_m: Depth at which the pumps start.
        pump_off_m: Depth at which they stop.
    """

    area_m2: float
    runoff_coefficient: float = 0.8
    storage_s: float = 600.0
    shape_c: float = 2500.0
    shape_beta: float = 2.0
    inlet_length_m: float = 6.0
    inlet_area_m2: float = 0.3
    efficiency: float = 0.6
    pipe_m3_s: float = 0.384
    pump_m3_s: float = 0.0
    pump_on_m: float = 0.10
    pump_off_m: float = 0.02


class Zone(msgspec.Struct, frozen=True, kw_only=True):
    """A place that has vital signs: a road segment, crossing, underpass, square or gate.

    Attributes:
        id: Identifier, unique in the city.
        name: Name in the city's own language.
        name_en: English name; the name where empty.
        timezone: IANA zone of its local time.
        kind: segment, crossing, underpass, square, school_gate or other.
        town: Id of its town.
        district: Id of its district; decides the partition of its alerts and orders.
        length_m: Length of road.
        area_m2: Area that people can stand on.
        exposure: Weight in roll-ups (people or vehicles there on a usual day).
        free_flow_speed: km/h; learned from the data where absent.
        road_class: expressway, arterial, secondary or branch.
        capacity: Approved number of people (核定容量).
        noise_class: Functional zone of GB 3096-2008: 0, 1, 2, 3, 4a or 4b.
        catchment: What drains to its lowest point, for the simulator and the ponding forecast.
        lon: Degrees.
        lat: Degrees.
    """

    id: str
    name: str = ""
    name_en: str = ""
    timezone: str = "Asia/Shanghai"
    kind: str = "other"
    town: str = "town"
    district: str = "district"
    length_m: float | None = None
    area_m2: float | None = None
    exposure: float = 1.0
    free_flow_speed: float | None = None
    road_class: str | None = None
    capacity: float | None = None
    noise_class: str | None = None
    catchment: Catchment | None = None
    lon: float | None = None
    lat: float | None = None


class Place(msgspec.Struct, frozen=True):
    """A town or a district: what zones roll up into."""

    id: str
    name: str = ""
    name_en: str = ""
    district: str = ""


class City(msgspec.Struct, frozen=True):
    """A parsed city pack, without its rules.

    Attributes:
        zones: By id.
        terminals: By id.
        towns: By id.
        districts: By id.
        by_zone: Terminals of each zone, ordered by id.
    """

    zones: dict[str, Zone]
    terminals: dict[str, Terminal]
    towns: dict[str, Place] = {}
    districts: dict[str, Place] = {}
    by_zone: dict[str, tuple[Terminal, ...]] = {}

    def terminals_of(self, zone: str) -> tuple[Terminal, ...]:
        """The terminals of a zone, ordered by id."""
        return self.by_zone.get(zone, ())

    def district_of(self, zone: str) -> str:
        """The district id of a zone."""
        return self.zones[zone].district

    def label_of(self, place: str) -> tuple[str, str]:
        """Chinese and English name of a zone, town or district; its id where it has none."""
        found = self.zones.get(place) or self.towns.get(place) or self.districts.get(place)
        if found is None:
            return place, place
        name = found.name or place
        return name, found.name_en or name


def build_city(
    zones: Iterable[Zone],
    terminals: Iterable[Terminal],
    towns: Iterable[Place] = (),
    districts: Iterable[Place] = (),
) -> City:
    """Index a city's parts by id; towns and districts that nobody described get bare entries."""
    by_id = {zone.id: zone for zone in zones}
    known_towns = {town.id: town for town in towns}
    known_districts = {district.id: district for district in districts}
    for zone in by_id.values():
        known_towns.setdefault(zone.town, Place(zone.town, zone.town, zone.town, zone.district))
        district = zone.district
        known_districts.setdefault(district, Place(district, district, district))
    known = {terminal.id: terminal for terminal in terminals}
    _share_declarations(known.values())
    by_zone: dict[str, list[Terminal]] = {}
    for _, terminal in sorted(known.items()):
        by_zone.setdefault(terminal.zone, []).append(terminal)
    members = {zone: tuple(found) for zone, found in by_zone.items()}
    return City(by_id, known, known_towns, known_districts, members)


def _share_declarations(terminals: Iterable[Terminal]) -> None:
    """Let terminals that declare the same hold the same tuple: it is most of what they take."""
    alike: dict[tuple[DeclaredQuantity, ...], tuple[DeclaredQuantity, ...]] = {}
    shared: tuple[DeclaredQuantity, ...] = ()
    for terminal in terminals:
        # Neighbours in a file are mostly of one kind.
        if terminal.quantities != shared:
            shared = alike.setdefault(terminal.quantities, terminal.quantities)
        msgspec.structs.force_setattr(terminal, "quantities", shared)
