"""The Python side of reduce.c, the compiled twins of `Reduction` and `pool_columns`."""

import ctypes
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from indicators.pooling import Columns, Places, pool_columns
from indicators.reduction import Blocks, Reduction, Table
from indicators.window import ENERGIES
from sensors.decimals import Ints
from sensors.native import INT, POINTER, Struct, View, library, pointer
from sensors.native.appending import RegionTables
from sensors.regions import Regions


class _Energies(Struct):
    _fields_ = [("of_hundredths", POINTER), ("count", INT)]


class _Blocks(Struct):
    _fields_ = [
        ("count", INT), ("width", INT),
        *((name, POINTER) for name in ("group", "start", "end", "scale", "energetic", "energies")),
    ]  # fmt: skip


class _Table(Struct):
    _fields_ = [(name, POINTER) for name in ("rows", "first", "cells")]


class _Members(Struct):
    _fields_ = [
        ("count", INT), ("pools", INT),
        *((name, POINTER) for name in ("table", "cell", "size", "shift", "promised",
                                       "pool_first")),
    ]  # fmt: skip


class _Pools(Struct):
    _fields_ = [(name, POINTER) for name in Columns._fields]


_ENERGIES: Final = _Energies(of_hundredths=ENERGIES, count=ENERGIES.size)


class CompiledReduction(Reduction):
    """`Reduction` by the compiled library.

    Args:
        compiled: The library.
        blocks: The blocks.
        regions: Their rows.
    """

    def __init__(self, compiled: ctypes.CDLL, blocks: Blocks, regions: Regions) -> None:
        super().__init__(blocks)
        self._reduce = compiled.vitals_reduce
        self._tables = View(RegionTables, regions)
        self._struct = _Blocks(
            count=blocks.group.size, width=self.width, group=blocks.group, start=blocks.start,
            end=blocks.end, scale=blocks.scale, energetic=blocks.energetic,
            energies=ctypes.addressof(_ENERGIES),
        )  # fmt: skip

    def reduce(self, regions: Regions, ends: Ints) -> Table:
        """See `Reduction`."""
        ends = np.ascontiguousarray(ends, np.int64)
        table = Table(regions.values, self._blocks.group.size * ends.size, self.width)
        into = _table_struct(table)
        self._reduce(
            ctypes.byref(self._tables()), ctypes.byref(self._struct), POINTER(pointer(ends)),
            INT(ends.size), ctypes.byref(into),
        )  # fmt: skip
        return table


def reduction(blocks: Blocks, regions: Regions) -> Reduction:
    """Reduces blocks: the compiled twin where there is one, else numpy's."""
    compiled = library()
    return Reduction(blocks) if compiled is None else CompiledReduction(compiled, blocks, regions)


class CompiledPooling:
    """`pool_columns` by the compiled library.

    Args:
        compiled: The library.
    """

    def __init__(self, compiled: ctypes.CDLL) -> None:
        self._pool = compiled.vitals_pool
        self._places: Places | None = None
        self._struct = _Members()

    def __call__(self, places: Places, tables: Sequence[Table], rounds: int) -> Columns:
        """See `pool_columns`."""
        if places is not self._places:
            self._places, self._struct = places, _members_struct(places)
        pools, members = places.pool_first.size, places.cell.size
        count, steps, newest = np.empty((3, rounds, pools), np.int64)
        low, high = np.empty((2, rounds, pools))
        arrived = np.empty((rounds, members))
        structs = [_table_struct(table) for table in tables]
        self._pool(
            ctypes.byref(self._struct), (_Table * len(structs))(*structs), INT(rounds),
            ctypes.byref(_Pools(readings=count, low=low, high=high, steps=steps,
                                newest=newest, arrived=arrived)),
        )  # fmt: skip
        # A sum of floats depends on its order: this one is the same in both twins.
        together = np.add.reduceat(arrived, places.pool_first, axis=1)
        return Columns(count, low, high, steps, newest, together)


def _table_struct(table: Table) -> _Table:
    return _Table(**{name: getattr(table, name) for name in _Table.names()})


def _members_struct(places: Places) -> _Members:
    return _Members(
        count=places.cell.size, pools=places.pool_first.size, table=places.table, cell=places.cell,
        size=places.size, shift=places.shift, promised=places.promised,
        pool_first=places.pool_first,
    )  # fmt: skip


def pooling() -> Callable[[Places, Sequence[Table], int], Columns]:
    """Pools members: the compiled twin where there is one, else numpy's."""
    compiled = library()
    return pool_columns if compiled is None else CompiledPooling(compiled)
