"""Manhole covers: whether one has been tilted or opened."""

import math
from typing import Any

import numpy as np

from indicators.facilities.settings import FacilitySettings
from indicators.spacing import spacing_s
from indicators.vital_sign import Inputs, Measure
from indicators.window import Aggregate
from sensors.decimals import Floats

COVER_TILT = "cover_tilt"


def persisted_change(
    values: Floats, closed: float, spacing_s: float, persist_s: float
) -> float | None:
    """Largest angle between a cover and its closed self that lasted.

    Args:
        values: Tilts in the order of time, degrees, −180 to 180, shape (readings,).
        closed: Tilt of the closed cover, degrees.
        spacing_s: Seconds between two readings, each of which stands for so long; > 0.
        persist_s: How long a tilt must last, s; met by one reading where they are further apart.

    Returns:
        Degrees, 0–180; None where there are too few readings to tell.

    Source: [D].

    Example:
        >>> persisted_change(np.array([1.0, 40.0, 1.0, -21.0, 31.0]), 1.0, 5, 10)
        22.0
    """
    apart = np.abs(values - closed)
    apart = np.minimum(apart, 360.0 - apart)
    lasting = max(1, math.ceil(persist_s / spacing_s - 1e-9))
    if apart.size < lasting:
        return None
    held = np.lib.stride_tricks.sliding_window_view(apart, lasting).min(axis=1)
    return round(float(held.max()), 6)


def closed_tilt(settings: FacilitySettings, cover: Aggregate, inputs: Inputs) -> float:
    """Tilt of a cover that is closed, degrees: as declared, else the flattest it was ever seen.

    It is remembered over windows and restarts, and never beyond `closed_tilt_max`: so a cover that
    was open when it was first heard is not taken for closed.
    """
    rated = inputs.ratings.get((cover.terminal, COVER_TILT))
    if rated is not None:
        return rated
    values = cover.values
    flattest = float(values[np.argmin(np.abs(values))])
    known = inputs.memory.get(cover.terminal)
    if known is None or abs(flattest) < abs(known):
        inputs.memory[cover.terminal] = known = flattest
    most = settings.closed_tilt_max
    return min(max(float(known), -most), most)


def manhole_state(settings: FacilitySettings, inputs: Inputs) -> Measure:
    """Largest tilt of any cover against its closed self that lasted 10 s, degrees.

    Covers that were silent or reported too little to be judged leave the value in doubt.

    Source: 15°, 10 s and 10° are ours [D]; no standard for smart manholes was found.
    """
    covers = inputs.all(COVER_TILT)
    if not covers:
        return Measure(None, "no_data")
    judged = []
    for cover in covers:
        closed, spacing = closed_tilt(settings, cover, inputs), spacing_s(cover, inputs)
        change = persisted_change(cover.values, closed, spacing, settings.tilt_persist_s)
        if change is not None:
            judged.append((change, cover.terminal))
    known = {terminal for _, terminal in judged}
    unknown = len({*inputs.declared.get(COVER_TILT, {}), *(a.terminal for a in covers)} - known)
    if not judged:
        return Measure(None, "too_few_readings", {"covers": len(covers)})
    change, terminal = max(judged)
    red = settings.manhole_levels[-1].edge
    detail: dict[str, Any] = {
        "terminal": terminal,
        "covers": len(covers),
        "open": sum(c >= red for c, _ in judged),
        **({"unknown": unknown} if unknown else {}),
    }
    return Measure(change, detail=detail, weights={terminal: 1.0}, is_suspect=unknown > 0)
