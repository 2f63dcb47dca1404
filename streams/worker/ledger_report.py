"""What a zone partition tells of its ledger at a checkpoint: the total, and chunks that changed."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from indicators.rounding import rfc3339
from sensors.ledger import UNKNOWN, Ledger
from streams.ledger_records import CHUNK_TERMINALS

CHUNKS: Final = 2
"""Chunks in a report, so that a checkpoint of a large city costs no more than one of a town: all
accounts of 12,500 terminals are sent anew in 13 checkpoints, at 100 KB each instead of 1.2 MB."""


class LedgerReport:
    """Turns ledgers into records, given one after the other.

    A terminal's chunk is its place among the partition's terminals in the order of their ids, which
    a restart, or another worker, finds again; what the city pack does not know comes after them.

    Args:
        partition: The readings partition.
        terminals: Ids of the city pack's terminals in it.
    """

    def __init__(self, partition: int, terminals: Iterable[str]) -> None:
        self._partition = partition
        self._names = [*sorted(terminals), UNKNOWN]
        self._place = {name: place for place, name in enumerate(self._names)}
        self._told: dict[str, int] = {}
        self._waiting: dict[int, None] = {}
        self._received = -1

    def records(
        self, ledger: Ledger, at: int, span: tuple[int, int] | None, *, everything: bool
    ) -> list[tuple[str, bytes]]:
        """Key and value of each record: chunks, the longest waiting first, then the total.

        Args:
            ledger: The partition's, since ever.
            at: Stream time, Unix ms.
            span: First and last accepted event time, Unix ms.
            everything: Whether all chunks that wait are told, however many.
        """
        self._note_changes(ledger)
        stamp = rfc3339(at, "UTC")
        chunks = list(self._waiting)[: None if everything else CHUNKS]
        found = [self._chunk(number, ledger, stamp) for number in chunks]
        total = ledger.total()
        if total.received != self._received:
            self._received = total.received
            first, last = span or (None, None)
            body = {"total": total, "reasons": ledger.reasons, "first": first, "last": last}
            found.append((str(self._partition), self._encoded(stamp, body)))
        return found

    def _note_changes(self, ledger: Ledger) -> None:
        """Note the chunks of the terminals whose accounts have grown since they were told."""
        for terminal in changed(ledger, self._told):
            if terminal not in self._place:
                self._place[terminal] = len(self._names)
                self._names.append(terminal)
            self._waiting[self._place[terminal] // CHUNK_TERMINALS] = None

    def _chunk(self, number: int, ledger: Ledger, stamp: str) -> tuple[str, bytes]:
        del self._waiting[number]
        names = self._names[number * CHUNK_TERMINALS : (number + 1) * CHUNK_TERMINALS]
        accounts = {name: ledger.terminals[name] for name in names if name in ledger.terminals}
        body = {"chunk": number, "terminals": accounts}
        return f"{self._partition}/{number}", self._encoded(stamp, body)

    def _encoded(self, stamp: str, body: dict[str, Any]) -> bytes:
        record = {"partition": self._partition, "at": stamp, **body}
        return msgspec.json.encode(record, order="sorted")


def changed(ledger: Ledger, told: dict[str, int]) -> list[str]:
    """The terminals with a reading more than at the last call; `told` remembers the counts.

    Every entry in an account begins with a reading received, so that count tells.
    """
    found = [t for t, account in ledger.terminals.items() if told.get(t) != account.received]
    for terminal in found:
        told[terminal] = ledger.terminals[terminal].received
    return found
