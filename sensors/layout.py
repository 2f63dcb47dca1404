"""Layouts: what stays the same from line to line of one terminal, and where its numbers are.

A terminal sends the same names in the same order pack after pack. Its line is then a fixed text
with numbers in it. The text between them is the *layout*: a line whose gaps hold the same bytes as
those of a line that was decoded means the same, number by number.
"""

import math
import re
from collections.abc import Hashable, Sequence
from typing import Final, NamedTuple

import msgspec
import numpy as np

from sensors.decimals import Floats, Ints, Words
from sensors.growing import Growing, GrowingRows
from sensors.senml import Record

_TOKEN: Final = re.compile(rb":(?=[-./0-9])")
_NUMBER: Final = re.compile(rb"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_KEY: Final = re.compile(rb'"(received|bt|v)"\s*:')
LONGEST_GAP: Final = 4096
"""Bytes between two numbers; a line with more has no layout."""
BLOCK: Final = 32
"""Bytes that are compared at a time."""
MOST_OF_A_HEAD: Final = 32
"""Layouts of one terminal at most; what it sends beyond them is decoded in full."""


class ReadingPlace(NamedTuple):
    """One reading of a layout.

    Attributes:
        number: Which number is its value.
        channel: Its channel.
        record: Its record in the pack.
        factor: `canonical = value * factor + shift`; NaN where the unit is the canonical one.
        shift: See `factor`.
    """

    number: int
    channel: int
    record: int
    factor: float
    shift: float


class Layout(NamedTuple):
    """One layout.

    Attributes:
        head: The text before the first number; begins with the terminal.
        gaps: The text after each number.
        received: Which number is the time of reception.
        base_time: Which number is `bt`.
        values: Which number is the value of each record.
    """

    head: bytes
    gaps: tuple[bytes, ...]
    received: int
    base_time: int
    values: tuple[int, ...]


def layout_of(line: bytes, records: Sequence[Record]) -> Layout | None:
    """The layout of a line that was decoded into these records, or None where it has none.

    Only the plain form has one: `bn` and `bt` in the first record, then `n`, `u` and `v`, no
    escaped characters, a number right after each key `"v":`, and as many of them as records. Then
    none stands in a field that we do not know, and the keys tell what each number means whatever
    stands in it.
    """
    if b"\\" in line or not _is_plain(records):
        return None
    found = {key.end(): key.group(1) for key in _KEY.finditer(line)}
    keys = list(found.values())
    ends: list[int] = []
    gaps: list[bytes] = []
    head = b""
    for token in _TOKEN.finditer(line):
        number = _NUMBER.match(line, token.end())
        if number is None or found.pop(token.end(), None) is None:
            return None
        between = line[ends[-1] if ends else 0 : token.end()]
        if ends:
            gaps.append(between)
        else:
            head = between
        ends.append(number.end())
    counts = [keys.count(key) for key in (b"received", b"bt", b"v")]
    if found or counts != [1, 1, len(records)]:
        return None
    gaps.append(line[ends[-1] :])
    if max(map(len, gaps)) > LONGEST_GAP:
        return None
    values = tuple(i for i, key in enumerate(keys) if key == b"v")
    return Layout(head, tuple(gaps), keys.index(b"received"), keys.index(b"bt"), values)


def _is_plain(records: Sequence[Record]) -> bool:
    first = Record(bn=records[0].bn, bt=records[0].bt)
    if first.bn is None or first.bt is None:
        return False
    return all(
        record == msgspec.structs.replace(
            first if index == 0 else Record(), n=record.n, u=record.u, v=record.v
        )
        and record.v is not None
        for index, record in enumerate(records)
    )  # fmt: skip


class Shape:
    """Layouts with numbers in the same places and gaps of as many blocks: what is read in one go.

    Attributes:
        received: Which number is the time of reception.
        base_time: Which number is `bt`.
        numbers: Which number each reading is, shape (readings,), in the order of groups and cells.
        block_numbers: After which number each compared block stands, shape (blocks,).
        block_offsets: How many bytes after it.
    """

    def __init__(self, layout: Layout, readings: Sequence[ReadingPlace]) -> None:
        self.received, self.base_time = layout.received, layout.base_time
        self.numbers = np.array([reading.number for reading in readings], np.int64)
        blocks = [
            (number, offset)
            for number, gap in enumerate(layout.gaps)
            for offset in range(0, len(gap), BLOCK)
        ]
        self.block_numbers = np.array([number for number, _ in blocks], np.int64)
        self.block_offsets = np.array([offset for _, offset in blocks], np.int64)
        self._gap_lengths = GrowingRows(np.int64, len(layout.gaps))
        self._texts, self._masks = (
            GrowingRows(np.uint64, len(blocks) * BLOCK // 8) for _ in range(2)
        )
        self._channels, self._records = (GrowingRows(np.int64, len(readings)) for _ in range(2))
        self._factors, self._shifts = (GrowingRows(np.float64, len(readings)) for _ in range(2))
        self.converts = False

    @property
    def gap_lengths(self) -> Ints:
        """Bytes of the gap after each number, shape (layouts, numbers)."""
        return self._gap_lengths.data

    @property
    def texts(self) -> Words:
        """The compared blocks, 0 beyond the gap, shape (layouts, blocks × words of a block)."""
        return self._texts.data

    @property
    def masks(self) -> Words:
        """Which of their bytes count."""
        return self._masks.data

    @property
    def channels(self) -> Ints:
        """Channel of each reading, shape (layouts, readings)."""
        return self._channels.data

    @property
    def records(self) -> Ints:
        """Record in the pack of each reading."""
        return self._records.data

    @property
    def factors(self) -> Floats:
        """`canonical = value * factor + shift`, by reading."""
        return self._factors.data

    @property
    def shifts(self) -> Floats:
        """See `factors`."""
        return self._shifts.data

    @property
    def nbytes(self) -> int:
        """Bytes of the tables."""
        tables = (self._gap_lengths, self._texts, self._masks,
                  self._channels, self._records, self._factors, self._shifts)  # fmt: skip
        return sum(table.nbytes for table in tables)

    def add(self, layout: Layout, readings: Sequence[ReadingPlace]) -> int:
        """Take a layout of this shape; gives its row."""
        padded = b"".join(gap.ljust(_blocks(gap) * BLOCK, b"\0") for gap in layout.gaps)
        mask = b"".join(
            (b"\xff" * len(gap)).ljust(_blocks(gap) * BLOCK, b"\0") for gap in layout.gaps
        )
        self._gap_lengths.append(len(gap) for gap in layout.gaps)
        self._texts.append(np.frombuffer(padded, "<u8"))
        self._masks.append(np.frombuffer(mask, "<u8"))
        self._channels.append(reading.channel for reading in readings)
        self._records.append(reading.record for reading in readings)
        self._factors.append(reading.factor for reading in readings)
        self._shifts.append(reading.shift for reading in readings)
        self.converts |= any(not math.isnan(r.factor) for r in readings)
        return len(self._gap_lengths) - 1


def _blocks(gap: bytes) -> int:
    return -(-len(gap) // BLOCK)


class LayoutTable:
    """All layouts of a partition by number, and the shapes they are kept in.

    Attributes:
        shapes: The shapes.
        first: Head → the first layout that has it.
    """

    def __init__(self) -> None:
        self.shapes: list[Shape] = []
        self.first: dict[bytes, int] = {}
        self._shape_of: dict[Hashable, int] = {}
        self._known: dict[Layout, int] = {}
        self._shape, self._row, self._terminal, self._next = (Growing(np.int64) for _ in range(4))

    def __len__(self) -> int:
        return len(self._shape)

    @property
    def shape(self) -> Ints:
        """Shape of each layout."""
        return self._shape.data

    @property
    def row(self) -> Ints:
        """Row of each layout in the tables of its shape."""
        return self._row.data

    @property
    def terminal(self) -> Ints:
        """Number of the terminal of each layout."""
        return self._terminal.data

    @property
    def next(self) -> Ints:
        """Another layout with the same head, to be tried next; -1 where there is none."""
        return self._next.data

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays and of the texts they are found by."""
        texts = sum(len(k.head) + sum(map(len, k.gaps)) for k in self._known)
        return sum(shape.nbytes for shape in self.shapes) + 32 * len(self) + texts

    def add(self, layout: Layout, terminal: int, readings: Sequence[ReadingPlace]) -> None:
        """Take a layout; nothing where it is known or its head has too many.

        Args:
            layout: The layout.
            terminal: Number of the terminal.
            readings: Its readings in the order of groups and cells.
        """
        chain = self._chain(layout.head)
        if layout in self._known or len(chain) >= MOST_OF_A_HEAD:
            return
        number = self._known[layout] = len(self)
        if chain:
            self._next.data[chain[-1]] = number
        else:
            self.first[layout.head] = number
        shape = self._shape_for(layout, readings)
        self._shape.append(shape)
        self._row.append(self.shapes[shape].add(layout, readings))
        self._terminal.append(terminal)
        self._next.append(-1)

    def _shape_for(self, layout: Layout, readings: Sequence[ReadingPlace]) -> int:
        key = (layout.received, layout.base_time, tuple(r.number for r in readings),
               tuple(_blocks(gap) for gap in layout.gaps))  # fmt: skip
        shape = self._shape_of.get(key)
        if shape is None:
            shape = self._shape_of[key] = len(self.shapes)
            self.shapes.append(Shape(layout, readings))
        return shape

    def _chain(self, head: bytes) -> list[int]:
        found = []
        layout = self.first.get(head, -1)
        while layout >= 0:
            found.append(layout)
            layout = int(self._next.data[layout])
        return found
