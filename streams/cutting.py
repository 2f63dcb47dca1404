"""Cutting recordings into frames: `received` clamped once, each line to its partition.

A recording by itself for one zone partition goes to the engine in whole blocks, which clamps by
itself. Commands, several recordings and several partitions need each line looked at.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import msgspec

from sensors.line import (
    Command,
    decode_line,
    encode_tick,
    join_frame,
    received_ms,
    split_frame,
    stamp_of,
)
from streams.engine.config import EngineConfig
from streams.engine.pipeline import Frame

FRAME_LINES: Final = 500


class Head(msgspec.Struct, gc=False):
    """What routing needs of a line.

    Attributes:
        received: Unix s, as it stands there.
        terminal: None in ticks and commands.
        command: None in all else.
    """

    received: float
    terminal: str | None = None
    command: Command | None = None


_head = msgspec.json.Decoder(Head)


class Stamped(msgspec.Struct, gc=False):
    """A line and what is known of it.

    Attributes:
        received: The largest `received` of its recording so far, its own included; Unix s.
        line: Its bytes, stamped with that where its own was smaller.
        head: What routing needs of it; None where it is broken.
    """

    received: float
    line: bytes
    head: Head | None


def merge_lines(recordings: Iterable[Iterable[bytes]]) -> Iterator[Stamped]:
    """Several recordings by (received, file, line); a broken line keeps its place in its file.

    Args:
        recordings: The lines of each.
    """
    stamped = [_stamp(lines, 0.0) for lines in recordings]
    if len(stamped) == 1:
        return stamped[0]
    numbered = (_numbered(index, lines) for index, lines in enumerate(stamped))
    return (line for _, _, line in heapq.merge(*numbered))


def _numbered(index: int, lines: Iterator[Stamped]) -> Iterator[tuple[float, int, Stamped]]:
    return ((line.received, index, line) for line in lines)


def _stamp(lines: Iterable[bytes], largest: float) -> Iterator[Stamped]:
    """Clamp the lines of one recording.

    Args:
        lines: Not empty.
        largest: The largest `received` of those before, Unix s.
    """
    decode = _head.decode
    for line in lines:
        try:
            head = decode(line)
            received_ms(head.received)
            as_seen = line if head.received >= largest else _restamp(line, largest)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            # What the engine takes as the time of a line that it cannot read otherwise.
            largest = max(largest, (stamp_of(line) or 0) / 1000)
            yield Stamped(largest, line, None)
            continue
        largest = max(largest, head.received)
        yield Stamped(largest, as_seen, head)


def _restamp(line: bytes, received: float) -> bytes:
    return msgspec.json.encode(msgspec.structs.replace(decode_line(line), received=received))


def _is_line(line: bytes) -> bool:
    """Whether what looks like a tick is one: a line that cannot be read is counted, not skipped."""
    try:
        decode_line(line)
    except msgspec.DecodeError:
        return False
    return True


def _may_hold_commands(block: bytes) -> bool:
    """A command has its key as it is, or with one or more of its letters (0x61–0x6f) escaped."""
    # One byte is found ten times as fast as several, and few blocks hold a backslash.
    return b'"command"' in block or (b"\\" in block and b"\\u006" in block)


class Cutter:
    """Cuts lines into frames of partitions, the same way whoever reads them.

    Args:
        config: City and partition counts.
        frame_lines: Lines after which all partitions' frames are flushed.

    Attributes:
        received: The largest so far, Unix s.
    """

    def __init__(self, config: EngineConfig, frame_lines: int = FRAME_LINES) -> None:
        self._config = config
        self._limit = frame_lines
        self._readings: list[list[bytes]] = [[] for _ in range(config.zone_partitions)]
        self._commands: list[list[bytes]] = [[] for _ in range(config.district_partitions)]
        self._by_terminal = {
            terminal: self._readings[config.zone_partition(terminal)]
            for terminal in config.city.terminals
        }
        self._count = 0
        self.received = 0.0

    def cut(self, lines: Iterable[Stamped]) -> Iterator[Frame]:
        """All frames of some lines, the last with the tick of the last line."""
        for line in lines:
            self._add(line)
            if self._count >= self._limit:
                yield from self.flush()
        yield from self.flush()

    def cut_blocks(self, blocks: Iterable[bytes], now: Callable[[], int]) -> Iterator[Frame]:
        """All frames of one recording for one zone partition: its blocks, wherever they can be.

        Args:
            blocks: Lines joined by LF.
            now: Stream time (Unix ms) of the zone partition. It must have taken each frame before
                the next one is asked for: it reads the times of reception, so nobody else has to.

        Raises:
            ValueError: There are several zone partitions.
        """
        if self._config.zone_partitions != 1:
            raise ValueError("several zone partitions need each line routed")
        for block in blocks:
            if _may_hold_commands(block):
                yield from self.cut(_stamp(split_frame(block), self.received))
                continue
            yield Frame(is_command=False, partition=0, body=block)
            self.received = max(self.received, now() / 1000)
            for partition in range(self._config.district_partitions):
                yield Frame(is_command=True, partition=partition, body=encode_tick(self.received))

    def _add(self, line: Stamped) -> None:
        self._count += 1
        self.received = max(self.received, line.received)
        head = line.head
        if head is None:
            self._add_broken(line.line)
        elif head.terminal is not None:
            self._of_terminal(head.terminal).append(line.line)
        elif head.command is not None:
            zone = self._config.city.zones.get(head.command.zone)
            district = zone.district if zone else head.command.zone
            self._commands[self._config.district_partition(district)].append(line.line)
        elif not _is_line(line.line):
            self._add_broken(line.line)

    def _of_terminal(self, terminal: str) -> list[bytes]:
        known = self._by_terminal.get(terminal)
        return self._readings[self._config.zone_partition(terminal)] if known is None else known

    def _add_broken(self, line: bytes) -> None:
        # The tick gives the broken line the same stream time whatever shares its partition.
        self._readings[0] += [encode_tick(self.received), line]

    def flush(self) -> Iterator[Frame]:
        """What has gathered, each partition's frame ending with a tick."""
        self._count = 0
        tick = encode_tick(self.received)
        for is_command, buffers in ((False, self._readings), (True, self._commands)):
            for partition, lines in enumerate(buffers):
                yield Frame(is_command, partition, join_frame([*lines, tick]))
                lines.clear()
