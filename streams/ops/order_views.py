"""Alerts, work orders and the ledger as the page shows them. Pure."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from indicators.words import Label
from sensors.city import City
from sensors.ledger import Account, Ledger
from streams.ops.ledger import imbalance
from streams.ops.times import local, parsed, span
from streams.ops.wording import (
    ACTIONS,
    KINDS,
    NEXT_ACTION,
    STATES,
    LevelLook,
    Wording,
    named,
)
from streams.stores.store import State

_NOTHING: Label = ("", "")
_REASONS_SHOWN = 6


class AlertView(msgspec.Struct, frozen=True, kw_only=True):
    """An alert: level, place, headline, when it began (local) and for how long it has held.

    `id` is that of its newest message, by which it is explained.
    """

    id: str
    incident: str
    look: LevelLook
    level: str
    kind: Label
    place: Label
    headline: Label
    since: str
    lasting: Label


class DeadlineView(msgspec.Struct, frozen=True, kw_only=True):
    """A deadline: what for, local time, remaining or overdue time."""

    what: Label
    at: str
    left: Label
    is_over: bool


class OrderView(msgspec.Struct, frozen=True, kw_only=True):
    """A work order; `action` is the next one a person can take, None where none is."""

    order: str
    state: Label
    priority: str
    is_urgent: bool
    title: Label
    place: Label
    department: Label
    look: LevelLook
    deadlines: tuple[DeadlineView, ...]
    action: str | None
    action_label: Label
    refusal: str


class LedgerView(msgspec.Struct, frozen=True, kw_only=True):
    """The ledger line: sums, the difference that must be 0, the most frequent refusals."""

    account: Account
    difference: int
    reasons: tuple[tuple[str, int], ...]
    terminals: int


def alert_views(
    states: Iterable[State], city: City, wording: Wording, now: datetime
) -> list[AlertView]:
    """Alerts, the worst first and of equal ones the newest."""
    views = [
        (-wording.level(_level(state)).rank, -state.since.timestamp(), state) for state in states
    ]
    views.sort(key=lambda entry: (entry[0], entry[1], entry[2].event.subject))
    return [_alert(state, city, wording, now) for _, _, state in views]


def _alert(state: State, city: City, wording: Wording, now: datetime) -> AlertView:
    data = body_data(state)
    zone = city.zones.get(state.event.zone)
    level = _level(state) or ""
    place = city.label_of(state.event.zone)
    kind = named(KINDS, state.event.kind)
    return AlertView(
        id=state.event.id,
        incident=state.event.subject,
        look=wording.level(level or None),
        level=level,
        kind=kind,
        place=place,
        headline=_headline(data, kind),
        since=local(state.since, zone.timezone if zone else "Asia/Shanghai", now),
        lasting=span(max(0.0, (now - state.since).total_seconds())),
    )


def _headline(data: Mapping[str, Any], otherwise: Label) -> Label:
    """The headlines of the CAP info blocks by language."""
    blocks = data.get("info")
    infos = [b for b in blocks if isinstance(b, dict)] if isinstance(blocks, list) else []
    found = {str(info.get("language", ""))[:2]: str(info.get("headline", "")) for info in infos}
    return found.get("zh") or otherwise[0], found.get("en") or otherwise[1]


def order_views(
    states: Iterable[State], refusals: Iterable[State], city: City, wording: Wording, now: datetime
) -> list[OrderView]:
    """Work orders by priority, then by the next deadline."""
    refused = {state.event.subject: state for state in refusals}
    ordered = sorted(states, key=_urgency)
    return [
        _order(state, refused.get(state.event.subject), city, wording, now) for state in ordered
    ]


def _urgency(state: State) -> tuple[str, datetime, str]:
    data = body_data(state)
    end = datetime.max.replace(tzinfo=UTC)
    due = [at for _, at in _deadlines(data)]
    return _priority(data), min(due, default=end), state.event.subject


def _order(
    state: State, refusal: State | None, city: City, wording: Wording, now: datetime
) -> OrderView:
    data = body_data(state)
    zone = city.zones.get(state.event.zone)
    timezone = zone.timezone if zone else "Asia/Shanghai"
    action = NEXT_ACTION.get(str(data.get("state")))
    return OrderView(
        order=state.event.subject,
        state=named(STATES, str(data.get("state", ""))),
        priority=_priority(data),
        is_urgent=_priority(data) in ("P1", "P2"),
        title=_title(data, named(KINDS, state.event.kind)),
        place=city.label_of(state.event.zone),
        department=wording.department(str(data.get("department") or "–")),
        look=wording.level(_level(state)),
        deadlines=tuple(_deadline(what, at, timezone, now) for what, at in _deadlines(data)),
        action=action,
        action_label=named(ACTIONS, action) if action else _NOTHING,
        refusal=_refusal(state, refusal),
    )


def _deadlines(data: Mapping[str, Any]) -> list[tuple[Label, datetime]]:
    """The deadlines that still run in the order's state."""
    state = data.get("state")
    running = {"new": 2, "dispatched": 2, "accepted": 1, "in_progress": 1}.get(str(state), 0)
    named_ = [(("签收", "Accept"), "accept_by"), (("完成", "Done"), "done_by")]
    dated = [(what, parsed(data.get(key))) for what, key in named_[2 - running :]]
    return [(what, at) for what, at in dated if at is not None]


def _deadline(what: Label, at: datetime, timezone: str, now: datetime) -> DeadlineView:
    left = (at - now).total_seconds()
    zh, en = span(abs(left))
    words = (f"超时{zh}", f"{en} overdue") if left < 0 else (f"剩{zh}", f"{en} left")
    return DeadlineView(what=what, at=local(at, timezone, now), left=words, is_over=left < 0)


def _refusal(state: State, refusal: State | None) -> str:
    """Why the last command was refused, while the order has not moved since."""
    if refusal is None or refusal.event.time < state.event.time:
        return ""
    reason = body_data(refusal).get("reason")
    return reason if isinstance(reason, str) else msgspec.json.encode(reason).decode()


def _priority(data: Mapping[str, Any]) -> str:
    priority = data.get("priority")
    return f"P{priority}" if isinstance(priority, int) else str(priority or "–")


def _title(data: Mapping[str, Any], otherwise: Label) -> Label:
    title = data.get("title")
    if not isinstance(title, dict):
        return otherwise
    zh, en = str(title.get("zh") or ""), str(title.get("en") or "")
    return zh or en or otherwise[0], en or zh or otherwise[1]


def _level(state: State) -> str | None:
    level = body_data(state).get("level")
    return level if isinstance(level, str) and level else None


def body_data(state: State) -> dict[str, Any]:
    """The data of the state's CloudEvent."""
    data = msgspec.json.decode(state.event.body).get("data")
    return data if isinstance(data, dict) else {}


def ledger_view(ledger: Ledger, total: Account) -> LedgerView:
    """The ledger's sums; differences of two terminals do not cancel out.

    Args:
        ledger: Accounts, which may trail the total for some seconds.
        total: The sum over all partitions.
    """
    frequent = sorted(ledger.reasons.items(), key=lambda entry: (-entry[1], entry[0]))
    return LedgerView(
        account=total,
        difference=sum(abs(imbalance(account)) for account in ledger.terminals.values()),
        reasons=tuple(frequent[:_REASONS_SHOWN]),
        terminals=len(ledger.terminals),
    )
