"""Finding rows of many groups at once. Times are Unix ms; a row's place counts within its group."""

from typing import Final

import numpy as np

from sensors.decimals import Ints
from sensors.growing import ranges
from sensors.regions import NEVER, SPAN, Regions

_FEW: Final = 64
"""Up to so many rows a span is found by looking at all of them."""
_MANY: Final = 256
"""From so many searches on, those of one group are worth being done together."""
_SO_MANY_ROWS: Final = 8
"""Where there are more rows a search, copying them takes longer than looking among them."""
_GROUP_BITS: Final = 33
"""More than an instant since the epoch and -1 need."""


def span(regions: Regions, groups: Ints, low: Ints, high: Ints, guess: int) -> tuple[Ints, Ints]:
    """The rows of each group with low <= instant < high, as (first, after the last).

    Args:
        regions: The rows.
        groups: Groups, any number of times each.
        low: First instant of each span.
        high: First instant after it.
        guess: How many of the newest rows the spans probably lie in.
    """
    epoch, count = regions.epoch[groups], regions.count[groups]
    bottom, top = np.clip(low - epoch, -1, SPAN), np.clip(high - epoch, -1, SPAN)
    if guess > _FEW or not groups.size:
        both = _places(regions, np.tile(groups, 2), np.concatenate((bottom, top)))
        return both[: groups.size], both[groups.size :]
    size = min(guess, int(count.max()))
    place = (count - size)[:, None] + np.arange(size)
    rows = regions.since_epoch[regions.row[groups][:, None] + np.maximum(place, 0)]
    is_row = place >= 0
    before = np.maximum(count - size, 0)
    first = before + ((rows < bottom[:, None]) & is_row).sum(axis=1)
    last = before + ((rows < top[:, None]) & is_row).sum(axis=1)
    missed = np.flatnonzero((first == before) & (before > 0))
    if missed.size:
        first[missed] = regions.places(groups[missed], bottom[missed])
        last[missed] = regions.places(groups[missed], top[missed])
    return first, last


def _places(regions: Regions, groups: Ints, since_epoch: Ints) -> Ints:
    """How many rows of each group are before an instant since its epoch."""
    if groups.size >= _MANY:
        heads = np.flatnonzero(np.bincount(groups))
        known = regions.count[heads]
        if int(known.sum()) <= _SO_MANY_ROWS * groups.size:
            return _search(regions, heads, known, groups, since_epoch)
    return regions.places(groups, since_epoch)


def _search(regions: Regions, heads: Ints, rows: Ints, groups: Ints, since_epoch: Ints) -> Ints:
    """As `_places`, in the rows of all groups together: the high bits tell groups apart."""
    places = ranges(regions.row[heads], rows)
    known = np.repeat(np.arange(heads.size) << _GROUP_BITS, rows) + regions.since_epoch[places]
    which = heads.searchsorted(groups)
    found = known.searchsorted((which << _GROUP_BITS) + since_epoch)
    before: Ints = np.cumsum(rows) - rows
    return found - before[which]


def instants_of(regions: Regions, groups: Ints, places: Ints) -> Ints:
    """Event time of rows."""
    found: Ints = regions.since_epoch[regions.row[groups] + places] + regions.epoch[groups]
    return found


def cells_of(regions: Regions, groups: Ints, places: Ints) -> Ints:
    """All cells of rows, row after row."""
    width = regions.width[groups]
    return ranges(regions.cell[groups] + places * width, width)


def newest_in(regions: Regions, group: int, column: int) -> int:
    """The newest instant with a value in one cell; `NEVER` where there is none."""
    count, width = int(regions.count[group]), int(regions.width[group])
    cell = int(regions.cell[group])
    filled = np.flatnonzero(~np.isnan(regions.values[cell + column : cell + count * width : width]))
    if not filled.size:
        return NEVER
    row = int(regions.row[group]) + int(filled[-1])
    return int(regions.since_epoch[row]) + int(regions.epoch[group])
