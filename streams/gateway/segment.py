"""One file of the spool: entries with length and CRC, so that a torn end is found and cut."""

import os
from pathlib import Path
from struct import Struct
from zlib import crc32

import msgspec

_HEADER = Struct("<IIB")  # length of the body, CRC-32 of kind and body, kind
FRAME = 1
DONE = 2


class Entry(msgspec.Struct, frozen=True):
    """One entry found in a segment: its kind, where its body begins, and the body."""

    kind: int
    offset: int
    body: bytes


class Scan(msgspec.Struct, frozen=True):
    """What a segment holds: its entries, the length that they take, and the length of the rest."""

    entries: list[Entry]
    length: int
    torn: int


def pack_entry(kind: int, body: bytes) -> bytes:
    """An entry as it stands in a segment."""
    return _HEADER.pack(len(body), crc32(body, kind), kind) + body


def entry_size(body: bytes) -> int:
    """Bytes that an entry with this body takes."""
    return _HEADER.size + len(body)


def scan_segment(path: Path) -> Scan:
    """Read a segment up to the first entry that is not whole."""
    data = path.read_bytes()
    entries: list[Entry] = []
    at = 0
    while at + _HEADER.size <= len(data):
        length, crc, kind = _HEADER.unpack_from(data, at)
        start = at + _HEADER.size
        body = data[start : start + length]
        if len(body) != length or kind not in (FRAME, DONE) or crc32(body, kind) != crc:
            break
        entries.append(Entry(kind, start, body))
        at = start + length
    return Scan(entries, at, len(data) - at)


class Segment:
    """A segment that is written or read; opened for both, created where missing.

    Args:
        path: Its file.
        number: Its place in the order of segments.
    """

    def __init__(self, path: Path, number: int) -> None:
        self.path = path
        self.number = number
        self.frames = 0  # frames in it
        self.left = 0  # of these, not yet with Kafka
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        self.size = os.fstat(self._file).st_size

    def append(self, data: bytes) -> int:
        """Write whole entries at the end and return where they begin.

        Raises:
            OSError: The disk is full or broken; the segment is as before.
        """
        start = self.size
        try:
            written = 0
            while written < len(data):
                written += os.pwrite(self._file, data[written:], start + written)
        except OSError:
            os.ftruncate(self._file, start)
            raise
        self.size += len(data)
        return start

    def cut(self, length: int) -> None:
        """Drop everything from `length` on, durably."""
        os.ftruncate(self._file, length)
        os.fsync(self._file)
        self.size = length

    def sync(self) -> None:
        """Return once what was appended is on the disk."""
        os.fdatasync(self._file)

    def read(self, offset: int, length: int) -> bytes:
        """Bytes of a body."""
        return os.pread(self._file, length, offset)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)
