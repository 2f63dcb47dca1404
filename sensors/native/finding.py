"""The Python side of `vitals_rows_at`, the compiled twin of `RowStore.rows_at`."""

import ctypes
from collections.abc import Callable

import numpy as np

from sensors.decimals import Floats, Ints
from sensors.native import INT, POINTER, View, library, pointer
from sensors.native.appending import RegionTables
from sensors.row_store import RowStore

RowsAt = Callable[[Ints, Ints], tuple[Ints, Ints, Floats]]
"""See `RowStore.rows_at`."""


class CompiledRowsAt:
    """`RowStore.rows_at` by the compiled library.

    Args:
        compiled: The library.
        store: The rows.
    """

    def __init__(self, compiled: ctypes.CDLL, store: RowStore) -> None:
        self._rows_at = compiled.vitals_rows_at
        self._rows_at.restype = INT
        self._store = store
        self._tables = View(RegionTables, store)

    def __call__(self, groups: Ints, instants: Ints) -> tuple[Ints, Ints, Floats]:
        """See `RowStore.rows_at`."""
        values = np.empty(int(self._store.width[groups].sum()))
        is_there = np.empty(groups.size, np.bool_)
        cells = self._rows_at(
            ctypes.byref(self._tables()), POINTER(pointer(groups)), POINTER(pointer(instants)),
            INT(groups.size), POINTER(pointer(is_there)), POINTER(pointer(values)),
        )  # fmt: skip
        return groups[is_there], instants[is_there], values[:cells]


def rows_at(store: RowStore) -> RowsAt:
    """Finds rows: the compiled twin where there is one, else numpy's."""
    compiled = library()
    return store.rows_at if compiled is None else CompiledRowsAt(compiled, store)
