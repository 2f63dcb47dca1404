"""A frame as columns: its lines, their readings, and the rows that the readings make."""

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

import numpy as np

from indicators.lags import Lags
from sensors.appending import Rows
from sensors.city import City
from sensors.decimals import Bools, Floats, Ints
from sensors.directory import Directory
from sensors.frame_reader import Scanned
from sensors.layout import LayoutTable
from sensors.ledger import Ledger
from sensors.native.scanning import scanner
from sensors.native.sifting import sieve
from sensors.reason import Reason
from sensors.screening import time_reason
from sensors.sifting import Columns
from streams.engine.reception import Reading, Reception, learned, receive

_MANY: Final = 8
"""From so many unknown lines in a frame on it is read a second time, with what was learned."""


class Incoming(NamedTuple):
    """A frame. Times are Unix ms; a *row* is the readings of one group at one instant in a line.

    Attributes:
        frame: Its bytes.
        starts: Position of each line.
        ends: Position after it.
        layout: Layout of each line, -1 where it was decoded in full.
        effective: Effective received of each line.
        receptions: Lines that were decoded in full.
        refused: Line → record and reason of readings that were screened out.
        channel: Channel of each reading.
        column: Its cell in a row of its group.
        record: Its record in the pack.
        value: In the canonical unit.
        row_first: First reading of each row, and after the last row how many readings there are.
        row_line: Line of each row, ascending.
        row_group: Group of each row.
        row_at: Event time of each row.
    """

    frame: bytes
    starts: Ints
    ends: Ints
    layout: Ints
    effective: Ints
    receptions: dict[int, Reception]
    refused: dict[int, list[tuple[int, Reason]]]
    channel: Ints
    column: Ints
    record: Ints
    value: Floats
    row_first: Ints
    row_line: Ints
    row_group: Ints
    row_at: Ints

    def line(self, index: int) -> bytes:
        """The bytes of a line."""
        return self.frame[int(self.starts[index]) : int(self.ends[index])]

    def rows(self, first: int, last: int) -> tuple[Rows, int, int]:
        """Some rows; their first reading, and where their readings end."""
        begins = self.row_first[first : last + 1]
        some = slice(first, last)
        rows = Rows(self.row_group[some], self.row_at[some], begins, self.column, self.value)
        return rows, int(begins[0]), int(begins[-1])


class FrameIntake:
    """Reads frames: known layouts at once, all other lines one by one.

    Args:
        city: Who is known.
        directory: Numbers of terminals and channels.
        strangers: The ledger of what belongs to no known terminal.
        open_terminal: Called with each known terminal that a line names, before it is resolved.
        lags: Is told how far behind packs are; None where no sign asks.
    """

    def __init__(
        self,
        city: City,
        directory: Directory,
        strangers: Ledger,
        open_terminal: Callable[[str], None],
        lags: Lags | None = None,
    ) -> None:
        self._city, self._directory, self._strangers = city, directory, strangers
        self._open_terminal, self._lags = open_terminal, lags
        self.layouts = LayoutTable()
        self._scan = scanner(self.layouts)
        self._sieve = sieve(directory)

    def read(self, frame: bytes, now: int) -> Incoming:
        """Read a frame.

        Args:
            frame: Lines separated by LF.
            now: Stream time before it.
        """
        scanned, receptions = self._lines(frame)
        stamps = scanned.received
        for index, reception in receptions.items():
            stamps[index] = reception.received or 0
        effective = np.maximum.accumulate(np.maximum(stamps, now))
        columns = _columns(scanned, receptions)
        if self._lags is not None:
            self._lags.note(columns.channel, columns.line, columns.at, effective, now)
        good = self._sieve.screen(columns, effective)
        refused = self._refused(columns, good, effective, receptions)
        sifted = self._sieve.rows(columns, good)
        return Incoming(
            frame, scanned.starts, scanned.ends, scanned.layout, effective, receptions, refused,
            *sifted,
        )  # fmt: skip

    def _lines(self, frame: bytes) -> tuple[Scanned, dict[int, Reception]]:
        """Its lines: what known layouts say, and what the others are."""
        scanned = self._scan(frame)
        unknown = _unknown(scanned)
        if len(unknown) < _MANY:
            return scanned, {index: self._receive(scanned.text(frame, index)) for index in unknown}
        # A terminal that is new sends more than one line of a kind: what is learned from the first
        # reads the others.
        firsts: dict[bytes, int] = {}
        for index in unknown:
            firsts.setdefault(scanned.text(frame, index).partition(b",")[0], index)
        known = len(self.layouts)
        found = {index: self._receive(scanned.text(frame, index)) for index in firsts.values()}
        if len(self.layouts) > known:
            scanned = self._scan(frame)
        receptions = {
            index: found.get(index) or self._receive(scanned.text(frame, index))
            for index in _unknown(scanned)
        }
        return scanned, receptions

    def _receive(self, line: bytes) -> Reception:
        reception = receive(line, self._city, self._directory, self._strangers)
        if reception.terminal in self._city.terminals:
            terminal = reception.terminal
            if self._directory.terminal_of(terminal) is None:
                self._open_terminal(terminal)
                reception = receive(line, self._city, self._directory, self._strangers)
            known = learned(line, reception, self._directory)
            number = self._directory.terminal_of(terminal)
            if known is not None and number is not None:
                self.layouts.add(known[0], number, known[1])
        return reception

    def _refused(
        self, columns: Columns, good: Bools, effective: Ints, receptions: dict[int, Reception]
    ) -> dict[int, list[tuple[int, Reason]]]:
        """Line → record and reason of what cannot be taken."""
        refused = {i: list(r.refused) for i, r in receptions.items() if r.refused}
        for index in np.flatnonzero(~good).tolist():
            about = self._directory.about(int(columns.channel[index]))
            at, line = int(columns.at[index]), int(columns.line[index])
            low, high = about.quantity.low, about.quantity.high
            is_in_range = low <= float(columns.value[index]) <= high
            reason = time_reason(about, at, int(effective[line])) if is_in_range else None
            refused.setdefault(line, []).append(
                (int(columns.record[index]), reason or Reason.OUT_OF_RANGE)
            )
        return refused


def _unknown(scanned: Scanned) -> list[int]:
    """The lines that have no known layout."""
    found: list[int] = np.flatnonzero(scanned.layout < 0).tolist()
    return found


def _columns(scanned: Scanned, receptions: dict[int, Reception]) -> Columns:
    """The readings of all lines, those that were decoded in full among the others."""
    quick = Columns(scanned.line, scanned.channel, scanned.record, scanned.at, scanned.value, None)
    full: list[tuple[int, Reading]] = [
        (index, reading) for index, found in receptions.items() for reading in found.readings
    ]
    if not full:
        return quick
    slow = Columns(
        np.array([index for index, _ in full], np.int64),
        np.array([reading.channel for _, reading in full], np.int64),
        np.array([reading.record for _, reading in full], np.int64),
        np.array([reading.at for _, reading in full], np.int64),
        np.array([reading.value for _, reading in full], np.float64),
        np.array([reading.turn for _, reading in full], np.int64),
    )
    quick = quick._replace(turn=np.zeros(scanned.line.size, np.int64))
    pairs: Iterable[Any] = zip(quick, slow, strict=True)
    both = Columns(*map(np.concatenate, pairs))
    return both.at_places(np.argsort(both.line, kind="stable"))
