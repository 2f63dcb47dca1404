"""Windows of many signs and many rounds at once, column by column: what `evaluate` says of each."""

from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from indicators.evaluate import DOUBTFUL
from indicators.rounding import significants
from indicators.vital_sign import ManyFormula, Measures, Quality, VitalValue
from indicators.window import Pooled
from indicators.zone_vitals import Sign
from sensors.decimals import Floats, Ints

_PASS, _SUSPECT = Quality.PASS, Quality.SUSPECT
_EXACT: Final = 2**53
"""Whole numbers up to here are the same in float64."""
_NAMES: Final = ("count", "low", "high", "steps", "newest", "arrived")
"""The fields of `Pooled` behind the first."""


class Alike(NamedTuple):
    """Signs of one formula whose windows close together: columns, one element a sign.

    Attributes:
        formula: Their formula, for many windows.
        signs: The signs.
        pools: The one pool of each among those of all gatherings.
        scale: Steps per unit of its quantity.
        expected: Readings that a window of each should have.
        least: Below this coverage a window of each has no value.
        grace: How long a window of each waits after its end, ms.
        window: Its length, ms.
    """

    formula: ManyFormula
    signs: Sequence[Sign]
    pools: Ints
    scale: Floats
    expected: Floats
    least: Floats
    grace: Ints
    window: Ints


def evaluate_many(
    alike: Alike, pools: npt.NDArray[np.void], due: int, hop: int
) -> list[VitalValue | None]:
    """The values of signs in windows that close on time; keeps up the newest reading of each.

    Args:
        alike: The signs.
        pools: What the pools of all gatherings came to (`POOL`), shape (rounds, pools).
        due: When the windows of the first round close, ms.
        hop: From one round to the next, ms.

    Returns:
        Round by round, sign by sign; None for a window that has to be evaluated by itself.
    """
    signs, found = alike.signs, pools[:, alike.pools]
    rounds = len(found)
    for sign, instant in zip(signs, found["newest"].max(axis=0).tolist(), strict=True):
        state = sign.state
        state.newest = max(state.newest, instant)
    pooled = Pooled(
        np.tile(alike.scale, rounds),
        *(np.ascontiguousarray(found[name]).ravel() for name in _NAMES),
    )
    if int(np.abs(pooled.steps).max()) >= _EXACT:
        return [None] * pooled.steps.size
    measures = alike.formula(pooled)
    at = (due + hop * np.arange(rounds))[:, None]
    end = at - alike.grace
    coverage = _coverage(pooled.arrived, np.tile(alike.expected, rounds))
    values = _values(alike, measures, (at + 0 * end, end - alike.window, end), coverage.tolist())
    lacks = (pooled.count == 0) | (coverage < np.tile(alike.least, rounds))
    for place in np.flatnonzero(lacks).tolist():
        values[place] = None
    return values


def _values(
    alike: Alike, measures: Measures, times: tuple[Ints, Ints, Ints], shares: list[float]
) -> list[VitalValue | None]:
    """The values of all windows; `times` are when they are published, begin and end."""
    values = significants(measures.values)
    at, start, end = (column.ravel().tolist() for column in times)
    signs = [*alike.signs] * len(times[0])
    abouts = [sign.about for sign in signs]
    levels: Iterable[str | None] = repeat(None)
    if any(sign.about.levels for sign in alike.signs):
        levels = [about.level_of(value) for about, value in zip(abouts, values, strict=True)]
    return list(
        map(
            VitalValue, at, [sign.place for sign in signs], [about.id for about in abouts],
            start, end, values, [about.unit for about in abouts], levels, shares, repeat(0),
            repeat(None), measures.details, repeat("zone"), [sign.weights for sign in signs],
            [_SUSPECT if share <= DOUBTFUL else _PASS for share in shares],
        )
    )  # fmt: skip


def _coverage(arrived: Floats, expected: Floats) -> Floats:
    """The share of readings that arrived, to four decimals."""
    found = np.ones(arrived.size)
    # Python rounds the number as it is written, numpy a product of it.
    for place in np.flatnonzero(arrived != expected).tolist():
        found[place] = round(float(arrived[place]) / float(expected[place]), 4)
    return found
