"""The summary of a run: the ledger, what came out, the digest."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from indicators.rounding import rfc3339
from sensors.ledger import Ledger, unbalanced
from streams.engine.zone_partition import ZonePartition


def summarise(
    ledger: Ledger, counts: Mapping[str, int], span: tuple[int, int] | None, timezone: str
) -> dict[str, Any]:
    """The fields that replay and a live run share.

    Args:
        ledger: All partitions together.
        counts: Outputs by stream.
        span: First and last accepted event time, Unix ms; None where nothing was accepted.
        timezone: IANA zone of the printed times.
    """
    total = ledger.total()
    return {
        **msgspec.structs.asdict(total),
        "balanced": total.is_balanced and not unbalanced(ledger),
        "reasons": dict(sorted(ledger.reasons.items())),
        "terminals": {
            name: msgspec.structs.asdict(account)
            for name, account in sorted(ledger.terminals.items())
        },
        "vitals": counts.get("vitals", 0),
        "scores": counts.get("scores", 0),
        "forecasts": counts.get("forecasts", 0),
        "faults": counts.get("faults", 0),
        "alerts": counts.get("alerts", 0),
        "workorders": counts.get("workorders", 0),
        "first": rfc3339(span[0], timezone) if span else None,
        "last": rfc3339(span[1], timezone) if span else None,
    }


def span_of(partitions: Iterable[ZonePartition]) -> tuple[int, int] | None:
    """First and last accepted event time over all partitions, Unix ms."""
    spans = [span for partition in partitions if (span := partition.span()) is not None]
    if not spans:
        return None
    return min(first for first, _ in spans), max(last for _, last in spans)
