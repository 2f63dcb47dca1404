"""Lines to frames: which lines travel together in one Kafka record, and when. Pure.

A frame is closed when it is `max_age` old, when the next line would make it longer than
`max_bytes`, or when a crowd of lines waits and nothing has arrived for `quiet` seconds. The last
one matters with brokers that let only a few messages be unacknowledged (Mosquitto: 20): waiting out
50 ms for messages that cannot come would cap the gateway at 400 a second.
"""

from collections.abc import Iterator
from typing import Generic, NamedTuple, TypeVar

import msgspec

from sensors.line import join_frame

Item = TypeVar("Item")


class Slot(NamedTuple):
    """A partition of a topic."""

    topic: str
    partition: int


class Frame(msgspec.Struct, Generic[Item]):
    """Lines of one partition, in the order in which they came.

    Attributes:
        slot: Where they go.
        opened: Monotonic seconds at which the first line came.
        lines: The lines, without LF.
        items: What the caller gave along with the lines, in the same order; None left out.
        size: Length of the frame in bytes.
    """

    slot: Slot
    opened: float
    lines: list[bytes]
    items: list[Item]
    size: int

    @property
    def value(self) -> bytes:
        """The Kafka record."""
        return join_frame(self.lines)


class Framer(Generic[Item]):
    """Collects lines per partition; time is passed in.

    Args:
        max_age: Seconds after which a frame is due, > 0.
        max_bytes: Length that a frame does not exceed unless one line alone does.
        quiet: Seconds without any line after which a crowd of lines is due; None = never.
        crowd: Lines, over all partitions, that make a crowd; below it silence is just silence.
    """

    def __init__(
        self,
        max_age: float = 0.050,
        max_bytes: int = 256 * 1024,
        quiet: float | None = None,
        crowd: int = 16,
    ) -> None:
        self._max_age = max_age
        self._max_bytes = max_bytes
        self._quiet = quiet
        self._crowd = crowd
        self._count = 0  # lines in open frames
        self._open: dict[Slot, Frame[Item]] = {}  # insertion order is the order of opening
        self._last = 0.0

    def add(self, slot: Slot, line: bytes, item: Item | None, now: float) -> list[Frame[Item]]:
        """Append a line to its partition.

        Args:
            slot: Its partition.
            line: The line without LF, not empty.
            item: Handed back with the frame.
            now: Monotonic seconds, non-decreasing from call to call.

        Returns:
            The frames that this line closed, in order: none, one or two of its partition.
        """
        closed: list[Frame[Item]] = []
        self._last = now
        frame = self._open.get(slot)
        length = 1 + len(line)
        if frame is not None and frame.size + length > self._max_bytes:
            closed.append(self._closed(slot))
            frame = None
        if frame is None:
            frame = self._open[slot] = Frame(slot, now, [], [], -1)
        frame.lines.append(line)
        frame.size += length
        self._count += 1
        if item is not None:
            frame.items.append(item)
        if frame.size >= self._max_bytes:
            closed.append(self._closed(slot))
        return closed

    def flush(self, slot: Slot) -> Frame[Item] | None:
        """Close the frame of a partition; None where it has no line."""
        return self._closed(slot) if slot in self._open else None

    def due(self, now: float) -> list[Frame[Item]]:
        """Close and return the frames that are due at `now`, the oldest first."""
        if self._waits_for_silence() and now >= self._last + (self._quiet or 0.0):
            return list(self.close())
        ready = [slot for slot, frame in self._open.items() if now >= frame.opened + self._max_age]
        return [self._closed(slot) for slot in ready]

    def next_due(self) -> float | None:
        """When to call `due` next if no further line comes; None while there is nothing."""
        oldest = next(iter(self._open.values()), None)
        if oldest is None:
            return None
        by_age = oldest.opened + self._max_age
        if not self._waits_for_silence():
            return by_age
        return min(by_age, self._last + (self._quiet or 0.0))

    def close(self) -> Iterator[Frame[Item]]:
        """Close and yield everything, the oldest first."""
        while self._open:
            yield self._closed(next(iter(self._open)))

    def _closed(self, slot: Slot) -> Frame[Item]:
        frame = self._open.pop(slot)
        self._count -= len(frame.lines)
        return frame

    def _waits_for_silence(self) -> bool:
        return self._quiet is not None and self._count >= self._crowd
