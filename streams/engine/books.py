"""The ledger of a zone partition: what became of every record."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from sensors.city import City
from sensors.directory import Directory
from sensors.layout import LayoutTable
from sensors.ledger import Account, Ledger
from sensors.reason import Outcome, Reason
from streams.engine.incoming import Incoming
from streams.engine.zone_snapshot import Blocks, PartitionSnapshot

ACCEPTED: Final = 1
DUPLICATE: Final = 2
COLUMN: Final[Mapping[Outcome, int]] = {Outcome.LATE: 3, Outcome.REJECTED: 4}
"""Columns of the ledger's array; 0 is received."""


class Books:
    """Books frames in the arrays of the directory.

    Args:
        city: Who is known.
        directory: Numbers and counts of terminals.
        own: The partition's own state.
        blocks: Is told whose accounts changed.
    """

    def __init__(
        self, city: City, directory: Directory, own: PartitionSnapshot, blocks: Blocks
    ) -> None:
        self._city, self._directory, self._own, self._blocks = city, directory, own, blocks
        self._told = np.zeros(0, np.int64)

    def book_refused(self, incoming: Incoming, layouts: LayoutTable) -> None:
        """Book what is refused already; readings in columns are booked with their outcome."""
        booked: list[tuple[int, Reason]] = []
        for reception in incoming.receptions.values():
            if reception.whole is not None and reception.terminal in self._city.terminals:
                number = self._directory.terminal_of(reception.terminal or "")
                booked.append((number or 0, reception.whole[0]))
        for index, refused in incoming.refused.items():
            number = self._terminal_of(incoming, index, layouts)
            booked += [(number, reason) for _, reason in refused]
        for (number, reason), count in Counter(booked).items():
            self._directory.counts[number, (0, COLUMN[reason.outcome])] += count
            self.add_reason(reason, count)
        if booked:
            self._blocks.booked(np.array([number for number, _ in booked]))

    def _terminal_of(self, incoming: Incoming, line: int, layouts: LayoutTable) -> int:
        layout = int(incoming.layout[line])
        if layout >= 0:
            return int(layouts.terminal[layout])
        return self._directory.terminal_of(incoming.receptions[line].terminal or "") or 0

    def add_reason(self, reason: Reason, count: int) -> None:
        """Book why records of known terminals were refused."""
        self._own.reasons[reason] = self._own.reasons.get(reason, 0) + count

    def book_outcomes(self, incoming: Incoming, outcome: npt.NDArray[np.int8]) -> None:
        """Book the readings of a frame.

        Args:
            incoming: The frame.
            outcome: Column of each reading.
        """
        if not outcome.size:
            return
        counts, terminal = self._directory.counts, self._directory.group_terminal
        terminal = terminal[incoming.row_group]
        received = accepted = np.diff(incoming.row_first)
        is_accepted = outcome == ACCEPTED
        if not is_accepted.all():
            accepted = np.add.reduceat(is_accepted, incoming.row_first[:-1], dtype=np.int64)
            others = np.flatnonzero(~is_accepted)
            whose = self._directory.terminal[incoming.channel[others]]
            np.add.at(counts, (whose, outcome[others]), 1)
        np.add.at(counts[:, 0], terminal, received)
        np.add.at(counts[:, ACCEPTED], terminal, accepted)
        self._blocks.booked(terminal)
        instants = incoming.row_at[accepted > 0]
        if instants.size:
            own, oldest = self._own, int(instants.min())
            own.oldest = min(own.oldest or oldest, oldest)
            own.newest = max(own.newest, int(instants.max()))

    def grown(self) -> tuple[Ledger, Account]:
        """The accounts that have grown since the last call, all reasons, and the sum of everything.

        Every entry in an account begins with a reading received, so that count tells.
        """
        directory, strangers = self._directory, self._own.strangers
        counts = directory.counts
        received = counts[:, 0].copy()
        before = np.zeros_like(received)
        before[: self._told.size] = self._told
        self._told = received
        found = Ledger({}, dict(self._own.reasons))
        grown = np.flatnonzero(received != before)
        for number, row in zip(grown.tolist(), counts[grown].tolist(), strict=True):
            found.terminals[directory.terminals[number]] = Account(*row)
        # Who belongs to no terminal of the city is one account, or a few that have left it.
        for name, account in strangers.terminals.items():
            if name not in found.terminals and (known := directory.terminal_of(name)) is not None:
                found.terminals[name] = Account(*counts[known].tolist())
            found.account(name).add(account)
        for reason, count in strangers.reasons.items():
            found.reasons[reason] = found.reasons.get(reason, 0) + count
        total = Account(*counts.sum(axis=0).tolist())
        total.add(strangers.total())
        return found, total

    def ledger(self) -> Ledger:
        """The ledger of the partition, all zones and strangers together."""
        found = Ledger({}, dict(self._own.reasons))
        counts = self._directory.counts.tolist()
        for terminal, row in zip(self._directory.terminals, counts, strict=True):
            if row[0]:
                found.terminals[terminal] = Account(*row)
        found.merge(self._own.strangers)
        return found
