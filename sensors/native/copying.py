"""The Python side of copy.c."""

import ctypes
from collections.abc import Callable

import numpy as np

from sensors.decimals import Ints
from sensors.native import INT, POINTER, Struct, library
from sensors.row_copies import Pools, Spot, copy_rows

CopyRows = Callable[[Pools, Spot, Pools, Spot, Ints, Ints], None]
"""See `copy_rows`."""


class _Copies(Struct):
    _fields_ = [
        ("groups", INT),
        *((name, POINTER) for name in ("since_epoch", "values", "target_since_epoch",
                                       "target_values", "row", "cell", "to_row", "to_cell",
                                       "width", "count")),
    ]  # fmt: skip


class CompiledCopy:
    """`copy_rows` by the compiled library.

    Args:
        compiled: The library.
    """

    def __init__(self, compiled: ctypes.CDLL) -> None:
        self._copy = compiled.vitals_copy_rows

    def __call__(
        self, source: Pools, origin: Spot, target: Pools, goal: Spot, width: Ints, count: Ints
    ) -> None:
        """See `copy_rows`."""
        row, cell, to_row, to_cell, width, count = map(
            np.ascontiguousarray, (*origin, *goal, width, count)
        )
        copies = _Copies(
            groups=count.size, since_epoch=source.since_epoch, values=source.values,
            target_since_epoch=target.since_epoch, target_values=target.values, row=row, cell=cell,
            to_row=to_row, to_cell=to_cell, width=width, count=count,
        )  # fmt: skip
        self._copy(ctypes.byref(copies))


def copier() -> CopyRows:
    """Copies rows: the compiled twin where there is one, else numpy's."""
    compiled = library()
    return copy_rows if compiled is None else CompiledCopy(compiled)
