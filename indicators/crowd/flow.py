"""People who pass, enter and leave."""

from typing import Final

import msgspec

from indicators.arrival import arrived_share
from indicators.crowd.settings import CrowdSettings
from indicators.shares import shares
from indicators.vital_sign import Inputs, Measure

_HOUR_MS: Final = 3_600_000


def people_count(settings: CrowdSettings, inputs: Inputs) -> Measure:
    """People who passed all counters of the place within the window, which is an hour.

    A lower bound, and suspect, where readings are missing.
    """
    counters = inputs.all("people_count")
    if inputs.end - inputs.start > _HOUR_MS:
        return Measure(None, "cadence_too_slow")
    if not counters:
        return Measure(None, "no_data")
    amounts = {a.terminal: a.total for a in counters}
    detail = {"counters": len(counters)}
    return _at_least(
        Measure(sum(amounts.values()), detail=detail, weights=shares(amounts)),
        arrived_share(inputs, "people_count"),
        settings.sum_min_share,
    )


def per_minute(people: float, span_ms: int) -> float:
    """People a minute, of people within a span of ms > 0."""
    return people * 60_000 / span_ms


def people_in(settings: CrowdSettings, inputs: Inputs) -> Measure:
    """People who entered the place through all its counters, 1/min; see `people_count`."""
    return _passing(settings, inputs, "people_in")


def people_out(settings: CrowdSettings, inputs: Inputs) -> Measure:
    """People who left the place through all its counters, 1/min; see `people_count`."""
    return _passing(settings, inputs, "people_out")


def people_net_inflow(settings: CrowdSettings, inputs: Inputs) -> Measure:
    """People who entered less those who left, 1/min.

    NA where one direction is not counted, or too little of it has arrived: the difference of two
    sums that lack different parts says nothing.

    Source: the share that must have arrived is ours [D].
    """
    entered, left = people_in(settings, inputs), people_out(settings, inputs)
    if entered.value is None or left.value is None:
        whole = entered.value is None and left.value is None
        missing = "no_people_in" if entered.value is None else "no_people_out"
        return Measure(None, "no_data" if whole else missing)
    arrived = {q: arrived_share(inputs, q) for q in ("people_in", "people_out")}
    if min(arrived.values()) < settings.inflow_min_share:
        detail = {f"{q}_percent": 100.0 * share for q, share in arrived.items()}
        return Measure(None, "incomplete_directions", detail)
    amounts: dict[str, float] = {}
    for a in (*inputs.all("people_in"), *inputs.all("people_out")):
        amounts[a.terminal] = amounts.get(a.terminal, 0.0) + a.total
    detail = {"in_per_min": entered.value, "out_per_min": left.value}
    return Measure(entered.value - left.value, detail=detail, weights=shares(amounts))


def _passing(settings: CrowdSettings, inputs: Inputs, quantity: str) -> Measure:
    counters = inputs.all(quantity)
    if not counters:
        return Measure(None, "no_data")
    amounts = {a.terminal: a.total for a in counters}
    people = sum(amounts.values())
    rate = per_minute(people, inputs.end - inputs.start)
    detail = {"people": people, "counters": len(counters)}
    return _at_least(
        Measure(rate, detail=detail, weights=shares(amounts)),
        arrived_share(inputs, quantity),
        settings.sum_min_share,
    )


def _at_least(measure: Measure, arrived: float, least: float) -> Measure:
    """A sum, as a lower bound where less than a share of its readings has arrived."""
    if arrived >= least:
        return measure
    detail = {**measure.detail, "at_least": True}
    return msgspec.structs.replace(measure, detail=detail, is_suspect=True)
