"""The Python side of sift.c."""

import ctypes

import numpy as np

from sensors.decimals import Bools, Ints
from sensors.directory import Directory
from sensors.native import INT, POINTER, Struct, View, library, pointer
from sensors.sifting import Columns, Sieve, Sifted


class _Readings(Struct):
    _fields_ = [
        ("count", INT),
        *((name, POINTER) for name in ("line", "channel", "record", "at", "value", "turn")),
    ]


class _Channels(Struct):
    _fields_ = [(name, POINTER) for name in ("low", "high", "horizon", "channels")]


class _Sifted(Struct):
    _fields_ = [(name, POINTER) for name in Sifted._fields]


class CompiledSieve(Sieve):
    """`Sieve` by the compiled library.

    Args:
        compiled: The library.
        directory: What is known of channels.
    """

    def __init__(self, compiled: ctypes.CDLL, directory: Directory) -> None:
        super().__init__(directory)
        self._screen, self._rows = compiled.vitals_screen, compiled.vitals_rows
        self._screen.restype = self._rows.restype = INT
        self._tables = View(_Channels, directory)
        self._columns: Columns | None = None
        self._struct = _Readings()

    def _given(self, columns: Columns) -> _Readings:
        """The columns as a struct; both steps ask for those of one frame."""
        if columns is not self._columns:
            turn = columns.turn
            given = columns._asdict() | {"turn": 0 if turn is None else turn}
            self._columns = columns
            self._struct = _Readings(count=columns.line.size, **given)
        return self._struct

    def screen(self, columns: Columns, effective: Ints) -> Bools:
        """See `Sieve`."""
        good = np.empty(columns.line.size, np.bool_)
        self._screen(
            ctypes.byref(self._given(columns)), ctypes.byref(self._tables()),
            POINTER(pointer(effective)), POINTER(pointer(good)),
        )  # fmt: skip
        return good

    def rows(self, columns: Columns, good: Bools) -> Sifted:
        """See `Sieve`."""
        count, is_whole = columns.line.size, bool(good.all())
        channel, record, value = columns.channel, columns.record, columns.value
        if not is_whole:
            channel, record, value = (*np.empty((2, count), np.int64), np.empty(count))
        column, row_first, row_line, row_group, row_at = np.empty((5, count + 1), np.int64)
        found = Sifted(channel, column, record, value, row_first, row_line, row_group, row_at)
        given = found._asdict() | ({"channel": 0} if is_whole else {})
        rows = self._rows(
            ctypes.byref(self._given(columns)), ctypes.byref(self._tables()),
            POINTER(pointer(good)), ctypes.byref(_Sifted(**given)),
        )  # fmt: skip
        readings = int(row_first[rows])
        return Sifted(
            channel[:readings], column[:readings], record[:readings], value[:readings],
            row_first[: rows + 1], row_line[:rows], row_group[:rows], row_at[:rows],
        )  # fmt: skip


def sieve(directory: Directory) -> Sieve:
    """Sifts readings: the compiled twin where there is one, else numpy's."""
    compiled = library()
    return Sieve(directory) if compiled is None else CompiledSieve(compiled, directory)
