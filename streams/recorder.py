"""Recording a running system: its readings and commands topics into one file that replays the same.

Lines are written in the order (effective received, topic, partition, offset), each with its
effective received: what the engine saw, so that replay sees it too.
"""

import gzip
import heapq
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition

from sensors.line import decode_line, received_ms, split_frame, stamp_of
from streams.settings import Settings
from streams.topics import COMMANDS, READINGS


class _Held(NamedTuple):
    received: float
    source: int
    offset: int
    position: int
    line: bytes


class Sequencer:
    """Puts the lines of many partitions into one order.

    Args:
        sources: How many partitions there are.
        keep_ticks: Whether ticks are written; without them the file is smaller and a silent end
            of the recording is lost.
    """

    def __init__(self, sources: int, *, keep_ticks: bool = False) -> None:
        self._clocks = [0.0] * sources
        self._held: list[_Held] = []
        self._keep_ticks = keep_ticks

    def take(self, source: int, offset: int, frame: bytes) -> None:
        """Take one record of a partition, in log order."""
        for position, line in enumerate(split_frame(frame)):
            effective, line_as_seen, is_tick = self._clamp(source, line)
            if not is_tick or self._keep_ticks:
                held = _Held(effective, source, offset, position, line_as_seen)
                heapq.heappush(self._held, held)

    def _clamp(self, source: int, line: bytes) -> tuple[float, bytes, bool]:
        """Effective received, the line as seen, and whether it is a tick; as the engine does it."""
        largest = self._clocks[source]
        try:
            decoded = decode_line(line)
            received_ms(decoded.received)
        except msgspec.DecodeError:
            stamp = stamp_of(line)
            if stamp is not None:
                largest = self._clocks[source] = max(largest, stamp / 1000)
            return largest, line, False
        is_tick = decoded.terminal is None and decoded.command is None
        if decoded.received >= largest:
            self._clocks[source] = decoded.received
            return decoded.received, line, is_tick
        restamped = msgspec.structs.replace(decoded, received=largest)
        return largest, msgspec.json.encode(restamped), is_tick

    def ready(self) -> Iterator[bytes]:
        """The lines that every partition's time has passed."""
        passed = min(self._clocks)
        while self._held and self._held[0].received < passed:
            yield heapq.heappop(self._held).line

    def rest(self) -> Iterator[bytes]:
        """Everything that is held."""
        while self._held:
            yield heapq.heappop(self._held).line

    @property
    def stream_time(self) -> float:
        """Unix seconds up to which all partitions were heard."""
        return min(self._clocks)


def sources(settings: Settings) -> list[TopicPartition]:
    """The partitions that make a recording: all of readings, then all of commands."""
    readings = settings.topic(READINGS)
    commands = settings.topic(COMMANDS)
    return [
        *(TopicPartition(readings, p) for p in range(settings.zone_partitions)),
        *(TopicPartition(commands, p) for p in range(settings.district_partitions)),
    ]


async def record_lines(
    settings: Settings, *, from_beginning: bool, follow: bool, keep_ticks: bool = True
) -> AsyncIterator[bytes]:
    """The lines of a recording.

    Args:
        settings: Where Kafka is and how it is cut.
        from_beginning: From the oldest record kept, else from now on.
        follow: Go on until the caller stops, else to the newest record of this moment.
        keep_ticks: Keep ticks.
    """
    wanted = sources(settings)
    number = {tp: index for index, tp in enumerate(wanted)}
    sequencer = Sequencer(len(wanted), keep_ticks=keep_ticks)
    async with AIOKafkaConsumer(
        bootstrap_servers=settings.kafka, enable_auto_commit=False,
        auto_offset_reset="earliest" if from_beginning else "latest",
    ) as consumer:  # fmt: skip
        consumer.assign(wanted)
        ends = await consumer.end_offsets(wanted)
        while follow or any([await consumer.position(tp) < ends[tp] for tp in wanted]):
            for tp, records in (await consumer.getmany(timeout_ms=300)).items():
                for record in records:
                    if follow or record.offset < ends[tp]:
                        sequencer.take(number[tp], record.offset, record.value)
            for line in sequencer.ready():
                yield line
    for line in sequencer.rest():
        yield line


class RecordingWriter:
    """Writes lines to a gzip'd file that is whole after every flush.

    Args:
        path: The file; must not exist.
        progress: Told the number of lines now and then.
    """

    FLUSH_LINES = 5000

    def __init__(self, path: Path, progress: Callable[[int], None] | None = None) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._raw = path.open("xb")
        self._buffer: list[bytes] = []
        self._progress = progress
        self.lines = 0

    def write(self, line: bytes) -> None:
        """Add a line."""
        self._buffer.append(line)
        self.lines += 1
        if len(self._buffer) >= self.FLUSH_LINES:
            self.flush()

    def flush(self) -> None:
        """Write what has gathered as a gzip member of its own: a cut loses only the tail."""
        if self._buffer:
            self._raw.write(gzip.compress(b"\n".join(self._buffer) + b"\n", 6, mtime=0))
            self._raw.flush()
            self._buffer.clear()
        if self._progress is not None:
            self._progress(self.lines)

    def close(self) -> None:
        """Flush and close."""
        self.flush()
        self._raw.close()
