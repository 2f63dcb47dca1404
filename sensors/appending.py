"""Many rows at once: those that are newer than all before them in their group.

That they are newer is all the deduplication they need. The others (older, repeated, or of a group
that may come to its capacity, where it matters which row comes first) are for `RowStore.insert`.
"""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sensors.decimals import Bools, Floats, Ints
from sensors.growing import ranges
from sensors.row_store import RowStore, Sorted, by_group

Outcomes = npt.NDArray[np.int8]
"""What became of rows: `ADDED`, `REPEATED`, or 0 where it is for `RowStore.insert` to say."""
ADDED: Final = 1
REPEATED: Final = 2


class Rows(NamedTuple):
    """Rows in the order in which they came. Times are Unix ms.

    Attributes:
        group: Group of each row.
        at: Its event time.
        first: First reading of each row, and after the last row where its readings end.
        column: Cell of each reading in its row.
        value: In the canonical unit.
    """

    group: Ints
    at: Ints
    first: Ints
    column: Ints
    value: Floats


def append(store: RowStore, rows: Rows, is_odd: Bools, now: int) -> Outcomes:
    """Add the rows that are newer than all before them in their group.

    Args:
        store: Where.
        rows: The rows.
        is_odd: Rows that may be repeated, and else are for `insert`.
        now: Effective received of the first of them; rows of before it may be dropped by their age.

    Returns:
        What became of each row. Those that are repeated or out of order are left to `insert` here;
        the compiled twin takes them too.
    """
    plain = np.flatnonzero(~is_odd)
    groups, instants = rows.group[plain], rows.at[plain]
    order = np.argsort(groups, kind="stable")
    some = by_group(groups[order], instants[order])
    is_new = _newer(store, some) & ~_may_be_full(store, some, rows.group[is_odd])
    added = np.add.reduceat(is_new, some.firsts, dtype=np.int64) if plain.size else some.counts
    ensure(store, some, added, now)
    where = plain[order][is_new]
    _put(store, rows, where, added, some)
    found = np.zeros(rows.group.size, np.int8)
    found[where] = ADDED
    return found


def _newer(store: RowStore, rows: Sorted) -> Bools:
    """Which rows are newer than all before them in their group, and not forgotten."""
    group, instant, firsts, counts = rows
    heads = group[firsts]
    known = np.maximum(store.newest[heads], store.floor[heads] - 1)
    before = np.empty_like(instant)
    before[1:] = instant[:-1]
    before[firsts] = known
    is_new: Bools = instant > before
    if is_new.all():
        return is_new
    # The running maximum by group: groups are told apart by their rank in the high bits.
    since = instant - int(instant.min())
    rank = np.repeat(np.arange(firsts.size) << 40, counts)
    largest = np.maximum.accumulate(rank + since)
    before[1:] = largest[:-1]
    before[firsts] = -1
    return (rank + since > before) & (instant > np.repeat(known, counts))


def _may_be_full(store: RowStore, rows: Sorted, others: Ints) -> Bools:
    """Rows of groups that may come to their capacity with these and the others."""
    heads = rows.group[rows.firsts]
    coming = store.count[heads] + rows.counts
    if others.size:
        coming = coming + np.bincount(others, minlength=len(store))[heads]
    full: Bools = np.repeat(coming > store.capacity[heads], rows.counts)
    return full


def ensure(store: RowStore, rows: Sorted, added: Ints, now: int) -> None:
    """Room for `added` rows in each group, and epochs that reach from the first to the last."""
    if not rows.firsts.size:
        return
    heads = rows.group[rows.firsts]
    oldest = np.minimum.reduceat(rows.instant, rows.firsts)
    latest = np.maximum.reduceat(rows.instant, rows.firsts)
    lacking = store.lacks_room(heads, added, oldest, latest) & (added > 0)
    if lacking.any():
        nows = np.full(int(lacking.sum()), now)
        store.make_room(heads[lacking], added[lacking], nows, oldest[lacking])


def _put(store: RowStore, rows: Rows, where: Ints, added: Ints, some: Sorted) -> None:
    """Write rows, which are sorted by group, behind those of their groups."""
    group, instant = rows.group[where], rows.at[where]
    width = store.width[group]
    place = store.count[group] + ranges(np.zeros_like(added), added)
    cell = store.cell[group] + place * width
    store.since_epoch[store.row[group] + place] = instant - store.epoch[group]
    sizes = rows.first[where + 1] - rows.first[where]
    partly = np.flatnonzero(sizes < width)
    if partly.size:
        store.values[ranges(cell[partly], width[partly])] = np.nan
    index = ranges(rows.first[where], sizes)
    store.values[np.repeat(cell, sizes) + rows.column[index]] = rows.value[index]
    heads = some.group[some.firsts]
    store.count[heads] += added
    has_some = added > 0
    store.newest[heads[has_some]] = instant[np.cumsum(added)[has_some] - 1]
