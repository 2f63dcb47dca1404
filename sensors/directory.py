"""Integer ids of terminals and channels, given once; what screening knows of each, as arrays."""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from sensors.decimals import Floats, Ints
from sensors.growing import Growing, GrowingLists, GrowingRows
from sensors.kind import Kind, Remembered
from sensors.regions import NEVER, Regions
from sensors.screening import Channel

OUTCOMES: Final = 5
"""Columns of `counts`: received, accepted, duplicate, late, rejected."""
_SORT, _TERMINAL, _GROUP, _COLUMN = range(4)


class _Sorts:
    """What channels are: those declared alike and remembered as long are of one *sort*."""

    def __init__(self) -> None:
        self.channels: list[Channel] = []
        self.remembered: list[Remembered] = []
        self._number: dict[tuple[Channel, Remembered], int] = {}
        self.low, self.high = Growing(np.float64), Growing(np.float64)
        self.horizon = Growing(np.int64)

    def of(self, kind: Kind) -> Ints:
        """The sort of each channel of a kind."""
        pairs = list(zip(kind.channels, kind.remembered, strict=True))
        for channel, remembered in pairs:
            if (channel, remembered) not in self._number:
                self._number[channel, remembered] = len(self.channels)
                self.channels.append(channel)
                self.remembered.append(remembered)
                self.low.append(channel.quantity.low)
                self.high.append(channel.quantity.high)
                self.horizon.append(channel.horizon_ms)
        return np.array([self._number[pair] for pair in pairs], np.int32)


class Directory:
    """The terminals of a partition and their channels (one per terminal and quantity).

    The channels of a terminal have numbers one after the other, in the order of its kind.

    Attributes:
        terminals: Ids of terminals, by number.
        members: Channels of a group, in the order of its cells, by group of the row store; -1 for a
            quantity that left the city pack.
        lags: By terminal, for whom notes how far its packs are behind: span of time → ms.
    """

    def __init__(self, store: Regions) -> None:
        self._store = store
        self.terminals: list[str] = []
        self.members = GrowingLists(np.int32)
        self.lags: list[dict[int, int]] = []
        self._number: dict[str, int] = {}
        self._kinds: list[Kind] = []
        self._kind_number: dict[Kind, int] = {}
        self._sorts = _Sorts()
        self._sorts_of: list[Ints] = []
        self._kind, self._first = Growing(np.int32), Growing(np.int32)
        self._channels = GrowingRows(np.int32, 4)
        self._counts, self._heard = Growing(np.int64), Growing(np.int64)
        self._group_terminal = Growing(np.int32)
        # The group of a terminal that was opened last, and of a group the one before it; or -1.
        self._last_group, self._group_before = Growing(np.int32), Growing(np.int32)

    @property
    def low(self) -> Floats:
        """Least plausible value, by sort of channel, canonical unit."""
        return self._sorts.low.data

    @property
    def high(self) -> Floats:
        """Largest plausible value, by sort of channel, canonical unit."""
        return self._sorts.high.data

    @property
    def horizon(self) -> Ints:
        """How late a reading may be, by sort of channel, ms."""
        return self._sorts.horizon.data

    @property
    def channels(self) -> npt.NDArray[np.int32]:
        """Sort, terminal, group and column by channel: what is asked together lies together."""
        return self._channels.data

    @property
    def sort(self) -> npt.NDArray[np.int32]:
        """Sort of each channel, int32."""
        return self.channels[:, _SORT]

    @property
    def terminal(self) -> npt.NDArray[np.int32]:
        """Number of the terminal, by channel, int32."""
        return self.channels[:, _TERMINAL]

    @property
    def group(self) -> npt.NDArray[np.int32]:
        """Group in the row store, by channel, int32; -1 before its first reading."""
        return self.channels[:, _GROUP]

    @property
    def column(self) -> npt.NDArray[np.int32]:
        """Cell in a row of its group, by channel, int32."""
        return self.channels[:, _COLUMN]

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
        tables = (self._kind, self._first, self._channels, self._counts, self._heard,
                  self._group_terminal, self._last_group, self._group_before,
                  self.members)  # fmt: skip
        return sum(table.nbytes for table in tables)

    def add_terminal(self, terminal: str, kind: Kind) -> int:
        """The number of a terminal; where it has none, it and its channels are given theirs."""
        known = self._number.get(terminal)
        if known is not None:
            return known
        number = self._number[terminal] = len(self.terminals)
        self.terminals.append(terminal)
        self.lags.append({})
        self._first.append(len(self._channels))
        self._kind.append(self._number_of(kind))
        self._last_group.append(-1)
        self._counts.extend(np.zeros(OUTCOMES, np.int64))
        self._heard.append(NEVER)
        channels = np.full((len(kind), 4), -1, np.int32)
        channels[:, _SORT] = self._sorts_of[int(self._kind.data[number])]
        channels[:, _TERMINAL] = number
        self._channels.extend(channels)
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
        number = int(self.channels[channel, _TERMINAL])
        kind = self._kinds[int(self._kind.data[number])]
        quantity = kind.quantities[channel - int(self._first.data[number])]
        return f"{self.terminals[number]}/{quantity}"

    def about(self, channel: int) -> Channel:
        """What screening knows of a channel."""
        return self._sorts.channels[int(self.channels[channel, _SORT])]

    def _remembered(self, channel: int) -> Remembered:
        return self._sorts.remembered[int(self.channels[channel, _SORT])]

    def group_up(self, channels: Iterable[int]) -> None:
        """Give channels that came in one pack their groups, where they have none."""
        alike: dict[tuple[Remembered, int], list[int]] = {}
        for channel in channels:
            if self.channels[channel, _GROUP] < 0:
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
        terminal = int(self.channels[known[0], _TERMINAL])
        self.members.append(members)
        self._group_before.append(self._last_group.data[terminal])
        self._last_group.data[terminal] = group
        self._group_terminal.append(terminal)
        for column, channel in enumerate(members):
            if channel >= 0:
                self.channels[channel, _GROUP] = group
                self.channels[channel, _COLUMN] = column
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
