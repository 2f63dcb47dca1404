"""The damped trend: what it learns, what it says, how it goes on after a restart."""

import math

import pytest

from anomaly.damped_trend import DampedTrend

MINUTE = 60_000


def risen(minutes=30, per_minute=0.005):
    trend = DampedTrend()
    for minute in range(minutes):
        trend.learn_one(minute * MINUTE, minute * per_minute)
    return trend


def test_nothing_learnt_nothing_said():
    assert DampedTrend().outlooks((600,), (0.15,)) is None


def test_a_rise_goes_on_but_fades():
    now, soon, later = risen().outlooks((1, 600, 3600), (0.15, 0.27))
    assert now.p50 == pytest.approx(0.145, abs=0.01)
    assert 0.15 < soon.p50 < 0.145 + 0.05
    assert soon.p50 < later.p50 < 0.145 + 0.3
    assert later.p90 - later.p10 > soon.p90 - soon.p10 > now.p90 - now.p10
    assert later.exceed[0] > later.exceed[1]


def test_still_water_stays_and_never_falls_below_the_ground():
    trend = risen(60, 0.0)
    (outlook,) = trend.outlooks((3600,), (0.15,))
    assert outlook.p10 == 0.0
    assert outlook.p50 == pytest.approx(0.0, abs=0.01)


def test_what_is_no_number_or_late_is_passed_over():
    trend = risen()
    before = trend.dump()
    trend.learn_one(40 * MINUTE, math.nan)
    trend.learn_one(3 * MINUTE, 0.4)
    assert trend.dump() == before


def test_goes_on_identically_after_a_restart():
    trend, again = risen(), DampedTrend()
    again.load(trend.dump())
    for one in (trend, again):
        one.learn_one(33 * MINUTE, 0.2)
    assert trend.outlooks((600,), (0.15,)) == again.outlooks((600,), (0.15,))


def test_another_version_is_refused():
    with pytest.raises(ValueError, match="version"):
        DampedTrend().load(b"\x95\x63\xc0\x00\x00\x00")
