"""Data quality of a place: which share of its series passes the tests of an hour."""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from indicators.devices.series_tests import Flag, flat_line, gross_range, rate_of_change, spike
from indicators.devices.settings import DeviceSettings, SeriesLimits
from indicators.spacing import spacing_s
from indicators.vital_sign import Inputs, Measure
from indicators.window import Aggregate
from sensors.decimals import Ints

_MOST_NAMED = 8


class Verdict(NamedTuple):
    """What the tests say of a series: the worst flag, and the test that gave it."""

    flag: Flag
    test: str


def series_flag(flags: Ints, tolerated: float) -> Flag:
    """The flag of a whole series under one test.

    Args:
        flags: `Flag` of each reading, shape (readings,).
        tolerated: Share of evaluated readings that may be bad, 0–1.

    Returns:
        FAIL where more than the tolerated share failed, SUSPECT where more are at least suspect.

    Source: [D].
    """
    evaluated = flags[flags != Flag.NOT_EVALUATED]
    if not evaluated.size:
        return Flag.NOT_EVALUATED
    most = tolerated * evaluated.size
    if np.count_nonzero(evaluated >= Flag.FAIL) > most:
        return Flag.FAIL
    return Flag.SUSPECT if np.count_nonzero(evaluated >= Flag.SUSPECT) > most else Flag.PASS


def verdict(settings: DeviceSettings, series: Aggregate, spacing: float) -> Verdict:
    """The worst that the tests say of a series; `spacing` is the time between its readings, s."""
    if series.count < settings.missing_share * series.expected:
        return Verdict(Flag.MISSING, "missing")
    limits = settings.quality[series.quantity.name]
    is_whole = series.count >= settings.whole_share * series.expected
    worst = Verdict(Flag.NOT_EVALUATED, "")
    for test, flags in _tested(limits, series, spacing, is_whole=is_whole):
        flag = series_flag(flags, 0.0 if test == "flat_line" else settings.tolerated)
        if flag is Flag.NOT_EVALUATED:
            continue
        if worst.flag is Flag.NOT_EVALUATED or flag > worst.flag:
            worst = Verdict(flag, test)
    return worst


def _tested(
    limits: SeriesLimits, series: Aggregate, spacing: float, *, is_whole: bool
) -> Iterator[tuple[str, Ints]]:
    values = series.values
    if limits.low is not None or limits.high is not None:
        yield "gross_range", gross_range(values, limits.low, limits.high)
    if limits.spike is not None:
        yield "spike", spike(values, limits.spike, limits.spike_fail)
    if not is_whole:
        return
    if limits.rate_per_min is not None:
        yield "rate_of_change", rate_of_change(values, spacing, limits.rate_per_min)
    if limits.flat_suspect_s is not None or limits.flat_fail_s is not None:
        suspect = _row(limits.flat_suspect_s, spacing)
        fail = _row(limits.flat_fail_s, spacing)
        yield "flat_line", flat_line(values, suspect, fail, limits.flat_within, limits.resting)


_SHORTEST_ROW = 5
"""Fewer readings alike than this are no flat line, however slowly they come."""


def _row(seconds: float | None, spacing: float) -> int | None:
    """How many readings last so long; each stands for its spacing."""
    if seconds is None:
        return None
    return max(math.ceil(seconds / spacing - 1e-9), _SHORTEST_ROW)


def device_quality(settings: DeviceSettings, inputs: Inputs) -> Measure:
    """Share of (terminal, quantity) series of an hour that pass all tests, %.

    Of the series that reported at all and could be tested; those that fell silent are counted by
    the availability. At most eight bad ones are named, the worst first.

    Source: QARTOD's flags and tests [M]; what they are tested against, and what a series may be
    forgiven, is ours [D].
    """
    series = [
        aggregate for quantity in settings.quality
        for aggregate in inputs.by_quantity.get(quantity, ())
    ]  # fmt: skip
    if not series:
        return Measure(None, "no_data")
    found = [(verdict(settings, a, spacing_s(a, inputs)), a) for a in series]
    tested = [(v, a) for v, a in found if v.flag is not Flag.NOT_EVALUATED]
    if not tested:
        return Measure(None, "not_evaluated", {"series": len(series)})
    bad = [(v, a) for v, a in tested if v.flag is not Flag.PASS]
    bad.sort(key=lambda entry: (-entry[0].flag, entry[1].terminal, entry[1].quantity.name))
    named = [
        {"terminal": a.terminal, "quantity": a.quantity.name, "flag": int(v.flag), "test": v.test}
        for v, a in bad[:_MOST_NAMED]
    ]
    detail = {"series": len(tested), "untested": len(series) - len(tested), "bad": len(bad)}
    value = 100 * (len(tested) - len(bad)) / len(tested)
    return Measure(value, detail={**detail, "worst": named})
