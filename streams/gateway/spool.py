"""The spool: frames on disk for the time Kafka is away, safe against `kill -9` and a full disk.

Append-only segments. A frame is durable when `append` returns; `done` marks are not forced to the
disk: a mark lost in a crash means that a frame goes to Kafka twice, and the engine drops the
second. Segments are deleted oldest first, when all of their frames are done.
"""

import fcntl
import os
from collections.abc import Sequence
from pathlib import Path
from struct import Struct

import msgspec
import structlog

from streams.gateway.segment import (
    DONE,
    FRAME,
    Entry,
    Segment,
    entry_size,
    pack_entry,
    scan_segment,
)

SEGMENT_BYTES = 4 << 20
_MARK = Struct("<II")  # segment and ordinal of the frame that is done
_log = structlog.get_logger()


class SpoolError(Exception):
    """The spool cannot be used: another gateway has it."""


class SpoolFullError(Exception):
    """The spool takes nothing more for now; nothing of what was given is in it."""


class Spooled(msgspec.Struct, frozen=True, array_like=True):
    """A frame as it is kept.

    Attributes:
        topic: Kafka topic without the prefix.
        partition: Its partition.
        value: The Kafka record.
        lines: Receptions in it.
        receipts: (MQTT topic, payload) of each receipt due once Kafka has the frame.
    """

    topic: str
    partition: int
    value: bytes
    lines: int
    receipts: tuple[tuple[str, bytes], ...]


class Place(msgspec.Struct, frozen=True):
    """Where a spooled frame is."""

    segment: int
    ordinal: int
    offset: int
    length: int


class Spool:
    """The frames of one gateway that Kafka does not have yet.

    Not thread-safe; the caller sees to it that one call is under way at a time.

    Args:
        folder: Its folder, created where missing, used by one process at a time.
        limit: Bytes on disk beyond which it takes no more frames.
        segment_bytes: Length at which a new segment begins.

    Raises:
        SpoolError: Another process uses the folder.
    """

    def __init__(self, folder: Path, limit: int, segment_bytes: int = SEGMENT_BYTES) -> None:
        self._folder = folder
        self._limit = limit
        self._segment_bytes = segment_bytes
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = _locked(folder / "lock")
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(Spooled)
        self._segments: dict[int, Segment] = {}
        self._undone: list[tuple[Place, str, int]] = []
        self.torn_bytes = 0
        self._recover()

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(segment.size for segment in self._segments.values())

    def recovered(self) -> list[tuple[Place, str, int]]:
        """What an earlier run left, in its order: place, topic, partition; given out once."""
        undone, self._undone = self._undone, []
        return undone

    def append(self, frames: Sequence[Spooled]) -> list[Place]:
        """Put frames on the disk; all are durable on return.

        Raises:
            SpoolFullError: The limit is reached or the disk refuses; none of them is in the spool.
        """
        bodies = [self._encoder.encode(frame) for frame in frames]
        if self.size + sum(map(entry_size, bodies)) > self._limit:
            raise SpoolFullError(f"the spool has reached its limit of {self._limit} bytes")
        try:
            segment = self._writable()
        except OSError as error:
            raise SpoolFullError(f"the spool's disk refuses: {error}") from error
        start, frames_before = segment.size, segment.frames
        try:
            places = [self._write(segment, body) for body in bodies]
            segment.sync()
        except OSError as error:
            segment.left -= segment.frames - frames_before
            segment.frames = frames_before
            _cut(segment, start)
            raise SpoolFullError(f"the spool's disk refuses: {error}") from error
        return places

    def read(self, place: Place) -> Spooled:
        """A frame of the spool."""
        body = self._segments[place.segment].read(place.offset, place.length)
        return self._decoder.decode(body)

    def done(self, places: Sequence[Place]) -> None:
        """Note that Kafka has these frames; segments without others are deleted."""
        marks = b"".join(pack_entry(DONE, _MARK.pack(p.segment, p.ordinal)) for p in places)
        try:
            self._newest().append(marks)
        except OSError as error:
            # Only a mark: without it a crash would send these frames twice, which is harmless.
            _log.warning("spool_mark_not_written", error=str(error))
        for place in places:
            self._segments[place.segment].left -= 1
        self._sweep()

    def close(self) -> None:
        """Close the files; what is not done stays for the next run."""
        for segment in self._segments.values():
            segment.close()
        self._segments.clear()
        os.close(self._lock)

    def _write(self, segment: Segment, body: bytes) -> Place:
        start = segment.append(pack_entry(FRAME, body))
        place = Place(
            segment.number, segment.frames, start + entry_size(body) - len(body), len(body)
        )
        segment.frames += 1
        segment.left += 1
        return place

    def _newest(self) -> Segment:
        return self._segments[max(self._segments)]

    def _writable(self) -> Segment:
        if self._segments and self._newest().size < self._segment_bytes:
            return self._newest()
        return self._begin(max(self._segments, default=0) + 1)

    def _begin(self, number: int) -> Segment:
        segment = Segment(self._folder / f"{number:010}.spool", number)
        self._segments[number] = segment
        _sync_folder(self._folder)
        return segment

    def _sweep(self) -> None:
        """Delete segments from the oldest on; a newer one may hold marks of an older one."""
        for number in sorted(self._segments):
            segment = self._segments[number]
            if segment.left:
                return
            del self._segments[number]
            segment.close()
            segment.path.unlink()

    def _recover(self) -> None:
        """Read what is there, cut what is torn, and leave out what is marked as done."""
        paths = sorted(self._folder.glob("*.spool"))
        found: dict[tuple[int, int], tuple[Place, str, int]] = {}
        done: set[tuple[int, int]] = set()
        for path in paths:
            segment = Segment(path, int(path.stem))
            self._segments[segment.number] = segment
            for entry in self._scan(segment, last=path == paths[-1]):
                if entry.kind == DONE:
                    done.add(_MARK.unpack(entry.body))
                    continue
                key = (segment.number, segment.frames)
                frame = self._decoder.decode(entry.body)
                place = Place(*key, entry.offset, len(entry.body))
                found[key] = (place, frame.topic, frame.partition)
                segment.frames += 1
        self._undone = [kept for key, kept in found.items() if key not in done]
        for place, _, _ in self._undone:
            self._segments[place.segment].left += 1
        self._sweep()

    def _scan(self, segment: Segment, *, last: bool) -> list[Entry]:
        scan = scan_segment(segment.path)
        if scan.torn:
            self.torn_bytes += scan.torn
            _log.warning("spool_torn_end_cut", segment=segment.path.name, bytes=scan.torn)
            if not last:
                # Not the trace of a crash but a damaged disk: keep the bytes for a person to see.
                kept = segment.path.with_suffix(".damaged")
                kept.write_bytes(segment.read(scan.length, scan.torn))
                _log.error("spool_segment_damaged", segment=segment.path.name, kept=str(kept))
            segment.cut(scan.length)
        return scan.entries


def _cut(segment: Segment, length: int) -> None:
    """Take back what was not acknowledged; where the disk refuses even that, it goes out twice."""
    try:
        segment.cut(length)
    except OSError as error:
        _log.error("spool_not_cut", segment=segment.path.name, error=str(error))


def _locked(path: Path) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise SpoolError(f"another gateway uses the spool {path.parent}") from error
    return descriptor


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
