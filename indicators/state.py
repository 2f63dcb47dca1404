"""The state of one zone's vital signs: what a snapshot holds of it, nothing that can be derived."""

from typing import Any

import msgspec

from indicators.past_values import PastValues
from indicators.vital_sign import VitalValue


class SignState(msgspec.Struct, array_like=True):
    """One vital sign of a zone. Times are Unix ms.

    Attributes:
        next_end: End of the next window to close on time; None while the sign is asleep.
        newest: Newest event time that is known to have fed it.
        revisions: End of a window that was corrected → its last revision, within the horizon.
        known: Its newest value that is one, where the health index is made of it; of life safety
            one that is sure, or worse than what was sure before.
        memory: What its formula remembers.
        past: Its values, as long as signs are made of it that may change.
    """

    next_end: int | None = None
    newest: int = 0
    revisions: dict[int, int] = {}
    known: VitalValue | None = None
    memory: dict[str, Any] = {}
    past: PastValues = msgspec.field(default_factory=PastValues)


class ZoneState(msgspec.Struct):
    """One zone.

    Attributes:
        signs: Sign id → state.
        awake: Whether the signs that no reading feeds have timers.
    """

    signs: dict[str, SignState] = {}
    awake: bool = False
