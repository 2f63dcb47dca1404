"""Whether a city's figures of vital signs make sense: levels, sub-scores, names."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, Final

import msgspec

from indicators.crowd.service_level import SPACES
from indicators.facilities.settings import FacilitySettings
from indicators.settings import SignSettings
from indicators.vital_sign import Level
from streams.pack.level_checks import check_ids, check_levels
from streams.pack.problem import Finding, Steps, nearest

_ABOVE_0: Final = {
    "health": ("freshness_hops", "spread", "floor", "domain_weights", "sign_weights"),
    "traffic": (
        "occupancy_spread", "speed_spread", "time_index_limit", "incident_least", "filling_least",
        "learning_windows", "free_flow_share",
    ),
    "crowd": ("walking_jam",),
    "water": ("rise_period_s", "fall_min_span_s", "fall_min_m"),
}  # fmt: skip
"""Figures that something is divided by, or that count what a formula needs at least."""
_NOT_EMPTY: Final = {
    "traffic": ("incident_levels", "traffic_levels", "tpi_points"),
    "crowd": ("pressure_levels",),
    "water": ("depth_levels",),
}
"""Levels and points that a formula takes by their place."""
_LEAST_DRAWS: Final = 20
_NEEDED = {("facilities", f"{name}_levels") for name in ("voltage", "manhole", "lit")}
"""Levels that formulas go by."""


def check_limits(limits: SignSettings) -> Iterator[Finding]:
    """Check `limits.yaml`; what has its default is right."""
    for subject in msgspec.structs.fields(limits):
        own = getattr(limits, subject.name)
        for field in msgspec.structs.fields(own):
            value = getattr(own, field.name)
            steps = (subject.name, field.name)
            if isinstance(value, tuple) and value and isinstance(value[0], Level):
                yield from check_levels(steps, value, getattr(type(own)(), field.name))
            elif field.name.endswith("utility"):
                yield from _utility(steps, value)
            elif steps in _NEEDED and not value:
                yield Finding(steps, [], "at least one level; leave it out for the defaults")
        yield from _figures(subject.name, own)
    yield from check_ids(limits)
    yield from _single(limits)
    yield from _bands(limits.facilities)


def _figures(subject: str, own: object) -> Iterator[Finding]:
    """Figures without which a formula would divide by nothing, or take the first of nothing."""
    for name in _ABOVE_0.get(subject, ()):
        value = getattr(own, name)
        each = value.items() if isinstance(value, Mapping) else [(None, value)]
        for key, figure in each:
            if figure <= 0:
                steps = (subject, name) if key is None else (subject, name, key)
                yield Finding(steps, figure, "it must be above 0")
    for name in _NOT_EMPTY.get(subject, ()):
        if not getattr(own, name):
            yield Finding((subject, name), [], "it must have one entry at least")


def _single(limits: SignSettings) -> Iterator[Finding]:
    """What holds of one figure only."""
    health, traffic, facility = limits.health, limits.traffic, limits.crowd.service_facility
    if health.power >= 0:
        yield Finding(("health", "power"), health.power, "it must be below 0")
    if health.draws < _LEAST_DRAWS:
        yield Finding(("health", "draws"), health.draws, f"it must be {_LEAST_DRAWS} at least")
    if facility not in SPACES:
        yield Finding(("crowd", "service_facility"), facility, nearest(facility, list(SPACES)))
    for number, (one, other) in enumerate(pairwise(traffic.level_ratios)):
        if other >= one:
            mend = f"ratios fall from smooth to severe: below {one:g}"
            yield Finding(("traffic", "level_ratios", number + 1), other, mend)
    for number, (low, high) in enumerate(pairwise(traffic.tpi_points)):
        if high[0] <= low[0]:
            mend = f"its share must be above {low[0]:g}"
            yield Finding(("traffic", "tpi_points", number + 1), list(high), mend)


def _bands(facilities: FacilitySettings) -> Iterator[Finding]:
    """Every voltage is in a band."""
    steps, bands = ("facilities", "voltage_levels"), facilities.voltage_levels
    if bands and bands[0].edge > 0:
        yield Finding((*steps, 0, "edge"), bands[0].edge, "the lowest band begins at 0 V")


def _utility(steps: Steps, points: tuple[Any, ...]) -> Iterator[Finding]:
    for number, (one, other) in enumerate(pairwise(points)):
        if other[0] <= one[0]:
            yield Finding((*steps, number + 1), list(other), f"its value must be above {one[0]:g}")
    for number, (_, score) in enumerate(points):
        if not 1 <= score <= 100:
            yield Finding((*steps, number, 1), score, "a score is 1 to 100")
