"""The readings of every (terminal, quantity) of a zone, window by window, for who judges them.

Vital signs read the quantities that they are made of; whether a sensor is broken is asked of all.
So this is a sign that is in no catalogue: its windows close like those of others and are handed on
as they are, once; nothing of it is published or corrected.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from indicators.vital_sign import Inputs, Measure, VitalSign, VitalValue
from indicators.window import Aggregate
from sensors.quantity import CATALOGUE

_HELD: Final = "by_quantity"


def _held(inputs: Inputs) -> Measure:
    """No value, but the aggregates themselves."""
    return Measure(None, detail={_HELD: inputs.by_quantity})


EVERY_SERIES: Final = VitalSign(
    id="every_series",
    zh="全部序列",
    en="Every series",
    group="internal",
    unit="1",
    formula=_held,
    source="none: an aggregation",
    inputs=tuple(CATALOGUE),
    window_s=300.0,
    min_coverage=0.0,
    is_scored=False,
    is_internal=True,
)
"""Five minutes, or the cadence of the quickest terminal where that is longer (decision 0024)."""


def series_of(value: VitalValue) -> Mapping[str, Sequence[Aggregate]]:
    """The aggregates of a window by quantity, until rows are added; empty where nothing came."""
    held: Mapping[str, Sequence[Aggregate]] = value.detail.get(_HELD, {})
    return held
