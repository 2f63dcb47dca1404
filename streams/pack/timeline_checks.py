"""Whether the timelines of a rule file make sense: known rules and levels, minutes that go on."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from anomaly.alert_state import Change
from anomaly.rule import AlertRule
from anomaly.timeline import NO_ALERT, Moment, RuleTest
from indicators.vital_sign import Quality
from streams.pack.problem import Finding, Steps, nearest
from streams.pack.shape import valid

ZONE_KINDS: Final = ("segment", "crossing", "underpass", "square", "school_gate", "other")
"""Those of `sensors.city.Zone`; a pack may shift rules for kinds of its own."""
LONGEST: Final = 7 * 24 * 60
"""Minutes; a timeline is to be read by people, and its values are made one by one."""


def check_timelines(rules: Sequence[AlertRule], tests: Sequence[RuleTest]) -> Iterator[Finding]:
    """Check timelines against the rules of their file; invalid items are left out."""
    known = {rule.id: rule for _, rule in valid(rules)}
    names: set[str] = set()
    for number, test in valid(tests):
        steps: Steps = ("tests", number)
        if test.name in names:
            yield Finding((*steps, "name"), test.name, "a name stands for one timeline")
        names.add(test.name)
        if test.rule not in known:
            yield Finding((*steps, "rule"), test.rule, nearest(test.rule, sorted(known)))
        kinds = [*ZONE_KINDS, *(known[test.rule].shift if test.rule in known else ())]
        if test.zone_kind not in kinds:
            yield Finding((*steps, "zone_kind"), test.zone_kind, nearest(test.zone_kind, kinds))
        if not 1.0 <= test.every < math.inf:
            yield Finding((*steps, "every"), test.every, "seconds, 1 or more")
        yield from _timeline((*steps, "timeline"), test, known)


def _timeline(steps: Steps, test: RuleTest, rules: Mapping[str, AlertRule]) -> Iterator[Finding]:
    if not test.timeline:
        yield Finding(steps, [], "a timeline has at least one moment")
    levels, before = None, -1.0
    if test.rule in rules:
        levels = [NO_ALERT, *(level.level for _, level in valid(rules[test.rule].levels))]
    for number, moment in valid(test.timeline):
        if number == 0 and moment.value is None and moment.quality != Quality.MISSING:
            yield Finding((*steps, 0, "value"), None, "the first moment needs a value")
        here = (*steps, number)
        if not max(before, 0.0) <= moment.minute <= LONGEST or moment.minute == before:
            mend = f"minutes go on from 0 or later, {LONGEST} at most"
            yield Finding((*here, "minute"), moment.minute, mend)
        before = max(before, moment.minute)
        yield from _moment(here, moment, levels)


def _moment(steps: Steps, moment: Moment, levels: list[str] | None) -> Iterator[Finding]:
    if moment.value is not None and not math.isfinite(moment.value):
        yield Finding((*steps, "value"), moment.value, "a finite number; quality: missing for NA")
    if moment.quality is not None and moment.quality not in [*Quality]:
        yield Finding((*steps, "quality"), moment.quality, nearest(moment.quality, [*Quality]))
    if levels and moment.level is not None and moment.level not in levels:
        yield Finding((*steps, "level"), moment.level, nearest(moment.level, levels))
    for number, word in enumerate(moment.says or ()):
        if word not in [*Change]:
            yield Finding((*steps, "says", number), word, nearest(word, [*Change]))
