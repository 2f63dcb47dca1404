"""The work order: its states, and which command leads from which state to which. Pure."""

from enum import StrEnum
from typing import Any, Final

import msgspec


class OrderState(StrEnum):
    """Where an order stands."""

    NEW = "new"
    DISPATCHED = "dispatched"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    VERIFYING = "verifying"
    CLOSED = "closed"


class OrderChange(StrEnum):
    """Why an order event is published."""

    CREATED = "created"
    DISPATCHED = "dispatched"
    ALERT_JOINED = "alert_joined"
    PRIORITY_RAISED = "priority_raised"
    LEVEL_RAISED = "level_raised"
    ACCEPTED = "accepted"
    STARTED = "started"
    DONE = "done"
    REWORK = "rework"
    CLOSED = "closed"
    ACCEPT_OVERDUE = "accept_overdue"
    DONE_OVERDUE = "done_overdue"


TRANSITIONS: Final[dict[str, tuple[OrderState, OrderState, OrderChange]]] = {
    "accept": (OrderState.DISPATCHED, OrderState.ACCEPTED, OrderChange.ACCEPTED),
    "start": (OrderState.ACCEPTED, OrderState.IN_PROGRESS, OrderChange.STARTED),
    "done": (OrderState.IN_PROGRESS, OrderState.VERIFYING, OrderChange.DONE),
}
"""Command → (from, to, change). Closing is no command: the sensors decide."""


class Order(msgspec.Struct, kw_only=True):
    """One work order. Times are Unix ms of stream time, but for the evidence's event times.

    Attributes:
        id: From kind, place and the event time of the first breach.
        incidents: Alerts that it gathers, the first one first.
        kind: Kind of alert.
        zone: Place.
        district: District of the place.
        level: Most severe level so far.
        rank: Its place among the rule's levels, 0 the mildest.
        priority: P1–P5, highest so far.
        department: Who handles it.
        copies: Who is informed.
        row: Number of the dispatch row that decided, from 1.
        indicator: Vital sign that proves the fix.
        clear_at: Below this value the sign is clear.
        raise_at: From this value on, a fix reported as done has not worked.
        state: Where it stands.
        created_at: When it was made.
        accept_by: Deadline of acceptance.
        done_by: Deadline of being done.
        accept_fired: Whether the timer of `accept_by` has fired; a restore must not fire it again.
        done_fired: Likewise of `done_by`.
        events: Events published about it.
        commands: Ids of the commands that were taken or refused.
        done_at: Stream time at which it was reported done; only later windows prove the fix.
        clear_since: Window end of the first clear value of the present run.
        last_end: Window end of the newest evidence.
    """

    id: str
    incidents: list[str]
    kind: str
    zone: str
    district: str
    level: str
    rank: int
    priority: str
    department: str
    copies: tuple[str, ...]
    row: int
    indicator: str
    clear_at: float
    raise_at: float
    state: OrderState = OrderState.NEW
    created_at: int = 0
    accept_by: int = 0
    done_by: int = 0
    accept_fired: bool = False
    done_fired: bool = False
    events: int = 0
    commands: list[str] = []
    done_at: int = 0
    clear_since: int | None = None
    last_end: int = 0


class OrderEvent(msgspec.Struct, frozen=True):
    """One event of an order: a copy of the order as it then was, why, and the reason."""

    at: int
    order: Order
    change: OrderChange
    reason: dict[str, Any] = {}


class Refusal(msgspec.Struct, frozen=True):
    """A command that could not be taken; its zone and order may be unknown."""

    at: int
    command: str
    order: str
    zone: str
    action: str
    actor: str
    reason: str
