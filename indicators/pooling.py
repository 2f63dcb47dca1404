"""Members of one quantity as one: the columns of pools, from the cells of tables."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from indicators.reduction import Table
from sensors.decimals import Floats, Ints
from sensors.quantity import Quantity


class Pool(NamedTuple):
    """The members [first, end) of one sign that have one quantity."""

    number: int
    quantity: Quantity
    first: int
    end: int


class Places(NamedTuple):
    """Where members and pools are among the cells of the tables.

    Attributes:
        terminals: Terminal of each member.
        pools: All pools, by number.
        pools_of: The pools of each sign.
        expected: Readings that each sign should have.
        table: Table of each member.
        cell: Its cell there, in the first round.
        size: Cells of that table, of one round.
        shift: By how much (ms) its stamps are shifted.
        promised: Readings that it should have.
        pool_first: First member of each pool.
    """

    terminals: Sequence[str]
    pools: Sequence[Pool]
    pools_of: Sequence[Sequence[Pool]]
    expected: Sequence[float]
    table: Ints
    cell: Ints
    size: Ints
    shift: Ints
    promised: Floats
    pool_first: Ints


class Columns(NamedTuple):
    """What pools come to, round by round; all of shape (rounds, pools).

    Attributes:
        readings: How many there are.
        low: Smallest value, +inf without a reading.
        high: Largest value, -inf without a reading.
        steps: Sum of round(value × scale).
        newest: Instant of the last reading, shifted into the window, ms; far past without one.
        arrived: Readings that were expected and came.
    """

    readings: Ints
    low: Floats
    high: Floats
    steps: Ints
    newest: Ints
    arrived: Floats


def pool_columns(places: Places, tables: Sequence[Table], rounds: int) -> Columns:
    """The columns of all pools.

    Args:
        places: Where their members are.
        tables: What their cells came to, round after round.
        rounds: How many rounds there are.
    """
    before = np.cumsum([0, *(table.count.size for table in tables)])[places.table]
    # Shape (rounds, members).
    cell = before + places.cell + np.outer(np.arange(rounds), places.size)
    cells = np.concatenate([table.cells.ravel() for table in tables])[cell]
    count, low, high, steps, newest = (
        cells[name] for name in ("count", "low", "high", "steps", "newest")
    )
    columns: list[tuple[np.ufunc, Any]] = [
        (np.add, count), (np.minimum, low), (np.maximum, high), (np.add, steps),
        (np.maximum, newest - places.shift), (np.add, np.minimum(count, places.promised)),
    ]  # fmt: skip
    first = places.pool_first
    if first.size == count.shape[1]:
        return Columns(*(column for _, column in columns))
    return Columns(*(ufunc.reduceat(column, first, axis=1) for ufunc, column in columns))
