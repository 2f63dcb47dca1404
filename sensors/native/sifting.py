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

    def screen(self, columns: Columns, effective: Ints) -> Bools:
        """See `Sieve`."""
        good = np.empty(columns.line.size, np.bool_)
        self._screen(
            ctypes.byref(_readings(columns)), ctypes.byref(self._tables()),
            POINTER(pointer(effective)), POINTER(pointer(good)),
        )  # fmt: skip
        return good

    def rows(self, columns: Columns, good: Bools) -> Sifted:
        """See `Sieve`."""
        count = columns.line.size
        channel, column, record = np.empty((3, count), np.int64)
        value = np.empty(count)
        row_first, row_line, row_group, row_at = np.empty((4, count + 1), np.int64)
        found = Sifted(channel, column, record, value, row_first, row_line, row_group, row_at)
        rows = self._rows(
            ctypes.byref(_readings(columns)), ctypes.byref(self._tables()),
            POINTER(pointer(good)), ctypes.byref(_Sifted(**found._asdict())),
        )  # fmt: skip
        readings = int(row_first[rows])
        return Sifted(
            channel[:readings], column[:readings], record[:readings], value[:readings],
            row_first[: rows + 1], row_line[:rows], row_group[:rows], row_at[:rows],
        )  # fmt: skip


def _readings(columns: Columns) -> _Readings:
    turn = columns.turn
    given = columns._asdict() | {"turn": 0 if turn is None else turn}
    return _Readings(count=columns.line.size, **given)


def sieve(directory: Directory) -> Sieve:
    """Sifts readings: the compiled twin where there is one, else numpy's."""
    compiled = library()
    return Sieve(directory) if compiled is None else CompiledSieve(compiled, directory)
