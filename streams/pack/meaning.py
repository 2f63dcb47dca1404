"""All checks of meaning over the files of a pack, whichever of them could be read."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from anomaly.rule import RuleSet
from indicators.settings import SignSettings
from streams.pack.layout import CityFile, DepartmentsFile, DispatchFile, TerminalsFile
from streams.pack.limit_checks import check_limits
from streams.pack.order_checks import check_deadlines, check_departments, check_dispatch
from streams.pack.place_checks import check_city, check_terminals
from streams.pack.problem import Finding
from streams.pack.quantity_checks import check_quantities
from streams.pack.rule_checks import check_rules
from streams.workorders.deadline import Deadlines


class Parts(NamedTuple):
    """The files' structs; None for a file whose shape is wrong as a whole."""

    city: CityFile | None = None
    terminals: TerminalsFile | None = None
    departments: DepartmentsFile | None = None
    dispatch: DispatchFile | None = None
    rules: RuleSet | None = None
    deadlines: Deadlines | None = None
    limits: SignSettings | None = None


def complete(terminals: object, city: object) -> None:
    """Bring the plain data of `terminals.json` into the form of the structs, in place."""
    timezone = city.get("timezone") if isinstance(city, dict) else None
    for zone in _mappings(terminals, "zones"):
        if isinstance(timezone, str):
            zone.setdefault("timezone", timezone)
    for terminal in _mappings(terminals, "terminals"):
        for quantity in _mappings(terminal, "quantities"):
            if "cadence_s" in quantity:  # the name in recordings' terminals.json
                quantity.setdefault("cadence", quantity["cadence_s"])


def _mappings(plain: object, key: str) -> list[dict[str, Any]]:
    items = plain.get(key) if isinstance(plain, dict) else None
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def meaning(
    parts: Parts, terminals: object, indicators: Mapping[str, str]
) -> Iterator[tuple[str, Finding]]:
    """Problems of meaning, each with the name of its part.

    Args:
        parts: The files; what has a wrong shape is left out of the checks.
        terminals: Plain data of `terminals.json`.
        indicators: Id → unit of the vital signs that rules may watch.
    """
    city = parts.city or CityFile("city")
    yield from (("city", finding) for finding in check_city(city))
    if parts.terminals:
        zones = [str(zone.get("id")) for zone in _mappings(terminals, "zones")]
        yield from (("terminals", f) for f in check_terminals(parts.terminals, zones, city))
        yield from (("terminals", f) for f in check_quantities(parts.terminals))
    if parts.departments:
        yield from (("departments", f) for f in check_departments(parts.departments))
        if parts.dispatch:
            found = check_dispatch(parts.dispatch, parts.departments, city)
            yield from (("dispatch", finding) for finding in found)
    if parts.rules:
        yield from (("rules", finding) for finding in check_rules(parts.rules, indicators))
    if parts.deadlines:
        yield from (("deadlines", finding) for finding in check_deadlines(parts.deadlines))
    if parts.limits:
        yield from (("limits", finding) for finding in check_limits(parts.limits))
