"""Tests of a series of readings in the manner of QARTOD: readings in, one flag each out.

Flags and tests are those of the QARTOD manuals [M]; figures are given by the caller.
"""

from enum import IntEnum

import numpy as np

from sensors.decimals import Floats, Ints


class Flag(IntEnum):
    """QARTOD's primary flags [M]."""

    PASS = 1
    NOT_EVALUATED = 2
    SUSPECT = 3
    FAIL = 4
    MISSING = 9


def gross_range(values: Floats, low: float | None, high: float | None) -> Ints:
    """Readings outside [low, high] fail.

    Args:
        values: Readings, shape (readings,).
        low: Least value that passes; None is without limit.
        high: Largest value that passes.

    Returns:
        `Flag` of each reading, shape (readings,).

    Example:
        >>> gross_range(np.array([-1.0, 0.0, 5.0, 5.1]), 0, 5).tolist()
        [4, 1, 1, 4]
    """
    flags = np.full(values.size, Flag.PASS, np.int64)
    if low is not None:
        flags[values < low] = Flag.FAIL
    if high is not None:
        flags[values > high] = Flag.FAIL
    return flags


def spike(values: Floats, suspect: float, fail: float | None = None) -> Ints:
    """Readings that stand out from the mean of their two neighbours.

    Args:
        values: Readings in the order of time, shape (readings,).
        suspect: Distance above which a reading is suspect.
        fail: Above which it fails; None never.

    Returns:
        `Flag` of each reading; the first and the last are not evaluated.

    Example:
        >>> spike(np.array([1.0, 1.0, 9.0, 1.0, 1.0]), 3, 7).tolist()
        [2, 3, 4, 3, 2]
    """
    flags = np.full(values.size, Flag.NOT_EVALUATED, np.int64)
    if values.size < 3:
        return flags
    distance = np.round(np.abs(values[1:-1] - (values[:-2] + values[2:]) / 2), 6)
    flags[1:-1] = np.where(distance > suspect, Flag.SUSPECT, Flag.PASS)
    if fail is not None:
        flags[1:-1][distance > fail] = Flag.FAIL
    return flags


def rate_of_change(values: Floats, spacing_s: float, most_per_min: float) -> Ints:
    """Readings that changed more quickly than they can are suspect.

    Args:
        values: Readings in the order of time, shape (readings,).
        spacing_s: Seconds between two of them, > 0.
        most_per_min: Largest change per minute that passes.

    Returns:
        `Flag` of each reading; the first is not evaluated.

    Example:
        >>> rate_of_change(np.array([0.0, 1.0, 3.0]), 30, 2).tolist()
        [2, 1, 3]
    """
    flags = np.full(values.size, Flag.NOT_EVALUATED, np.int64)
    rate = np.round(np.abs(np.diff(values)) * (60 / spacing_s), 6)
    flags[1:] = np.where(rate > most_per_min, Flag.SUSPECT, Flag.PASS)
    return flags


def flat_line(
    values: Floats, suspect: int | None, fail: int | None, within: float = 0.0,
    resting: float | None = None,
) -> Ints:  # fmt: skip
    """Readings that end a row of so many alike.

    Args:
        values: Readings in the order of time, shape (readings,).
        suspect: Length of a row, itself included, that is suspect; ≥ 2, None never.
        fail: Length that fails.
        within: Readings whose row spans no more than this are alike.
        resting: Values up to this may stay as they are.

    Returns:
        `Flag` of each reading; those too early to have ended such a row are not evaluated.

    Example:
        >>> flat_line(np.array([0.0, 0.0, 0.0, 5.0, 5.0, 5.0]), 2, 3, resting=0.0).tolist()
        [2, 1, 1, 1, 3, 4]
    """
    flags = np.full(values.size, Flag.NOT_EVALUATED, np.int64)
    for length, flag in ((suspect, Flag.SUSPECT), (fail, Flag.FAIL)):
        if length is None or values.size < length:
            continue
        rows = np.lib.stride_tricks.sliding_window_view(values, length)
        highest = rows.max(axis=1)
        is_flat = np.round(highest - rows.min(axis=1), 6) <= within
        if resting is not None:
            is_flat &= highest > resting
        later = flags[length - 1 :]
        later[later == Flag.NOT_EVALUATED] = Flag.PASS
        later[is_flat] = flag
    return flags
