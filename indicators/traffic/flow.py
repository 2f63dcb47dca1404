"""Traffic flow and occupancy: means of what the detectors say."""

from indicators.shares import reading_shares, shares
from indicators.vital_sign import Inputs, Measure
from indicators.window import pooled


def traffic_flow(inputs: Inputs) -> Measure:
    """Vehicles a minute at a detector: the mean of the detectors, each alike.

    Their sum, `total`, is what passes the place where each detector has a lane of its own.
    """
    flows = {a.terminal: a.mean for a in inputs.all("traffic_flow")}
    if not flows:
        return Measure(None, "no_data")
    total = sum(flows.values())
    detail = {"detectors": len(flows), "total": total}
    return Measure(total / len(flows), detail=detail, weights=shares(dict.fromkeys(flows, 1.0)))


def traffic_occupancy(inputs: Inputs) -> Measure:
    """Share of time that vehicles stand over the detectors, mean of all readings, %."""
    detectors = inputs.all("occupancy")
    pool = pooled(detectors)
    if pool is None:
        return Measure(None, "no_data")
    return Measure(pool.mean, detail={"readings": pool.count}, weights=reading_shares(detectors))
