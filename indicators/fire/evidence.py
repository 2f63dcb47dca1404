"""Evidence of fire in a row of readings; readings in, numbers out."""

import math
from collections.abc import Iterable

import numpy as np

from sensors.decimals import Floats

_DECIMALS = 6
"""Differences are rounded to this, far below what sensors resolve, so that edges are met."""


def steps_within(spacing_s: float, span_s: float) -> int:
    """How many whole steps between readings `spacing_s` apart fit into `span_s`.

    Example:
        >>> steps_within(60, 300), steps_within(120, 300), steps_within(300.1, 300)
        (5, 2, 0)
    """
    return int(span_s / spacing_s + 1e-9)


def rise_within(values: Floats, spacing_s: float, span_s: float) -> float | None:
    """Largest rise from a reading to a later one at most `span_s` after it.

    Args:
        values: Readings in the order of time, shape (readings,).
        spacing_s: Seconds between two of them, > 0.
        span_s: Longest time of the rise, s.

    Returns:
        ≥ 0 in the unit of the readings; None where no two readings are so close.

    Source: [D].

    Example:
        >>> rise_within(np.array([3.0, 1.0, 4.0, 2.0, 9.0]), 60, 120)
        7.0
    """
    lag = steps_within(spacing_s, span_s)
    if lag < 1 or values.size < 2:
        return None
    if lag >= values.size - 1:
        lowest = np.minimum.accumulate(values)
    else:
        padded = np.concatenate([np.full(lag, math.inf), values])
        lowest = np.lib.stride_tricks.sliding_window_view(padded, lag + 1).min(axis=1)
    return round(float((values - lowest).max()), _DECIMALS)


def rate_per_minute(values: Floats, spacing_s: float) -> float | None:
    """Quickest rise over a minute, or over one step where readings are further apart.

    Args:
        values: Readings in the order of time, shape (readings,).
        spacing_s: Seconds between two of them, > 0.

    Returns:
        Per minute, negative where they only fall; None where the readings span less.

    Source: [D].

    Example:
        >>> rate_per_minute(np.array([20.0, 22.0, 30.0]), 30)
        10.0
    """
    lag = max(1, math.ceil(60 / spacing_s - 1e-9))
    if values.size <= lag:
        return None
    minutes = lag * spacing_s / 60
    return round(float((values[lag:] - values[:-lag]).max()) / minutes, _DECIMALS)


def frames_at_least(values: Floats, least: float, frames: int) -> int:
    """Most readings ≥ `least` among any `frames` in a row.

    Example:
        >>> frames_at_least(np.array([70.0, 10.0, 60.0, 59.9, 80.0, 90.0]), 60, 5)
        3
    """
    if not values.size:
        return 0
    counts = (values >= least).astype(np.int64)
    width = min(frames, values.size)
    return int(np.lib.stride_tricks.sliding_window_view(counts, width).sum(axis=1).max())


def fused(probabilities: Iterable[float]) -> float:
    """Probability that at least one of independent pieces of evidence is true: 1 − ∏(1 − p).

    Source: [D].

    Example:
        >>> round(fused([0.7, 0.5]), 9)
        0.85
    """
    return round(1.0 - math.prod(1.0 - p for p in probabilities), 9)
