"""Integer ids of terminals and channels, given once; what screening knows of each, as arrays."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np

from sensors.decimals import Floats, Ints
from sensors.growing import Growing, GrowingLists
from sensors.kind import Kind, Remembered
from sensors.regions import NEVER, Regions
from sensors.screening import Channel

OUTCOMES: Final = 5
"""Columns of `counts`: received, accepted, duplicate, late, rejected."""


class Limits(NamedTuple):
    """What readings are screened by, each by sort of channel.

    Attributes:
        low: Least plausible value, canonical unit.
        high: Largest plausible value, canonical unit.
        horizon: How late a reading may be, ms.
    """

    low: Floats
    high: Floats
    horizon: Ints


class _Sorts:
    """What channels are: those declared alike and remembered as long are of one *sort*."""

    def __init__(self) -> None:
        self.channels: list[Channel] = []
        self.remembered: list[Remembered] = []
        self._number: dict[tuple[Channel, Remembered], int] = {}
        self._limits = Growing(np.float64), Growing(np.float64), Growing(np.int64)

    @property
    def limits(self) -> Limits:
        return Limits(*(table.data for table in self._limits))

    def of(self, kind: Kind) -> Ints:
        """The sort of each channel of a kind."""
        pairs = list(zip(kind.channels, kind.remembered, strict=True))
        for channel, remembered in pairs:
            if (channel, remembered) not in self._number:
                self._number[channel, remembered] = len(self.channels)
                self.channels.append(channel)
                self.remembered.append(remembered)
                quantity = channel.quantity
                about = quantity.low, quantity.high, channel.horizon_ms
                for table, value in zip(self._limits, about, strict=True):
                    table.append(value)
        return np.array([self._number[pair] for pair in pairs], np.int64)


class Directory:
    """The terminals of a partition and their channels (one per terminal and quantity).

    The channels of a terminal have numbers one after the other, in the order of its kind.

    Attributes:
        terminals: Ids of terminals, by number.
        members: Channels of a group, in the order of its cells, by group of the row store; -1 for a
            quantity that left the city pack.
    """

    def __init__(self, store: Regions) -> None:
        self._store = store
        self.terminals: list[str] = []
        self.members = GrowingLists(np.int32)
        self._number: dict[str, int] = {}
        self._kinds: list[Kind] = []
        self._kind_number: dict[Kind, int] = {}
        self._sorts = _Sorts()
        self._sorts_of: list[Ints] = []
        self._kind, self._first = Growing(np.int32), Growing(np.int32)
        self._sort, self._terminal = Growing(np.int32), Growing(np.int32)
        self._group, self._column = Growing(np.int64), Growing(np.int64)
        self._counts, self._heard = Growing(np.int64), Growing(np.int64)
        self._group_terminal = Growing(np.int32)
        # The group of a terminal that was opened last, and of a group the one before it; or -1.
        self._last_group, self._group_before = Growing(np.int32), Growing(np.int32)

    @property
    def limits(self) -> Limits:
        """What readings are screened by, by sort of channel."""
        return self._sorts.limits

    @property
    def sort(self) -> Ints:
        """Sort of each channel, int32."""
        return self._sort.data

    @property
    def terminal(self) -> Ints:
        """Number of the terminal, by channel, int32."""
        return self._terminal.data

    @property
    def group(self) -> Ints:
        """Group in the row store, by channel; -1 before its first reading."""
        return self._group.data

    @property
    def column(self) -> Ints:
        """Cell in a row of its group, by channel."""
        return self._column.data

    @property
    def group_terminal(self) -> Ints:
        """Number of the terminal, by group, int32."""
        return self._group_terminal.data

    @property
    def counts(self) -> Ints:
        """Readings by terminal and outcome, shape (terminals, `OUTCOMES`)."""
        return self._counts.data.reshape(-1, OUTCOMES)

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        tables = (self._kind, self._first, self._sort, self._terminal, self._group, self._column,
                  self._counts, self._heard, self._group_terminal, self._last_group,
                  self._group_before, self.members)  # fmt: skip
        return sum(table.nbytes for table in tables)

    def add_terminal(self, terminal: str, kind: Kind) -> int:
        """The number of a terminal; where it has none, it and its channels are given theirs."""
        known = self._number.get(terminal)
        if known is not None:
            return known
        number = self._number[terminal] = len(self.terminals)
        self.terminals.append(terminal)
        self._first.append(len(self._sort))
        self._kind.append(self._number_of(kind))
        self._last_group.append(-1)
        self._counts.extend(np.zeros(OUTCOMES, np.int64))
        self._heard.append(NEVER)
        self._sort.extend(self._sorts_of[int(self._kind.data[number])])
        for table, value in ((self._terminal, number), (self._group, -1), (self._column, -1)):
            table.extend(np.full(len(kind), value))
        return number

    def _number_of(self, kind: Kind) -> int:
        number = self._kind_number.get(kind)
        if number is None:
            number = self._kind_number[kind] = len(self._kinds)
            self._kinds.append(kind)
            self._sorts_of.append(self._sorts.of(kind))
        return number

    def terminal_of(self, terminal: str) -> int | None:
        """The number of a terminal."""
        return self._number.get(terminal)

    def channel_of(self, name: str) -> int | None:
        """The number of a channel, by its full name (`<terminal>/<quantity>`)."""
        terminal, _, quantity = name.rpartition("/")
        number = self._number.get(terminal)
        if number is None:
            return None
        place = self._kinds[int(self._kind.data[number])].place.get(quantity)
        return None if place is None else int(self._first.data[number]) + place

    def name_of(self, channel: int) -> str:
        """The full name of a channel."""
        number = int(self._terminal.data[channel])
        kind = self._kinds[int(self._kind.data[number])]
        quantity = kind.quantities[channel - int(self._first.data[number])]
        return f"{self.terminals[number]}/{quantity}"

    def about(self, channel: int) -> Channel:
        """What screening knows of a channel."""
        return self._sorts.channels[int(self._sort.data[channel])]

    def _remembered(self, channel: int) -> Remembered:
        return self._sorts.remembered[int(self._sort.data[channel])]

    def group_up(self, channels: Iterable[int]) -> None:
        """Give channels that came in one pack their groups, where they have none."""
        alike: dict[tuple[Remembered, int], list[int]] = {}
        for channel in channels:
            if self._group.data[channel] < 0:
                key = self._remembered(channel), self.about(channel).cadence_ms
                if channel not in alike.setdefault(key, []):
                    alike[key].append(channel)
        for members in alike.values():
            self.open_group(members)

    def open_group(self, members: Sequence[int]) -> int:
        """A group of channels of one terminal; -1 stands for a quantity that is no more."""
        known = [channel for channel in members if channel >= 0]
        remembered = {self._remembered(channel) for channel in known}
        keep, span = (max(column) for column in zip(*remembered, strict=True))
        cadence = min(self.about(channel).cadence_ms for channel in known)
        group = self._store.open(len(members), keep=keep, span=span, cadence=cadence)
        terminal = int(self._terminal.data[known[0]])
        self.members.append(members)
        self._group_before.append(self._last_group.data[terminal])
        self._last_group.data[terminal] = group
        self._group_terminal.append(terminal)
        for column, channel in enumerate(members):
            if channel >= 0:
                self._group.data[channel] = group
                self._column.data[channel] = column
        return group

    def heard(self, terminal: int) -> int | None:
        """Largest event time that was ever accepted of a terminal, ms; None before the first."""
        newest, group = int(self._heard.data[terminal]), int(self._last_group.data[terminal])
        while group >= 0:
            newest = max(newest, int(self._store.newest[group]))
            group = int(self._group_before.data[group])
        return newest if newest > NEVER else None

    def heard_all(self) -> Ints:
        """What `heard` says of each terminal, far in the past before the first."""
        found = self._heard.data.copy()
        np.maximum.at(found, self.group_terminal, self._store.newest)
        return found

    def set_heard(self, terminal: int, instant: int) -> None:
        """Restore what `heard` said."""
        self._heard.data[terminal] = instant
