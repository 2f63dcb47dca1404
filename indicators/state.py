"""The state of one zone: everything that a snapshot holds, nothing that can be derived."""

from typing import Any

import msgspec

from indicators.vital_sign import VitalValue
from indicators.window import Partial
from sensors.ledger import Ledger
from sensors.screening import Memory


class SignState(msgspec.Struct):
    """One vital sign of a zone. Times are Unix ms.

    Attributes:
        next_end: End of the next window to close on time; None while the sign is asleep.
        newest: Newest event time that fed it.
        revisions: Window end → last published revision, within the horizon.
        latest: Its newest value.
        memory: What its formula remembers.
    """

    next_end: int | None = None
    newest: int = 0
    revisions: dict[int, int] = {}
    latest: VitalValue | None = None
    memory: dict[str, Any] = {}


class ZoneState(msgspec.Struct):
    """One zone.

    Attributes:
        ledger: Accounts of its terminals.
        memories: SenML name → remembered instants.
        watermarks: Terminal → largest accepted event time, ms.
        panes: Quantity → terminal → pane number → partial.
        signs: Sign id → state.
        newest: Largest accepted event time of the zone, ms.
        oldest: Smallest accepted event time of the zone, ms; 0 before the first.
        awake: Whether the signs that no reading feeds have timers.
    """

    ledger: Ledger = msgspec.field(default_factory=Ledger)
    memories: dict[str, Memory] = {}
    watermarks: dict[str, int] = {}
    panes: dict[str, dict[str, dict[int, Partial]]] = {}
    signs: dict[str, SignState] = {}
    newest: int = 0
    oldest: int = 0
    awake: bool = False
