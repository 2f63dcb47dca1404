"""Forecasts of one horizon that wait for their truth."""

from collections import deque
from collections.abc import Iterable
from typing import Generic, Protocol, TypeVar


class Due(Protocol):
    """What waits: it knows when its truth falls due, local ms."""

    @property
    def due(self) -> int: ...  # noqa: D102


Waiting = TypeVar("Waiting", bound=Due)


class Awaited(Generic[Waiting]):
    """A queue in the order of their times.

    Args:
        apart: Of two that fall due within less than this, ms, the second has little to teach and
            is not wanted; it bounds the queue, too.
    """

    def __init__(self, apart: int) -> None:
        self._apart = apart
        self._waiting: deque[Waiting] = deque()

    def is_wanted(self, due: int) -> bool:
        """Whether a forecast for a time, local ms, is far enough from the last that waits."""
        return not self._waiting or due - self._waiting[-1].due >= self._apart

    def add(self, forecast: Waiting) -> None:
        """Let a forecast wait that is wanted."""
        self._waiting.append(forecast)

    def ripe(self, at: int, within: int) -> Waiting | None:
        """The forecast whose truth is the value at a time, local ms; it waits no longer.

        Its truth is at most `within` ms from its time. What fell due earlier has met a gap and is
        forgotten.
        """
        waiting = self._waiting
        while waiting and waiting[0].due < at - within:
            waiting.popleft()
        return waiting.popleft() if waiting and waiting[0].due <= at + within else None

    def dump(self) -> tuple[Waiting, ...]:
        """Those that wait."""
        return tuple(self._waiting)

    def load(self, waiting: Iterable[Waiting]) -> None:
        """Continue from a `dump`."""
        self._waiting = deque(waiting)
