"""What a zone partition tells of its ledger at a checkpoint: the total, and chunks that changed."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from indicators.rounding import rfc3339
from sensors.ledger import UNKNOWN, Account, Ledger
from streams.ledger_records import CHUNK_TERMINALS

CHUNKS: Final = 2
"""Chunks in a report, so that a checkpoint of a large city costs no more than one of a town: all
accounts of 12,500 terminals are sent anew in 13 checkpoints, at 100 KB each instead of 1.2 MB."""


class LedgerReport:
    """Turns what has grown in a ledger into records.

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
        self._accounts: dict[str, Account] = {}
        self._told: dict[str, int] = {}
        self._waiting: dict[int, None] = {}
        self._received = -1

    def records(
        self,
        grown: Ledger,
        total: Account,
        at: int,
        span: tuple[int, int] | None,
        *,
        everything: bool,
    ) -> list[tuple[str, bytes]]:
        """Key and value of each record: chunks, the longest waiting first, then the total.

        Args:
            grown: Accounts since ever, at least those that have grown since the last call; and all
                reasons.
            total: The sum of all accounts.
            at: Stream time, Unix ms.
            span: First and last accepted event time, Unix ms.
            everything: Whether all chunks that wait are told, however many.
        """
        self._note_changes(grown)
        stamp = rfc3339(at, "UTC")
        chunks = list(self._waiting)[: None if everything else CHUNKS]
        found = [self._chunk(number, stamp) for number in chunks]
        if total.received != self._received:
            self._received = total.received
            first, last = span or (None, None)
            body = {"total": total, "reasons": grown.reasons, "first": first, "last": last}
            found.append((str(self._partition), self._encoded(stamp, body)))
        return found

    def _note_changes(self, grown: Ledger) -> None:
        """Note the accounts that have grown, and their chunks.

        Every entry in an account begins with a reading received, so that count tells.
        """
        for terminal, account in grown.terminals.items():
            if self._told.get(terminal) == account.received:
                continue
            self._told[terminal] = account.received
            self._accounts[terminal] = account
            if terminal not in self._place:
                self._place[terminal] = len(self._names)
                self._names.append(terminal)
            self._waiting[self._place[terminal] // CHUNK_TERMINALS] = None

    def _chunk(self, number: int, stamp: str) -> tuple[str, bytes]:
        del self._waiting[number]
        names = self._names[number * CHUNK_TERMINALS : (number + 1) * CHUNK_TERMINALS]
        accounts = {name: self._accounts[name] for name in names if name in self._accounts}
        body = {"chunk": number, "terminals": accounts}
        return f"{self._partition}/{number}", self._encoded(stamp, body)

    def _encoded(self, stamp: str, body: dict[str, Any]) -> bytes:
        record = {"partition": self._partition, "at": stamp, **body}
        return msgspec.json.encode(record, order="sorted")
