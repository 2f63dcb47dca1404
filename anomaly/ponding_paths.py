"""Where the water of each guess goes under a rain that is given, and when it comes to a limit."""

import math
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from anomaly.ponding import MM_M2_PER_H, Ponds, Traits, depth, filled
from sensors.city import Catchment

Array = NDArray[np.float64]

AHEAD_S: Final = 3600
"""How far paths reach at least, s: no gauge tells what rain does in more than an hour."""
SOON_S: Final = 1800
"""The time that an advance warning is given for, s [D]; beyond it rain decides."""
STEP_S: Final = 150
"""Steps of the paths; right to some 4 mm, and 10, 20, 30 and 60 min are a whole number of them."""


class Reaching(msgspec.Struct, frozen=True):
    """When a limit will be reached.

    Attributes:
        limit: In the series' unit.
        soon: Probability (0–1) of being at or above it at some time within `SOON_S`; warnings go
            by it.
        probability: The same within `AHEAD_S`.
        p10: Seconds after which it has been reached with a probability of 0.1.
        p50: The same of 0.5.
        p90: The same of 0.9. Each is None where that probability is not come to in the time.
    """

    limit: float
    soon: float
    probability: float
    p10: float | None
    p50: float | None
    p90: float | None


def depth_paths(
    catchment: Catchment, traits: Traits, clogging: Array, surface: Array, ponds: Ponds,
    falling: Array,
) -> Array:  # fmt: skip
    """Depths at the beginning and after each step of a rain, of shape (steps + 1, members)."""
    fallen = np.cumsum(falling, axis=0) * (STEP_S / 3600.0)
    efficiency = traits.efficiency * np.exp(-clogging * fallen)
    arriving = _arriving(surface, ponds.runoff_m3_s, traits, falling)
    steps = len(falling)
    volumes = np.empty((steps + 1, ponds.volume_m3.size))
    volumes[0] = ponds.volume_m3
    for number in range(steps):
        clogged = traits._replace(efficiency=efficiency[number])
        volume_m3, pumping, _ = filled(catchment, clogged, ponds, arriving[number], STEP_S)
        ponds = Ponds(ponds.runoff_m3_s, volume_m3, pumping)
        volumes[number + 1] = volume_m3
    return depth(catchment, traits, volumes)


def _arriving(surface: Array, runoff: Array, traits: Traits, falling: Array) -> Array:
    """What comes to the low point in each step (m³/s): two reservoirs in a row, see `delayed`."""
    decay = np.exp(-STEP_S / traits.storage_s)
    share = traits.storage_s / STEP_S * (1.0 - decay)
    inflow = traits.effective_m2 * falling / MM_M2_PER_H
    surface = traits.effective_m2 * surface / MM_M2_PER_H
    means = np.empty_like(falling)
    for number, raining in enumerate(inflow):
        above = surface - raining
        leaving = raining + above * share
        surface = raining + above * decay
        ahead = runoff - leaving
        means[number] = leaving + ahead * share
        runoff = leaving + ahead * decay
    return means


def reaching(paths: Array, limit: float) -> Reaching:
    """When the members' paths first come to a limit."""
    is_over = paths >= limit
    reached = is_over.any(axis=0)
    first = np.maximum(is_over.argmax(axis=0), 1)
    member = np.arange(paths.shape[1])
    before, after = paths[first - 1, member], paths[first, member]
    share = (limit - before) / np.maximum(after - before, 1e-9)
    when = (first - 1 + np.clip(share, 0.0, 1.0)) * STEP_S
    ordered = np.sort(np.where(reached, when, np.inf))
    times = (float(ordered[math.ceil(p * ordered.size) - 1]) for p in (0.1, 0.5, 0.9))
    p10, p50, p90 = (None if math.isinf(time) else time for time in times)
    soon = is_over[: SOON_S // STEP_S + 1].any(axis=0).mean()
    return Reaching(limit, float(soon), float(reached.mean()), p10, p50, p90)
