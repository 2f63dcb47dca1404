"""One window of one vital sign: from what was gathered to the value that is published."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from indicators.gathered import Gathered
from indicators.heard import Heard
from indicators.history import expected_of, history_of
from indicators.rounding import rounded, significant
from indicators.vital_sign import Basis, Inputs, Measure, Past, Quality, VitalValue
from indicators.zone_vitals import Sign, ZoneVitals

DOUBTFUL: Final = 0.5
"""At this share of the expected readings or below a value is suspect [D]."""
_MOST_WEIGHTS: Final = 8
NO_DATA: Final = "no_data"
"""Why there is no value of a window in which there is nothing."""
_NO_DATA = Measure(None, NO_DATA)
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
    about, start, coverage = sign.about, sign.start_of(end), 1.0
    if gathered is not None:
        by_quantity, coverage = gathered.window(index)
        if not by_quantity:
            measure = _NO_DATA
        elif coverage < about.min_coverage:
            measure = _LOW_COVERAGE
        else:
            plan = sign.zone.plan
            measure = about.formula(
                Inputs(
                    plan.zone, start, end, by_quantity,
                    ratings=plan.ratings, memory=memory, terminals=plan.terminals,
                )
            )  # fmt: skip
    elif sign.made_of:
        history = history_of(sign, start, end)
        coverage = _share(history, expected_of(sign, start, end))
        if not history:
            measure = _NO_DATA
        elif coverage < about.min_coverage:
            measure = _LOW_COVERAGE
        else:
            measure = about.formula(
                Inputs(sign.zone.plan.zone, start, end, history=history, memory=memory)
            )
    else:
        measure = about.formula(_derived(window, memory, heard))
    if measure.coverage is not None:
        coverage = measure.coverage
    value, level = measure.value, None
    if value is not None:
        value = significant(value)
        level = measure.level or (about.level_of(value) if about.levels else None)
    weights = measure.weights or sign.weights if value is not None else {}
    return VitalValue(
        window.at, sign.place, about.id, start, end, value, about.unit, level, coverage,
        window.revision, measure.reason, rounded(measure.detail) if measure.detail else {},
        "zone", weights_of(weights), quality_of(measure, coverage),
    )  # fmt: skip


def quality_of(measure: Measure, coverage: float) -> Quality:
    """How far a value can be trusted."""
    if measure.value is None:
        return Quality.MISSING
    return Quality.SUSPECT if measure.is_suspect or coverage <= DOUBTFUL else Quality.PASS


def weights_of(weights: Mapping[str, float]) -> dict[str, float]:
    """The largest shares, to four decimals, the largest first."""
    if len(weights) <= 1:
        return dict(weights)
    largest = sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:_MOST_WEIGHTS]
    return {terminal: round(weight, 4) for terminal, weight in largest}


def _share(history: Mapping[str, Sequence[Past]], expected: int) -> float:
    """Share of the expected readings that stand behind past values."""
    arrived = sum(item.coverage for past in history.values() for item in past)
    return min(round(arrived / expected, 4), 1.0) if expected else 0.0


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
