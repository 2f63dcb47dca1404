"""What the detectors of a place measured: speeds of vehicles only, and how many pass each."""

from collections.abc import Sequence

from indicators.arrival import arrived_share
from indicators.traffic.settings import TrafficSettings
from indicators.vital_sign import Inputs
from indicators.window import Aggregate, aggregate


def driven(settings: TrafficSettings, inputs: Inputs) -> Sequence[Aggregate]:
    """Speeds by detector, km/h, without those of an empty road; none where too few have arrived.

    How many is judged by the speeds alone, whatever is missing of flow and occupancy.

    A detector that nothing passes says 0 km/h, as one in a jam does. Where it says at the same time
    that nothing flows and that its lane is free, this is no speed.
    """
    if arrived_share(inputs, "traffic_speed") < settings.speed_min_share:
        return ()
    speeds = inputs.all("traffic_speed")
    flows = {a.terminal: a for a in inputs.all("traffic_flow")}
    lanes = {a.terminal: a for a in inputs.all("occupancy")}
    if not flows or not lanes:
        return speeds
    kept = [_moving(a, flows.get(a.terminal), lanes.get(a.terminal)) for a in speeds]
    return [a for a in kept if a is not None]


def why_no_speed(settings: TrafficSettings, inputs: Inputs) -> str:
    """Why nobody has driven: nothing or too little was measured, or the road was empty."""
    if not inputs.all("traffic_speed"):
        return "no_data"
    is_little = arrived_share(inputs, "traffic_speed") < settings.speed_min_share
    return "low_coverage" if is_little else "no_vehicles"


def _moving(speed: Aggregate, flow: Aggregate | None, lane: Aggregate | None) -> Aggregate | None:
    """A detector's speeds without those of an empty road; None where no other is left."""
    if speed.low > 0 or flow is None or lane is None or flow.low > 0 or lane.low > 0:
        return speed
    is_empty = speed.values == 0
    if speed.count == flow.count == lane.count:
        # What comes in one pack stands in the same place.
        is_empty &= (flow.values == 0) & (lane.values == 0)
    elif flow.high > 0 or lane.high > 0:
        return speed
    left = speed.values[~is_empty]
    if not left.size:
        return None
    return aggregate(speed.terminal, speed.quantity, speed.expected, left)


def travelled(inputs: Inputs, detectors: Sequence[Aggregate]) -> dict[str, float]:
    """What each detector counts by: vehicle kilometres, or each alike where flows are unknown.

    Detectors of a place stand for as much road each, so that its length makes no difference. Where
    not each of them has a flow, or nothing flows at all, each counts alike.
    """
    flows = {a.terminal: a.mean for a in inputs.all("traffic_flow")}
    known = {a.terminal: flows.get(a.terminal, -1.0) for a in detectors}
    if min(known.values(), default=-1.0) < 0 or not sum(known.values()):
        return dict.fromkeys(known, 1.0)
    return known
