"""A made city of any size: terminals that all report the same quantities, zones evenly cut."""

import math
from itertools import count
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from sensors.city import DeclaredQuantity, Terminal, Zone
from sensors.quantity import CATALOGUE
from streams.topics import partition_of

QUANTITIES: Final[dict[str, tuple[float, float]]] = {
    "water_depth": (0.3, 0.1),
    "rain_rate": (20.0, 5.0),
    "people_density": (1.5, 0.5),
    "pm25": (35.0, 10.0),
    "pm10": (60.0, 15.0),
    "laeq": (62.0, 5.0),
    "temperature": (20.0, 5.0),
    "humidity": (65.0, 10.0),
    "traffic_speed": (45.0, 10.0),
    "battery": (80.0, 5.0),
}
"""Quantity → mean and standard deviation of its values, in the catalogue's unit."""


class Shape(NamedTuple):
    """How large the city is and how it reports.

    Attributes:
        terminals: Count of terminals.
        zones: Count of zones, at most as many as terminals.
        cadence: Seconds between two packs of a terminal, > 0.
        quantities: Readings a pack, 1-10, the first ones of `QUANTITIES`.
        partitions: Zone partitions over which the zones are spread evenly.
        is_staggered: Whether the terminals report one after the other through the cadence, instead
            of all at its beginning.
    """

    terminals: int = 560
    zones: int = 64
    cadence: float = 1.0
    quantities: int = 10
    partitions: int = 4
    is_staggered: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The quantities of every terminal."""
        return tuple(QUANTITIES)[: self.quantities]


class Places(NamedTuple):
    """Ids of the city; terminal number k stands in zone number k % zones.

    Attributes:
        shape: What it was made of.
        terminals: Terminal ids.
        zones: Zone ids.
    """

    shape: Shape
    terminals: tuple[str, ...]
    zones: tuple[str, ...]

    def zone_of(self, terminal: int) -> str:
        """Zone id of a terminal by its number."""
        return self.zones[terminal % len(self.zones)]

    def partition_of(self, terminal: int) -> int:
        """Readings partition of a terminal by its number."""
        return partition_of(self.zone_of(terminal), self.shape.partitions)


def places_of(shape: Shape) -> Places:
    """Names for a shape; every partition gets as many zones as any other, or one less.

    Raises:
        ValueError: There are fewer terminals than zones.
    """
    if shape.terminals < shape.zones:
        raise ValueError(f"{shape.terminals} terminals do not fill {shape.zones} zones")
    terminals = tuple(f"t{number:05d}" for number in range(shape.terminals))
    return Places(shape, terminals, tuple(_even(shape.zones, shape.partitions)))


def _even(zones: int, partitions: int) -> list[str]:
    """Zone ids whose hashes fall evenly on the partitions."""
    room = [math.ceil(zones / partitions)] * partitions
    chosen: list[str] = []
    for number in count():
        if len(chosen) == zones:
            break
        zone = f"z{number:03d}"
        partition = partition_of(zone, partitions)
        if room[partition]:
            room[partition] -= 1
            chosen.append(zone)
    return chosen


def write_city(places: Places, folder: Path) -> None:
    """Write the city pack: `terminals.json`, everything else by default.

    Args:
        places: The city.
        folder: Made if missing.
    """
    shape = places.shape
    declared = tuple(
        DeclaredQuantity(name, CATALOGUE[name].unit, shape.cadence) for name in shape.names
    )
    file = {
        "zones": [Zone(id=zone, name=zone, name_en=zone) for zone in places.zones],
        "terminals": [
            Terminal(id=terminal, zone=places.zone_of(number), quantities=declared)
            for number, terminal in enumerate(places.terminals)
        ],
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "terminals.json").write_bytes(_without_nulls(file))


def _without_nulls(file: object) -> bytes:
    plain = msgspec.to_builtins(file)
    for row in (*plain["zones"], *plain["terminals"]):
        for field in [name for name, value in row.items() if value is None]:
            del row[field]
    for row in plain["terminals"]:
        row["quantities"] = [
            {name: value for name, value in quantity.items() if value is not None}
            for quantity in row["quantities"]
        ]
    return msgspec.json.encode(plain)
