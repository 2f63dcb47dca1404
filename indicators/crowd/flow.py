"""People who pass, enter and leave."""

from indicators.shares import shares
from indicators.vital_sign import Inputs, Measure


def people_count(inputs: Inputs) -> Measure:
    """People who passed all counters of the place within the window."""
    counters = inputs.all("people_count")
    if not counters:
        return Measure(None, "no_data")
    amounts = {a.terminal: a.total for a in counters}
    detail = {"counters": len(counters)}
    return Measure(sum(amounts.values()), detail=detail, weights=shares(amounts))


def per_minute(people: float, span_ms: int) -> float:
    """People a minute, of people within a span of ms > 0."""
    return people * 60_000 / span_ms


def people_in(inputs: Inputs) -> Measure:
    """People who entered the place through all its counters, 1/min."""
    return _passing(inputs, "people_in")


def people_out(inputs: Inputs) -> Measure:
    """People who left the place through all its counters, 1/min."""
    return _passing(inputs, "people_out")


def people_net_inflow(inputs: Inputs) -> Measure:
    """People who entered less those who left, 1/min; NA where one direction is not counted."""
    entered, left = people_in(inputs), people_out(inputs)
    if entered.value is None or left.value is None:
        whole = entered.value is None and left.value is None
        missing = "no_people_in" if entered.value is None else "no_people_out"
        return Measure(None, "no_data" if whole else missing)
    amounts: dict[str, float] = {}
    for a in (*inputs.all("people_in"), *inputs.all("people_out")):
        amounts[a.terminal] = amounts.get(a.terminal, 0.0) + a.total
    detail = {"in_per_min": entered.value, "out_per_min": left.value}
    return Measure(entered.value - left.value, detail=detail, weights=shares(amounts))


def _passing(inputs: Inputs, quantity: str) -> Measure:
    counters = inputs.all(quantity)
    if not counters:
        return Measure(None, "no_data")
    amounts = {a.terminal: a.total for a in counters}
    people = sum(amounts.values())
    detail = {"people": people, "counters": len(counters)}
    rate = per_minute(people, inputs.end - inputs.start)
    return Measure(rate, detail=detail, weights=shares(amounts))
