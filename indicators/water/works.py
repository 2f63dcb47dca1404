"""The river beside the road, and the pumps."""

from indicators.vital_sign import Inputs, Measure


def river_level(inputs: Inputs) -> Measure:
    """River stage, m above the gauge's own zero: of the gauge nearest to its warning stage.

    The warning stage is the `rated` value that the terminal declares. Zeros of gauges differ: where
    none has a warning stage it is the highest reading.
    """
    gauges = [(a.mean, a.terminal) for a in inputs.all("river_level")]
    if not gauges:
        return Measure(None, "no_data")
    warned = []
    for stage, terminal in gauges:
        warning = inputs.ratings.get((terminal, "river_level"))
        if warning is not None:
            warned.append((stage - warning, stage, terminal))
    if not warned:
        stage, terminal = max(gauges)
        return Measure(stage, detail={"terminal": terminal}, weights={terminal: 1.0})
    above, stage, terminal = max(warned)
    key, margin = ("above_warning_m", above) if above >= 0 else ("below_warning_m", -above)
    return Measure(stage, detail={"terminal": terminal, key: margin}, weights={terminal: 1.0})


def pump_running(inputs: Inputs) -> Measure:
    """Share of the pumps that run, 0–1: mean over the pumps of their means over the window."""
    pumps = {a.terminal: a.mean for a in inputs.all("pump_running")}
    if not pumps:
        return Measure(None, "no_data")
    return Measure(
        sum(pumps.values()) / len(pumps),
        detail={"pumps": len(pumps), "running": sum(share > 0 for share in pumps.values())},
        weights=dict.fromkeys(pumps, 1 / len(pumps)),
    )
