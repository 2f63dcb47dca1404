"""How many rows can be added before a group comes to its capacity: then their order matters."""

import numpy as np

from sensors.decimals import Ints
from sensors.regions import Regions


def fitting(regions: Regions, groups: Ints, now: int) -> int:
    """How many of some rows, in their order, no group comes beyond its capacity with.

    Args:
        regions: The rows there are; those that are too old are dropped where there are many.
        groups: Group of each row.
        now: Effective received of the first of them, ms.
    """
    counts = np.bincount(groups)
    heads = np.flatnonzero(counts)
    fits = groups.size
    crowded = heads[regions.count[heads] + counts[heads] > regions.capacity[heads]]
    regions.drop_old(crowded, np.full_like(crowded, now))
    for group in crowded.tolist():
        left = max(int(regions.capacity[group]) - int(regions.count[group]), 0)
        places = np.flatnonzero(groups[:fits] == group)
        if places.size > left:
            fits = int(places[left])
    return fits
