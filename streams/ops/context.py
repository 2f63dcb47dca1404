"""What the routes work with, and how they get it."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import Depends, Request

from sensors.city import City
from streams.lineage.readings import Picked, Wanted
from streams.ops.commands import CommandSender
from streams.ops.ledger import MeteredLedger
from streams.ops.wording import Wording
from streams.stores.store import Store

_AT_ONCE = 2
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


ReadingsOf = Callable[[Collection[Wanted]], Awaitable[dict[Wanted, Picked]]]
"""Finds the readings of values; never fails, a note says what is missing."""


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
        readings: Finds the readings of values.
        explaining: Taken while a tree is built: many at once would keep the page waiting.
    """

    store: Store
    ledger: MeteredLedger
    city: City
    send: CommandSender
    wording: Wording
    clock: Callable[[], float]
    readings: ReadingsOf
    explaining: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    def now(self) -> datetime:
        """Stream time, aware."""
        return _EPOCH + timedelta(seconds=self.clock())


def _of(request: Request) -> OpsContext:
    context: OpsContext = request.app.state.context
    return context


Context = Annotated[OpsContext, Depends(_of)]
"""A route's parameter of this type is filled in."""
