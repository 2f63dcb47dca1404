"""Rows of readings as one block of a snapshot, as small as they fit without losing a bit. Pure.

Most of what a checkpoint writes are rows, and each byte of them is hashed, checked, copied, sent
and written to disk. Sensors report decimals of a few places: as whole hundredths or thousandths
they take two or four bytes instead of eight. Whether a value is exactly such a decimal is tried,
bit by bit; where one is not, the values around it stay as they are.
"""

from typing import Final, NamedTuple

import msgspec
import numpy as np

from sensors.decimals import Floats, Ints

_PIECE: Final = 16_384
"""Values that are packed alike: 128 KiB, which fit the processor's cache while they are tried."""

_SAMPLE: Final = 64
"""Values that say whether a packing is worth a try."""


class Packing(NamedTuple):
    """How values are written: as whole parts of one unit.

    Attributes:
        parts: Parts of a unit, a power of ten; 0: not at all, the values stand there.
        dtype: Of the whole numbers; the smallest of them stands for NaN, "did not report".
    """

    parts: int
    dtype: str


PACKINGS: Final = (
    Packing(100, "<i2"),
    Packing(1_000, "<i4"),
    Packing(1_000_000, "<i4"),
    Packing(0, "<f8"),
)
"""In the order in which they are tried; values keep the index of theirs, so only append."""


class _Whole(msgspec.Struct, array_like=True):
    """Whole numbers: the smallest, and by how much each is larger."""

    least: int
    dtype: str
    more: bytes


class _Rows(msgspec.Struct, array_like=True):
    """Group and instant (ms) of each row; the cells of each row in a row, by pieces."""

    groups: _Whole
    instants: _Whole
    values: list[tuple[int, bytes]]


def encode_rows(groups: Ints, instants: Ints, values: Floats) -> bytes:
    """Rows as a block.

    Args:
        groups: Group of each row.
        instants: Unix ms of each row.
        values: The cells of each row in a row; NaN did not report.
    """
    pieces = [_packed(values[at : at + _PIECE]) for at in range(0, values.size, _PIECE)]
    return msgspec.msgpack.encode(_Rows(_whole(groups), _whole(instants), pieces))


def decode_rows(block: bytes) -> tuple[Ints, Ints, Floats]:
    """Groups, instants and values as they were given to `encode_rows`.

    Raises:
        msgspec.DecodeError: It is no such block.
    """
    rows = msgspec.msgpack.decode(block, type=_Rows)
    values = [_unpacked(PACKINGS[number], data) for number, data in rows.values]
    joined = np.concatenate(values) if values else np.empty(0)
    return _numbers(rows.groups), _numbers(rows.instants), joined


def _whole(numbers: Ints) -> _Whole:
    if not numbers.size:
        return _Whole(0, "<u2", b"")
    least = int(numbers.min())
    span = int(numbers.max()) - least
    dtype = "<u2" if span < 1 << 16 else "<u4" if span < 1 << 32 else "<i8"
    return _Whole(least, dtype, (numbers - least).astype(dtype).tobytes())


def _numbers(whole: _Whole) -> Ints:
    return np.frombuffer(whole.more, whole.dtype).astype(np.int64) + whole.least


def _packed(values: Floats) -> tuple[int, bytes]:
    """The first packing that loses nothing, and the values in it."""
    last = len(PACKINGS) - 1
    for number, packing in enumerate(PACKINGS[:last]):
        if _tried(values[:_SAMPLE], packing) is not None:
            packed = _tried(values, packing)
            if packed is not None:
                return number, packed
    return last, values.astype("<f8").tobytes()


def _tried(values: Floats, packing: Packing) -> bytes | None:
    """The values packed, or None where unpacking would not give the same bits."""
    dtype = np.dtype(packing.dtype)
    # What is too large becomes some other number, which the comparison finds; so does -0.
    with np.errstate(invalid="ignore", over="ignore"):
        whole = np.rint(values * packing.parts)
        whole[np.isnan(whole)] = np.iinfo(dtype).min
        packed = whole.astype(dtype).tobytes()
    back = _unpacked(packing, packed)
    same = np.array_equal(back.view(np.int64), np.ascontiguousarray(values).view(np.int64))
    return packed if same else None


def _unpacked(packing: Packing, data: bytes) -> Floats:
    numbers = np.frombuffer(data, packing.dtype)
    if not packing.parts:
        return numbers.astype(np.float64)
    values = numbers / packing.parts
    values[numbers == np.iinfo(numbers.dtype).min] = np.nan
    return values
