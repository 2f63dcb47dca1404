"""Small builders of cities, packs, lines and values; every argument has a plain default."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from anomaly.rule import AlertLevel, AlertRule, RuleSet, Text
from indicators.registry import SIGNS
from indicators.sentence import naming, sentence
from indicators.vital_sign import VitalSign, VitalValue
from indicators.words import Label
from sensors.city import City, DeclaredQuantity, Terminal, Zone, build_city
from sensors.line import Command, encode_command, encode_reception, encode_tick
from sensors.quantity import CATALOGUE
from streams.engine.config import EngineConfig
from streams.workorders.deadline import Deadline, Deadlines
from streams.workorders.dispatch import Department, DispatchRow

T0 = 1_760_000_400
"""A full hour, Unix seconds: 2025-10-09T17:00:00+08:00."""
T0_MS = T0 * 1000
MINUTE_MS = 60_000
SHANGHAI = "Asia/Shanghai"


def a_terminal(
    id_: str,
    zone: str,
    cadences: Mapping[str, float] | None = None,
    rated: Mapping[str, float] | None = None,
) -> Terminal:
    """A terminal that reports each quantity at its cadence (s); ratings by quantity."""
    declared, ratings = cadences or {"water_depth": 30.0}, rated or {}
    quantities = tuple(
        DeclaredQuantity(q, CATALOGUE[q].unit, c, rated=ratings.get(q)) for q, c in declared.items()
    )
    return Terminal(id=id_, zone=zone, quantities=quantities)


def a_city(
    terminals: Iterable[Terminal] | None = None, zones: Iterable[Zone] | None = None
) -> City:
    """A city; zones that no one describes are made from the terminals."""
    units = list(terminals if terminals is not None else [a_terminal("wl-1", "dip")])
    places = {zone.id: zone for zone in zones or ()}
    for unit in units:
        places.setdefault(unit.zone, Zone(id=unit.zone, name=unit.zone, name_en=unit.zone))
    return build_city(places.values(), units)


def a_pack(terminal: str, at: float, **values: Any) -> bytes:
    """A SenML pack: one record a quantity, all at `at` (Unix s), in canonical units."""
    records: list[dict[str, Any]] = [
        {"n": name, "u": CATALOGUE[name].unit, "v": value} for name, value in values.items()
    ]
    records[0] = {"bn": f"{terminal}/", "bt": at, **records[0]}
    return msgspec.json.encode(records)


def a_line(terminal: str, at: float, received: float | None = None, **values: Any) -> bytes:
    """The reception line of a pack, received half a second after its time unless said."""
    return encode_reception(
        terminal, at + 0.5 if received is None else received, a_pack(terminal, at, **values)
    )


def a_raw_line(terminal: str, received: float, payload: bytes) -> bytes:
    """The reception line of any payload."""
    return encode_reception(terminal, received, payload)


def a_tick(received: float) -> bytes:
    """A line that only moves stream time."""
    return encode_tick(received)


def a_command(received: float, id_: str, order: str, zone: str, action: str) -> bytes:
    """A command line."""
    return encode_command(received, Command(id=id_, order=order, zone=zone, action=action))


def a_level(
    level: str, raise_at: float, clear_at: float, severity: str = "Minor", priority: str = "P3"
) -> AlertLevel:
    """One level of a rule."""
    return AlertLevel(
        level=level, raise_at=raise_at, clear_at=clear_at, severity=severity, colour="blue",
        priority=priority,
    )  # fmt: skip


WATER_LADDER = (
    a_level("W4", 0.15, 0.12, "Minor", "P3"),
    a_level("W3", 0.27, 0.23, "Moderate", "P2"),
    a_level("W2", 0.40, 0.35, "Severe", "P1"),
    a_level("W1", 0.60, 0.50, "Extreme", "P1"),
)


def a_rule(**changes: Any) -> AlertRule:
    """Waterlogging by depth: raised after a minute, cleared after ten."""
    fields: dict[str, Any] = {
        "id": "depth", "kind": "waterlogging", "indicator": "water_depth", "unit": "m",
        "levels": WATER_LADDER, "event": Text("道路积水", "Road waterlogging"),
        "instruction": Text("绕行", "Go round"), "raise_hold": 60.0, "clear_hold": 600.0,
        "shift": {"underpass": 1},
    }  # fmt: skip
    return AlertRule(**{**fields, **changes})


def a_crowd_rule() -> AlertRule:
    """Crowding by density, at once and off after two minutes."""
    levels = (a_level("C4", 1.5, 1.0), a_level("C3", 2.5, 2.0, "Moderate", "P2"))
    return a_rule(
        id="density", kind="crowd", indicator="crowd_density", unit="1/m2", levels=levels,
        event=Text("人员密集", "Dense crowd"), raise_hold=0.0, clear_hold=120.0, shift={},
    )  # fmt: skip


def a_rule_set(*rules: AlertRule) -> RuleSet:
    """Rules under the version `test-1`."""
    return RuleSet("test-1", rules or (a_rule(), a_crowd_rule()))


def some_deadlines(verify_clear_s: float = 300.0) -> Deadlines:
    """Short deadlines for every priority."""
    limits = {"P1": (120, 900), "P2": (300, 1800), "P3": (600, 3600), "P4": (900, 7200)}
    rows = {priority: Deadline(float(a), float(d)) for priority, (a, d) in limits.items()}
    return Deadlines({**rows, "P5": Deadline(3600.0, 86400.0)}, verify_clear_s)


DEPARTMENTS = {
    "drainage": Department(id="drainage", name="排水", name_en="Drainage"),
    "town": Department(id="town", name="镇街", name_en="Town"),
}
DISPATCH = (
    DispatchRow(kind="waterlogging", department="drainage", copies=("town",)),
    DispatchRow(kind="*", department="town"),
)


def a_config(
    city: City | None = None,
    rules: RuleSet | None = None,
    partitions: tuple[int, int] = (1, 1),
    signs: Mapping[str, VitalSign] = SIGNS,
) -> EngineConfig:
    """What the partitions of a run share."""
    return EngineConfig(
        city_id="testville", city=city or a_city(), signs=signs, rules=rules or a_rule_set(),
        departments=DEPARTMENTS, dispatch=DISPATCH, deadlines=some_deadlines(),
        zone_partitions=partitions[0], district_partitions=partitions[1],
    )  # fmt: skip


def a_value(minute: int, value: float | None, **changes: Any) -> VitalValue:
    """The water depth of a minute that ends `minute` minutes after T0, published 5 s later."""
    end = T0_MS + minute * MINUTE_MS
    fields: dict[str, Any] = {
        "at": end + 5000, "zone": "dip", "indicator": "water_depth",
        "window_start": end - MINUTE_MS, "window_end": end, "value": value, "unit": "m",
        "level": None, "coverage": 1.0 if value is not None else 0.0, "revision": 0,
        "reason": None if value is not None else "no_data",
    }  # fmt: skip
    return VitalValue(**{**fields, **changes})


def in_words(value: VitalValue) -> Label:
    """The sentence of a value of the catalogue, in Chinese and English; places by their ids."""
    return sentence(SIGNS[value.indicator], value, naming(SIGNS, lambda id_: (id_, id_)))
