"""Gzip'd files in pieces: all that stands before a damage is given before the damage is told."""

import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO, Final

_READ: Final = 64 * 1024
_GZIP: Final = 16 + zlib.MAX_WBITS


def gunzip(file: BinaryIO, size: int) -> Iterator[bytes]:
    """The content of a gzip'd file, member after member; an empty file has none.

    Args:
        file: Open at the beginning of the first member.
        size: Bytes that a piece does not exceed.

    Yields:
        Pieces that are not empty.

    Raises:
        zlib.error: It is no gzip, or damaged; what stands before the damage was given.
        EOFError: It is cut; what is left was given.
        OSError: It cannot be read.
    """
    data = file.read(_READ)
    while data:
        member = zlib.decompressobj(_GZIP)
        while not member.eof:
            if not data and not (data := file.read(_READ)):
                while piece := member.decompress(b"", size):
                    yield piece
                raise EOFError("the file ends before its content does")
            before = member.copy()
            try:
                piece = member.decompress(data, size)
            except zlib.error:
                if piece := _up_to_damage(before, data):
                    yield piece
                raise
            if piece:
                yield piece
            data = member.unconsumed_tail
        data = _next_member(member.unused_data, file)


def _next_member(data: bytes, file: BinaryIO) -> bytes:
    """What follows the zeros that may stand behind a member; empty at the end of the file."""
    rest = data.lstrip(b"\0")
    while not rest and (data := file.read(_READ)):
        rest = data.lstrip(b"\0")
    return rest


def _up_to_damage(member: "zlib._Decompress", data: bytes) -> bytes:
    """What can be read of data that are damaged somewhere.

    Byte by byte in and out: what a call has read is lost when it meets the damage.
    """
    found: list[bytes] = []
    with suppress(zlib.error):
        for index in range(len(data)):
            byte = data[index : index + 1]
            while piece := member.decompress(byte, 1):
                found.append(piece)
                byte = member.unconsumed_tail
    return b"".join(found)
