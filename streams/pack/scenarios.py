"""Loading scenarios: those of the seeds by name, others by path, checked like a city pack."""

import math
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import msgspec

from sensors.city import City
from sensors.simulator.rain import DesignStorm
from sensors.simulator.scenario import Gathering, Scenario, hour_of
from streams.pack.problem import Finding, PackError, Steps, nearest
from streams.pack.shape import INVALID, shaped, valid
from streams.pack.source import Source
from streams.seeds_folder import seeds_dir


def scenario_names() -> list[str]:
    """Names of the scenarios of the seeds."""
    return sorted(path.stem for path in (seeds_dir() / "scenarios").glob("*.yaml"))


def load_scenario(name: str, city: City | None = None) -> Scenario:
    """Read and check a scenario.

    Args:
        name: A name of the seeds, or the path of a YAML file.
        city: Given, the zones that the scenario names must be its zones.

    Raises:
        PackError: It cannot be used; every problem found is named.
    """
    source = Source(_path(name))
    findings: list[Finding] = []
    made = INVALID
    if not source.problems:
        made = shaped(source.plain, Scenario, (), findings)
    if isinstance(made, Scenario):
        findings += _check(made, city)
    source.report(findings)
    if source.problems or not isinstance(made, Scenario):
        raise PackError(tuple(source.problems))
    return made


def _path(name: str) -> Path:
    seed = seeds_dir() / "scenarios" / f"{name}.yaml"
    return seed if seed.is_file() else Path(name)


def _check(scenario: Scenario, city: City | None) -> Iterator[Finding]:
    if scenario.local_start is not None:
        try:
            hour_of(scenario.local_start)
        except ValueError:
            mend = 'write "HH:MM" in quotes, or leave it out'
            yield Finding(("local_start",), scenario.local_start, mend)
    for number, storm in valid(scenario.storms):
        yield from _storm(("storms", number), storm)
    for number, crowd in valid(scenario.crowds):
        yield from _crowd(("crowds", number), crowd, city)
    for zone, factor in scenario.rain_factor.items():
        yield from _zone(("rain_factor", zone), zone, city)
        if not 0 <= factor < math.inf:
            yield Finding(("rain_factor", zone), factor, "must be 0 or more")
    yield from _people_and_faults(scenario)


def _people_and_faults(scenario: Scenario) -> Iterator[Finding]:
    for field, value in msgspec.structs.asdict(scenario.people).items():
        if not 0 <= value < math.inf:
            yield Finding(("people", field), value, "seconds, 0 or more")
    for field, value in msgspec.structs.asdict(scenario.imperfections).items():
        if not 0 <= value <= 1:
            yield Finding(("imperfections", field), value, "a share between 0 and 1")


def _storm(steps: Steps, storm: DesignStorm) -> Iterator[Finding]:
    for field in ("minutes", "a", "b", "n"):
        value = getattr(storm, field)
        if not 0 < value < math.inf:
            yield Finding((*steps, field), value, "must be above 0")
    if not 0 < storm.peak < 1:
        yield Finding((*steps, "peak"), storm.peak, "a share between 0 and 1, both excluded")
    if not 0 <= storm.factor < math.inf:
        yield Finding((*steps, "factor"), storm.factor, "must be 0 or more")


def _crowd(steps: Steps, crowd: Gathering, city: City | None) -> Iterator[Finding]:
    yield from _zone((*steps, "zone"), crowd.zone, city)
    points = list(valid(crowd.course))
    for (_, before), (number, point) in pairwise(points):
        if not point[0] > before[0]:
            mend = f"minutes increase: above {before[0]:g}"
            yield Finding((*steps, "course", number, 0), point[0], mend)
    for number, point in points:
        if not 0 <= point[1] < math.inf:
            yield Finding((*steps, "course", number, 1), point[1], "people per m², 0 or more")


def _zone(steps: Steps, zone: str, city: City | None) -> Iterator[Finding]:
    if city is not None and zone not in city.zones:
        yield Finding(steps, zone, nearest(zone, sorted(city.zones)))
