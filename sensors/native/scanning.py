"""The Python side of scan.c: tables of layouts as structs, and columns for what it finds."""

import ctypes
from collections.abc import Callable
from itertools import islice

import numpy as np

from sensors.decimals import Ints
from sensors.frame_reader import Scanned, converted, scan
from sensors.growing import Growing, ranges
from sensors.layout import LayoutTable
from sensors.native import INT, POINTER, Struct, library, pointer
from sensors.shape import Shape


class _Shape(Struct):
    _fields_ = [
        *((name, INT) for name in ("numbers", "readings", "received", "base_time")),
        *((name, POINTER) for name in ("reading_numbers", "gap_is_own", "gap_offsets",
                                       "gap_lengths", "wording", "channels", "records", "own")),
        ("own_width", INT), ("common", POINTER), ("common_width", INT),
    ]  # fmt: skip


class _Heads(Struct):
    _fields_ = [(name, POINTER) for name in ("text", "start", "length", "slots")] + [("mask", INT)]


class _Layouts(Struct):
    _fields_ = [
        ("heads", _Heads),
        *((name, POINTER) for name in ("shapes", "shape", "row", "next")),
    ]


class _Columns(Struct):
    _fields_ = [
        *((name, POINTER) for name in ("starts", "ends", "layout", "received", "line", "channel",
                                       "record", "at", "value", "numbers")),
        ("readings", INT),
    ]  # fmt: skip


def _shape_struct(shape: Shape) -> _Shape:
    own, common = shape.texts.words, shape.wordings.texts.words
    return _Shape(
        numbers=shape.gap_lengths.shape[1],
        readings=shape.numbers.size,
        received=shape.received,
        base_time=shape.base_time,
        reading_numbers=shape.numbers,
        gap_is_own=shape.gap_is_own,
        gap_offsets=shape.gap_offsets,
        gap_lengths=shape.gap_lengths,
        wording=shape.wording,
        channels=shape.channels,
        records=shape.wordings.records,
        own=own,
        own_width=own.shape[1] * own.itemsize,
        common=common,
        common_width=common.shape[1] * common.itemsize,
    )


class _HeadIndex:
    """Heads as one text, and the slots by which scan.c finds them."""

    def __init__(self, learn: Callable[..., None]) -> None:
        self._learn = learn
        self._text = Growing(np.uint8)
        self._start, self._length, self._firsts = (Growing(np.int64) for _ in range(3))
        self._slots = np.zeros(0, np.int32)

    def update(self, layouts: LayoutTable) -> _Heads:
        """Take in the heads that came since the last time."""
        known = len(self._firsts)
        lacking = len(layouts) - len(self._length)
        self._start.extend(np.zeros(lacking, np.int64))
        self._length.extend(np.zeros(lacking, np.int64))
        for head, layout in islice(layouts.first.items(), known, None):
            self._start.data[layout], self._length.data[layout] = len(self._text), len(head)
            self._text.extend(np.frombuffer(head, np.uint8))
            self._firsts.append(layout)
        wanted = self._firsts.data[known:]
        if 2 * len(self._firsts) >= self._slots.size:
            # Room for as many heads again: at least half of the slots are free.
            size = 1 << (4 * len(self._firsts)).bit_length()
            self._slots = np.full(size, -1, np.int32)
            wanted = self._firsts.data
        heads = _Heads(
            text=self._text.data, start=self._start.data, length=self._length.data,
            slots=self._slots, mask=self._slots.size - 1 if len(self._firsts) else 0,
        )  # fmt: skip
        if wanted.size:
            self._learn(ctypes.byref(heads), POINTER(pointer(wanted)), INT(wanted.size))
        return heads


class CompiledScan:
    """`frame_reader.scan` by the compiled library.

    Args:
        compiled: The library.
        layouts: The known layouts; may grow.
    """

    def __init__(self, compiled: ctypes.CDLL, layouts: LayoutTable) -> None:
        self._scan, self._lines = compiled.vitals_scan, compiled.vitals_lines
        self._scan.restype = self._lines.restype = INT
        self._layouts = layouts
        self._heads = _HeadIndex(compiled.vitals_learn_heads)
        self._known = -1
        self._struct = _Layouts()
        self._most_readings = self._most_numbers = 0
        self._converts: Ints = np.zeros(0, np.int64)

    def __call__(self, frame: bytes) -> Scanned:
        """Read the lines of a frame that have known layouts."""
        if self._known != len(self._layouts):
            self._update()
        lines = self._lines(frame, INT(len(frame)))
        most = lines * self._most_readings
        starts, ends, layout, received = np.empty((4, lines), np.int64)
        line, channel, record, at = np.empty((4, most), np.int64)
        value, numbers = np.empty(most), np.empty(self._most_numbers)
        columns = _Columns(
            starts=starts, ends=ends, layout=layout, received=received, line=line, channel=channel,
            record=record, at=at, value=value, numbers=numbers,
        )  # fmt: skip
        lines = self._scan(
            frame, INT(len(frame)), ctypes.byref(self._struct), ctypes.byref(columns)
        )
        some = slice(columns.readings)
        found = Scanned(
            starts[:lines], ends[:lines], layout[:lines], received[:lines],
            line[some], channel[some], record[some], at[some], value[some],
        )  # fmt: skip
        if self._converts.any():
            self._convert(found)
        return found

    def _update(self) -> None:
        layouts, shapes = self._layouts, self._layouts.shapes
        views = [_shape_struct(shape) for shape in shapes]
        structs = (_Shape * len(views))(*views)
        self._struct = _Layouts(
            heads=self._heads.update(layouts), shapes=ctypes.addressof(structs),
            shape=layouts.shape, row=layouts.row, next=layouts.next,
        )  # fmt: skip
        self._struct.kept += (structs, views)
        self._most_readings = max((shape.numbers.size for shape in shapes), default=0)
        self._most_numbers = max((shape.gap_lengths.shape[1] for shape in shapes), default=0)
        self._converts = np.array([shape.converts for shape in shapes], np.int64)
        self._known = len(layouts)

    def _convert(self, found: Scanned) -> None:
        """Bring the readings of layouts with units of their own into the canonical ones."""
        known = np.flatnonzero(found.layout >= 0)
        shape_of = self._layouts.shape[found.layout[known]]
        for number in np.flatnonzero(self._converts).tolist():
            shape, lines = self._layouts.shapes[number], known[shape_of == number]
            wording = shape.wording[self._layouts.row[found.layout[lines]]]
            size = shape.numbers.size
            first = np.searchsorted(found.line, lines)
            index = ranges(first, np.full(lines.size, size))
            factor, shift = shape.wordings.factors[wording], shape.wordings.shifts[wording]
            found.value[index] = converted(found.value[index], factor.ravel(), shift.ravel())


def scanner(layouts: LayoutTable) -> Callable[[bytes], Scanned]:
    """Reads frames by these layouts: the compiled twin where there is one, else numpy's."""
    compiled = library()
    if compiled is None:
        return lambda frame: scan(frame, layouts)
    return CompiledScan(compiled, layouts)
