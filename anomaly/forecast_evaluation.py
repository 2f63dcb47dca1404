"""How good forecasts were, once their truths are known, beside what anybody could have said."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

import msgspec

WEEK_MS: Final = 7 * 24 * 3_600_000
_DAMPING: Final = 0.8
"""By which each further step of a trend is less than the one before."""


class Made(NamedTuple):
    """A forecast: of which series, when it was made, how far it reaches, and what it said."""

    zone: str
    indicator: str
    made_at: int
    horizon: int
    p10: float
    p50: float
    p90: float


class Row(msgspec.Struct, frozen=True):
    """The forecasts of one sign at one horizon. Errors are mean absolute ones, in the sign's unit.

    Attributes:
        indicator: The vital sign.
        horizon: s.
        count: Forecasts whose truth is known.
        error: Of the median.
        cover: Share of the truths between p10 and p90.
        persistence: Error of the last value.
        trend: Error of the last step going on, each step less than the one before.
        last_week: Error of the same time a week before; None where no week is known.
        error_with_week: Error of the median where a week before is known, to go with it.
    """

    indicator: str
    horizon: int
    count: int
    error: float
    cover: float
    persistence: float
    trend: float
    last_week: float | None
    error_with_week: float | None

    def skills(self) -> tuple[float | None, float | None, float | None]:
        """1 − error ÷ that of persistence, trend and last week: above 0 it is better.

        None where it cannot be told.
        """
        return (
            _skill(self.error, self.persistence),
            _skill(self.error, self.trend),
            _skill(self.error_with_week, self.last_week),
        )


def _skill(error: float | None, baseline: float | None) -> float | None:
    return None if error is None or not baseline else 1.0 - error / baseline


class _Sums:
    """What a row is made of."""

    def __init__(self) -> None:
        self.count = self.inside = self.weeks = 0
        self.error = self.last = self.trend = self.week = self.error_with_week = 0.0


Truths = Mapping[tuple[str, str], Mapping[int, float]]
"""(zone, sign) → window end, Unix ms → value."""


def evaluate(truths: Truths, forecasts: Iterable[Made]) -> list[Row]:
    """Compare forecasts with what came.

    Args:
        truths: Values in their last revision.
        forecasts: In any order; those whose truth is not known are passed over.

    Returns:
        A row for each sign and horizon, by these.
    """
    sums: dict[tuple[str, int], _Sums] = defaultdict(_Sums)
    for made in forecasts:
        series = truths.get((made.zone, made.indicator), {})
        target = made.made_at + 1000 * made.horizon
        truth, last = series.get(target), series.get(made.made_at)
        if truth is not None and last is not None:
            _add(sums[made.indicator, made.horizon], made, series, truth, last)
    return [_row(*key, found) for key, found in sorted(sums.items())]


def _add(sums: _Sums, made: Made, series: Mapping[int, float], truth: float, last: float) -> None:
    error = abs(made.p50 - truth)
    sums.count += 1
    sums.error += error
    sums.inside += made.p10 <= truth <= made.p90
    sums.last += abs(last - truth)
    sums.trend += abs(_trend(made, series, last) - truth)
    week = series.get(made.made_at + 1000 * made.horizon - WEEK_MS)
    if week is not None:
        sums.weeks += 1
        sums.week += abs(week - truth)
        sums.error_with_week += error


def _trend(made: Made, series: Mapping[int, float], last: float) -> float:
    """The step of the last ten minutes, or of the last hour, going on and fading."""
    for step_s in (600, 3600):
        before = series.get(made.made_at - 1000 * step_s)
        if before is not None:
            steps = made.horizon / step_s
            reached: float = (1.0 - _DAMPING**steps) / (1.0 - _DAMPING)
            return last + (last - before) * reached
    return last


def _row(indicator: str, horizon: int, sums: _Sums) -> Row:
    count, weeks = sums.count, sums.weeks
    return Row(
        indicator, horizon, count, sums.error / count, sums.inside / count, sums.last / count,
        sums.trend / count, sums.week / weeks if weeks else None,
        sums.error_with_week / weeks if weeks else None,
    )  # fmt: skip
