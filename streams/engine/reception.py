"""The full way through a line: every kind of line, every mistake, one record after the other."""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from sensors.city import City
from sensors.directory import Directory
from sensors.layout import layout_of
from sensors.ledger import UNKNOWN, Ledger
from sensors.line import Line, decode_line, received_ms, stamp_of
from sensors.reason import Reason
from sensors.screening import convert
from sensors.senml import Resolved, SenmlError, decode, records_of
from sensors.shape import Layout, ReadingPlace
from streams.engine.payload import payload_of

_EVER: Final = 2**61
"""Event times beyond this (ms) are cut to it: refused as they would be, and still whole numbers."""


class Reading(NamedTuple):
    """A reading whose name, unit and type are right.

    Attributes:
        turn: How often its channel came at its instant before, in its pack.
        group: Group of its channel.
        at: Event time, ms.
        column: Cell of its channel.
        channel: Its channel.
        record: Its record in the pack.
        value: In the canonical unit; may be out of range.
    """

    turn: int
    group: int
    at: int
    column: int
    channel: int
    record: int
    value: float


class Reception(NamedTuple):
    """What a line turned out to be.

    Attributes:
        received: Unix ms; None where the line does not say.
        terminal: Terminal of its topic; None in ticks and commands, `UNKNOWN` in broken lines.
        line: The line, or its bytes where it could not be read.
        records: The records of its pack.
        readings: Those that can be screened, in the order of rows.
        refused: Record and reason of those that cannot.
        whole: (reason, detail, records) where all of it is refused as one.
    """

    received: int | None
    terminal: str | None
    line: Line | bytes
    records: Sequence[Resolved] = ()
    readings: Sequence[Reading] = ()
    refused: Sequence[tuple[int, Reason]] = ()
    whole: tuple[Reason, str, int] | None = None


def receive(line: bytes, city: City, directory: Directory, strangers: Ledger) -> Reception:
    """Decode a line and book what can be booked without its stream time.

    Args:
        line: Its bytes.
        city: Who is known; zones of known terminals must be in the directory.
        directory: Numbers of terminals and channels; groups are opened in it.
        strangers: The ledger of what belongs to no known terminal.
    """
    try:
        decoded = decode_line(line)
        received = received_ms(decoded.received)
    except msgspec.DecodeError as error:
        return _whole(stamp_of(line), UNKNOWN, line, strangers, (Reason.BROKEN_LINE, str(error), 1))
    if decoded.terminal is None:
        return Reception(received, None, decoded)
    home = city.terminals.get(decoded.terminal)
    try:
        records = decode(payload_of(decoded))
    except SenmlError as error:
        whole = error.reason, error.detail, 1
        if home is None:
            return _whole(received, decoded.terminal, decoded, strangers, whole)
        return Reception(received, decoded.terminal, decoded, whole=whole)
    if home is None:
        detail = f"terminal {decoded.terminal!r} is not in the city pack"
        whole = Reason.UNKNOWN_TERMINAL, detail, len(records)
        return _whole(received, decoded.terminal, decoded, strangers, whole)
    readings, refused = _resolved(decoded.terminal, records, directory)
    return Reception(received, decoded.terminal, decoded, records, readings, refused)


def _whole(
    received: int | None,
    terminal: str,
    line: Line | bytes,
    strangers: Ledger,
    whole: tuple[Reason, str, int],
) -> Reception:
    account = strangers.account(UNKNOWN)
    reason, _, count = whole
    account.received += count
    for _ in range(count):
        strangers.refuse(account, reason)
    return Reception(received, terminal, line, whole=whole)


def _resolved(
    terminal: str, records: list[Resolved], directory: Directory
) -> tuple[list[Reading], list[tuple[int, Reason]]]:
    """The readings that can be screened, in the order of rows, and why the others cannot."""
    taken: list[tuple[int, int, float]] = []
    refused: list[tuple[int, Reason]] = []
    own = directory.terminal_of(terminal)
    for index, record in enumerate(records):
        channel = directory.channel_of(record.name)
        if channel is None or directory.terminal[channel] != own:
            is_own = record.name.startswith(f"{terminal}/")
            reason = Reason.UNKNOWN_QUANTITY if is_own else Reason.TERMINAL_MISMATCH
            refused.append((index, reason))
            continue
        value = convert(directory.about(channel), record.unit, record.value)
        if isinstance(value, Reason):
            refused.append((index, value))
        else:
            taken.append((index, channel, value))
    directory.group_up(channel for _, channel, _ in taken)
    return sorted(_readings(taken, records, directory)), refused


def _readings(
    taken: list[tuple[int, int, float]], records: list[Resolved], directory: Directory
) -> list[Reading]:
    seen: dict[tuple[int, int], int] = {}
    out = []
    for index, channel, value in taken:
        at = min(max(records[index].at, -_EVER), _EVER)
        turn = seen[channel, at] = seen.get((channel, at), -1) + 1
        group, column = int(directory.group[channel]), int(directory.column[channel])
        out.append(Reading(turn, group, at, column, channel, index, value))
    return out


def learned(
    line: bytes, reception: Reception, directory: Directory
) -> tuple[Layout, list[ReadingPlace]] | None:
    """The layout of a line, where all its records are readings of known units."""
    about = reception.line
    if isinstance(about, bytes) or not about.pack or not reception.records:
        return None
    placed = [_placed(reception, index, directory) for index in range(len(reception.records))]
    places = sorted(place for place in placed if place is not None)
    is_whole = len(places) == len(placed)
    if not is_whole or len({place.channel for place in places}) != len(places):
        return None
    layout = layout_of(line, records_of(about.pack))
    if layout is None:
        return None
    return layout, [
        ReadingPlace(layout.values[p.record], p.channel, p.record, p.factor, p.shift)
        for p in places
    ]


class _Placed(NamedTuple):
    """A record whose reading has a place whatever its value; in the order of groups and cells."""

    group: int
    column: int
    channel: int
    record: int
    factor: float
    shift: float


def _placed(reception: Reception, index: int, directory: Directory) -> _Placed | None:
    record = reception.records[index]
    channel = directory.channel_of(record.name)
    if channel is None or record.value is None or directory.group[channel] < 0:
        return None
    units = directory.about(channel).units
    is_own = directory.terminal[channel] == directory.terminal_of(reception.terminal or "")
    if not is_own or record.unit not in units:
        return None
    factor, shift = units[record.unit] or (math.nan, 0.0)
    group, column = int(directory.group[channel]), int(directory.column[channel])
    return _Placed(group, column, channel, index, factor, shift)
