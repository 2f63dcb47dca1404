"""The JSON interface: vital signs, series, alerts, orders, ledger. Read only."""

import os
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from fastapi import APIRouter, HTTPException, Query, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from streams.ops.context import Context
from streams.ops.explaining import explained
from streams.ops.ledger import imbalance
from streams.ops.order_views import ledger_view
from streams.stores.store import Event, Family, State

router = APIRouter()

_SPAN = timedelta(hours=6)
_AHEAD = timedelta(hours=1)


def _json(value: object) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")


def _event(event: Event) -> msgspec.Raw:
    """The CloudEvent as it came."""
    return msgspec.Raw(event.body.encode())


def _states(states: Iterable[State]) -> Response:
    return _json([
        {
            "subject": state.event.subject, "since": state.since, "active": state.event.active,
            "event": _event(state.event),
        }
        for state in states
    ])  # fmt: skip


@router.get("/healthz")
def healthz(context: Context) -> dict[str, str | int]:
    """200 where the store answers, else 503; the pid tells whose page a port has."""
    context.store.order("")
    return {"status": "ok", "pid": os.getpid()}


@router.get("/metrics")
def metrics(context: Context) -> Response:
    """The ledger and the projection in Prometheus' text format."""
    return Response(generate_latest(context.ledger.registry), media_type=CONTENT_TYPE_LATEST)


@router.get("/api/vitals")
def vitals(context: Context) -> Response:
    """The newest value of each vital sign of each place."""
    return _json(context.store.latest_vitals())


@router.get("/api/forecasts")
def forecasts(context: Context) -> Response:
    """The newest forecast of each vital sign of each zone, one a horizon."""
    return _json(context.store.latest_forecasts())


@router.get("/api/faults")
def faults(context: Context, *, active: bool = True) -> Response:
    """What is at fault now; `active=false` adds what has been, or is an event."""
    found = context.store.latest_verdicts()
    return _json([row for row in found if row.verdict == "fault" or not active])


@router.get("/api/faults/{terminal}")
def faults_of(context: Context, terminal: str) -> Response:
    """All kept verdicts on the series of one terminal, the oldest first."""
    found = context.store.verdicts(terminal)
    if not found and terminal not in context.city.terminals:
        raise HTTPException(404, f"no terminal {terminal!r}")
    return _json(found)


@router.get("/api/scores")
def scores(context: Context) -> Response:
    """The newest anomaly score of each vital sign of each zone."""
    return _json(context.store.latest_scores())


@router.get("/api/series")
def series(
    context: Context,
    zone: str,
    indicator: str,
    since: Annotated[datetime | None, Query(description="RFC 3339; six hours ago")] = None,
    until: Annotated[datetime | None, Query(description="RFC 3339; now")] = None,
) -> Response:
    """Values of one vital sign whose windows end in [since, until)."""
    now = context.now()
    bounds = (since or now - _SPAN, until or now + _AHEAD)
    if any(bound.tzinfo is None for bound in bounds):
        raise HTTPException(422, "since and until need an offset, e.g. 2026-06-01T12:00:00+08:00")
    return _json(context.store.series(zone, indicator, *bounds))


@router.get("/api/explain")
async def explain(
    context: Context,
    id: Annotated[  # noqa: A002 - the query's name
        str, Query(description="place/sign, place/sign/window end, or id of an alert or order")
    ] = "",
    value: Annotated[str, Query(description="the same, under its former name")] = "",
    depth: Annotated[int, Query(ge=1, le=6)] = 4,
) -> Response:
    """What an index, a value, an alert or a work order is made of, as a tree down to readings."""
    return _json(await explained(context, id or value, depth))


@router.get("/api/alerts")
def alerts(context: Context, *, active: bool = True) -> Response:
    """Alerts with their newest CloudEvent; `active=false` adds those that are over."""
    return _states(context.store.alerts(active_only=active))


@router.get("/api/orders")
def orders(context: Context, *, open: bool = True) -> Response:  # noqa: A002 - the query's name
    """Work orders with their newest CloudEvent; `open=false` adds those that are closed."""
    return _states(context.store.orders(open_only=open))


@router.get("/api/orders/{order}")
def order(context: Context, order: str) -> Response:
    """All events of one work order, the oldest first, and the commands it refused."""
    history = context.store.history(Family.WORKORDER, order)
    if not history:
        raise HTTPException(404, f"no work order {order!r}")
    refused = context.store.history(Family.REFUSAL, order)
    return _json({
        "order": order,
        "events": [_event(event) for event in history],
        "refusals": [_event(event) for event in refused],
    })  # fmt: skip


@router.get("/api/ledger")
def ledger(context: Context) -> Response:
    """Sums of the city and accounts of all terminals; `difference` must be 0."""
    found = context.ledger.city()
    view = ledger_view(found, context.ledger.total())
    terminals = {
        name: {**msgspec.to_builtins(account), "difference": imbalance(account)}
        for name, account in sorted(found.terminals.items())
    }
    return _json({
        **msgspec.to_builtins(view.account), "difference": view.difference,
        "partitions": len(context.ledger.partitions), "reasons": found.reasons,
        "terminals": terminals,
    })  # fmt: skip
