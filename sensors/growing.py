"""An array that grows by doubling, for tables whose rows get integer ids once and keep them."""

from collections.abc import Iterable
from typing import Any

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
        room = np.empty(max(size, 2 * self._room.size), self._room.dtype)
        room[: self.data.size] = self.data
        self._room = room


class GrowingRows:
    """As `Growing`, of rows of one width; `data` has shape (rows, width).

    Args:
        dtype: Of the elements.
        width: Elements a row.
    """

    __slots__ = ("_flat", "_rows", "_width")

    def __init__(self, dtype: npt.DTypeLike, width: int) -> None:
        self._flat = Growing(dtype)
        self._width = width
        self._rows = 0

    def __len__(self) -> int:
        return self._rows

    @property
    def data(self) -> npt.NDArray[Any]:
        """The rows."""
        return self._flat.data.reshape(self._rows, self._width)

    @property
    def nbytes(self) -> int:
        """Bytes of the rows there are."""
        return self._flat.nbytes

    def append(self, row: Iterable[float]) -> None:
        """Add a row."""
        self._flat.extend(row)
        self._rows += 1


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
