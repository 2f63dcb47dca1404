"""Small timelines in a rule file: at this minute that value, and what is to come of it."""

from typing import Final

import msgspec

NO_ALERT: Final = "none"
"""How a timeline writes that no alert is active."""
MINUTE_S: Final = 60.0


class Moment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A moment of a timeline.

    Attributes:
        minute: Minutes after its start.
        value: The sign's value from here on, in the rule's unit; absent: as before.
        quality: pass, suspect, or missing, which is no value (NA); absent: as before, and pass
            where a value is given.
        level: Level that is active once this minute's value is taken, or `none`; absent: any.
        says: What was published since the moment before, in order, e.g. [raised, escalated]; []:
            nothing; absent: anything.
    """

    minute: float
    value: float | None = None
    quality: str | None = None
    level: str | None = None
    says: tuple[str, ...] | None = None


class RuleTest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A timeline.

    Attributes:
        name: What it shows.
        rule: Id of the rule.
        timeline: Moments, ascending; the first has a value.
        zone_kind: Kind of zone, e.g. underpass.
        every: Seconds from one value of the sign to the next, and the length of its windows.
    """

    name: str
    rule: str
    timeline: tuple[Moment, ...]
    zone_kind: str = "other"
    every: float = MINUTE_S
