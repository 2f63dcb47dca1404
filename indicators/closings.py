"""When windows close: by due time, and of one due time by zone and sign.

A calendar of instants. The windows that close at one instant are taken together, so that what they
are made of is gathered in one go; that is why these are not single timers.
"""

import heapq
from collections.abc import Iterable

from indicators.zone_vitals import Sign


class Closings:
    """The next window of every sign that is awake. It is derived and never part of a snapshot."""

    def __init__(self) -> None:
        self._dues: list[int] = []
        self._at: dict[int, list[Sign]] = {}

    def set(self, sign: Sign, end: int) -> None:
        """Let the window of a sign that ends at `end` (ms) close in its time."""
        self.set_together([sign], end + sign.plan.grace)

    def set_together(self, signs: Iterable[Sign], due: int) -> None:
        """Let the next window of signs close at `due` (ms), which is right for all of them."""
        same = self._at.get(due)
        if same is None:
            self._at[due] = list(signs)
            heapq.heappush(self._dues, due)
        else:
            same.extend(signs)

    @property
    def due(self) -> int | None:
        """When the first window closes, ms; None where every sign sleeps."""
        return self._dues[0] if self._dues else None

    def take(self) -> tuple[int, list[Sign]]:
        """The first due time (ms) and the signs whose windows close then, in their order.

        A closing that was overtaken by an earlier one of its sign is left out.
        """
        due = heapq.heappop(self._dues)
        signs = [s for s in self._at.pop(due) if s.state.next_end == due - s.plan.grace]
        # Signs that closed together come in their order, so there is little to sort.
        return due, sorted(dict.fromkeys(signs), key=in_order)


def in_order(sign: Sign) -> tuple[str, str]:
    """By what signs that close together are ordered."""
    return sign.order
