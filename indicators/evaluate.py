"""One window of one vital sign: from what was gathered to the value that is published."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from indicators.gathered import Gathered
from indicators.heard import Heard
from indicators.history import expected_of, history_of
from indicators.rounding import rounded, significant
from indicators.vital_sign import Basis, Inputs, Measure, Past, Quality, VitalValue
from indicators.window import Aggregate, newest_words
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
    about, start = sign.about, sign.start_of(end)
    if gathered is not None:
        measure, coverage = _of_readings(window, start, memory, gathered.window(index))
    elif sign.made_of:
        measure, coverage = _of_past(window, start, memory)
    else:
        measure, coverage = about.formula(_derived(window, start, memory, heard)), 1.0
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


def _of_readings(
    window: Window,
    start: int,
    memory: dict[str, Any],
    found: tuple[Mapping[str, Sequence[Aggregate]], float],
) -> tuple[Measure, float]:
    """What readings say, given with the share of them that arrived; and that share."""
    sign, (said, coverage) = window.sign, found
    about, plan = sign.about, sign.zone.plan
    if not said:
        return _NO_DATA, coverage
    if coverage < about.min_coverage:
        return _LOW_COVERAGE, coverage
    if sign.plan.word:
        said = newest_words(said, sign.plan.word, start, window.end)
        if not said:
            return _NO_DATA, coverage
    measure = about.formula(
        Inputs(
            plan.zone, start, window.end, said,
            ratings=plan.ratings, declared=sign.zone.declared, memory=memory,
        )
    )  # fmt: skip
    if about.is_extreme and sum(map(len, said.values())) < sign.size:
        measure = msgspec.structs.replace(measure, is_suspect=True)
    return measure, coverage


def _of_past(window: Window, start: int, memory: dict[str, Any]) -> tuple[Measure, float]:
    """What past values of other signs say, and the share of readings behind them."""
    sign = window.sign
    history = history_of(sign, start, window.end)
    coverage = _share(history, expected_of(sign, start, window.end))
    if not history:
        return _NO_DATA, coverage
    if coverage < sign.about.min_coverage:
        return _LOW_COVERAGE, coverage
    inputs = Inputs(sign.zone.plan.zone, start, window.end, history=history, memory=memory)
    return sign.about.formula(inputs), coverage


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


def _derived(window: Window, start: int, memory: dict[str, Any], heard: Heard) -> Inputs:
    """What a sign is given that no reading feeds."""
    sign, end = window.sign, window.end
    zone, basis = sign.zone, sign.plan.sign.basis
    is_index = basis is Basis.SIGNS
    return Inputs(
        zone=zone.plan.zone,
        start=start,
        end=end,
        heard=heard.of(zone, window.at) if basis is Basis.LIVENESS else {},
        lags=heard.lags.take(zone, start, end) if basis is Basis.CLOCKS else {},
        latest=_latest(zone) if is_index else {},
        hops=zone.hops if is_index else {},
        memory=memory,
    )


def _latest(zone: ZoneVitals) -> dict[str, VitalValue]:
    return {s: v.known for s, v in zone.state.signs.items() if v.known is not None}
