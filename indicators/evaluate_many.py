"""Windows of many signs and many rounds at once, column by column: what `evaluate` says of each."""

from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Final, NamedTuple

import numpy as np

from indicators.evaluate import DOUBTFUL
from indicators.gathered import Gathered
from indicators.rounding import significants
from indicators.vital_sign import ManyFormula, Quality, VitalValue
from indicators.zone_vitals import Sign
from sensors.decimals import Floats

_PASS, _SUSPECT = Quality.PASS, Quality.SUSPECT
_EXACT: Final = 2**53
"""Whole numbers up to here are the same in float64."""


class Alike(NamedTuple):
    """Signs of one formula whose windows close together and were gathered together.

    Attributes:
        formula: Their formula, for many windows.
        gathered: What their windows hold.
        signs: The signs.
        pools: The one pool of each in what was gathered.
        expected: Readings that a window of each should have.
    """

    formula: ManyFormula
    gathered: Gathered
    signs: Sequence[Sign]
    pools: Sequence[int]
    expected: Sequence[float]


def evaluate_many(alike: Alike, due: int, hop: int, rounds: int) -> list[VitalValue | None]:
    """The values of signs in windows that close on time; keeps up the newest reading of each.

    Args:
        alike: The signs.
        due: When their first windows close, ms.
        hop: From one round to the next, ms.
        rounds: How many there are.

    Returns:
        Round by round, sign by sign; None for a window that has to be evaluated by itself.
    """
    signs, pooled = alike.signs, alike.gathered.pooled(alike.pools)
    newest = pooled.newest.reshape(rounds, -1).max(axis=0).tolist()
    for sign, instant in zip(signs, newest, strict=True):
        sign.state.newest = max(sign.state.newest, instant)
    if int(np.abs(pooled.steps).max()) >= _EXACT:
        return [None] * (rounds * len(signs))
    measures = alike.formula(pooled)
    values = significants(measures.values)
    at = np.repeat(due + hop * np.arange(rounds), len(signs))
    end = at - np.tile([sign.plan.grace for sign in signs], rounds)
    start = end - np.tile([sign.plan.window for sign in signs], rounds)
    coverage = _coverage(pooled.arrived, np.tile(alike.expected, rounds))
    shares: list[float] = coverage.tolist()
    levels: Iterable[str | None] = repeat(None)
    if any(sign.about.levels for sign in signs):
        every = zip([sign.about for sign in signs] * rounds, values, strict=True)
        levels = [about.level_of(value) for about, value in every]
    found: list[VitalValue | None] = list(
        map(
            VitalValue, at.tolist(), [sign.place for sign in signs] * rounds,
            [sign.about.id for sign in signs] * rounds, start.tolist(), end.tolist(), values,
            [sign.about.unit for sign in signs] * rounds, levels, shares, repeat(0),
            repeat(None), measures.details, repeat("zone"),
            [sign.weights for sign in signs] * rounds,
            [_SUSPECT if share <= DOUBTFUL else _PASS for share in shares],
        )
    )  # fmt: skip
    least = np.tile([sign.about.min_coverage for sign in signs], rounds)
    for place in np.flatnonzero((pooled.count == 0) | (coverage < least)).tolist():
        found[place] = None
    return found


def _coverage(arrived: Floats, expected: Floats) -> Floats:
    """The share of readings that arrived, to four decimals."""
    found = np.ones(arrived.size)
    # Python rounds the number as it is written, numpy a product of it.
    for place in np.flatnonzero(arrived != expected).tolist():
        found[place] = round(float(arrived[place]) / float(expected[place]), 4)
    return found
