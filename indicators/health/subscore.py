"""From a value to a score of 1 to 100, through published level edges."""

from collections.abc import Sequence
from itertools import pairwise


def subscore(points: Sequence[tuple[float, float]], value: float) -> float:
    """Piecewise-linear utility, clamped at both ends.

    Args:
        points: (value, score), ascending in value.
        value: In the sign's unit.

    Returns:
        1–100.

    Example:
        >>> subscore(((0.0, 100), (0.15, 75), (0.27, 55)), 0.21)
        65.0
    """
    if value <= points[0][0]:
        return points[0][1]
    for (x0, y0), (x1, y1) in pairwise(points):
        if value <= x1:
            return y0 + (y1 - y0) * (value - x0) / (x1 - x0)
    return points[-1][1]
