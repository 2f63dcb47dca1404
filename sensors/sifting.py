"""Readings of a frame: which pass range and time, and the rows that those make."""

from typing import Any, NamedTuple

import numpy as np

from sensors.decimals import Bools, Floats, Ints
from sensors.directory import Directory
from sensors.screening import is_plausible


class Columns(NamedTuple):
    """Readings by line, within a line by group, instant and cell. Times are Unix ms.

    Attributes:
        line: Line of each reading, ascending.
        channel: Its channel.
        record: Its record in the pack.
        at: Its event time.
        value: In the canonical unit.
        turn: Tells apart what came twice at one instant in one pack; None where nothing did.
    """

    line: Ints
    channel: Ints
    record: Ints
    at: Ints
    value: Floats
    turn: Ints | None

    def at_places(self, places: Ints | Bools) -> "Columns":
        """The readings at some places only."""
        some: list[Any] = [None if column is None else column[places] for column in self]
        return Columns(*some)


class Sifted(NamedTuple):
    """The readings that passed. A *row* is the readings of one group at one instant in a line.

    Attributes:
        channel: Channel of each reading.
        column: Its cell in a row of its group.
        record: Its record in the pack.
        value: In the canonical unit.
        row_first: First reading of each row, and after the last row how many readings there are.
        row_line: Line of each row, ascending.
        row_group: Group of each row.
        row_at: Event time of each row, Unix ms.
    """

    channel: Ints
    column: Ints
    record: Ints
    value: Floats
    row_first: Ints
    row_line: Ints
    row_group: Ints
    row_at: Ints


class Sieve:
    """Sifts the readings of frames.

    Args:
        directory: What is known of channels.
    """

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def screen(self, columns: Columns, effective: Ints) -> Bools:
        """Which readings pass range and time.

        Args:
            columns: The readings.
            effective: Effective received of each line, Unix ms.
        """
        directory = self._directory
        sort = directory.sort[columns.channel]
        return is_plausible(
            columns.value, columns.at, effective[columns.line],
            directory.low[sort], directory.high[sort], directory.horizon[sort],
        )  # fmt: skip

    def rows(self, columns: Columns, good: Bools) -> Sifted:
        """The readings that passed and their rows.

        Args:
            columns: All readings.
            good: Which of them passed.
        """
        if not good.all():
            columns = columns.at_places(good)
        line, at = columns.line, columns.at
        group = self._directory.group[columns.channel].astype(np.int64)
        begins = np.ones(line.size, np.bool_)
        begins[1:] = (line[1:] != line[:-1]) | (group[1:] != group[:-1]) | (at[1:] != at[:-1])
        if columns.turn is not None:
            begins[1:] |= columns.turn[1:] != columns.turn[:-1]
        firsts = np.flatnonzero(begins)
        column = self._directory.column[columns.channel].astype(np.int64)
        return Sifted(
            columns.channel, column, columns.record, columns.value,
            np.append(firsts, line.size), line[firsts], group[firsts], at[firsts],
        )  # fmt: skip
