"""When a place will be full."""

from indicators.crowd.settings import CrowdSettings
from indicators.newest import known, newest, why_not
from indicators.vital_sign import Inputs, Measure


def minutes_to_capacity(people: float, capacity: float, net_inflow: float) -> float | None:
    """Minutes until a place is full if people go on coming as they do.

    Args:
        people: Now in the place.
        capacity: Approved number of people.
        net_inflow: People who come less those who leave, 1/min.

    Returns:
        ≥ 0; 0 where it is full already, None where it does not fill.

    Source: risk time = (N_cap - N) / net inflow [D].

    Example:
        >>> minutes_to_capacity(800.0, 1000.0, 20.0)
        10.0
    """
    if people >= capacity:
        return 0.0
    return (capacity - people) / net_inflow if net_inflow > 0 else None


def crowd_time_to_capacity(settings: CrowdSettings, inputs: Inputs) -> Measure:
    """Minutes until the approved number of people is reached; 0 where it is."""
    capacity = inputs.zone.capacity
    if not capacity:
        return Measure(None, "no_capacity")
    number, net = newest(inputs, "crowd_number"), known(inputs, "people_net_inflow")
    if number is None or number.value is None:
        return Measure(None, why_not(inputs, "crowd_number"))
    people, flow = number.value, newest(inputs, "people_net_inflow")
    if net is None and people < capacity:
        return Measure(None, why_not(inputs, "people_net_inflow"), {"people": people})
    minutes = minutes_to_capacity(people, capacity, net or 0.0)
    detail = {"people": people, "capacity": capacity}
    if net is not None:
        detail["net_inflow"] = net
        detail |= {"net_outflow": -net} if net < 0 else {}
    if minutes is None:
        return Measure(None, "not_filling", detail)
    if minutes > settings.filling_horizon_min:
        return Measure(None, "beyond_horizon", detail)
    is_suspect = number.is_suspect or (flow is not None and flow.is_suspect)
    return Measure(minutes, detail=detail, weights=number.weights, is_suspect=is_suspect)
