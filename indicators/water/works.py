"""The river beside the road, and the pumps."""

from typing import NamedTuple

from indicators.vital_sign import Inputs, Measure


class _Stage(NamedTuple):
    """A river's stage at a gauge, and how far it is above the warning stage, m."""

    above: float
    stage: float
    terminal: str


def _warned(inputs: Inputs) -> list[_Stage]:
    """The gauges that have a warning stage: the `rated` value that their terminals declare."""
    return [
        _Stage(a.mean - warning, a.mean, a.terminal)
        for a in inputs.all("river_level")
        if (warning := inputs.ratings.get((a.terminal, "river_level"))) is not None
    ]


def river_level(inputs: Inputs) -> Measure:
    """River stage, m above the gauge's own zero: of the gauge nearest to its warning stage.

    Zeros of gauges differ: where none has a warning stage it is the highest reading. `unjudged` in
    the detail counts the gauges without one.
    """
    gauges = [(a.mean, a.terminal) for a in inputs.all("river_level")]
    if not gauges:
        return Measure(None, "no_data")
    warned = _warned(inputs)
    unjudged = {"unjudged": len(gauges) - len(warned)} if len(warned) < len(gauges) else {}
    if not warned:
        stage, terminal = max(gauges)
        return Measure(stage, detail={"terminal": terminal, **unjudged}, weights={terminal: 1.0})
    above, stage, terminal = max(warned)
    key, margin = ("above_warning_m", above) if above >= 0 else ("below_warning_m", -above)
    detail = {"terminal": terminal, key: margin, **unjudged}
    return Measure(stage, detail=detail, weights={terminal: 1.0})


def river_above_warning(inputs: Inputs) -> Measure:
    """How far a river is above its warning stage, m, below 0 under it: the worst gauge.

    Stages themselves have no common levels, for each gauge has a zero of its own.
    """
    gauges = inputs.all("river_level")
    if not gauges:
        return Measure(None, "no_data")
    warned = _warned(inputs)
    if not warned:
        return Measure(None, "no_warning_stage", {"unjudged": len(gauges)})
    worst = max(warned)
    detail = {
        "terminal": worst.terminal,
        "stage_m": worst.stage,
        "unjudged": len(gauges) - len(warned),
    }
    return Measure(worst.above, detail=detail, weights={worst.terminal: 1.0})


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
