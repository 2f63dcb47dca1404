"""Alert rules as data: at which value of which indicator an alert is raised, how severe it is."""

import msgspec

from anomaly.timeline import RuleTest

SEVERITIES = ("Minor", "Moderate", "Severe", "Extreme")
"""CAP 1.2 severities, mildest first."""
PRIORITIES = ("P1", "P2", "P3", "P4", "P5")
"""Priorities of work orders; P1 is life safety."""
URGENCIES = ("Immediate", "Expected", "Future", "Past", "Unknown")
"""CAP 1.2 urgencies."""


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an official reads, in both languages."""

    zh: str
    en: str


class AlertLevel(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename={"raise_at": "raise", "clear_at": "clear"},
):
    """One level of a rule; in YAML `raise_at` is written `raise` and `clear_at` is `clear`.

    Attributes:
        level: Name of the level, e.g. W4; unique in its rule.
        raise_at: The level is reached at or above this value, in the rule's unit.
        clear_at: It is left below this value; less than `raise_at`.
        severity: CAP severity: Minor, Moderate, Severe or Extreme.
        colour: Colour of the warning: blue, yellow, orange or red.
        priority: Priority of the work order, P1–P5.
    """

    level: str
    raise_at: float
    clear_at: float
    severity: str
    colour: str
    priority: str


class AlertRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a kind of alert is raised, worsened and cleared.

    Attributes:
        id: Identifier, unique in the rule set.
        kind: Kind of alert: waterlogging, crowd, ….
        indicator: Vital sign that the rule watches.
        unit: Unit of the indicator and of the levels.
        levels: From the mildest to the most severe, both thresholds increasing.
        raise_hold: Seconds of event time for which a level must hold before it is raised.
        clear_hold: Seconds of event time below the clear value before the alert is cleared.
        min_on: Seconds of event time for which an alert stays at least.
        min_off: Seconds after it was cleared before it is raised again, unless it is worse.
        flap_begin: Share of changes (0-1) among the last states from which on the alert flaps: it
            is raised, and neither clears nor eases; see `anomaly.flapping`. Above 1: never.
        flap_end: Share below which it no longer flaps.
        shift: Kind of zone → by how many levels the same value is more severe there.
        event: What the alert is called.
        category: CAP categories, e.g. Met, Safety.
        instruction: What people should do.
        urgency: CAP urgency.
    """

    id: str
    kind: str
    indicator: str
    unit: str
    levels: tuple[AlertLevel, ...]
    event: Text
    instruction: Text
    raise_hold: float = 60.0
    clear_hold: float = 600.0
    min_on: float = 0.0
    min_off: float = 0.0
    flap_begin: float = 0.5
    flap_end: float = 0.25
    shift: dict[str, int] = {}
    category: tuple[str, ...] = ("Safety",)
    urgency: str = "Immediate"


class RuleSet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All alert rules in force, under one version.

    Attributes:
        version: Named by everything that follows from the rules.
        rules: One a kind of alert.
        tests: Timelines of what the rules are to do; they change nothing.
    """

    version: str
    rules: tuple[AlertRule, ...]
    tests: tuple[RuleTest, ...] = ()
