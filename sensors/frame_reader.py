"""The quick way through a frame: lines of known layouts become arrays without being decoded.

Whatever has no known layout, or holds a number that is not plainly decimal, is left to the full
decoder. What is read here is what the full decoder would have said, to the last bit.

Cost: a handful of numpy calls a frame. In a frame of 500 packs of ten readings, a pack costs about
a third of decoding it.
"""

import math
import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np

from sensors.decimals import MARGIN, Bools, Bytes, Floats, Ints, decimals
from sensors.layout import LONGEST_GAP, LayoutTable
from sensors.shape import BLOCK, Shape

_NUMBER: Final = re.compile(rb"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+|(?:\.[0-9]+)?[eE][-+]?[0-9]+)")
_LATEST: Final = 253_370_764_800.0
_FARTHEST: Final = 1e15
_BEFORE: Final = b" " * MARGIN
_AFTER: Final = b" " * (LONGEST_GAP + BLOCK)
_COLON, _MINUS, _NINE, _LF = 58, 45, 57, 10


class Scanned(NamedTuple):
    """A frame's lines and what the known ones hold. Times are Unix ms.

    Attributes:
        starts: Position of each line in the frame; empty lines are left out.
        ends: Position after each line.
        layout: Layout of each line, -1 where it is to be decoded in full.
        received: Its time of reception; 0 where it is to be decoded.
        line: Line of each reading, ascending.
        channel: Its channel.
        record: Its record in the pack.
        at: Its event time.
        value: In the canonical unit.
    """

    starts: Ints
    ends: Ints
    layout: Ints
    received: Ints
    line: Ints
    channel: Ints
    record: Ints
    at: Ints
    value: Floats

    def text(self, frame: bytes, line: int) -> bytes:
        """The bytes of a line."""
        return frame[int(self.starts[line]) : int(self.ends[line])]


class _Numbers(NamedTuple):
    """The numbers of some lines; `first`, `how_many` and `ends` (of the line) by line."""

    starts: Ints
    first: Ints
    how_many: Ints
    ends: Ints

    def of(self, lines: Ints) -> "_Numbers":
        """Those of some lines only."""
        return _Numbers(self.starts, self.first[lines], self.how_many[lines], self.ends[lines])


def scan(frame: bytes, layouts: LayoutTable) -> Scanned:
    """Read the lines of a frame that have known layouts.

    Args:
        frame: Lines separated by LF.
        layouts: The known ones.
    """
    # The margins let words be read at both ends, and gaps where a short line has no room for them;
    # the first line is moved by one of them.
    buffer = np.frombuffer(b"".join((_BEFORE, frame, _AFTER)), np.uint8)
    starts, ends = _lines(buffer, len(frame))
    numbers = _numbers(buffer, starts, ends)
    layout = np.full(starts.size, -1, np.int64)
    received = np.zeros(starts.size, np.int64)
    tried = _heads(frame, starts, numbers, layouts)
    parts: list[tuple[Any, ...]] = []
    lines = np.flatnonzero(tried >= 0)
    while lines.size:
        rows = tried[lines]
        for where, shape in _by_shape(layouts, rows):
            some = lines[where]
            good, stamps, *readings = _read(
                frame, buffer, numbers.of(some), layouts.row[rows[where]], shape
            )
            layout[some[good]] = rows[where][good]
            received[some[good]] = stamps
            parts.append((np.repeat(some[good], shape.numbers.size), *readings))
        tried[lines] = np.where(layout[lines] < 0, layouts.next[rows], -1)
        lines = lines[tried[lines] >= 0]
    line, channel, record, at, value = _joined(parts)
    return Scanned(
        starts - MARGIN, ends - MARGIN, layout, received, line, channel, record, at, value
    )


def _by_shape(layouts: LayoutTable, rows: Ints) -> Iterator[tuple[Any, Shape]]:
    """The lines of each shape among those that have these layouts."""
    shapes = layouts.shape[rows]
    found = np.unique(shapes).tolist() if shapes.size else []
    for shape in found:
        where = slice(None) if len(found) == 1 else np.flatnonzero(shapes == shape)
        yield where, layouts.shapes[shape]


def _lines(buffer: Bytes, size: int) -> tuple[Ints, Ints]:
    breaks = np.flatnonzero(buffer[MARGIN : MARGIN + size] == _LF) + MARGIN
    starts = np.concatenate(([MARGIN], breaks + 1))
    ends = np.append(breaks, MARGIN + size)
    if (starts == ends).any():
        is_line = starts < ends
        starts, ends = starts[is_line], ends[is_line]
    return starts, ends


def _numbers(buffer: Bytes, starts: Ints, ends: Ints) -> _Numbers:
    """A number begins where a colon is followed by one of `-./0123456789`."""
    after = buffer[1:] - np.uint8(_MINUS) <= _NINE - _MINUS
    found = np.flatnonzero((buffer[:-1] == _COLON) & after) + 1
    first = np.searchsorted(found, starts)
    return _Numbers(found, first, np.searchsorted(found, ends) - first, ends)


def _heads(frame: bytes, starts: Ints, numbers: _Numbers, layouts: LayoutTable) -> Ints:
    """The first layout with the text before the first number of each line, -1 where none has."""
    get = layouts.first.get
    stops = np.where(numbers.how_many > 0, np.append(numbers.starts, 0)[numbers.first], starts)
    spans = zip((starts - MARGIN).tolist(), (stops - MARGIN).tolist(), strict=True)
    return np.array([get(frame[start:stop], -1) for start, stop in spans], np.int64)


def _read(
    frame: bytes, buffer: Bytes, numbers: _Numbers, rows: Ints, shape: Shape
) -> tuple[Any, ...]:
    """Read lines that may have these layouts of one shape.

    Returns:
        Which lines have; their times of reception; channel, record, event time and value of their
        readings.
    """
    good = numbers.how_many == shape.gap_lengths.shape[1]
    if not good.all():
        numbers, rows = numbers.of(np.flatnonzero(good)), rows[good]
    starts, stops, fits = _compare(buffer, numbers, rows, shape)
    numbers_read, is_number = _exact(frame, buffer, starts.ravel(), stops.ravel())
    read = numbers_read.reshape(starts.shape)
    if not is_number.all():
        fits &= is_number.reshape(starts.shape).all(axis=1)
    # The full way adds the base value, which makes 0.0 of -0.0.
    values = read.take(shape.numbers, axis=1).ravel() + 0.0
    stamps, base = read[:, shape.received], read[:, shape.base_time]
    fits &= (np.abs(base) < _FARTHEST) & (stamps >= 0) & (stamps < _LATEST)
    if not fits.all():
        good[good] = fits
        values = values.reshape(-1, shape.numbers.size)[fits].ravel()
        rows, stamps, base = rows[fits], stamps[fits], base[fits]
    wordings, wording = shape.wordings, shape.wording[rows]
    if shape.converts:
        factor, shift = wordings.factors[wording], wordings.shifts[wording]
        values = converted(values, factor.ravel(), shift.ravel())
    at = np.rint(base * 1000).astype(np.int64)
    received = np.rint(stamps * 1000).astype(np.int64)
    channel = shape.channels[rows].ravel().astype(np.int64)
    record = wordings.records[wording].ravel()
    return good, received, channel, record, np.repeat(at, shape.numbers.size), values


def _compare(
    buffer: Bytes, numbers: _Numbers, rows: Ints, shape: Shape
) -> tuple[Ints, Ints, Bools]:
    """Where the numbers of each line begin and end, and whether the text between them fits."""
    size = shape.gap_lengths.shape[1]
    starts = numbers.starts[numbers.first[:, None] + np.arange(size)]
    # A number ends where the gap after it begins: before the next number, or the line's end.
    stops = np.empty_like(starts)
    stops[:, :-1] = starts[:, 1:]
    stops[:, -1] = numbers.ends
    stops -= shape.gap_lengths[rows]
    fits: Bools = (stops > starts).all(axis=1)
    # A gap longer than all before it has been told wrong already; it ends inside the margins.
    at = np.maximum(stops, 0).take(shape.block_numbers, axis=1) + shape.block_offsets
    blocks = np.ndarray(buffer.size - BLOCK + 1, f"V{BLOCK}", buffer.data, strides=(1,))
    text = blocks[at].view("<u8")
    texts = shape.wordings.texts
    common = texts.words.shape[1]
    for same in (
        texts.equal(text[:, :common], _few(shape.wording[rows])),
        shape.texts.equal(text[:, common:], rows),
    ):
        if not same.all():
            fits &= same.all(axis=1)
    return starts, np.maximum(stops, starts + 1), fits


def _few(wording: Ints) -> Ints:
    """The wordings of lines, as one row for all of them where it is the same."""
    return wording[:1] if wording.size and (wording == wording[0]).all() else wording


def _exact(frame: bytes, buffer: Bytes, starts: Ints, ends: Ints) -> tuple[Floats, Bools]:
    """Numbers as `float()` reads them, and which are numbers at all."""
    values, good = decimals(buffer, starts, ends)
    for index in np.flatnonzero(~good).tolist():
        text = frame[int(starts[index]) - MARGIN : int(ends[index]) - MARGIN]
        # Long whole numbers are left to the decoder, which may keep them whole.
        if _NUMBER.fullmatch(text):
            values[index] = float(text)
            good[index] = math.isfinite(values[index])
    return values, good


def converted(values: Floats, factor: Floats, shift: Floats) -> Floats:
    """Values in their canonical unit, rounded as screening rounds them."""
    for index in np.flatnonzero(~np.isnan(factor)).tolist():
        values[index] = float(f"{values[index] * factor[index] + shift[index]:.12g}")
    return values


def _joined(parts: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    """The readings of all passes, by line."""
    if len(parts) == 1:
        return parts[0]
    if not parts:
        none = np.zeros(0, np.int64)
        return none, none, none, none, np.zeros(0)
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.argsort(columns[0], kind="stable")
    return tuple(column[order] for column in columns)
