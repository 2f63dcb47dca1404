"""An array that grows by a quarter, for tables whose rows get integer ids once and keep them."""

from collections.abc import Iterable, Sequence
from typing import Any, overload

import numpy as np
import numpy.typing as npt


class Growing:
    """Rows appended one by one or many at once; `data` is a view of those there are.

    Args:
        dtype: Of the elements.
    """

    __slots__ = ("_room", "data")

    def __init__(self, dtype: npt.DTypeLike) -> None:
        self._room: npt.NDArray[Any] = np.empty(16, dtype)
        self.data: npt.NDArray[Any] = self._room[:0]

    def __len__(self) -> int:
        return self.data.size

    @property
    def nbytes(self) -> int:
        """Bytes of the rows there are."""
        return self.data.nbytes

    def append(self, value: float) -> None:
        """Add one row."""
        size = self.data.size
        if size == self._room.size:
            self._grow(size + 1)
        self._room[size] = value
        self.data = self._room[: size + 1]

    def extend(self, values: Iterable[float] | npt.NDArray[Any]) -> None:
        """Add many rows."""
        added = np.asarray(values if isinstance(values, np.ndarray) else tuple(values))
        size = self.data.size + added.size
        if size > self._room.size:
            self._grow(size)
        self._room[self.data.size : size] = added
        self.data = self._room[:size]

    def _grow(self, size: int) -> None:
        # A row is copied five times at most while a table grows; a fifth of it is empty at most.
        room = np.empty(max(size, self._room.size * 5 // 4 + 16), self._room.dtype)
        room[: self.data.size] = self.data
        self._room = room


class GrowingRows:
    """As `Growing`, of rows of one width; `data` has shape (rows, width).

    Args:
        dtype: Of the elements.
        width: Elements a row.
    """

    __slots__ = ("_flat", "_width", "data")

    def __init__(self, dtype: npt.DTypeLike, width: int) -> None:
        self._flat = Growing(dtype)
        self._width = width
        self.data: npt.NDArray[Any] = self._flat.data.reshape(0, width)

    def __len__(self) -> int:
        return len(self.data)

    @property
    def nbytes(self) -> int:
        """Bytes of the rows there are."""
        return self._flat.nbytes

    def append(self, row: Iterable[float]) -> None:
        """Add a row."""
        self._flat.extend(row)
        self.data = self._flat.data.reshape(len(self) + 1, self._width)

    def extend(self, rows: npt.NDArray[Any]) -> None:
        """Add many rows."""
        self._flat.extend(rows.ravel())
        self.data = self._flat.data.reshape(len(self) + len(rows), self._width)


class GrowingLists(Sequence[list[int]]):
    """Lists of whole numbers, appended one by one and never changed.

    Args:
        dtype: Of the numbers.
    """

    __slots__ = ("_begins", "_flat")

    def __init__(self, dtype: npt.DTypeLike) -> None:
        self._flat = Growing(dtype)
        self._begins = Growing(np.int64)

    def __len__(self) -> int:
        return len(self._begins)

    @overload
    def __getitem__(self, number: int) -> list[int]: ...

    @overload
    def __getitem__(self, number: slice) -> list[list[int]]: ...

    def __getitem__(self, number: int | slice) -> list[int] | list[list[int]]:
        if isinstance(number, slice):
            return [self[i] for i in range(*number.indices(len(self)))]
        if not 0 <= number < len(self):
            raise IndexError(number)
        begin, *end = self._begins.data[number : number + 2].tolist()
        found: list[int] = self._flat.data[begin : end[0] if end else None].tolist()
        return found

    @property
    def nbytes(self) -> int:
        """Bytes of the numbers and of where the lists begin."""
        return self._flat.nbytes + self._begins.nbytes

    def append(self, numbers: Iterable[int]) -> None:
        """Add a list."""
        self._begins.append(len(self._flat))
        self._flat.extend(numbers)


def ranges(firsts: npt.NDArray[np.int64], counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The whole numbers from each first on, as many as it counts, one range after the other.

    Example:
        >>> ranges(np.array([5, 1]), np.array([2, 3])).tolist()
        [5, 6, 1, 2, 3]
    """
    ends = np.cumsum(counts)
    total = int(ends[-1]) if ends.size else 0
    found: npt.NDArray[np.int64] = np.arange(total) + np.repeat(firsts - (ends - counts), counts)
    return found
