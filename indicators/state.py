"""The state of one zone's vital signs: what a snapshot holds of it, nothing that can be derived."""

from typing import Any

import msgspec

from indicators.vital_sign import VitalValue


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """A past value, as short as a snapshot can hold it: of a zone there are hundreds.

    Attributes:
        value: The value.
        share: Its coverage, in ten-thousandths.
        level: Its level.
        detail: What its sign keeps of it.
        weights: Empty where they are the sign's own, of its only terminal.
    """

    value: float | None
    share: int
    level: str | None = None
    detail: dict[str, Any] = {}
    weights: dict[str, float] = {}


class SignState(msgspec.Struct):
    """One vital sign of a zone. Times are Unix ms.

    Attributes:
        next_end: End of the next window to close on time; None while the sign is asleep.
        newest: Newest event time that is known to have fed it.
        revisions: End of a window that was corrected → its last revision, within the horizon.
        latest: Its newest value.
        memory: What its formula remembers.
        past: End of a window → its value, as long as signs are made of it that may change.
    """

    next_end: int | None = None
    newest: int = 0
    revisions: dict[int, int] = {}
    latest: VitalValue | None = None
    memory: dict[str, Any] = {}
    past: dict[int, Kept] = {}


class ZoneState(msgspec.Struct):
    """One zone.

    Attributes:
        signs: Sign id → state.
        awake: Whether the signs that no reading feeds have timers.
    """

    signs: dict[str, SignState] = {}
    awake: bool = False
