"""One window of one vital sign: from what was gathered to the value that is published."""

from typing import Any

import msgspec

from indicators.gathered import Gathered
from indicators.heard import Heard
from indicators.rounding import rounded, significant
from indicators.vital_sign import Basis, Inputs, Measure, VitalValue
from indicators.zone_vitals import Sign, ZoneVitals

_NO_DATA = Measure(None, "no_data")
_LOW_COVERAGE = Measure(None, "low_coverage")


class Window(msgspec.Struct, frozen=True):
    """A window that is evaluated. Times are Unix ms.

    Attributes:
        sign: Its sign.
        end: First instant after it.
        at: When its value is published.
        revision: 0 for the value known on time, then one more for each correction.
    """

    sign: Sign
    end: int
    at: int
    revision: int


def evaluate(
    window: Window, memory: dict[str, Any], gathered: Gathered | None, index: int, heard: Heard
) -> VitalValue:
    """The value of a window.

    Args:
        window: The window.
        memory: What the formula remembers; it may change it.
        gathered: The readings of this window and others; None for what no reading feeds.
        index: Which of them it is.
        heard: Says when terminals were last heard.
    """
    sign, end = window.sign, window.end
    about, start, coverage = sign.about, end - sign.plan.window, 1.0
    if gathered is not None:
        by_quantity, coverage = gathered.window(index)
        if not by_quantity:
            measure = _NO_DATA
        elif coverage < about.min_coverage:
            measure = _LOW_COVERAGE
        else:
            measure = about.formula(
                Inputs(sign.zone.plan.zone, start, end, by_quantity, memory=memory)
            )
    else:
        measure = about.formula(_derived(window, memory, heard))
    value, level = measure.value, None
    if value is not None:
        value = significant(value)
        level = measure.level or (about.level_of(value) if about.levels else None)
    return VitalValue(
        window.at, sign.place, about.id, start, end, value, about.unit, level, coverage,
        window.revision, measure.reason, rounded(measure.detail) if measure.detail else {},
    )  # fmt: skip


def _derived(window: Window, memory: dict[str, Any], heard: Heard) -> Inputs:
    """What a sign is given that no reading feeds."""
    sign, end = window.sign, window.end
    zone, is_liveness = sign.zone, sign.plan.sign.basis is Basis.LIVENESS
    return Inputs(
        zone=zone.plan.zone,
        start=end - sign.plan.window,
        end=end,
        heard=heard.of(zone, window.at) if is_liveness else {},
        latest={} if is_liveness else _latest(zone),
        hops={} if is_liveness else zone.hops,
        memory=memory,
    )


def _latest(zone: ZoneVitals) -> dict[str, VitalValue]:
    return {s: v.latest for s, v in zone.state.signs.items() if v.latest is not None}
