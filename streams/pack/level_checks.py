"""Whether the levels that a city gives its vital signs make sense."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import msgspec

from indicators.settings import SignSettings
from indicators.vital_sign import Level
from streams.pack.problem import Finding, Steps, nearest

_COLOURS: Final = ["green", "blue", "yellow", "orange", "red", "purple", "maroon"]


def check_levels(
    steps: Steps, levels: Sequence[Level], default: Sequence[Level]
) -> Iterator[Finding]:
    """Check one scale.

    Args:
        steps: Where it stands.
        levels: Its levels.
        default: What it would be otherwise, which tells whether severe is above or below.
    """
    edges = [level.edge for level in (default if len(default) > 1 else levels)]
    falls = len(edges) > 1 and edges[1] < edges[0]
    for number, (one, other) in enumerate(pairwise(level.edge for level in levels)):
        if one == other or (other < one) != falls:
            mend = f"levels go from harmless to severe: {'below' if falls else 'above'} {one:g}"
            yield Finding((*steps, number + 1, "edge"), other, mend)
    for number, level in enumerate(levels):
        if not math.isfinite(level.edge):
            yield Finding((*steps, number, "edge"), level.edge, "write a number")
        if level.colour not in _COLOURS:
            mend = nearest(level.colour, _COLOURS)
            yield Finding((*steps, number, "colour"), level.colour, mend)


def check_ids(limits: SignSettings) -> Iterator[Finding]:
    """An id means one level wherever it is read, so no two levels have the same."""
    owners: dict[str, tuple[str, Level]] = {}
    for subject in msgspec.structs.fields(limits):
        own = getattr(limits, subject.name)
        for field in msgspec.structs.fields(own):
            value = getattr(own, field.name)
            if not (isinstance(value, tuple) and value and isinstance(value[0], Level)):
                continue
            for number, level in enumerate(value):
                name = f"{subject.name}.{field.name}"
                owner, first = owners.setdefault(level.id, (name, level))
                if first is not level and (owner == name or _meaning(first) != _meaning(level)):
                    mend = f"{owner} has a level of this id; choose another"
                    yield Finding((subject.name, field.name, number, "id"), level.id, mend)


def _meaning(level: Level) -> tuple[str, str, str]:
    return level.zh, level.en, level.colour
