"""Recordings: reading gzip'd NDJSON, clamping `received` once, cutting it into frames."""

import gzip
import heapq
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Final

import msgspec

from sensors.line import Command, decode_line, encode_tick, join_frame, received_ms
from streams.engine.config import EngineConfig
from streams.engine.pipeline import Frame

FRAME_LINES: Final = 500


class RecordingError(Exception):
    """A recording that cannot be read; names the file and, where known, the line."""


class _Head(msgspec.Struct):
    """What routing needs of a line."""

    received: float
    terminal: str | None = None
    command: Command | None = None


_head = msgspec.json.Decoder(_Head)


def read_lines(path: Path, progress: Callable[[int], None] | None = None) -> Iterator[bytes]:
    """The lines of one recording, gzip'd or plain, without LF.

    Args:
        path: The file.
        progress: Told the bytes of the file consumed so far, now and then.

    Raises:
        RecordingError: The file is missing, no gzip, or cut; lines before the cut were given.
    """
    try:
        raw: IO[bytes] = path.open("rb")
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror}; check the path") from error
    number = 0
    with raw:
        stream: Iterable[bytes] = gzip.GzipFile(fileobj=raw) if path.suffix == ".gz" else raw
        try:
            for number, line in enumerate(stream, 1):
                if progress is not None and number % 2000 == 0:
                    progress(raw.tell())
                stripped = line.rstrip(b"\r\n")
                if stripped:
                    yield stripped
        except (OSError, EOFError, zlib.error) as error:
            raise RecordingError(
                f"{path}: damaged after line {number} ({error}); cut it there or record it again"
            ) from error
    if progress is not None:
        progress(path.stat().st_size)


def merge_lines(recordings: Iterable[Iterator[bytes]]) -> Iterator[tuple[float | None, bytes]]:
    """Several recordings by (received, file, line); a broken line keeps its place in its file.

    Yields:
        The line's clamped `received` (None where the line is broken) and the line.
    """
    clamped = (_clamp(index, lines) for index, lines in enumerate(recordings))
    for _, _, received, line in heapq.merge(*clamped, key=lambda entry: entry[:2]):
        yield received, line


def _clamp(index: int, lines: Iterator[bytes]) -> Iterator[tuple[float, int, float | None, bytes]]:
    largest = 0.0
    for line in lines:
        try:
            received = _head.decode(line).received
            received_ms(received)
            if received < largest:
                received, line = largest, _restamp(line, largest)  # noqa: PLW2901
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            yield largest, index, None, line
            continue
        largest = received
        yield largest, index, received, line


def _restamp(line: bytes, received: float) -> bytes:
    return msgspec.json.encode(msgspec.structs.replace(decode_line(line), received=received))


def _is_line(line: bytes) -> bool:
    """Whether what looks like a tick is one: a line that cannot be read is counted, not skipped."""
    try:
        decode_line(line)
    except msgspec.DecodeError:
        return False
    return True


class Cutter:
    """Cuts lines into frames of partitions, the same way whoever reads them.

    Args:
        config: City and partition counts.
        frame_lines: Lines after which all partitions' frames are flushed.
    """

    def __init__(self, config: EngineConfig, frame_lines: int = FRAME_LINES) -> None:
        self._config = config
        self._limit = frame_lines
        self._readings: list[list[bytes]] = [[] for _ in range(config.zone_partitions)]
        self._commands: list[list[bytes]] = [[] for _ in range(config.district_partitions)]
        self._count = 0
        self.received = 0.0

    def cut(self, lines: Iterable[tuple[float | None, bytes]]) -> Iterator[Frame]:
        """All frames of a recording, the last with the tick of its last line."""
        for received, line in lines:
            self._add(received, line)
            if self._count >= self._limit:
                yield from self.flush()
        yield from self.flush()

    def _add(self, received: float | None, line: bytes) -> None:
        self._count += 1
        if received is None:
            # The tick gives the broken line the same stream time whatever shares its partition.
            self._readings[0] += [encode_tick(self.received), line]
            return
        self.received = max(self.received, received)
        head = _head.decode(line)
        if head.terminal is not None:
            self._readings[self._config.zone_partition(head.terminal)].append(line)
        elif head.command is not None:
            zone = self._config.city.zones.get(head.command.zone)
            district = zone.district if zone else head.command.zone
            self._commands[self._config.district_partition(district)].append(line)
        elif not _is_line(line):
            self._readings[0] += [encode_tick(self.received), line]

    def flush(self) -> Iterator[Frame]:
        """What has gathered, each partition's frame ending with a tick."""
        self._count = 0
        tick = encode_tick(self.received)
        for is_command, buffers in ((False, self._readings), (True, self._commands)):
            for partition, lines in enumerate(buffers):
                yield Frame(is_command, partition, join_frame([*lines, tick]))
                lines.clear()
