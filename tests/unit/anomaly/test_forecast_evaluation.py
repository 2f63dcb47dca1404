"""Forecasts beside what came, and beside what anybody could have said; reckoned by hand."""

import pytest

from anomaly.forecast_evaluation import WEEK_MS, Made, evaluate

TEN_MIN = 600_000


def made(at, p50, horizon=600, spread=1.0):
    return Made("z", "s", at, horizon, p50 - spread, p50, p50 + spread)


def only(truths, *forecasts):
    (row,) = evaluate({("z", "s"): truths}, forecasts)
    return row


def test_errors_cover_and_persistence_are_means_over_forecasts_whose_truth_is_known():
    truths = {0: 10.0, TEN_MIN: 12.0, 2 * TEN_MIN: 20.0}
    row = only(truths, made(0, 11.5), made(TEN_MIN, 14.0), made(2 * TEN_MIN, 99.0))
    assert (row.count, row.error, row.cover, row.persistence) == (2, 3.25, 0.5, 5.0)
    assert row.last_week is None
    assert row.skills()[0] == pytest.approx(0.35)
    assert row.skills()[2] is None


def test_trend_is_the_last_step_going_on_and_fading():
    truths = {0: 1.0, TEN_MIN: 2.0, 3 * TEN_MIN: 3.8}
    row = only(truths, made(TEN_MIN, 3.8, horizon=1200))
    # 2 + 1 + 0.8
    assert row.trend == pytest.approx(0.0)
    assert (row.persistence, row.error) == pytest.approx((1.8, 0.0))


def test_last_week_is_compared_with_the_forecasts_that_have_one():
    truths = {0: 1.0, TEN_MIN: 5.0, WEEK_MS: 1.0, WEEK_MS + TEN_MIN: 6.0}
    row = only(truths, made(0, 9.0), made(WEEK_MS, 6.5))
    assert (row.error, row.error_with_week, row.last_week) == (2.25, 0.5, 1.0)
    assert row.skills()[2] == 0.5


def test_rows_are_by_sign_and_horizon():
    truths = {
        ("z", "a"): {0: 1.0, TEN_MIN: 1.0},
        ("z", "b"): {0: 1.0, TEN_MIN: 1.0, 2 * TEN_MIN: 1.0},
    }
    forecasts = [
        Made("z", sign, 0, horizon, 0.0, 1.0, 2.0)
        for sign, horizon in (("b", 1200), ("b", 600), ("a", 600), ("a", 1200))
    ]
    found = [(row.indicator, row.horizon) for row in evaluate(truths, forecasts)]
    assert found == [("a", 600), ("b", 600), ("b", 1200)]
