"""What tests of evidence find, and the verdict that is weighed from it. Times are Unix ms."""

from enum import StrEnum
from typing import Final

import msgspec

CLEAR: Final = "clear"
"""What a series is told to be that asks neither for maintenance nor for help."""


class Ruling(StrEnum):
    """What a series is doing; only FAULT asks for maintenance, only EVENT for help on the spot."""

    FAULT = "fault"
    EVENT = "event"
    USUAL = "usual"
    UNKNOWN = "unknown"

    @property
    def told(self) -> str:
        """As it is told: what asks for nothing is `clear`, whether it is usual or not known."""
        return self.value if self in {Ruling.FAULT, Ruling.EVENT} else CLEAR


class Side(StrEnum):
    """What a piece of evidence speaks for."""

    FAULT = "fault"
    EVENT = "event"


class Evidence(msgspec.Struct, frozen=True):
    """What one test has found in one window.

    Attributes:
        kind: Name of the test, e.g. `flat_line`.
        en: What was found, with its figures, for an official.
        zh: The same in Chinese.
        strength: How surely it speaks for its side, 0–1.
        since: Since when it has been so.
        side: What it speaks for.
    """

    kind: str
    en: str
    zh: str
    strength: float
    since: int
    side: Side = Side.FAULT


class FaultVerdict(msgspec.Struct, frozen=True):
    """What a series is doing in one window, and why.

    Attributes:
        verdict: The ruling.
        kind: Kind of the strongest evidence on the ruling's side; empty where there is none.
        evidence: Everything that was found, the strongest first.
        since: Since when it has been so: of a fault, when it began and not when it was noticed.
        at: End of the window.
    """

    verdict: Ruling
    kind: str
    evidence: tuple[Evidence, ...]
    since: int
    at: int
