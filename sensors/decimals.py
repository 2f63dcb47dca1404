"""Decimal numbers of a byte buffer, read all at once.

A number is taken as two unaligned little-endian words that end at its last character; its point is
closed up, its characters become digits, and three multiplications make an integer of eight digits
(the trick is old: D. Lemire, "Quickly parsing eight digits"). Mantissa and power of ten are exact
doubles, so their quotient is the correctly rounded number that `float()` gives.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

MARGIN: Final = 16
"""Bytes that must stand before the first and after the last number of a buffer."""
_MOST_DIGITS: Final = 15
_MINUS, _ZERO = 0x2D, 0x30
_U = np.uint64


def _bytes(byte: int) -> np.uint64:
    """A word of eight equal bytes."""
    return _U(int.from_bytes(bytes([byte]) * 8, "little"))


_DOTS, _ZEROS, _SEVENS, _HIGH = _bytes(0x2E), _bytes(0x30), _bytes(0x7F), _bytes(0x80)
_ABOVE_NINE, _PAIRS, _FOURS = _bytes(0x76), _U(0x00FF00FF00FF00FF), _U(0x0000FFFF0000FFFF)
# A bit in byte 7 - i, times this: in the top byte, how many characters follow, plus one.
_PLACES = _U(sum((i + 1) << (8 * i) for i in range(8)))
_TENS = np.array([10.0**n for n in range(9)])


def words_of(buffer: Bytes) -> Words:
    """The eight bytes that begin at each position, as little-endian words; a view, no copy."""
    return np.ndarray(buffer.size - 7, "<u8", buffer.data, strides=(1,))


def decimals(buffer: Bytes, starts: Ints, ends: Ints) -> tuple[Floats, Bools]:
    """The numbers at [starts, ends) of a buffer.

    Args:
        buffer: The bytes, with `MARGIN` more on both sides of all numbers.
        starts: Position of each first character.
        ends: Position after each last character, beyond its start.

    Returns:
        The numbers, and which of them are good: `-?digits[.digits]` as JSON has it, with at most 15
        digits, seven of them after the point. Of the others nothing is said.
    """
    words = words_of(buffer)
    is_negative = buffer[starts] == _MINUS
    length = ends - starts
    last = _tail(words[ends - 8], np.minimum(length, 8))
    point = last ^ _DOTS
    # 1 in each byte that is a point, 0 in the others.
    point = ~(((point & _SEVENS) + _SEVENS) | point | _SEVENS) >> _U(7)
    has_point = point != 0
    low = last & (point - has_point)
    # Of two points the one further left is closed up; the other stays, and is no digit.
    closed = last - point * _U(0x2E) + low * _U(255)
    digits = length - is_negative - has_point
    mantissa, good = _eight(closed, np.minimum(digits, 8))
    long = np.flatnonzero(length > 8)
    if long.size:
        rest, has = words[ends[long] - 16], has_point[long]
        carried = closed[long] | np.where(has, rest >> _U(56), _U(0))
        low, is_low_good = _eight(carried, np.minimum(digits[long], 8))
        upper = np.where(has, rest << _U(8), rest)
        high, is_high_good = _eight(upper, np.clip(digits[long] - 8, 0, 8))
        mantissa[long] = low + high * _U(100_000_000)
        good[long] = is_low_good & is_high_good
    fraction = np.maximum((point * _PLACES >> _U(56)).view(np.int64) - 1, 0)
    whole = digits - fraction
    good &= (digits <= _MOST_DIGITS) & (whole >= 1) & ((fraction > 0) == has_point)
    first = buffer[starts + is_negative]
    good &= (first != _ZERO) | (whole == 1)
    value = mantissa / _TENS.take(fraction, mode="clip")
    return value * (1.0 - 2.0 * is_negative), good


def _tail(word: Words, count: Ints) -> Words:
    """A word with only its last `count` (0-8) characters, the others 0."""
    others = (64 - 8 * count).view(np.uint64)
    return word >> others << others


def _eight(word: Words, count: Ints) -> tuple[Words, Bools]:
    """The integer of the last `count` (0-8) characters of a word, and whether all are digits."""
    digits = _tail(word ^ _ZEROS, count)
    good = ((digits + _ABOVE_NINE) | digits) & _HIGH == 0
    pairs = (digits * _U(2561)) >> _U(8)
    fours = ((pairs & _PAIRS) * _U(6553601)) >> _U(16)
    return ((fours & _FOURS) * _U(42949672960001)) >> _U(32), good
