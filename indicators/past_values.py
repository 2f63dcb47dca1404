"""Past values of one sign of one zone, as columns by the end of their window."""

import math
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import Any, Final

import msgspec
import numpy as np

_PARTS: Final = 10_000
_SUSPECT: Final = 0x80
"""This bit of a level's number says that the value is suspect: no sign has 127 levels."""


class Kept(msgspec.Struct, frozen=True):
    """What is remembered of a past value; see `VitalValue`.

    Attributes:
        value: The value; None is NA.
        coverage: 0–1, in steps of a ten-thousandth.
        level: Its level.
        detail: What its sign keeps of it.
        weights: Empty where they are the sign's own, of its only terminal.
        is_suspect: Whether something speaks against it.
    """

    value: float | None
    coverage: float
    level: str | None = None
    detail: dict[str, Any] = {}
    weights: dict[str, float] = {}
    is_suspect: bool = False


class _Columns(msgspec.Struct, array_like=True):
    """int64 steps of ends, float64 values (NaN is NA), uint16 shares, uint8 levels."""

    steps: bytes
    values: bytes
    shares: bytes
    levels: bytes
    names: list[str]
    more: dict[int, tuple[dict[str, Any], dict[str, float]]]


class PastValues:
    """Of a zone there are thousands: 19 bytes each, and in a snapshot, which is packed, some 3."""

    __slots__ = ("_columns", "_ends", "_levels", "_more", "_names", "_shares", "_values")

    def __init__(self) -> None:
        self._ends: array[int] = array("q")
        self._values: array[float] = array("d")
        self._shares: array[int] = array("H")
        self._levels: array[int] = array("B")
        self._columns: tuple[array[Any], ...] = self._ends, self._values, self._shares, self._levels
        # Level number → id, from 1; 0 is none. A sign has few.
        self._names: list[str] = []
        self._more: dict[int, tuple[dict[str, Any], dict[str, float]]] = {}

    def __len__(self) -> int:
        return len(self._ends)

    def put(self, end: int, kept: Kept) -> None:
        """Remember the value of a window by its end (Unix ms), in place of another."""
        index = len(self._ends)
        if index and end <= self._ends[-1]:
            index = bisect_left(self._ends, end)
        if index == len(self._ends) or self._ends[index] != end:
            for column in self._columns:
                column.insert(index, 0)
        value = math.nan if kept.value is None else kept.value
        level = self._number_of(kept.level) | (_SUSPECT if kept.is_suspect else 0)
        cells = end, value, round(kept.coverage * _PARTS), level
        for column, cell in zip(self._columns, cells, strict=True):
            column[index] = cell
        if kept.detail or kept.weights:
            self._more[end] = kept.detail, kept.weights
        else:
            self._more.pop(end, None)

    def _number_of(self, level: str | None) -> int:
        if level is None:
            return 0
        if level not in self._names:
            self._names.append(level)
        return self._names.index(level) + 1

    def between(self, start: int, end: int, step: int = 1) -> list[tuple[int, Kept]]:
        """Those whose windows end in (start, end] at a multiple of a step, oldest first, ms."""
        first, last = bisect_right(self._ends, start), bisect_right(self._ends, end)
        return [
            (instant, self._at(index))
            for index, instant in enumerate(self._ends[first:last], first)
            if not instant % step
        ]

    def _at(self, index: int) -> Kept:
        value, level = self._values[index], self._levels[index] & ~_SUSPECT
        detail, weights = self._more.get(self._ends[index], ({}, {}))
        return Kept(
            None if math.isnan(value) else value,
            self._shares[index] / _PARTS,
            self._names[level - 1] if level else None,
            detail,
            weights,
            bool(self._levels[index] & _SUSPECT),
        )

    def keep(self, ends: Iterable[int]) -> None:
        """Forget all but those whose windows end at some instants."""
        wanted = set(ends)
        left = [index for index, end in enumerate(self._ends) if end in wanted]
        for column in self._columns:
            column[:] = array(column.typecode, [column[index] for index in left])
        self._more = {end: more for end, more in self._more.items() if end in wanted}

    @property
    def ends(self) -> list[int]:
        """The ends of the windows, ascending, Unix ms."""
        return self._ends.tolist()

    def dump(self) -> bytes:
        """All of it; nothing of nothing. Regular ends become equal steps, which pack well."""
        if not self._ends:
            return b""
        steps = np.diff(np.frombuffer(self._ends, np.int64), prepend=0)
        values, shares, levels = (column.tobytes() for column in self._columns[1:])
        packed = _Columns(steps.tobytes(), values, shares, levels, self._names, self._more)
        return msgspec.msgpack.encode(packed)

    @classmethod
    def load(cls, dumped: bytes) -> "PastValues":
        """What was dumped.

        Raises:
            ValueError: Its columns are not of one length.
            msgspec.DecodeError: It is of another version.
        """
        past = cls()
        if not dumped:
            return past
        found = msgspec.msgpack.decode(dumped, type=_Columns)
        past._names, past._more = found.names, found.more
        ends = np.cumsum(np.frombuffer(found.steps, np.int64)).tobytes()
        cells = ends, found.values, found.shares, found.levels
        for column, packed in zip(past._columns, cells, strict=True):
            column.frombytes(packed)
        if len({len(column) for column in past._columns}) > 1:
            raise ValueError("past values of unequal columns")
        return past


def packed(found: object) -> bytes:
    """For the encoder of a snapshot, which does not know them; see msgspec's `enc_hook`."""
    if isinstance(found, PastValues):
        return found.dump()
    raise NotImplementedError(f"a snapshot cannot hold {type(found).__name__}")


def unpacked(wanted: type, found: bytes) -> PastValues:
    """For the decoder of a snapshot; see msgspec's `dec_hook`."""
    if wanted is PastValues:
        return PastValues.load(found)
    raise NotImplementedError(f"a snapshot cannot hold {wanted.__name__}")
