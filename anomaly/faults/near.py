"""Which terminals are neighbours: those that measure the same, of the same zone or close by."""

import math
from collections.abc import Iterable
from typing import Final

import numpy as np

from sensors.city import Terminal
from sensors.decimals import Floats

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
    same.sort(key=lambda terminal: terminal.id)
    lon, lat = (np.array([_or_nan(place) for place in column]) for column in (
        [t.lon for t in same], [t.lat for t in same]
    ))  # fmt: skip
    _, zones = np.unique([t.zone for t in same], return_inverse=True)
    found = {}
    for number, terminal in enumerate(same):
        km = _km(lon, lat, number)
        may = (km <= NEAR_KM) | (zones == zones[number])
        may[number] = False
        others = np.flatnonzero(may)
        if others.size > MOST:
            # A zone may have thousands, of which few need to be put in order.
            last = np.partition(km[others], MOST - 1)[MOST - 1]
            others = others[km[others] <= last]
        # By id they are already, so that of equal distances the first id comes first.
        nearest = others[np.argsort(km[others], kind="stable")[:MOST]]
        found[terminal.id] = tuple(same[other].id for other in nearest.tolist())
    return found


def _or_nan(place: float | None) -> float:
    return math.nan if place is None else place


def _km(lon: Floats, lat: Floats, number: int) -> Floats:
    """Distances from one of some places, km; infinite where a place is not known."""
    if math.isnan(lon[number]) or math.isnan(lat[number]):
        return np.full(lon.size, math.inf)
    east = (lon - lon[number]) * math.cos(math.radians(lat[number]))
    north = lat - lat[number]
    # Not hypot, of which the last digit differs from machine to machine.
    km: Floats = np.sqrt(east * east + north * north) * _KM_A_DEGREE
    return np.where(np.isnan(km), math.inf, km)
