"""Integer ids of terminals and channels, given once; what screening knows of each, as arrays."""

from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np

from sensors.decimals import Floats, Ints
from sensors.growing import Growing
from sensors.regions import NEVER, Regions
from sensors.screening import Channel

OUTCOMES: Final = 5
"""Columns of `counts`: received, accepted, duplicate, late, rejected."""


class Directory:
    """The terminals of a partition and their channels (one per terminal and quantity).

    Attributes:
        terminals: Ids of terminals, by number.
        names: Full names of channels (`<terminal>/<quantity>`), by number.
        channels: What is known of a channel, by number.
        members: Channels of a group, in the order of its cells, by group of the row store; -1 for a
            quantity that left the city pack.
    """

    def __init__(self, store: Regions) -> None:
        self._store = store
        self.terminals: list[str] = []
        self.names: list[str] = []
        self.channels: list[Channel] = []
        self.members: list[list[int]] = []
        self._terminal_of: dict[str, int] = {}
        self._channel_of: dict[str, int] = {}
        self._low, self._high = Growing(np.float64), Growing(np.float64)
        self._horizon, self._terminal = Growing(np.int64), Growing(np.int64)
        self._group, self._column = Growing(np.int64), Growing(np.int64)
        self._keep: list[tuple[int, int]] = []
        self._pairs: dict[tuple[int, int], tuple[int, int]] = {}
        self._counts = Growing(np.int64)
        self._heard = Growing(np.int64)
        self._groups: list[list[int]] = []
        self._group_terminal = Growing(np.int64)

    @property
    def low(self) -> Floats:
        """Least plausible value, by channel, canonical unit."""
        return self._low.data

    @property
    def high(self) -> Floats:
        """Largest plausible value, by channel, canonical unit."""
        return self._high.data

    @property
    def horizon(self) -> Ints:
        """How late a reading may be, by channel, ms."""
        return self._horizon.data

    @property
    def terminal(self) -> Ints:
        """Number of the terminal, by channel."""
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
        """Number of the terminal, by group."""
        return self._group_terminal.data

    @property
    def counts(self) -> Ints:
        """Readings by terminal and outcome, shape (terminals, `OUTCOMES`)."""
        return self._counts.data.reshape(-1, OUTCOMES)

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        tables = (self._low, self._high, self._horizon, self._terminal, self._group, self._column,
                  self._counts, self._heard, self._group_terminal)  # fmt: skip
        return sum(table.nbytes for table in tables)

    def add_terminal(
        self, terminal: str, channels: Mapping[str, Channel], keep: Mapping[str, tuple[int, int]]
    ) -> None:
        """Number a terminal and its channels; nothing where it has a number.

        Args:
            terminal: Its id.
            channels: Full name → channel.
            keep: Full name → how long its readings are remembered, and how long at least in a
                flood, ms.
        """
        if terminal in self._terminal_of:
            return
        number = self._terminal_of[terminal] = len(self.terminals)
        self.terminals.append(terminal)
        self._groups.append([])
        self._counts.extend((0,) * OUTCOMES)
        self._heard.append(NEVER)
        self._low.extend([channel.quantity.low for channel in channels.values()])
        self._high.extend([channel.quantity.high for channel in channels.values()])
        self._horizon.extend([channel.horizon_ms for channel in channels.values()])
        for table, value in ((self._terminal, number), (self._group, -1), (self._column, -1)):
            table.extend([value] * len(channels))
        for name, channel in channels.items():
            self._channel_of[name] = len(self.names)
            self.names.append(name)
            self.channels.append(channel)
            kept, span = keep[name]
            # Terminals of a kind share one pair: a city has 500,000 channels.
            pair = max(kept, channel.horizon_ms), span
            self._keep.append(self._pairs.setdefault(pair, pair))

    def terminal_of(self, terminal: str) -> int | None:
        """The number of a terminal."""
        return self._terminal_of.get(terminal)

    def channel_of(self, name: str) -> int | None:
        """The number of a channel, by its full name."""
        return self._channel_of.get(name)

    def group_up(self, channels: Iterable[int]) -> None:
        """Give channels that came in one pack their groups, where they have none."""
        alike: dict[tuple[tuple[int, int], int], list[int]] = {}
        for channel in channels:
            if self._group.data[channel] < 0:
                about = self.channels[channel]
                key = self._keep[channel], about.cadence_ms
                if channel not in alike.setdefault(key, []):
                    alike[key].append(channel)
        for members in alike.values():
            self.open_group(members)

    def open_group(self, members: list[int]) -> int:
        """A group of channels of one terminal; -1 stands for a quantity that is no more."""
        known = [channel for channel in members if channel >= 0]
        keep = max(self._keep[channel][0] for channel in known)
        span = max(self._keep[channel][1] for channel in known)
        cadence = min(self.channels[channel].cadence_ms for channel in known)
        group = self._store.open(len(members), keep=keep, span=span, cadence=cadence)
        terminal = int(self._terminal.data[known[0]])
        self.members.append(members)
        self._groups[terminal].append(group)
        self._group_terminal.append(terminal)
        for column, channel in enumerate(members):
            if channel >= 0:
                self._group.data[channel] = group
                self._column.data[channel] = column
        return group

    def heard(self, terminal: int) -> int | None:
        """Largest event time that was ever accepted of a terminal, ms; None before the first."""
        newest = int(self._heard.data[terminal])
        for group in self._groups[terminal]:
            newest = max(newest, int(self._store.newest[group]))
        return newest if newest > NEVER else None

    def heard_all(self) -> Ints:
        """What `heard` says of each terminal, far in the past before the first."""
        found = self._heard.data.copy()
        np.maximum.at(found, self.group_terminal, self._store.newest)
        return found

    def set_heard(self, terminal: int, instant: int) -> None:
        """Restore what `heard` said."""
        self._heard.data[terminal] = instant
