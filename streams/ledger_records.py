"""The records of the `ledger` topic, and what readers put together from them. Pure.

The topic is compacted. Of each zone partition it holds two kinds of records, JSON both:

- key `<partition>`: the partition's `total` account, `reasons`, `first` and `last`, at every
  checkpoint that booked something;
- key `<partition>/<chunk>`: the accounts of at most `CHUNK_TERMINALS` terminals, where one changed.

Everything counts since ever and only grows, so records may repeat and come in any order: of two
accounts of a terminal the larger is the newer. A checkpoint sends a bounded number of chunks, so
the accounts may trail the total for some checkpoints in a city of many thousand terminals.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

import msgspec

from sensors.ledger import Account, Ledger, merged

CHUNK_TERMINALS: Final = 500
"""Terminals in a record, at most: some 50 KB."""


class LedgerRecord(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The value of a record: a total, or a chunk of accounts.

    Attributes:
        partition: Readings partition.
        at: Stream time of the checkpoint, RFC 3339 or Unix seconds.
        chunk: Number of the chunk, from 0.
        terminals: Accounts of its terminals.
        total: The sum of all accounts of the partition.
        reasons: Refusals by reason.
        first: First accepted event time, Unix ms.
        last: Last accepted event time, Unix ms.
    """

    partition: int
    at: datetime | float
    chunk: int | None = None
    terminals: dict[str, Account] = {}
    total: Account | None = None
    reasons: dict[str, int] = {}
    first: int | None = None
    last: int | None = None


class PartitionLedger(msgspec.Struct):
    """All that one partition ever received, as far as it has been read.

    Attributes:
        at: Stream time of `total`, Unix seconds.
        total: The sum of all accounts.
        reasons: Refusals by reason.
        first: First accepted event time, Unix ms.
        last: Last accepted event time, Unix ms.
        terminals: Accounts; replaced by newer ones, never changed.
    """

    at: float = 0.0
    total: Account = msgspec.field(default_factory=Account)
    reasons: dict[str, int] = {}
    first: int | None = None
    last: int | None = None
    terminals: dict[str, Account] = {}

    @property
    def is_complete(self) -> bool:
        """Whether the accounts are as new as the total."""
        booked = sum(account.received for account in self.terminals.values())
        return booked == self.total.received

    def take(self, record: LedgerRecord) -> None:
        """Take what is newer than what is known."""
        for terminal, account in record.terminals.items():
            known = self.terminals.get(terminal)
            if known is None or account.received >= known.received:
                self.terminals[terminal] = account
        total = record.total
        at = record.at.timestamp() if isinstance(record.at, datetime) else record.at
        if total is not None and (total.received, at) >= (self.total.received, self.at):
            self.at, self.total, self.reasons = at, total, record.reasons
            self.first, self.last = record.first, record.last

    def copy(self) -> "PartitionLedger":
        """One that later records do not change."""
        return msgspec.structs.replace(self, terminals=dict(self.terminals))


class LedgerBook:
    """The ledgers of all partitions, put together from records in any order.

    Attributes:
        partitions: Readings partition → its ledger.
    """

    def __init__(self) -> None:
        self.partitions: dict[int, PartitionLedger] = {}

    def take(self, value: bytes) -> None:
        """Take a record's value.

        Raises:
            msgspec.DecodeError: It is no ledger record.
        """
        record = _decode(value)
        self.partitions.setdefault(record.partition, PartitionLedger()).take(record)

    def total(self) -> Account:
        """The sum over all partitions."""
        total = Account()
        for ledger in self.partitions.values():
            total.add(ledger.total)
        return total

    def city(self) -> Ledger:
        """The sum over all partitions, by terminal and by reason."""
        parts = list(self.partitions.values())
        return merged(Ledger(part.terminals, part.reasons) for part in parts)


def since(now: Mapping[int, PartitionLedger], before: Mapping[int, PartitionLedger]) -> Ledger:
    """What was booked between two looks at the ledger."""
    between = merged(Ledger(part.terminals, part.reasons) for part in now.values())
    between.merge(_negative(before.values()))
    between.reasons = {reason: count for reason, count in between.reasons.items() if count}
    between.terminals = {t: a for t, a in between.terminals.items() if a.received}
    return between


def received_since(
    now: Mapping[int, PartitionLedger], before: Mapping[int, PartitionLedger]
) -> int:
    """How many readings were booked between two looks at the ledger."""
    return sum(p.total.received for p in now.values()) - sum(
        p.total.received for p in before.values()
    )


def _negative(ledgers: Iterable[PartitionLedger]) -> Ledger:
    all_of_them = merged(Ledger(part.terminals, part.reasons) for part in ledgers)
    terminals = {
        name: Account(**{field: -count for field, count in msgspec.structs.asdict(account).items()})
        for name, account in all_of_them.terminals.items()
    }
    return Ledger(terminals, {reason: -count for reason, count in all_of_them.reasons.items()})


_decode = msgspec.json.Decoder(LedgerRecord).decode
