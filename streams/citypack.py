"""Loading a city pack: a folder of which only `terminals.json` is required."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from anomaly.day_kind import DayKind
from anomaly.registry import prepare
from anomaly.rule import RuleSet
from indicators.registry import SIGNS, SignSet
from indicators.settings import SignSettings
from sensors.city import City, build_city
from streams.engine.config import EngineConfig
from streams.pack.calendar import day_kinds
from streams.pack.layout import CityFile, DepartmentsFile, DispatchFile, TerminalsFile
from streams.pack.meaning import Parts, complete, meaning
from streams.pack.problem import Finding, PackError, Problem
from streams.pack.rule_checks import check_rules
from streams.pack.shape import INVALID, shaped
from streams.pack.source import Source
from streams.seeds_folder import seeds_dir
from streams.workorders.deadline import Deadlines
from streams.workorders.dispatch import Department, DispatchRow

__all__ = [
    "INDICATORS",
    "CityPack",
    "PackError",
    "Problem",
    "engine_config",
    "load_pack",
    "load_rules",
    "seeds_dir",
]

INDICATORS: Mapping[str, str] = {sign: about.unit for sign, about in SIGNS.items()}
"""Vital signs that rules may watch, each with its unit."""


class CityPack(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is known of a city.

    Attributes:
        folder: Where it was read.
        id: Id of the city.
        name: In the city's own language.
        name_en: In English.
        timezone: IANA zone of the city as a whole.
        city: Zones, terminals, towns, districts.
        departments: By id.
        dispatch: Rows in their order; the last matches everything.
        rules: Alert rules.
        deadlines: Of work orders.
        limits: Figures of the vital signs.
        day_kinds: Time zone → kinds of its days.
        digest: SHA-256 (hex) over the bytes of all files that were read, defaults included.
    """

    folder: Path
    id: str
    name: str
    name_en: str
    timezone: str
    city: City
    departments: dict[str, Department]
    dispatch: tuple[DispatchRow, ...]
    rules: RuleSet
    deadlines: Deadlines
    limits: SignSettings
    day_kinds: Callable[[str], DayKind]
    digest: str


_FILES: dict[str, tuple[str, Any]] = {
    "city": ("city.yaml", CityFile),
    "terminals": ("terminals.json", TerminalsFile),
    "departments": ("departments.yaml", DepartmentsFile),
    "dispatch": ("dispatch.yaml", DispatchFile),
    "rules": ("rules.yaml", RuleSet),
    "deadlines": ("workorders.yaml", Deadlines),
    "limits": ("limits.yaml", SignSettings),
}


def load_pack(
    folder: Path, rules: Path | None = None, indicators: Mapping[str, str] = INDICATORS
) -> CityPack:
    """Read and check a city pack.

    Args:
        folder: Folder with `terminals.json`; what else is missing comes from the defaults.
        rules: Alert rules instead of the pack's own.
        indicators: Id → unit of the vital signs that rules may watch.

    Raises:
        PackError: Something is wrong; it names every problem found, each with file and line.
    """
    sources = {part: Source(_path(folder, name, rules)) for part, (name, _) in _FILES.items()}
    complete(sources["terminals"].plain, sources["city"].plain)
    findings: dict[str, list[Finding]] = {part: [] for part in sources}
    made: dict[str, Any] = {}
    for part, source in sources.items():
        if not source.problems:
            made[part] = shaped(source.plain, _FILES[part][1], (), findings[part])
    parts = Parts(**{part: item for part, item in made.items() if item is not INVALID})
    for part, finding in meaning(parts, sources["terminals"].plain, indicators):
        findings[part].append(finding)
    for part, source in sources.items():
        source.report(findings[part])
    problems = [problem for source in sources.values() for problem in source.problems]
    if problems:
        raise PackError(tuple(sorted(problems, key=lambda p: (p.file, p.line))))
    return _assemble(folder, made, sources)


def load_rules(path: Path, indicators: Mapping[str, str] = INDICATORS) -> RuleSet:
    """Read and check a rule file by itself.

    Args:
        path: The file.
        indicators: As in `load_pack`.

    Raises:
        PackError: Something is wrong.
    """
    source, findings = Source(path), list[Finding]()
    rules: Any = INVALID if source.problems else shaped(source.plain, RuleSet, (), findings)
    if isinstance(rules, RuleSet):
        findings += check_rules(rules, indicators)
    source.report(findings)
    if source.problems:
        raise PackError(tuple(sorted(source.problems, key=lambda p: p.line)))
    found: RuleSet = rules
    return found


def _path(folder: Path, name: str, rules: Path | None) -> Path:
    if name == "rules.yaml" and rules is not None:
        return rules
    own = folder / name
    if own.exists() or name == "terminals.json":
        return own
    return seeds_dir() / "default" / name


def _assemble(folder: Path, made: dict[str, Any], sources: dict[str, Source]) -> CityPack:
    about: CityFile = made["city"]
    places: TerminalsFile = made["terminals"]
    departments: DepartmentsFile = made["departments"]
    dispatch: DispatchFile = made["dispatch"]
    digest = hashlib.sha256()
    for part, source in sources.items():
        digest.update(f"{part} {len(source.content)}\n".encode() + source.content)
    return CityPack(
        folder=folder,
        id=about.id,
        name=about.name or about.id,
        name_en=about.name_en or about.name or about.id,
        timezone=about.timezone,
        city=build_city(places.zones, places.terminals, about.towns, about.districts),
        departments={department.id: department for department in departments.departments},
        dispatch=dispatch.rows,
        rules=made["rules"],
        deadlines=made["deadlines"],
        limits=made["limits"],
        day_kinds=day_kinds(about.calendar, about.rest_days, about.working_days),
        digest=digest.hexdigest(),
    )


def engine_config(
    pack: CityPack,
    zone_partitions: int = 4,
    district_partitions: int = 2,
    signs: SignSet = SignSet.CATALOGUE,
) -> EngineConfig:
    """The engine's configuration for a city pack.

    Args:
        pack: The city.
        zone_partitions: Partitions by zone, >= 1.
        district_partitions: Partitions by district, >= 1.
        signs: Which signs are computed.
    """
    made = signs.of(pack.limits)
    if any(sign.is_scored for sign in made.values()):
        prepare()
    return EngineConfig(
        city_id=pack.id,
        city=pack.city,
        signs=made,
        health=pack.limits.health,
        day_kinds=pack.day_kinds,
        rules=pack.rules,
        departments=pack.departments,
        dispatch=pack.dispatch,
        deadlines=pack.deadlines,
        zone_partitions=zone_partitions,
        district_partitions=district_partitions,
    )
