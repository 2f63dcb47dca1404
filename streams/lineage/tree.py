"""The tree of what a value is made of: other values, and readings at its leaves. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, Protocol

import msgspec

from indicators.plan import SignPlan, plan_zone
from indicators.rollup import HEALTH_INDEX
from indicators.vital_sign import Basis, VitalSign
from sensors.city import City
from streams.lineage.times import instant_of

_FRESH_WINDOWS: Final = 3
_RECENT_MS: Final = 3 * 86_400_000
"""What an index is made of ended within this time of it."""


class LineageError(Exception):
    """A value cannot be traced; says why and what to do."""


class Found(msgspec.Struct, frozen=True):
    """A reading that a value is made of.

    Attributes:
        terminal: Terminal.
        quantity: Quantity.
        time: Event time, RFC 3339.
        value: In the catalogue's unit.
        unit: That unit.
    """

    terminal: str
    quantity: str
    time: str
    value: float
    unit: str


class Node(msgspec.Struct):
    """One value and what it is made of.

    Attributes:
        id: `<place>/<sign>/<window end>`, or the id of an alert.
        line: The record as it was published.
        made_of: Values below it.
        readings: Readings below it, by terminal, quantity and time.
        note: What cannot be shown, and why.
    """

    id: str
    line: dict[str, Any]
    made_of: list["Node"] = []
    readings: list[Found] = []
    note: str = ""


class Records(Protocol):
    """Where published values and accepted readings are found. All times are Unix ms.

    Attributes:
        lacks: Why readings cannot be shown; empty where they can.
    """

    lacks: str

    def alert(self, id_: str) -> dict[str, Any] | None:
        """The CloudEvent of an alert."""

    def values(self, place: str, after: int, until: int, by: int | None) -> list[dict[str, Any]]:
        """Published values of a place whose windows end in (after, until].

        Of each window the newest revision that was published by `by`; of all where it is None.
        """

    def readings(
        self, zone: str, quantities: tuple[str, ...], start: int, end: int, by: int
    ) -> list[Found]:
        """Readings of a zone in [start, end), as they were accepted by a stream time."""


class Lineage:
    """Explains values.

    Args:
        records: What was published and received.
        city: Places and terminals.
        signs: The catalogue of vital signs.
        depth: How many levels below the value are followed.
    """

    def __init__(
        self, records: Records, city: City, signs: Mapping[str, VitalSign], depth: int = 4
    ) -> None:
        self._records, self._city, self._signs, self._depth = records, city, signs, depth

    def explain(self, id_: str) -> Node:
        """The tree of a value or an alert.

        Args:
            id_: `<place>/<sign>/<window end>`, where the end may be left out for the newest value;
                or the id of an alert.

        Raises:
            LineageError: There is no such value.
        """
        event = self._records.alert(id_)
        if event is not None:
            reason, zone = event["data"]["reason"], event["data"]["zone"]
            ended, by = instant_of(reason["window_end"]), instant_of(event["time"])
            return Node(
                id_, event, [self._value(zone, reason["indicator"], ended, by, self._depth)]
            )
        place, sign, end = _parts(id_)
        return self._value(place, sign, end, None, self._depth)

    def _value(self, place: str, sign: str, end: int | None, by: int | None, depth: int) -> Node:
        after, until = (0, 2**62) if end is None else (end - 1, end)
        lines = [
            line
            for line in self._records.values(place, after, until, by)
            if line["indicator"] == sign
        ]
        if not lines:
            raise LineageError(self._missing(place, sign, end))
        return self._node(max(lines, key=lambda line: instant_of(line["window_end"])), depth)

    def _missing(self, place: str, sign: str, end: int | None) -> str:
        if sign not in self._signs:
            return f"no vital sign {sign!r}: `vitals catalogue` lists them"
        if place not in self._city.zones | self._city.towns | self._city.districts:
            return f"no place {place!r} in this city pack"
        if end is None:
            return f"{place} has no value of {sign}"
        return f"{place} has no value of {sign} that ends then; leave the end out for the newest"

    def _node(self, line: dict[str, Any], depth: int) -> Node:
        node = Node(f"{line['zone']}/{line['indicator']}/{line['window_end']}", line)
        if depth <= 0:
            node.note = "not followed any further: raise the depth"
            return node
        if line["kind"] != "zone":
            node.made_of = [self._node(zone, depth - 1) for zone in self._zones_below(line)]
            return node
        sign = self._signs.get(line["indicator"])
        plan = self._plan(line)
        if sign is None or plan is None:
            node.note = "not in the catalogue of this city pack"
        elif sign.basis is Basis.READINGS:
            start, end, by = (
                instant_of(line[name]) for name in ("window_start", "window_end", "at")
            )
            node.readings = self._records.readings(line["zone"], plan.quantities, start, end, by)
            node.note = self._records.lacks
        elif sign.basis is Basis.LIVENESS:
            node.note = (
                "made of when each terminal was last heard; `down` names those that were not"
            )
        elif sign.basis is Basis.CLOCKS:
            node.note = "made of when packs were received, and of the time of their newest readings"
        else:
            below = self._history(line, plan) if sign.basis is Basis.HISTORY else self._newest(line)
            node.made_of = [self._node(value, depth - 1) for value in below]
        return node

    def _plan(self, line: dict[str, Any]) -> SignPlan | None:
        zone = self._city.zones.get(line["zone"])
        if zone is None:
            return None
        return plan_zone(self._city, zone, self._signs.values()).signs.get(line["indicator"])

    def _history(self, line: dict[str, Any], plan: SignPlan) -> list[dict[str, Any]]:
        """The values of the signs it is made of whose windows end within its own."""
        return [
            value
            for value in self._records.values(line["zone"], *_span(line))
            if value["indicator"] in plan.sources
            and not instant_of(value["window_end"]) % plan.source_hop
        ]

    def _newest(self, line: dict[str, Any]) -> list[dict[str, Any]]:
        """The newest value of each sign with a sub-score, as the index saw them."""
        by = instant_of(line["at"])
        found: dict[str, dict[str, Any]] = {}
        for value in self._records.values(line["zone"], by - _RECENT_MS, by, by):
            sign = self._signs.get(value["indicator"])
            if sign is not None and sign.utility:
                found[value["indicator"]] = value
        return [value for _, value in sorted(found.items())]

    def _zones_below(self, line: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The newest index of each zone of a town or district, the worst first."""
        end, by = instant_of(line["window_end"]), instant_of(line["at"])
        window = end - instant_of(line["window_start"])
        found = []
        for zone in self._city.zones.values():
            if line["zone"] not in (zone.town, zone.district):
                continue
            values = [
                value
                for value in self._records.values(zone.id, end - _FRESH_WINDOWS * window, by, by)
                if value["indicator"] == HEALTH_INDEX
            ]
            found += values[-1:]
        yield from sorted(found, key=lambda v: (v["value"] is None, v["value"] or 0.0, v["zone"]))


def _span(line: dict[str, Any]) -> tuple[int, int, int]:
    """Start and end of the window of a value, and when it was published; Unix ms."""
    start, end, at = (instant_of(line[name]) for name in ("window_start", "window_end", "at"))
    return start, end, at


def _parts(id_: str) -> tuple[str, str, int | None]:
    place, _, rest = id_.partition("/")
    sign, _, end = rest.partition("/")
    if not place or not sign:
        raise LineageError(
            f"{id_!r} is no id of a value: <place>/<sign>/<window end>, e.g. "
            "dip/water_depth/2026-06-01T12:00:00+08:00; nor the id of an alert of this run"
        )
    return place, sign, instant_of(end) if end else None
