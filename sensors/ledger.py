"""The ledger: received = accepted + duplicate + late + rejected, per terminal, always."""

from collections.abc import Iterable, Mapping

import msgspec

from sensors.reason import Outcome, Reason

UNKNOWN: str = "(unknown)"
"""The one row that all unknown terminals share."""


class Account(msgspec.Struct):
    """What became of the readings of one terminal."""

    received: int = 0
    accepted: int = 0
    duplicate: int = 0
    late: int = 0
    rejected: int = 0

    @property
    def is_balanced(self) -> bool:
        """Whether every received reading is accounted for."""
        return self.received == self.accepted + self.duplicate + self.late + self.rejected

    def add(self, other: "Account") -> None:
        """Add another account to this one."""
        self.received += other.received
        self.accepted += other.accepted
        self.duplicate += other.duplicate
        self.late += other.late
        self.rejected += other.rejected

    def refuse(self, reason: Reason) -> None:
        """Book one reading as late or rejected; `received` is booked by the caller."""
        if reason.outcome is Outcome.LATE:
            self.late += 1
        else:
            self.rejected += 1


class Ledger(msgspec.Struct):
    """Accounts by terminal and refusals by reason.

    Attributes:
        terminals: Account of each terminal that was heard; unknown ones share `UNKNOWN`.
        reasons: How many readings were refused for each reason.
    """

    terminals: dict[str, Account] = {}
    reasons: dict[str, int] = {}

    def account(self, terminal: str) -> Account:
        """The account of a terminal, opened at its first reading."""
        found = self.terminals.get(terminal)
        if found is None:
            found = self.terminals[terminal] = Account()
        return found

    def refuse(self, account: Account, reason: Reason) -> None:
        """Book a refusal in an account and under its reason."""
        account.refuse(reason)
        self.reasons[reason] = self.reasons.get(reason, 0) + 1

    def total(self) -> Account:
        """The sum over all terminals."""
        total = Account()
        for account in self.terminals.values():
            total.add(account)
        return total

    def merge(self, other: "Ledger") -> None:
        """Add another partition's or zone's ledger to this one."""
        for terminal, account in other.terminals.items():
            self.account(terminal).add(account)
        for reason, count in other.reasons.items():
            self.reasons[reason] = self.reasons.get(reason, 0) + count


def merged(ledgers: Iterable[Ledger]) -> Ledger:
    """The sum of many ledgers."""
    out = Ledger()
    for ledger in ledgers:
        out.merge(ledger)
    return out


def unbalanced(ledger: Ledger) -> Mapping[str, Account]:
    """The accounts that do not balance; empty where all is well."""
    return {name: acc for name, acc in ledger.terminals.items() if not acc.is_balanced}
