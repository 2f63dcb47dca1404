"""Whether a city's figures of vital signs make sense: levels, sub-scores, names."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import msgspec

from indicators.facilities.settings import FacilitySettings
from indicators.settings import SignSettings
from indicators.vital_sign import Level
from streams.pack.problem import Finding, Steps, nearest

_NEEDED = {("facilities", f"{name}_levels") for name in ("voltage", "manhole", "lit")}
"""Levels that formulas go by."""
_COLOURS = ["green", "blue", "yellow", "orange", "red", "purple", "maroon"]


def check_limits(limits: SignSettings) -> Iterator[Finding]:
    """Check `limits.yaml`; what has its default is right."""
    for subject in msgspec.structs.fields(limits):
        own = getattr(limits, subject.name)
        for field in msgspec.structs.fields(own):
            value = getattr(own, field.name)
            steps = (subject.name, field.name)
            if isinstance(value, tuple) and value and isinstance(value[0], Level):
                yield from _levels(steps, value)
            elif field.name.endswith("utility"):
                yield from _utility(steps, value)
            elif steps in _NEEDED and not value:
                yield Finding(steps, [], "at least one level; leave it out for the defaults")
    yield from _bands(limits.facilities)


def _bands(facilities: FacilitySettings) -> Iterator[Finding]:
    """Every voltage is in a band."""
    steps, bands = ("facilities", "voltage_levels"), facilities.voltage_levels
    if bands and bands[0].edge > 0:
        yield Finding((*steps, 0, "edge"), bands[0].edge, "the lowest band begins at 0 V")


def _levels(steps: Steps, levels: tuple[Level, ...]) -> Iterator[Finding]:
    edges = [level.edge for level in levels]
    falls = len(edges) > 1 and edges[1] < edges[0]
    for number, (one, other) in enumerate(pairwise(edges)):
        if one == other or (other < one) != falls:
            mend = f"levels go from harmless to severe: {'below' if falls else 'above'} {one:g}"
            yield Finding((*steps, number + 1, "edge"), other, mend)
    for number, level in enumerate(levels):
        if level.colour not in _COLOURS:
            mend = nearest(level.colour, _COLOURS)
            yield Finding((*steps, number, "colour"), level.colour, mend)


def _utility(steps: Steps, points: tuple[Any, ...]) -> Iterator[Finding]:
    for number, (one, other) in enumerate(pairwise(points)):
        if other[0] <= one[0]:
            yield Finding((*steps, number + 1), list(other), f"its value must be above {one[0]:g}")
    for number, (_, score) in enumerate(points):
        if not 1 <= score <= 100:
            yield Finding((*steps, number, 1), score, "a score is 1 to 100")
