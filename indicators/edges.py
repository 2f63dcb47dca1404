"""From which event time on a row of readings touches nothing but open windows of running signs.

A *slot* is a sign of a zone: its edge is the start of the oldest hop that its next window to close
does not share with a closed one; while it sleeps its edge lies beyond all times. A zone has a slot
too, for the signs that no reading feeds. The edge of a group of quantities is the latest among its
slots, so that one comparison a row tells the common case from all that needs a closer look. Groups
that feed the same slots are of one *pattern*: the terminals of a zone that measure the same.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np

from sensors.decimals import Ints
from sensors.growing import Growing, ranges

ASLEEP: Final = 2**61
"""Edge of a slot that every reading wakes."""
ANY: Final = -(2**61)
"""Edge of a slot that no reading touches."""


_FOR_EVER: Final = 2**61


class Pace(NamedTuple):
    """How the edge of a slot moves on by itself, ms; one that does not stays where it is set.

    Attributes:
        hop: From one window to the next.
        grace: How long a window waits after its end.
        patience: No sign falls asleep at a window that is due up to so long after an instant that
            it heard of.
    """

    hop: int = 1
    grace: int = _FOR_EVER
    patience: int = _FOR_EVER


class Edges:
    """Edges of slots, and of groups of quantities through them. Event times are Unix ms."""

    def __init__(self) -> None:
        self._slot = Growing(np.int64)
        self._hop, self._grace, self._patience = (Growing(np.int64) for _ in range(3))
        # Of each pattern the slots and shifts, one after the other; of each group its pattern.
        self._pair_slot, self._pair_shift = Growing(np.int64), Growing(np.int64)
        self._begin, self._pattern = Growing(np.int64), Growing(np.int64)
        self._patterns: dict[tuple[tuple[int, int], ...], int] = {}
        self._edges: Ints = np.zeros(0, np.int64)
        self._is_stale = True

    def add_slot(self, pace: Pace = Pace()) -> int:  # noqa: B008 - it cannot be changed
        """A new slot, asleep."""
        self._slot.append(ASLEEP)
        for table, value in zip((self._hop, self._grace, self._patience), pace, strict=True):
            table.append(value)
        return len(self._slot) - 1

    def set(self, slot: int, edge: int) -> None:
        """Move the edge of a slot."""
        self._slot.data[slot] = edge
        self._is_stale = True

    def set_all(self, slots: Sequence[int], edges: Sequence[int]) -> None:
        """Move the edges of many slots."""
        self._slot.data[slots] = edges
        self._is_stale = True

    def add_group(self, pairs: Iterable[tuple[int, int]]) -> None:
        """The next group, with the slots it feeds and by how much (ms) its stamps are shifted."""
        pattern = tuple(pairs)
        number = self._patterns.setdefault(pattern, len(self._patterns))
        if number == len(self._begin):
            self._begin.append(len(self._pair_slot))
            slots, shifts = zip(*pattern, strict=True)
            self._pair_slot.extend(slots)
            self._pair_shift.extend(shifts)
        self._pattern.append(number)
        self._is_stale = True

    @property
    def slots(self) -> int:
        """How many slots there are."""
        return len(self._slot)

    @property
    def groups(self) -> int:
        """How many groups there are."""
        return len(self._pattern)

    def of_groups(self) -> Ints:
        """The edge of each group, as its own event times."""
        if self._is_stale and len(self._begin):
            edges = self._slot.data[self._pair_slot.data] + self._pair_shift.data
            self._edges = np.maximum.reduceat(edges, self._begin.data)[self._pattern.data]
        self._is_stale = False
        return self._edges

    # -- what will be, while nothing falls asleep or wakes ----------------------------------------

    def pairs_of(self, groups: Ints) -> tuple[Ints, Ints, Ints]:
        """The slots that groups feed, as (which of the groups, slot, shift in ms)."""
        begins, patterns = self._begin.data, self._pattern.data[groups]
        counts = np.diff(begins, append=len(self._pair_slot))[patterns]
        pairs = ranges(begins[patterns], counts)
        owners = np.repeat(np.arange(groups.size), counts)
        return owners, self._pair_slot.data[pairs], self._pair_shift.data[pairs]

    def at(self, slots: Ints, times: Ints) -> Ints:
        """The edge of slots when all has closed that is due by an effective received, ms."""
        hop = self._hop.data[slots]
        moved: Ints = (times - self._grace.data[slots]) // hop * hop
        found: Ints = np.maximum(moved, self._slot.data[slots])
        return found

    @property
    def patience(self) -> Ints:
        """How long (ms) a slot surely stays awake, by slot; beyond all times where it sleeps."""
        found: Ints = np.where(self._slot.data == ASLEEP, _FOR_EVER, self._patience.data)
        return found
