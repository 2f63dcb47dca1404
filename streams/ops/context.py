"""What the routes work with, and how they get it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import Depends, Request

from sensors.city import City
from streams.ops.commands import CommandSender
from streams.ops.ledger import MeteredLedger
from streams.ops.wording import Wording
from streams.stores.store import Store

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class OpsContext:
    """One page's world.

    Attributes:
        store: Series, alerts, orders.
        ledger: The newest ledgers.
        city: Places and their names.
        send: Publishes commands.
        wording: Labels.
        clock: Stream time, Unix seconds.
    """

    store: Store
    ledger: MeteredLedger
    city: City
    send: CommandSender
    wording: Wording
    clock: Callable[[], float]

    def now(self) -> datetime:
        """Stream time, aware."""
        return _EPOCH + timedelta(seconds=self.clock())


def _of(request: Request) -> OpsContext:
    context: OpsContext = request.app.state.context
    return context


Context = Annotated[OpsContext, Depends(_of)]
"""A route's parameter of this type is filled in."""
