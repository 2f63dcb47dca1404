"""Manhole covers: whether one has been tilted or opened."""

import math

import numpy as np

from indicators.facilities.settings import FacilitySettings
from indicators.spacing import spacing_s
from indicators.vital_sign import Inputs, Measure
from sensors.decimals import Floats


def persisted_change(values: Floats, spacing_s: float, persist_s: float) -> float:
    """Largest tilt above the flattest of a window that lasted.

    Signs are dropped: a cover that tips over to one side is as open as to the other.

    Args:
        values: Tilts in the order of time, degrees, shape (readings,), not empty.
        spacing_s: Seconds between two of them, each of which stands for so long; > 0.
        persist_s: How long a tilt must last, s.

    Returns:
        Degrees ≥ 0; 0 where nothing lasted.

    Source: [D].

    Example:
        >>> persisted_change(np.array([1.0, 40.0, 1.0, 21.0, 31.0]), 5, 10)
        20.0
    """
    tilts = np.abs(values)
    lasting = max(1, math.ceil(persist_s / spacing_s - 1e-9))
    if tilts.size < lasting:
        return 0.0
    held = np.lib.stride_tricks.sliding_window_view(tilts, lasting).min(axis=1)
    return round(float(held.max() - tilts.min()), 6)


def manhole_state(settings: FacilitySettings, inputs: Inputs) -> Measure:
    """Largest tilt change of any cover that lasted 10 s, degrees, against its flattest reading.

    An opened cover shows for as long as the window remembers it closed.

    Source: 15° and 10 s are ours [D]; no standard for smart manholes was found.
    """
    covers = [
        (persisted_change(a.values, spacing_s(a, inputs), settings.tilt_persist_s), a.terminal)
        for a in inputs.all("cover_tilt")
    ]
    if not covers:
        return Measure(None, "no_data")
    change, terminal = max(covers)
    red = settings.manhole_levels[-1].edge
    detail = {"terminal": terminal, "covers": len(covers), "open": sum(c >= red for c, _ in covers)}
    return Measure(change, detail=detail, weights={terminal: 1.0})
