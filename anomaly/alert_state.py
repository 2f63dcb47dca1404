"""What is known and said of the alert of one (place, kind). All times are Unix ms."""

from enum import StrEnum

import msgspec

from anomaly.flapping import FlapState
from anomaly.rule import AlertLevel, AlertRule


class Change(StrEnum):
    """Why an alert message is published."""

    RAISED = "raised"
    ESCALATED = "escalated"
    EASED = "eased"
    CLEARED = "cleared"
    STALE = "stale"
    RESUMED = "resumed"
    FLAPPING = "flapping"
    SETTLED = "settled"
    CORRECTED = "corrected"


class LevelState(msgspec.Struct):
    """One level: on or off, and since when the evidence speaks for the other."""

    on: bool = False
    breach_since: int | None = None
    clear_since: int | None = None


class AlertState(msgspec.Struct):
    """The alert of one (place, kind).

    Attributes:
        levels: From mild to severe, as the place's ladder.
        active: Index of the active level, -1 where there is no alert.
        onset: Window end of the first breach of the active alert.
        messages: Messages published about it.
        last_at: Stream time of the newest message.
        last_end: Window end of the newest value, NA included.
        known_end: Window end of the newest value that was not NA.
        missing: Values in a row that were NA.
        history: Window end → value, while active.
        since: Window end at which an alert was last raised or cleared.
        was: Index of the level that was cleared last, -1 while an alert is active.
        flaps: What it would come and go by.
    """

    levels: list[LevelState] = []
    active: int = -1
    onset: int = 0
    messages: int = 0
    last_at: int = 0
    last_end: int = 0
    known_end: int = 0
    missing: int = 0
    history: dict[int, float] = {}
    since: int = 0
    was: int = -1
    flaps: FlapState = msgspec.field(default_factory=FlapState)


class Rung(msgspec.Struct, frozen=True):
    """A level at a place: the rule's level with the thresholds that hold there."""

    level: AlertLevel
    raise_at: float
    clear_at: float


class AlertEvent(msgspec.Struct, frozen=True):
    """One message about an alert; `number` counts them from 1 within the incident."""

    at: int
    change: Change
    kind: str
    zone: str
    onset: int
    number: int
    level: AlertLevel
    rank: int
    threshold: float
    value: float | None
    window_end: int
    indicator: str
    rule: str
    previous: str | None = None
    previous_at: int = 0
    corrected_from: float | None = None
    is_flapping: bool = False


def ladder(rule: AlertRule, zone_kind: str) -> tuple[Rung, ...]:
    """The levels of a rule at a kind of zone, mild to severe.

    Where the rule shifts, a value means a more severe level; the mildest levels then have no
    threshold left and drop out, the most severe takes the lowest of those that fall on it.
    """
    shift = rule.shift.get(zone_kind, 0)
    last = len(rule.levels) - 1
    rungs: dict[int, Rung] = {}
    for index, base in enumerate(rule.levels):
        target = min(index + shift, last)
        if target not in rungs:
            rungs[target] = Rung(rule.levels[target], base.raise_at, base.clear_at)
    return tuple(rungs[index] for index in sorted(rungs))
