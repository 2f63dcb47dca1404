"""Which cells of a block feed which pools: what the compiled twin of pooling reads beside the rows.

Terminals that declare alike feed the pools of their zones alike: blocks share a *pattern*, whose
pools count from one of the block's own. So what is read for each block fits the cache, however
many there are.
"""

from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from indicators.pooling import POOL, Places, exact
from indicators.reduction import Blocks
from sensors.decimals import Ints

FEED: Final = np.dtype(
    [
        *((name, np.int64) for name in ("column", "pool", "shift", "energetic")),
        ("scale", np.float64), ("promised", np.float64),
    ]
)  # fmt: skip
"""One member: its cell, its pool, and what `Blocks` and `Places` say of it."""
NOTHING: Final = np.array((0, 0, 0, np.iinfo(np.int64).min, np.inf, -np.inf, 0.0), POOL)
"""A pool before its first member."""


def feeds_of(
    places: Places, table: int, blocks: Blocks
) -> tuple[Ints, Ints, Ints, npt.NDArray[np.void]]:
    """What the blocks of a table feed.

    Args:
        places: Where members and pools are.
        table: Number of the table.
        blocks: Its blocks, each with a member at least.

    Returns:
        The pattern of each block and the pool that its pools count from; the first feed of each
        pattern and after the last one how many there are; the feeds (`FEED`), by column.
    """
    members = places.cell.size
    pool = np.repeat(np.arange(places.pool_first.size), np.diff(places.pool_first, append=members))
    some = np.flatnonzero(places.table == table)
    some = some[np.lexsort((pool[some], places.cell[some]))]
    block, column = np.divmod(places.cell[some], blocks.scale.shape[1])
    firsts = np.flatnonzero(np.diff(block, prepend=-1))
    base = np.minimum.reduceat(pool[some], firsts)
    feeds = np.empty(some.size, FEED)
    feeds["column"], feeds["pool"] = column, pool[some] - base[block]
    feeds["shift"], feeds["promised"] = places.shift[some], exact(places.promised[some])
    feeds["scale"], feeds["energetic"] = (
        blocks.scale[block, column],
        blocks.energetic[block, column],
    )
    patterns: dict[bytes, int] = {}
    pattern = [
        patterns.setdefault(feeds[first:end].tobytes(), len(patterns))
        for first, end in pairwise([*firsts.tolist(), some.size])
    ]
    sizes = [0, *(len(text) // FEED.itemsize for text in patterns)]
    return (
        np.array(pattern, np.int64), base, np.cumsum(sizes),
        np.frombuffer(bytearray().join(patterns), FEED),
    )  # fmt: skip
