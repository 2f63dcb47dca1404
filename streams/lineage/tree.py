"""The tree of what a value is made of: other values, and readings at its leaves. Pure."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final, Protocol

import msgspec

from indicators.plan import SignPlan
from indicators.planning import plan_zone
from indicators.rollup import HEALTH_INDEX
from indicators.vital_sign import Basis, VitalSign
from sensors.city import City
from streams.lineage import notes
from streams.lineage.readings import Found, Picked, Wanted, Words
from streams.lineage.times import instant_of

_FRESH_WINDOWS: Final = 3
_RECENT_MS: Final = 3 * 86_400_000
"""What an index is made of ended within this time of it."""


class LineageError(Exception):
    """A value cannot be traced; says why and what to do."""


class Node(msgspec.Struct):
    """One value and what it is made of.

    Attributes:
        id: `<place>/<sign>/<window end>`, or the id of an event of an alert or a work order.
        line: The record as it was published.
        made_of: What is below it: values, or the alerts of an order.
        readings: Readings below it, by terminal, quantity and time.
        note: What cannot be shown, and why; by language.
    """

    id: str
    line: dict[str, Any]
    made_of: list["Node"] = []
    readings: list[Found] = []
    note: Words = {}


class Trace(msgspec.Struct):
    """A tree whose readings are still to be found.

    Attributes:
        root: The tree.
        leaves: What readings are wanted, and for which of its values.
    """

    root: Node
    leaves: dict[Wanted, list[Node]] = {}

    def fill(self, found: Mapping[Wanted, Picked]) -> Node:
        """The tree with its readings.

        Args:
            found: Those of all leaves.
        """
        for wanted, nodes in self.leaves.items():
            picked = found[wanted]
            for node in nodes:
                node.readings, node.note = picked.readings, picked.note
        return self.root


class Records(Protocol):
    """Where published values and events are found. All times are Unix ms."""

    def event(self, id_: str) -> dict[str, Any] | None:
        """The CloudEvent of this id; of an incident or an order the newest."""

    def incident(self, id_: str) -> list[dict[str, Any]]:
        """The CloudEvents of an incident, the oldest first."""

    def values(
        self, place: str, signs: Collection[str], after: int, until: int, by: int | None
    ) -> list[dict[str, Any]]:
        """Published values of signs of a place whose windows end in (after, until], by end, sign.

        Of each window the newest revision that was published by `by`; of all where it is None.
        """

    def newest(
        self, place: str, signs: Collection[str], within: int, by: int | None
    ) -> list[dict[str, Any]]:
        """The newest value of each sign that was published by a time, by sign.

        None ended longer than `within` before it; where it is None, the newest of all are meant.
        """


class Lineage:
    """Explains values.

    Args:
        records: What was published.
        city: Places and terminals.
        signs: The catalogue of vital signs.
        depth: How many levels below the value are followed.
    """

    def __init__(
        self, records: Records, city: City, signs: Mapping[str, VitalSign], depth: int = 4
    ) -> None:
        self._records, self._city, self._signs, self._depth = records, city, signs, depth
        self._leaves: dict[Wanted, list[Node]] = {}

    def trace(self, id_: str) -> Trace:
        """The tree of a value, an alert or a work order, down to what readings are wanted.

        Args:
            id_: `<place>/<sign>/<window end>`, where the end may be left out for the newest value;
                or the id of an alert, an incident, a work order, or an event of these.

        Raises:
            LineageError: There is no such value.
            ValueError: The window end is no time with an offset.
        """
        self._leaves = {}
        event = self._records.event(id_)
        if event is None:
            place, sign, end = _parts(id_)
            root = self._value(place, sign, end, None)
        elif "order" in event["data"]:
            root = self._order(event)
        else:
            root = self._alert(event)
        return Trace(root, self._leaves)

    def _order(self, event: dict[str, Any]) -> Node:
        """An order is made of its incidents: what raised each, and what was last said of it."""
        node, by = Node(event["id"], event), instant_of(event["time"])
        for incident in event["data"]["incidents"]:
            alerts = [a for a in self._records.incident(incident) if instant_of(a["time"]) <= by]
            ends = {alert["id"]: alert for alert in (*alerts[:1], *alerts[-1:])}
            node.made_of += [self._alert(alert) for alert in ends.values()]
        return node

    def _alert(self, event: dict[str, Any]) -> Node:
        node, reason = Node(event["id"], event), event["data"]["reason"]
        ended, by = instant_of(reason["window_end"]), instant_of(event["time"])
        try:
            node.made_of = [self._value(event["data"]["zone"], reason["indicator"], ended, by)]
        except LineageError as error:
            node.note = {"zh": f"所依据的体征值已不在库中：{reason['indicator']}", "en": str(error)}
        return node

    def _value(self, place: str, sign: str, end: int | None, by: int | None) -> Node:
        if end is None:
            lines = self._records.newest(place, (sign,), _RECENT_MS, None)
        else:
            lines = self._records.values(place, (sign,), end - 1, end, by)
        if not lines:
            raise LineageError(self._missing(place, sign, end))
        return self._node(lines[-1], self._depth)

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
            node.note = notes.NOT_FOLLOWED
        elif line["kind"] != "zone":
            node.made_of = [self._node(zone, depth - 1) for zone in self._zones_below(line)]
        else:
            self._of_zone(node, depth)
        return node

    def _of_zone(self, node: Node, depth: int) -> None:
        """Follow the value of a zone."""
        line = node.line
        sign, plan = self._signs.get(line["indicator"]), self._plan(line)
        if sign is None or plan is None:
            node.note = notes.NOT_IN_CATALOGUE
        elif sign.basis is Basis.READINGS:
            start, end, by = _span(line)
            wanted = Wanted(line["zone"], plan.quantities, start, end, by)
            self._leaves.setdefault(wanted, []).append(node)
        elif sign.basis is Basis.LIVENESS:
            node.note = notes.MADE_OF_SILENCE
        elif sign.basis is Basis.CLOCKS:
            node.note = notes.MADE_OF_CLOCKS
        else:
            below = self._history(line, plan) if sign.basis is Basis.HISTORY else self._newest(line)
            node.made_of = [self._node(value, depth - 1) for value in below]

    def _plan(self, line: dict[str, Any]) -> SignPlan | None:
        zone = self._city.zones.get(line["zone"])
        if zone is None:
            return None
        return plan_zone(self._city, zone, self._signs.values()).signs.get(line["indicator"])

    def _history(self, line: dict[str, Any], plan: SignPlan) -> list[dict[str, Any]]:
        """The values of the signs it is made of whose windows end within its own."""
        return [
            value
            for value in self._records.values(line["zone"], plan.sources, *_span(line))
            if not instant_of(value["window_end"]) % plan.source_hop
        ]

    def _newest(self, line: dict[str, Any]) -> list[dict[str, Any]]:
        """The newest value of each sign with a sub-score, as the index saw them."""
        scored = [id_ for id_, sign in self._signs.items() if sign.utility]
        return self._records.newest(line["zone"], scored, _RECENT_MS, instant_of(line["at"]))

    def _zones_below(self, line: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The newest index of each zone of a town or district, the worst first."""
        start, end, by = _span(line)
        after = end - _FRESH_WINDOWS * (end - start)
        found = []
        for zone in self._city.zones.values():
            if line["zone"] in (zone.town, zone.district):
                found += self._records.values(zone.id, (HEALTH_INDEX,), after, by, by)[-1:]
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
            "dip/water_depth/2026-06-01T12:00:00+08:00; nor the id of an alert or a work order"
        )
    return place, sign, instant_of(end) if end else None
