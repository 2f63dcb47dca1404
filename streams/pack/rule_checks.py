"""Whether alert rules make sense: known indicators, levels that increase, clear below raise."""

import math
from collections.abc import Iterator, Mapping
from itertools import pairwise

from anomaly.rule import PRIORITIES, SEVERITIES, URGENCIES, AlertLevel, AlertRule, RuleSet
from streams.pack.place_checks import check_ids
from streams.pack.problem import Finding, Steps, nearest
from streams.pack.shape import valid
from streams.pack.timeline_checks import check_timelines


def check_rules(rules: RuleSet, indicators: Mapping[str, str]) -> Iterator[Finding]:
    """Check a rule set.

    Args:
        rules: Its invalid items are left out of the checks.
        indicators: Id → unit of the vital signs that a rule may watch.
    """
    yield from check_ids("rules", rules.rules)
    kinds: dict[str, str] = {}
    for number, rule in valid(rules.rules):
        first = kinds.setdefault(rule.kind, rule.id)
        if first != rule.id:
            mend = f"rule '{first}' raises this kind already; make one rule of the two"
            yield Finding(("rules", number, "kind"), rule.kind, mend)
        yield from _rule(("rules", number), rule, indicators)
    yield from check_timelines(rules.rules, rules.tests)


def _rule(steps: Steps, rule: AlertRule, indicators: Mapping[str, str]) -> Iterator[Finding]:
    if rule.indicator not in indicators:
        mend = nearest(rule.indicator, sorted(indicators))
        yield Finding((*steps, "indicator"), rule.indicator, mend)
    elif rule.unit != indicators[rule.indicator]:
        mend = f"write '{indicators[rule.indicator]}', the unit of '{rule.indicator}'"
        yield Finding((*steps, "unit"), rule.unit, mend)
    if rule.urgency not in URGENCIES:
        yield Finding((*steps, "urgency"), rule.urgency, nearest(rule.urgency, list(URGENCIES)))
    for field in ("raise_hold", "clear_hold", "min_on", "min_off"):
        value = getattr(rule, field)
        if not 0 <= value < math.inf:
            yield Finding((*steps, field), value, "seconds, 0 or more")
    if not 0 < rule.flap_begin < math.inf:
        yield Finding((*steps, "flap_begin"), rule.flap_begin, "a share, above 0; 2 is never")
    if not 0 <= rule.flap_end < rule.flap_begin:
        mend = f"must be below flap_begin ({rule.flap_begin:g}), or it would begin and end at once"
        yield Finding((*steps, "flap_end"), rule.flap_end, mend)
    if not rule.levels:
        yield Finding((*steps, "levels"), [], "a rule has at least one level")
    for number, level in valid(rule.levels):
        yield from _level((*steps, "levels", number), level)
    yield from _order((*steps, "levels"), rule)


def _level(steps: Steps, level: AlertLevel) -> Iterator[Finding]:
    if level.severity not in SEVERITIES:
        yield Finding((*steps, "severity"), level.severity, nearest(level.severity, [*SEVERITIES]))
    if level.priority not in PRIORITIES:
        yield Finding((*steps, "priority"), level.priority, nearest(level.priority, [*PRIORITIES]))
    if not math.isfinite(level.raise_at):
        yield Finding((*steps, "raise"), level.raise_at, "must be a finite number")
    if not level.clear_at < level.raise_at:
        mend = f"must be below this level's raise ({level.raise_at:g})"
        yield Finding((*steps, "clear"), level.clear_at, mend)


def _order(steps: Steps, rule: AlertRule) -> Iterator[Finding]:
    for (_, milder), (number, level) in pairwise(valid(rule.levels)):
        if not level.raise_at > milder.raise_at:
            mend = f"levels go from mild to severe: above {milder.raise_at:g} of '{milder.level}'"
            yield Finding((*steps, number, "raise"), level.raise_at, mend)
        if not level.clear_at > milder.clear_at:
            mend = f"levels go from mild to severe: above {milder.clear_at:g} of '{milder.level}'"
            yield Finding((*steps, number, "clear"), level.clear_at, mend)
    names: set[str] = set()
    for number, level in valid(rule.levels):
        if level.level in names:
            yield Finding((*steps, number, "level"), level.level, "a level comes once in a rule")
        names.add(level.level)
