"""From which event time on a row of readings touches nothing but open windows of running signs.

A *slot* is a sign of a zone: its edge is the start of the oldest hop that its next window to close
does not share with a closed one; while it sleeps its edge lies beyond all times. A zone has a slot
too, for the signs that no reading feeds. The edge of a group of quantities is the latest among its
slots, so that one comparison a row tells the common case from all that needs a closer look.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from sensors.decimals import Ints
from sensors.growing import Growing

ASLEEP: Final = 2**61
"""Edge of a slot that every reading wakes."""
ANY: Final = -(2**61)
"""Edge of a slot that no reading touches."""


class Edges:
    """Edges of slots, and of groups of quantities through them. Event times are Unix ms."""

    def __init__(self) -> None:
        self._slot = Growing(np.int64)
        self._pair_slot, self._pair_shift = Growing(np.int64), Growing(np.int64)
        self._begin = Growing(np.int64)
        self._edges: Ints = np.zeros(0, np.int64)
        self._is_stale = True

    def add_slot(self) -> int:
        """A new slot, asleep."""
        self._slot.append(ASLEEP)
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
        self._begin.append(len(self._pair_slot))
        slots, shifts = zip(*pairs, strict=True)
        self._pair_slot.extend(slots)
        self._pair_shift.extend(shifts)
        self._is_stale = True

    @property
    def groups(self) -> int:
        """How many groups there are."""
        return len(self._begin)

    def of_groups(self) -> Ints:
        """The edge of each group, as its own event times."""
        if self._is_stale and len(self._begin):
            edges = self._slot.data[self._pair_slot.data] + self._pair_shift.data
            self._edges = np.maximum.reduceat(edges, self._begin.data)
        self._is_stale = False
        return self._edges
