"""The Python side of reduce.c, the compiled twin of `Reduction`."""

import ctypes
from typing import Final

import numpy as np

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
    _fields_ = [
        (name, POINTER) for name in ("rows", "first", "count", "steps", "energy", "newest", "low",
                                     "high")
    ]  # fmt: skip


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
        into = _Table(**{name: getattr(table, name) for name in _Table.names()})
        self._reduce(
            ctypes.byref(self._tables()), ctypes.byref(self._struct), POINTER(pointer(ends)),
            INT(ends.size), ctypes.byref(into),
        )  # fmt: skip
        return table


def reduction(blocks: Blocks, regions: Regions) -> Reduction:
    """Reduces blocks: the compiled twin where there is one, else numpy's."""
    compiled = library()
    return Reduction(blocks) if compiled is None else CompiledReduction(compiled, blocks, regions)
