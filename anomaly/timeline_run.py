"""Runs the timelines of a rule file.

The alert of one place by itself takes value after value in event time, as in the alert stage.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from anomaly.alert import step
from anomaly.alert_state import AlertState, Change, Rung, ladder
from anomaly.rule import AlertRule
from anomaly.timeline import MINUTE_S, NO_ALERT, Moment, RuleTest
from indicators.vital_sign import Quality, VitalValue

_START_MS: Final = 1_767_225_600_000
_ZONE: Final = "here"


class Difference(NamedTuple):
    """What came out otherwise.

    Attributes:
        minute: When, after the start of the timeline.
        field: `level` or `says`.
        expected: As the timeline has it.
        found: What came.
        value: The sign's value then; None is NA.
    """

    minute: float
    field: str
    expected: str
    found: str
    value: float | None


def run_test(rule: AlertRule, test: RuleTest) -> list[Difference]:
    """Run a timeline.

    Args:
        rule: The rule that it names.
        test: Checked: ascending moments, a first value, `every` above 0.

    Returns:
        What differs, in the order of time; empty where it passes.
    """
    rungs, state = ladder(rule, test.zone_kind), AlertState()
    found: list[Difference] = []
    for moment, values in _moments(rule, test):
        events = [step(rule, rungs, state, value) for value in values]
        said = [event.change for event in events if event is not None]
        found += _compared(moment, _level(rungs, state), said, values[-1].value)
    return found


def _compared(
    moment: Moment, level: str, said: list[Change], value: float | None
) -> Iterator[Difference]:
    if moment.level is not None and moment.level != level:
        yield Difference(moment.minute, "level", moment.level, level, value)
    if moment.says is not None and list(moment.says) != said:
        expected, found = (", ".join(words) or "nothing" for words in (moment.says, said))
        yield Difference(moment.minute, "says", expected, found, value)


def _level(rungs: tuple[Rung, ...], state: AlertState) -> str:
    return rungs[state.active].level.level if state.active >= 0 else NO_ALERT


def _moments(rule: AlertRule, test: RuleTest) -> Iterator[tuple[Moment, list[VitalValue]]]:
    """Each moment with the values since the one before: every `every`, and its own."""
    value, quality = None, Quality.PASS
    every, at = round(test.every * 1000), _ms(test.timeline[0])
    for moment in test.timeline:
        ends = range(at, _ms(moment), every)
        before = [_value(rule, every, end, value, quality) for end in ends]
        if moment.value is not None:
            value, quality = moment.value, Quality.PASS
        if moment.quality is not None:
            quality = Quality(moment.quality)
        yield moment, [*before, _value(rule, every, _ms(moment), value, quality)]
        at = _ms(moment) + every


def _ms(moment: Moment) -> int:
    return round(moment.minute * MINUTE_S * 1000)


def _value(
    rule: AlertRule, every: int, end: int, value: float | None, quality: Quality
) -> VitalValue:
    last = _START_MS + end
    is_known = quality is not Quality.MISSING
    return VitalValue(
        last, _ZONE, rule.indicator, last - every, last,
        value if is_known else None, rule.unit, None, 1.0 if is_known else 0.0, 0,
        None if is_known else "no_data", quality=quality,
    )  # fmt: skip
