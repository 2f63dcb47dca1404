"""Shapes: layouts as arrays, many of which are compared and read at once."""

import math
from collections.abc import Hashable, Sequence
from typing import Final, NamedTuple

import numpy as np

from sensors.decimals import Bools, Floats, Ints, Words
from sensors.growing import Growing, GrowingRows

BLOCK: Final = 32
"""Bytes that are compared at a time."""


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


class Texts:
    """Texts of as many blocks each, and which of their bytes count.

    Args:
        blocks: How many blocks.
    """

    def __init__(self, blocks: int) -> None:
        self._words, self._masks = (GrowingRows(np.uint64, blocks * BLOCK // 8) for _ in range(2))

    def __len__(self) -> int:
        return len(self._words)

    @property
    def words(self) -> Words:
        """The blocks, 0 beyond the text, shape (texts, blocks × words of a block)."""
        return self._words.data

    @property
    def masks(self) -> Words:
        """Ones where a byte is of the text."""
        return self._masks.data

    @property
    def nbytes(self) -> int:
        """Bytes of both tables."""
        return self._words.nbytes + self._masks.nbytes

    def append(self, gaps: tuple[bytes, ...]) -> None:
        """Add a text: each gap begins a block."""
        self._words.append(_padded(gaps))
        self._masks.append(_padded(tuple(b"\xff" * len(gap) for gap in gaps)))

    def equal(self, found: Words, rows: Ints) -> Bools:
        """Which words of lines are those of their texts, whatever stands beyond the text."""
        same: Bools = found & self.masks[rows] == self.words[rows]
        return same


class Wordings:
    """What terminals of one kind have in common: the text between their numbers, and what it means.

    By wording; what is said of readings has shape (wordings, readings).

    Attributes:
        texts: The text between the numbers.
    """

    def __init__(self, blocks: int, readings: int) -> None:
        self.texts = Texts(blocks)
        self._records = GrowingRows(np.int64, readings)
        self._factors, self._shifts = (GrowingRows(np.float64, readings) for _ in range(2))
        self._known: dict[Hashable, int] = {}

    @property
    def records(self) -> Ints:
        """Record in the pack of each reading."""
        return self._records.data

    @property
    def factors(self) -> Floats:
        """`canonical = value * factor + shift`, by reading; NaN where it is canonical."""
        return self._factors.data

    @property
    def shifts(self) -> Floats:
        """See `factors`."""
        return self._shifts.data

    @property
    def nbytes(self) -> int:
        """Bytes of the tables."""
        tables = (self.texts, self._records, self._factors, self._shifts)
        return sum(table.nbytes for table in tables)

    def number(self, gaps: tuple[bytes, ...], readings: Sequence[ReadingPlace]) -> int:
        """The number of a wording; a new one where it is not known."""
        meaning = tuple((r.record, str(r.factor), r.shift) for r in readings)
        known = self._known.get((gaps, meaning))
        if known is not None:
            return known
        self.texts.append(gaps)
        self._records.append(reading.record for reading in readings)
        self._factors.append(reading.factor for reading in readings)
        self._shifts.append(reading.shift for reading in readings)
        number = self._known[gaps, meaning] = len(self.texts) - 1
        return number


class Shape:
    """Layouts with numbers in the same places and gaps of as many blocks: what is read in one go.

    Attributes:
        received: Which number is the time of reception.
        base_time: Which number is `bt`.
        numbers: Which number each reading is, shape (readings,), in the order of groups and cells.
        block_numbers: After which number each compared block stands, shape (blocks,): first the
            blocks that terminals of a kind have in common, then the terminal's own.
        block_offsets: How many bytes after it.
        wordings: What terminals of a kind have in common.
        texts: A terminal's own text, by layout.
        gap_is_own: Whether the gap after each number is the terminal's own, shape (numbers,).
        gap_offsets: Where that gap begins in its text, bytes.
    """

    def __init__(self, layout: Layout, readings: Sequence[ReadingPlace]) -> None:
        self.received, self.base_time = layout.received, layout.base_time
        self.numbers = np.array([reading.number for reading in readings], np.int64)
        own = [is_own(gap) for gap in layout.gaps]
        blocks = [
            (number, offset)
            for wanted in (False, True)
            for number, gap in enumerate(layout.gaps)
            if own[number] == wanted
            for offset in range(0, len(gap), BLOCK)
        ]
        self.block_numbers = np.array([number for number, _ in blocks], np.int64)
        self.block_offsets = np.array([offset for _, offset in blocks], np.int64)
        owned = sum(own[number] for number, _ in blocks)
        self.wordings = Wordings(len(blocks) - owned, len(readings))
        self._wording = Growing(np.int64)
        self._gap_lengths = GrowingRows(np.int32, len(layout.gaps))
        self.texts = Texts(owned)
        self._channels = GrowingRows(np.int32, len(readings))
        self.converts = False
        self.gap_is_own = np.array(own, np.uint8)
        self.gap_offsets = np.array(_offsets(layout.gaps, own), np.int64)

    @property
    def wording(self) -> Ints:
        """Wording of each layout."""
        return self._wording.data

    @property
    def gap_lengths(self) -> Ints:
        """Bytes of the gap after each number, shape (layouts, numbers)."""
        return self._gap_lengths.data

    @property
    def channels(self) -> Ints:
        """Channel of each reading, shape (layouts, readings)."""
        return self._channels.data

    @property
    def nbytes(self) -> int:
        """Bytes of the tables."""
        tables = (self.wordings, self._wording, self._gap_lengths, self.texts, self._channels)
        return sum(table.nbytes for table in tables)

    def add(self, layout: Layout, readings: Sequence[ReadingPlace]) -> int:
        """Take a layout of this shape; gives its row."""
        own = tuple(gap for gap in layout.gaps if is_own(gap))
        common = tuple(gap for gap in layout.gaps if not is_own(gap))
        self._wording.append(self.wordings.number(common, readings))
        self._gap_lengths.append(len(gap) for gap in layout.gaps)
        self.texts.append(own)
        self._channels.append(reading.channel for reading in readings)
        self.converts |= any(not math.isnan(r.factor) for r in readings)
        return len(self._wording) - 1


def is_own(gap: bytes) -> bool:
    """Whether a gap holds the base name, in which each terminal has its own."""
    return b'"bn"' in gap


def blocks_of(gap: bytes) -> int:
    """How many blocks a gap takes."""
    return -(-len(gap) // BLOCK)


def _offsets(gaps: Sequence[bytes], own: Sequence[bool]) -> list[int]:
    """Where each gap begins in its text: those that are the terminal's own, and the others."""
    sizes = [0, 0]
    found = []
    for gap, kind in zip(gaps, own, strict=True):
        found.append(sizes[kind])
        sizes[kind] += blocks_of(gap) * BLOCK
    return found


def _padded(gaps: tuple[bytes, ...]) -> Words:
    """Texts as whole blocks."""
    return np.frombuffer(b"".join(gap.ljust(blocks_of(gap) * BLOCK, b"\0") for gap in gaps), "<u8")
