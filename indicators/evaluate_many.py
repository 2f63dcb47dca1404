"""Many windows of one vital sign at once, column by column: what `evaluate` says of each."""

from itertools import repeat
from typing import Final

import numpy as np

from indicators.gatherings import Spot
from indicators.rounding import significants
from indicators.vital_sign import Measures, VitalValue
from indicators.zone_vitals import Sign
from sensors.decimals import Floats

_EXACT: Final = 2**53
"""Whole numbers up to here are the same in float64."""


def evaluate_many(sign: Sign, spot: Spot, due: int, rounds: int) -> list[VitalValue | None] | None:
    """The values of a sign in the windows of all rounds, which close on time.

    Args:
        sign: The sign.
        spot: Where its windows are.
        due: When the first one closes, ms.
        rounds: How many there are.

    Returns:
        None for each window that has to be evaluated by itself, or for all of them.
    """
    about, plan = sign.about, sign.plan
    if about.many is None or (pooled := spot.gathered.only_pool(spot.first)) is None:
        return None
    if not pooled.count.any() or int(np.abs(pooled.steps).max()) >= _EXACT:
        return None
    coverage = _coverage(pooled.arrived, spot.gathered.expected(spot.first))
    measures = about.many(pooled)
    values = significants(measures.values)
    at = np.arange(rounds) * plan.hop + due
    end = at - plan.grace
    found: list[VitalValue | None] = list(
        map(
            VitalValue, at.tolist(), repeat(sign.place), repeat(about.id),
            (end - plan.window).tolist(), end.tolist(), values, repeat(about.unit),
            map(about.level_of, values) if about.levels else repeat(None), coverage, repeat(0),
            repeat(None), _details(measures),
        )
    )  # fmt: skip
    if min(coverage) < about.min_coverage or not pooled.count.all():
        for place, (count, share) in enumerate(zip(pooled.count.tolist(), coverage, strict=True)):
            if not count or share < about.min_coverage:
                found[place] = None
    return found


def _coverage(arrived: Floats, expected: float) -> list[float]:
    """The share of readings that arrived; few of a series differ."""
    known = {number: round(number / expected, 4) for number in set(arrived.tolist())}
    known[expected] = 1.0
    return [known[number] for number in arrived.tolist()]


def _details(measures: Measures) -> list[dict[str, float]]:
    columns = [
        column.tolist() if column.dtype == np.int64 else significants(column.astype(np.float64))
        for column in measures.detail.values()
    ]
    names = tuple(measures.detail)
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
