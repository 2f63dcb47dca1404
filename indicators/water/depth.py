"""Water on the road: how deep it stands, and at how many gauges."""

from indicators.rounding import significant
from indicators.vital_sign import Inputs, Measure
from indicators.water.settings import WaterSettings


def depth_level(settings: WaterSettings, depth: float, kind: str) -> str | None:
    """The level of a depth in a zone of a kind; None below the first edge.

    Levels from `first_level` on count `depth_shift` steps more severe, at most the most severe.

    Args:
        settings: Levels and shifts [D].
        depth: m.
        kind: Kind of the zone.
    """
    ids = [level.id for level in settings.depth_levels]
    reached = sum(depth >= level.edge for level in settings.depth_levels)
    if not reached:
        return None
    place = reached - 1
    if place >= ids.index(settings.first_level):
        place = min(place + settings.depth_shift.get(kind, 0), len(ids) - 1)
    return ids[place]


def water_depth(settings: WaterSettings, inputs: Inputs) -> Measure:
    """Depth of water on the road, m: the deepest gauge's mean over the window.

    Source: levels and the shift in underpasses are ours [D]; see the settings for what they are
    pinned to.
    """
    gauges = [(a.mean, a.terminal) for a in inputs.all("water_depth")]
    if not gauges:
        return Measure(None, "no_data")
    depth, terminal = max(gauges)
    return Measure(
        depth,
        detail={"terminal": terminal},
        level=depth_level(settings, significant(depth), inputs.zone.kind),
        weights={terminal: 1.0},
    )


def water_points(settings: WaterSettings, inputs: Inputs) -> Measure:
    """How many gauges stand at or above the first level of waterlogging, wherever they are.

    Source: the level is ours [D].
    """
    gauges = [(significant(a.mean), a.terminal) for a in inputs.all("water_depth")]
    if not gauges:
        return Measure(None, "no_data")
    wet = [terminal for depth, terminal in gauges if depth >= settings.first_edge_m]
    return Measure(
        float(len(wet)),
        detail={"gauges": len(gauges), "deepest_m": max(gauges)[0]},
        weights=dict.fromkeys(wet, 1 / len(wet)) if wet else {},
    )
