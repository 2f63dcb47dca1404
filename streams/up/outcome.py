"""The summary of a run: the ledger since its beginning, what came out, whether all is there."""

from typing import Any, Final

import msgspec

from streams.citypack import CityPack
from streams.ledger_records import PartitionLedger, since
from streams.settings import Settings
from streams.summary import summarise
from streams.terminals.counts import PublishedCounts
from streams.topics import ALERTS, FAULTS, FORECASTS, SCORES, VITALS, WORKORDERS
from streams.up.topics_reader import LedgerReader, Offsets, ends, event_of, follow

OUTPUTS: Final = (VITALS, SCORES, FORECASTS, FAULTS, ALERTS, WORKORDERS)
_KEPT: Final = (
    *("order", "kind", "zone", "department", "priority", "level", "state", "accept_by", "done_by"),
)


class Begin(msgspec.Struct, frozen=True):
    """Where a run begins.

    Attributes:
        ledgers: Newest ledger of each zone partition before it.
        offsets: Ends of the output topics before it.
    """

    ledgers: dict[int, PartitionLedger]
    offsets: Offsets


async def begin_of(settings: Settings, reader: LedgerReader) -> Begin:
    """Look at the topics before a run."""
    return Begin(await reader.newest(), await ends(settings, *OUTPUTS))


async def summary_of(
    settings: Settings, pack: CityPack, begin: Begin, reader: LedgerReader
) -> dict[str, Any]:
    """What came of everything since `begin`.

    Returns:
        The fields of `summarise`, and `orders`, `closed`, `incidents` (id: whether still active).
    """
    now = await reader.newest()
    stop = await ends(settings, *OUTPUTS)
    counts: dict[str, int] = dict.fromkeys(OUTPUTS, 0)
    orders: dict[str, dict[str, Any]] = {}
    incidents: dict[str, bool] = {}
    async for topic, value in follow(settings, begin.offsets, stop):
        counts[topic] += value.count(b"\n") + 1
        if topic == WORKORDERS:
            data = event_of(value)["data"]
            if "state" in data:
                orders[data["order"]] = data
        elif topic == ALERTS:
            data = event_of(value)["data"]
            incidents[data["incident"]] = data["msgType"] != "Cancel"
    first = [r.first for r in now.values() if r.first is not None]
    last = [r.last for r in now.values() if r.last is not None]
    span = (min(first), max(last)) if first and last else None
    return summarise(since(now, begin.ledgers), counts, span, pack.timezone) | {
        "incidents": incidents,
        "orders": [{name: order[name] for name in _KEPT} for order in orders.values()],
        "closed": sum(order["state"] == "closed" for order in orders.values()),
    }


def completeness(
    received: int, published: PublishedCounts | None, *, expected: bool
) -> dict[str, Any]:
    """Whether all that was published was received.

    Args:
        received: Readings booked in the run.
        published: What the terminals say; None if they were others', or cut short.
        expected: Whether the run had terminals of its own.
    """
    if published is None:
        return {"published": None, "complete": not expected, "redelivered": None}
    return {
        "published": msgspec.structs.asdict(published),
        # What is sent or delivered again after an outage comes on top; but a broker that dies can
        # take the first copy of it along.
        "complete": published.unconfirmed == 0 and received >= published.records,
        "redelivered": received - published.records,
    }
