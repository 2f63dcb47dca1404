"""Recordings: NDJSON, gzip'd or plain, read in blocks of whole lines."""

import zlib
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final

from sensors.line import join_frame, split_frame
from streams.gunzip import gunzip

BLOCK_BYTES: Final = 1024 * 1024
"""Measured: a year of crowds, one reading a line, goes through the engine at 234,000 readings/s in
blocks of 512 KiB, 254,000 in 1 MiB and no more in 3: more lines share what a frame costs."""


class RecordingError(Exception):
    """A recording that cannot be read; names the file and, where known, the line."""


def read_blocks(
    path: Path, progress: Callable[[int], None] | None = None, size: int = BLOCK_BYTES
) -> Iterator[bytes]:
    """A recording, gzip'd or plain, in blocks of whole lines joined by LF, none empty.

    Args:
        path: The file.
        progress: Told the bytes of the file consumed so far, once a block.
        size: Bytes that are read at a time; a block is about as long, or as long as its line.

    Raises:
        RecordingError: The file is missing, no gzip, or cut; lines before the cut were given.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror}; check the path") from error
    number = 0
    with file:
        pieces = gunzip(file, size) if path.suffix == ".gz" else _plain(file, size)
        try:
            for block in _whole_lines(pieces):
                number += block.count(b"\n") + 1
                if clean := _without_line_ends_of_windows(block):
                    yield clean
                if progress is not None:
                    progress(file.tell())
        except (OSError, EOFError, zlib.error) as error:
            raise RecordingError(
                f"{path}: damaged after line {number} ({error}); cut it there or record it again"
            ) from error
    if progress is not None:
        progress(path.stat().st_size)


def _plain(file: BinaryIO, size: int) -> Iterator[bytes]:
    return iter(partial(file.read, size), b"")


def _whole_lines(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Cut pieces where a line ends; gives them without the last LF."""
    held: list[bytes] = []
    for piece in pieces:
        end = piece.rfind(b"\n")
        if end < 0:
            held.append(piece)
            continue
        held.append(piece[:end])
        yield b"".join(held)
        held = [piece[end + 1 :]]
    if rest := b"".join(held):
        yield rest


def _without_line_ends_of_windows(block: bytes) -> bytes:
    """A block whose lines end in LF alone; empty where all its lines are."""
    if b"\r" in block:
        block = join_frame(line.rstrip(b"\r") for line in block.split(b"\n"))
    return b"" if block.startswith(b"\n") and not block.strip(b"\n") else block


def read_lines(path: Path, progress: Callable[[int], None] | None = None) -> Iterator[bytes]:
    """The lines of one recording, gzip'd or plain, without LF; empty ones are read over.

    Args:
        path: The file.
        progress: Told the bytes of the file consumed so far, now and then.

    Raises:
        RecordingError: The file is missing, no gzip, or cut; lines before the cut were given.
    """
    return chain.from_iterable(map(split_frame, read_blocks(path, progress)))
