"""One alert, fed with values minute by minute."""

from anomaly.alert import step
from anomaly.alert_state import AlertState, ladder
from tests.builders import MINUTE_MS, T0_MS, a_rule, a_value


class Place:
    """One alert fed with values; `said` is what was published, as (minute, change, level)."""

    def __init__(self, rule=None, kind="segment"):
        self.rule = rule or a_rule()
        self.rungs = ladder(self.rule, kind)
        self.state = AlertState()
        self.events = []

    def feed(self, *minutes_and_values, **changes):
        for minute, value in minutes_and_values:
            event = step(self.rule, self.rungs, self.state, a_value(minute, value, **changes))
            if event is not None:
                self.events.append(event)
        return self

    @property
    def said(self):
        return [
            ((e.window_end - T0_MS) // MINUTE_MS, str(e.change), e.level.level) for e in self.events
        ]


def dry(first, last):
    return [(minute, 0.0) for minute in range(first, last + 1)]
