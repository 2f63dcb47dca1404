"""The alert stage of one district partition: values in, alert messages out.

One active alert per (place, kind) by construction: the state is keyed by exactly that.
"""

from typing import Final

from anomaly.alert import step
from anomaly.alert_state import AlertEvent, AlertState, Rung, ladder
from anomaly.rule import AlertRule, RuleSet
from indicators.vital_sign import VitalValue
from sensors.city import City

RANK: Final = 3


class AlertStage:
    """All alerts of a partition.

    Args:
        rules: The rules in force.
        city: Where the kinds of zones stand.
        states: Zone → kind → state; changed in place.
    """

    def __init__(
        self, rules: RuleSet, city: City, states: dict[str, dict[str, AlertState]]
    ) -> None:
        self._city = city
        self._states = states
        self._rules = {rule.id: rule for rule in rules.rules}
        kinds = [rule.kind for rule in rules.rules]
        if len(kinds) != len(set(kinds)):
            raise ValueError("two rules raise the same kind of alert; merge them into one")
        self._by_indicator: dict[str, list[AlertRule]] = {}
        for rule in rules.rules:
            self._by_indicator.setdefault(rule.indicator, []).append(rule)
        self._ladders: dict[tuple[str, str], tuple[Rung, ...]] = {}

    def step(self, value: VitalValue) -> list[AlertEvent]:
        """Take one value of a vital sign; most need no alert rule."""
        events = []
        for rule in self._by_indicator.get(value.indicator, ()):
            state = self._states.setdefault(value.zone, {}).setdefault(rule.kind, AlertState())
            event = step(rule, self._rungs(rule, value.zone), state, value)
            if event is not None:
                events.append(event)
        return events

    def mildest(self, rule: str, zone: str) -> Rung:
        """The mildest level of a rule at a place."""
        return self._rungs(self._rules[rule], zone)[0]

    def _rungs(self, rule: AlertRule, zone: str) -> tuple[Rung, ...]:
        kind = self._city.zones[zone].kind
        found = self._ladders.get((rule.id, kind))
        if found is None:
            found = self._ladders[rule.id, kind] = ladder(rule, kind)
        return found
