"""Layouts: what stays the same from line to line of one terminal, and where its numbers are.

A terminal sends the same names in the same order pack after pack. Its line is then a fixed text
with numbers in it. The text between them is the *layout*: a line whose gaps hold the same bytes as
those of a line that was decoded means the same, number by number.
"""

import re
from collections.abc import Hashable, Sequence
from typing import Final

import msgspec
import numpy as np

from sensors.decimals import Ints
from sensors.growing import Growing
from sensors.senml import Record
from sensors.shape import Layout, ReadingPlace, Shape, blocks_of, is_own

_TOKEN: Final = re.compile(rb":(?=[-./0-9])")
_NUMBER: Final = re.compile(rb"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_KEY: Final = re.compile(rb'"(received|bt|v)"\s*:')
LONGEST_GAP: Final = 4096
"""Bytes between two numbers; a line with more has no layout."""
MOST_OF_A_HEAD: Final = 32
"""Layouts of one terminal at most; what it sends beyond them is decoded in full."""


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
        self._shape, self._row, self._terminal, self._next = (Growing(np.int64) for _ in range(4))
        self._hash = Growing(np.int64)

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
        heads = sum(map(len, self.first))
        return sum(shape.nbytes for shape in self.shapes) + 48 * len(self) + heads

    def add(self, layout: Layout, terminal: int, readings: Sequence[ReadingPlace]) -> None:
        """Take a layout; nothing where it is known or its head has too many.

        Args:
            layout: The layout.
            terminal: Number of the terminal.
            readings: Its readings in the order of groups and cells.
        """
        chain = self._chain(layout.head)
        # Of two with the same hash the second is not learned: it is decoded in full, and right.
        # One that is known has the same head.
        is_known = any(self._hash.data[other] == hash(layout) for other in chain)
        if is_known or len(chain) >= MOST_OF_A_HEAD:
            return
        number = len(self)
        if chain:
            self._next.data[chain[-1]] = number
        else:
            self.first[layout.head] = number
        shape = self._shape_for(layout, readings)
        self._shape.append(shape)
        self._row.append(self.shapes[shape].add(layout, readings))
        self._terminal.append(terminal)
        self._next.append(-1)
        self._hash.append(hash(layout))

    def _shape_for(self, layout: Layout, readings: Sequence[ReadingPlace]) -> int:
        key = (layout.received, layout.base_time, tuple(r.number for r in readings),
               tuple((blocks_of(gap), is_own(gap)) for gap in layout.gaps))  # fmt: skip
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
