"""Shafts: how high the water stands in them, and how far below the cover."""

from typing import Any

from indicators.facilities.settings import FacilitySettings
from indicators.vital_sign import Inputs, Measure

SHAFT_LEVEL = "shaft_level"


def fill(level_m: float, depth_m: float) -> float:
    """Share of a shaft that is under water, %.

    Args:
        level_m: Water above the floor, m; a gauge's small negative zero error counts as 0.
        depth_m: From the floor to the cover, m, > 0.

    Example:
        >>> fill(2.4, 3.0), fill(-0.05, 3.0)
        (80.0, 0.0)
    """
    return round(max(level_m, 0.0) / depth_m * 100, 6)


def shaft_level(inputs: Inputs) -> Measure:
    """Water above the floor of the fullest shaft, m: the largest mean over the window."""
    shafts = [(a.mean, a.terminal) for a in inputs.all(SHAFT_LEVEL)]
    if not shafts:
        return Measure(None, "no_data")
    level, terminal = max(shafts)
    return Measure(level, detail={"terminal": terminal}, weights={terminal: 1.0})


def shaft_fill(settings: FacilitySettings, inputs: Inputs) -> Measure:
    """Fill of the shaft that is worst off, % of its depth; only of shafts whose depth is declared.

    Yellow by the share; orange and red by the distance to the cover, which a share alone does not
    give. One of unknown depth beside others is counted and leaves the value in doubt.

    Source: 80 %, 0.3 m and the cover are ours [D].
    """
    levels = [(a.mean, a.terminal) for a in inputs.all(SHAFT_LEVEL)]
    if not levels:
        return Measure(None, "no_data")
    shafts = []
    for level, terminal in levels:
        depth = inputs.ratings.get((terminal, SHAFT_LEVEL), 0.0)
        if depth > 0:
            share, below = fill(level, depth), round(depth - level, 6)
            shafts.append((_severity(settings, share, below), share, terminal, below))
    if not shafts:
        return Measure(None, "no_rating", {"shafts": len(levels)})
    severity, share, terminal, below = max(shafts)
    unrated = len(levels) - len(shafts)
    detail: dict[str, Any] = {
        "terminal": terminal,
        "below_cover_m": below,
        "shafts": len(shafts),
        **({"unrated": unrated} if unrated else {}),
    }
    level_id = settings.fill_levels[severity - 1].id if severity else None
    weights = {terminal: 1.0}
    return Measure(share, None, detail, level_id, weights, is_suspect=unrated > 0)


def _severity(settings: FacilitySettings, share: float, below_m: float) -> int:
    """0, or 1 yellow, 2 orange, 3 red."""
    if below_m <= 0:
        return 3
    if below_m <= settings.cover_margin_m:
        return 2
    return 1 if share >= settings.fill_levels[0].edge else 0
