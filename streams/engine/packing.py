"""Blocks of a snapshot that are worth packing."""

import zlib
from typing import Final

_WORTH_PACKING: Final = 4096
_PACKED: Final = b"\x78"
"""How zlib begins; a map of msgpack never does."""


def pack(block: bytes) -> bytes:
    """A block of msgpack, packed where it is long enough."""
    return zlib.compress(block, 1) if len(block) > _WORTH_PACKING else block


def unpack(block: bytes) -> bytes:
    """What was packed.

    Raises:
        zlib.error: It is damaged.
    """
    return zlib.decompress(block) if block[:1] == _PACKED else block
