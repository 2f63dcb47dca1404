"""Which terminals are neighbours: those that measure the same, of the same zone or close by."""

import math
from collections.abc import Iterable
from typing import Final

from sensors.city import Terminal

NEAR_KM: Final = 1.5
"""Terminals of other zones up to this distance are neighbours too [D]."""
MOST: Final = 8
"""The nearest so many are asked [D]."""
_KM_A_DEGREE: Final = 111.2


def neighbours_of(terminals: Iterable[Terminal], quantity: str) -> dict[str, tuple[str, ...]]:
    """The neighbours of each terminal that declares a quantity, the nearest first.

    Args:
        terminals: All that may be neighbours.
        quantity: Canonical name.

    Returns:
        Ids of at most `MOST` neighbours by terminal id. Where a place is not known, those of the
        zone are neighbours, after all whose distance is known.
    """
    same = [t for t in terminals if any(q.name == quantity for q in t.quantities)]
    found = {}
    for terminal in same:
        others = [
            (distance, other.id)
            for other in same
            if other.id != terminal.id
            and ((distance := _km(terminal, other)) <= NEAR_KM or other.zone == terminal.zone)
        ]
        found[terminal.id] = tuple(name for _, name in sorted(others)[:MOST])
    return found


def _km(one: Terminal, other: Terminal) -> float:
    """Distance, km; infinite where a place is not known."""
    if one.lon is None or one.lat is None or other.lon is None or other.lat is None:
        return math.inf
    east = (one.lon - other.lon) * math.cos(math.radians(one.lat))
    return math.hypot(east, one.lat - other.lat) * _KM_A_DEGREE
