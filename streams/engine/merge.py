"""The deterministic merge of many sources into one district partition.

Items are taken only in the order of their numbers, kept until every source's clock has passed
them, and released in the order (at, rank, zone, kind, window end, revision, id): an order of their
own contents, so that it does not matter which source partition a zone lives in.
"""

import heapq
from typing import Any, NamedTuple

import msgspec


class Arrived(NamedTuple):
    """An item with the key that orders it, all but the payload."""

    at: int
    rank: int
    zone: str
    kind: str
    window_end: int
    revision: int
    id: str
    payload: Any

    @property
    def order(self) -> tuple[int, int, str, str, int, int, str]:
        """What items are released by."""
        return self[:7]


class SourceState(msgspec.Struct):
    """One source: the last number taken and the clock."""

    seq: int = 0
    clock: int = 0


class MergeState(msgspec.Struct):
    """What a snapshot holds of a merge.

    Attributes:
        sources: One a source.
        stream_time: The least of the clocks when it last moved, ms.
        repeated: Items that had been taken before.
        gaps: Items beyond the next number; their owner sends them again.
    """

    sources: list[SourceState]
    stream_time: int = 0
    repeated: int = 0
    gaps: int = 0


class Merge:
    """Sources in, one ordered stream out.

    Args:
        state: Changed in place.
        waiting: Items taken but not released, in any order.
    """

    def __init__(self, state: MergeState, waiting: list[Arrived]) -> None:
        self.state = state
        self._heap = [(item.order, n, item) for n, item in enumerate(waiting)]
        self._puts = len(waiting)
        heapq.heapify(self._heap)

    @property
    def waiting(self) -> list[Arrived]:
        """Items taken but not released, in the order of their release."""
        return [item for _, _, item in sorted(self._heap)]

    def is_next(self, source: int, seq: int) -> bool:
        """Whether an item is the next one of its source; others are counted and to be dropped."""
        last = self.state.sources[source]
        if seq == last.seq + 1:
            last.seq = seq
            return True
        if seq <= last.seq:
            self.state.repeated += 1
        else:
            self.state.gaps += 1
        return False

    def put(self, item: Arrived) -> None:
        """Keep an item until every clock has passed it."""
        # The running number only keeps equal keys (a command sent twice) from comparing payloads.
        self._puts += 1
        heapq.heappush(self._heap, (item.order, self._puts, item))

    def set_clock(self, source: int, at: int) -> None:
        """Move a source's clock; clocks never go back."""
        state = self.state.sources[source]
        state.clock = max(state.clock, at)

    def advance(self) -> tuple[int, list[Arrived]] | None:
        """The new stream time and the items before it; None where it has not moved."""
        stream_time = min(source.clock for source in self.state.sources)
        if stream_time <= self.state.stream_time:
            return None
        self.state.stream_time = stream_time
        released = []
        while self._heap and self._heap[0][0][0] < stream_time:
            released.append(heapq.heappop(self._heap)[2])
        return stream_time, released
