"""How reliable a device was over a span of time; seconds in, numbers out."""

from collections.abc import Sequence


def availability(up_s: float, down_s: float) -> float | None:
    """Share of time that a device worked, 0–1: up/(up + down); None where no time passed.

    Source: standard reliability theory; domain notes section 7 [D].

    Example:
        >>> availability(90, 10)
        0.9
    """
    total = up_s + down_s
    return up_s / total if total > 0 else None


def mtbf(up_s: float, failures: int) -> float | None:
    """Mean time between failures, s: up time over failures; None without a failure.

    Example:
        >>> mtbf(7200, 2)
        3600.0
    """
    return up_s / failures if failures else None


def mttr(down_s: float, repairs: int) -> float | None:
    """Mean time to repair, s: down time of repaired outages over their number; None without one.

    Example:
        >>> mttr(600, 3)
        200.0
    """
    return down_s / repairs if repairs else None


def down_time(outages: Sequence[tuple[float, float]], start: float, end: float) -> float:
    """Time within a span that outages cover, s; those that overlap count once.

    Args:
        outages: (start, end) of each, in any order; s.
        start: Start of the span, s.
        end: End of the span, s.

    Example:
        >>> down_time([(-5, 10), (5, 20), (90, 200)], 0, 100)
        30.0
    """
    total, covered = 0.0, start
    for begin, finish in sorted(outages):
        begin, finish = max(begin, covered), min(finish, end)  # noqa: PLW2901 - clipped to the span
        if finish > begin:
            total += finish - begin
            covered = finish
    return total
