"""The Python side of append.c."""

import ctypes
from collections.abc import Callable
from functools import partial

import numpy as np

from sensors.appending import Outcomes, Rows, append, ensure
from sensors.decimals import Bools
from sensors.native import INT, POINTER, Struct, View, library, pointer
from sensors.row_store import RowStore, by_group


class RegionTables(Struct):
    """The tables of `Regions`."""

    _fields_ = [
        (name, POINTER) for name in ("since_epoch", "values", "count", "newest", "floor", "epoch",
                                 "row", "cell", "width", "room", "capacity")
    ]  # fmt: skip


class _Rows(Struct):
    _fields_ = [
        ("count", INT),
        *((name, POINTER) for name in ("group", "at", "first", "column", "value", "is_odd")),
    ]


class CompiledAppend:
    """`appending.append` by the compiled library.

    Args:
        compiled: The library.
        store: Where rows are added.
    """

    def __init__(self, compiled: ctypes.CDLL, store: RowStore) -> None:
        self._append = compiled.vitals_append
        self._append.restype = INT
        self._store = store
        self._coming = np.zeros(0, np.int64)
        self._tables = View(RegionTables, store)

    def __call__(self, rows: Rows, is_odd: Bools, now: int) -> Outcomes:
        """See `appending.append`."""
        store, count = self._store, rows.group.size
        if self._coming.size < len(store):
            self._coming = np.zeros(2 * len(store), np.int64)
        outcome, lacking = np.zeros(count, np.int8), INT()
        given = _Rows(count=count, **rows._asdict(), is_odd=is_odd)
        row, is_ensured, stopped_at = -1, False, -1
        while True:
            row = self._append(
                ctypes.byref(self._tables()), ctypes.byref(given), INT(row),
                POINTER(pointer(self._coming)), POINTER(pointer(outcome)), ctypes.byref(lacking),
            )  # fmt: skip
            if row >= count:
                return outcome
            if not is_ensured:
                # What the other groups lack is seen to in the same go.
                order = np.argsort(rows.group[row:], kind="stable") + row
                some = by_group(rows.group[order], rows.at[order])
                ensure(store, some, some.counts, now)
                is_ensured = True
                continue
            if row == stopped_at:
                raise RuntimeError(f"no room for group {rows.group[row]} at {rows.at[row]} ms")
            stopped_at = row
            wanted = rows.group[row], lacking.value, now, rows.at[row]
            group, added, at_once, oldest = (np.array([number]) for number in wanted)
            store.make_room(group, added, at_once, oldest)


def appender(store: RowStore) -> Callable[[Rows, Bools, int], Outcomes]:
    """Adds rows to a store: the compiled twin where there is one, else numpy's."""
    compiled = library()
    return partial(append, store) if compiled is None else CompiledAppend(compiled, store)
