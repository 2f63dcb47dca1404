"""The work-order stage of one district partition: alerts, evidence and commands in, events out.

Pure: no clock but the times of what comes in. One open order per (place, kind) by construction.
"""

from typing import Final

import msgspec

from anomaly.alert_state import AlertEvent, Change
from anomaly.cap import incident_id
from indicators.timers import Timer, Timers
from indicators.vital_sign import VitalValue
from sensors.city import City
from sensors.line import Command
from streams.workorders.deadline import Deadlines
from streams.workorders.dispatch import DispatchTable
from streams.workorders.evidence import Finding, weigh
from streams.workorders.order import (
    TRANSITIONS,
    Order,
    OrderChange,
    OrderEvent,
    OrderState,
    Refusal,
)

RANK: Final = 4
CLOSED_REMEMBERED: Final = 1024
ACCEPT, DONE = 0, 1
"""Keys of an order's two deadline timers."""


class OrdersState(msgspec.Struct):
    """Open orders by (place, kind); the newest closed ones with the commands they have seen."""

    open: dict[str, dict[str, Order]] = {}
    closed: dict[str, list[str]] = {}


class OrderStage:
    """All work orders of a partition.

    Args:
        city: Places and their districts.
        dispatch: Who gets what.
        deadlines: By when.
        state: Changed in place.
        timers: The partition's queue; orders set their deadlines in it.
    """

    def __init__(
        self,
        city: City,
        dispatch: DispatchTable,
        deadlines: Deadlines,
        state: OrdersState,
        timers: Timers,
    ) -> None:
        self._city = city
        self._dispatch = dispatch
        self._deadlines = deadlines
        self._state = state
        self._timers = timers

    def rearm(self) -> None:
        """Set the timers that a loaded state implies."""
        for orders in self._state.open.values():
            for order in orders.values():
                self._arm(order)

    def on_alert(self, event: AlertEvent, clear_at: float, raise_at: float) -> list[OrderEvent]:
        """Make an order of a new alert, or let an open one take it up.

        Args:
            event: The alert message.
            clear_at: Below this value the place is clear (its mildest level).
            raise_at: The mildest level's raise value there.
        """
        order = self._state.open.get(event.zone, {}).get(event.kind)
        if event.change is Change.RAISED and order is None:
            return self._create(event, clear_at, raise_at)
        if order is None:
            return []
        incident = incident_id(event.kind, event.zone, event.onset)
        out = []
        if event.change is Change.RAISED and incident not in order.incidents:
            order.incidents.append(incident)
            out.append(self._event(order, event.at, OrderChange.ALERT_JOINED, incident=incident))
        if event.change in {Change.RAISED, Change.ESCALATED}:
            out += self._worsen(order, event)
        return out

    def _worsen(self, order: Order, event: AlertEvent) -> list[OrderEvent]:
        """The matter got worse: a higher priority tightens the deadlines, more are informed.

        The department stays, because its crew is on the way; those whom the table names for the
        new level are informed.
        """
        level = event.level
        if level.priority > order.priority or event.rank <= order.rank:
            return []
        change = OrderChange.LEVEL_RAISED
        order.level, order.rank = level.level, event.rank
        zone = self._city.zones[order.zone]
        row, number = self._dispatch.department_for(order.kind, zone, level.level)
        informed = (*order.copies, row.department, *row.copies)
        order.copies = tuple(d for d in dict.fromkeys(informed) if d != order.department)
        if level.priority < order.priority:
            change = OrderChange.PRIORITY_RAISED
            order.priority = level.priority
            self._set_deadlines(order, event.at)
        return [
            self._event(order, event.at, change, value=event.value, threshold=event.threshold,
                        dispatch_row=number)
        ]  # fmt: skip

    def _create(self, event: AlertEvent, clear_at: float, raise_at: float) -> list[OrderEvent]:
        zone = self._city.zones[event.zone]
        row, number = self._dispatch.department_for(event.kind, zone, event.level.level)
        incident = incident_id(event.kind, event.zone, event.onset)
        order = Order(
            id=f"wo-{incident}", incidents=[incident], kind=event.kind, zone=event.zone,
            district=zone.district, level=event.level.level, rank=event.rank,
            priority=event.level.priority, department=row.department, copies=row.copies, row=number,
            indicator=event.indicator, clear_at=clear_at, raise_at=raise_at, created_at=event.at,
        )  # fmt: skip
        self._state.open.setdefault(event.zone, {})[event.kind] = order
        created = self._event(order, event.at, OrderChange.CREATED, rule=event.rule,
                              value=event.value, threshold=event.threshold)  # fmt: skip
        order.state = OrderState.DISPATCHED
        self._set_deadlines(order, event.at)
        dispatched = self._event(order, event.at, OrderChange.DISPATCHED, dispatch_row=number)
        return [created, dispatched]

    def _set_deadlines(self, order: Order, at: int) -> None:
        limit = self._deadlines.of(order.priority)
        accept_by, done_by = at + round(limit.accept_s * 1000), at + round(limit.done_s * 1000)
        # A matter that gets worse never has more time than before.
        if not order.accept_by or accept_by < order.accept_by:
            order.accept_by, order.accept_fired = accept_by, False
        if not order.done_by or done_by < order.done_by:
            order.done_by, order.done_fired = done_by, False
        self._arm(order)

    def _arm(self, order: Order) -> None:
        if not order.accept_fired:
            self._timers.set(Timer(order.accept_by, RANK, order.zone, order.kind, ACCEPT))
        if not order.done_fired:
            self._timers.set(Timer(order.done_by, RANK, order.zone, order.kind, DONE))

    def fire(self, timer: Timer) -> list[OrderEvent]:
        """A deadline has passed; nothing where the order met it or has another one by now."""
        order = self._state.open.get(timer.zone, {}).get(timer.kind)
        if order is None:
            return []
        if timer.key == ACCEPT:
            is_due = order.accept_by == timer.due and not order.accept_fired
            order.accept_fired = order.accept_fired or is_due
            overdue = is_due and order.state is OrderState.DISPATCHED
            change = OrderChange.ACCEPT_OVERDUE
        else:
            waiting = {OrderState.DISPATCHED, OrderState.ACCEPTED, OrderState.IN_PROGRESS}
            is_due = order.done_by == timer.due and not order.done_fired
            order.done_fired = order.done_fired or is_due
            overdue = is_due and order.state in waiting
            change = OrderChange.DONE_OVERDUE
        return [self._event(order, timer.due, change)] if overdue else []

    def on_value(self, value: VitalValue) -> list[OrderEvent]:
        """Take evidence: close what stayed clear, send back what did not."""
        out = []
        for order in list(self._state.open.get(value.zone, {}).values()):
            if order.indicator != value.indicator:
                continue
            finding = weigh(order, value, round(self._deadlines.verify_clear_s * 1000))
            # What was measured before the crew was done proves neither the fix nor its failure.
            if order.state is not OrderState.VERIFYING or value.window_end < order.done_at:
                continue
            if finding is Finding.CLEAR_LONG_ENOUGH:
                out.append(self._close(order, value))
            elif finding is Finding.BREACH:
                order.state = OrderState.IN_PROGRESS
                out.append(self._event(order, value.at, OrderChange.REWORK, value=value.value,
                                       threshold=order.raise_at))  # fmt: skip
        return out

    def _close(self, order: Order, value: VitalValue) -> OrderEvent:
        order.state = OrderState.CLOSED
        clear_s = (value.window_end - (order.clear_since or value.window_end)) // 1000
        event = self._event(order, value.at, OrderChange.CLOSED, value=value.value,
                            threshold=order.clear_at, clear_for_s=clear_s)  # fmt: skip
        del self._state.open[order.zone][order.kind]
        self._state.closed[order.id] = order.commands
        if len(self._state.closed) > CLOSED_REMEMBERED:
            del self._state.closed[next(iter(self._state.closed))]
        return event

    def on_command(self, at: int, command: Command) -> list[OrderEvent | Refusal]:
        """Take a command once; a command that does not fit is answered with the reason."""
        order = self._find(command)
        if order is None:
            seen = self._state.closed.get(command.order)
            if seen is None:
                return [_refusal(at, command, "no such open order")]
            return [] if command.id in seen else [_refusal(at, command, "order is closed")]
        if command.id in order.commands:
            return []
        order.commands.append(command.id)
        transition = TRANSITIONS.get(command.action)
        if transition is None:
            known = ", ".join(TRANSITIONS)
            return [_refusal(at, command, f"unknown action {command.action!r}; use {known}")]
        source, target, change = transition
        if order.state is not source:
            reason = f"order is {order.state}, {command.action} needs {source}"
            return [_refusal(at, command, reason)]
        order.state = target
        if target is OrderState.VERIFYING:
            order.done_at = at
        return [self._event(order, at, change, command=command.id, actor=command.actor,
                            note=command.note)]  # fmt: skip

    def _find(self, command: Command) -> Order | None:
        orders = self._state.open.get(command.zone, {}).values()
        return next((order for order in orders if order.id == command.order), None)

    def _event(
        self, order: Order, at: int, change: OrderChange, **reason: str | float | None
    ) -> OrderEvent:
        order.events += 1
        copy = msgspec.structs.replace(order, incidents=list(order.incidents))
        return OrderEvent(
            at, copy, change, {k: v for k, v in reason.items() if v not in ("", None)}
        )


def _refusal(at: int, command: Command, reason: str) -> Refusal:
    return Refusal(
        at, command.id, command.order, command.zone, command.action, command.actor, reason
    )
