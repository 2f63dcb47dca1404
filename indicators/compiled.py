"""The Python side of reduce.c, the compiled twins of `Reduction` and `pool_members`."""

import ctypes
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from indicators.feeds import NOTHING, feeds_of
from indicators.pooling import Places, pool_members
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


class _Feeds(Struct):
    _fields_ = [(name, POINTER) for name in ("pattern", "pool", "first", "feeds")]


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
        self._struct = _blocks_struct(blocks)

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
    """`pool_members` by the compiled library, straight from the rows.

    Args:
        compiled: The library.
        places: Where members and pools are.
        blocks: The blocks of each table.
        regions: Their rows.
    """

    def __init__(
        self, compiled: ctypes.CDLL, places: Places, blocks: Sequence[Blocks], regions: Regions
    ) -> None:
        self._pool = compiled.vitals_pool
        self._pools = places.pool_first.size
        self._tables = View(RegionTables, regions)
        self._structs = [
            (_blocks_struct(some), _feeds_struct(*feeds_of(places, number, some)))
            for number, some in enumerate(blocks)
        ]

    def __call__(self, ends: Ints, tables: Callable[[], Sequence[Table]]) -> npt.NDArray[np.void]:
        """See `pool_members`."""
        del tables
        pools = np.full((ends.size, self._pools), NOTHING)
        regions, into = self._tables(), POINTER(pointer(pools))
        for blocks, feeds in self._structs:
            self._pool(
                ctypes.byref(regions), ctypes.byref(blocks), ctypes.byref(feeds),
                POINTER(pointer(ends)), INT(ends.size), into, INT(self._pools),
            )  # fmt: skip
        return pools


def _blocks_struct(blocks: Blocks) -> _Blocks:
    return _Blocks(
        count=blocks.group.size, width=blocks.scale.shape[1], group=blocks.group,
        start=blocks.start, end=blocks.end, scale=blocks.scale, energetic=blocks.energetic,
        energies=ctypes.addressof(_ENERGIES),
    )  # fmt: skip


def _feeds_struct(pattern: Ints, pool: Ints, first: Ints, feeds: npt.NDArray[np.void]) -> _Feeds:
    return _Feeds(pattern=pattern, pool=pool, first=first, feeds=feeds)


def _table_struct(table: Table) -> _Table:
    return _Table(**{name: getattr(table, name) for name in _Table.names()})


def pooling(
    places: Places, blocks: Sequence[Blocks], regions: Regions
) -> Callable[[Ints, Callable[[], Sequence[Table]]], npt.NDArray[np.void]]:
    """Pools members: the compiled twin where there is one, else numpy's."""
    compiled = library()
    if compiled is None:
        return lambda ends, tables: pool_members(places, tables(), ends.size)
    return CompiledPooling(compiled, places, blocks, regions)
