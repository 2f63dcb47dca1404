"""Members of one quantity as one: pools, from the cells of tables."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from indicators.reduction import CELL, Table
from indicators.window import energy_sums
from sensors.decimals import Floats, Ints
from sensors.quantity import Quantity

_PARTS: Final = 2.0**20


def exact(promised: Floats) -> Floats:
    """Promised readings to a millionth or so: sums of such numbers are the same in any order.

    Example:
        >>> exact(np.array([6.0, 0.1])).tolist()
        [6.0, 0.10000038146972656]
    """
    found: Floats = np.rint(promised * _PARTS) / _PARTS
    return found


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


POOL: Final = np.dtype(
    [*((name, CELL[name]) for name in CELL.names or ()), ("arrived", np.float64)]
)
"""What the members of a pool come to, as `CELL` of one: `newest` is shifted into the window and far
past without a reading; `arrived` are the readings that were expected and came."""


def pool_members(places: Places, tables: Sequence[Table], rounds: int) -> npt.NDArray[np.void]:
    """The members of each pool as one.

    Args:
        places: Where they are.
        tables: What their cells came to, round after round.
        rounds: How many rounds there are.

    Returns:
        Records (`POOL`) of shape (rounds, pools).
    """
    before = np.cumsum([0, *(table.count.size for table in tables)])[places.table]
    # Shape (rounds, members).
    cell = before + places.cell + np.outer(np.arange(rounds), places.size)
    cells = np.concatenate([table.cells.ravel() for table in tables])[cell]
    count = cells["count"]
    columns: dict[str, tuple[np.ufunc, Any]] = {
        **{name: (np.add, cells[name]) for name in ("count", "steps")},
        "newest": (np.maximum, cells["newest"] - places.shift),
        "low": (np.minimum, cells["low"]),
        "high": (np.maximum, cells["high"]),
        "arrived": (np.add, np.minimum(count, exact(places.promised))),
    }
    found = np.empty((rounds, places.pool_first.size), POOL)
    for name, (ufunc, column) in columns.items():
        found[name] = ufunc.reduceat(column, places.pool_first, axis=1)
    first = np.arange(rounds)[:, np.newaxis] * cell.shape[1] + places.pool_first
    found["energy"] = energy_sums(cells["energy"].ravel(), first.ravel()).reshape(rounds, -1)
    return found
