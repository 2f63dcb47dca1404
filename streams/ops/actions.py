"""What people do with work orders: a request becomes a command on Kafka."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field

from sensors.line import Command
from streams.clock import fresh_id
from streams.ops.commands import ACTIONS, CommandNotSentError
from streams.ops.context import Context, OpsContext
from streams.ops.order_views import body_data
from streams.stores.store import State

router = APIRouter()


class Asked(BaseModel):
    """What may accompany an action.

    Attributes:
        actor: Who asks.
        note: What the actor says about it.
        command: Id of the command: the same twice takes effect once. Made up where absent.
    """

    actor: str = Field("", max_length=100)
    note: str = Field("", max_length=1000)
    command: str = Field("", max_length=100)


def _own_page(request: Request) -> None:
    """Refuse what a browser sends on behalf of another site: nobody logs in here yet."""
    if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        raise HTTPException(403, "commands are taken from this page and from programs only")


@router.post("/api/orders/{order}/{action}", status_code=202, dependencies=[Depends(_own_page)])
async def act(
    context: Context, order: str, action: str, asked: Annotated[Asked | None, ...] = None
) -> dict[str, str]:
    """Publish a command; whether the order takes it is seen in its next event.

    Returns:
        The command's id.
    """
    if action not in ACTIONS:
        raise HTTPException(422, f"unknown action {action!r}: use {', '.join(ACTIONS)}")
    state = await run_in_threadpool(context.store.order, order)
    if state is None:
        raise HTTPException(404, f"no work order {order!r}")
    asked = asked or Asked(actor="", note="", command="")
    command = Command(
        id=asked.command or fresh_id(), order=order, zone=state.event.zone, action=action,
        actor=asked.actor, note=asked.note,
    )  # fmt: skip
    try:
        await context.send(command, _district(context, state))
    except CommandNotSentError as error:
        raise HTTPException(503, f"Kafka did not take the command: {error}") from error
    return {"command": command.id, "order": order, "action": action}


def _district(context: OpsContext, state: State) -> str:
    """District of the order's zone; what the order says where the city has no such zone."""
    if state.event.zone in context.city.zones:
        return context.city.district_of(state.event.zone)
    return str(body_data(state).get("district", ""))
