"""The forecaster of one series: what it makes of the course of a day, and of none."""

import math
import random

import pytest

from anomaly.horizon_model import BLEND
from anomaly.seasonal_forecast import SeasonalRecent

HOUR_MS = 3_600_000


def test_course_of_the_day_beats_persistence_and_says_its_skill():
    forecaster = SeasonalRecent((3600, 10800))
    source = random.Random(2)
    for n in range(24 * 60):
        value = 100 + 50 * math.sin(n / 12 * math.pi) + source.gauss(0, 3)
        forecaster.learn_one(n * HOUR_MS, value)
    for outlook in forecaster.outlooks() or ():
        assert outlook.method == BLEND
        assert outlook.skill is not None
        assert outlook.skill > 0.5
        assert outlook.cover == pytest.approx(0.8, abs=0.08)


def test_random_walk_is_not_forecast_worse_than_by_persistence():
    forecaster, source, value = SeasonalRecent((3600,)), random.Random(4), 0.0
    errors = [0.0, 0.0]
    for n in range(4000):
        made = forecaster.outlooks()
        step = source.gauss(0, 1)
        if made is not None and n > 500:
            errors[0] += abs(made[0].p50 - value - step)
            errors[1] += abs(step)
        value += step
        forecaster.learn_one(n * HOUR_MS, value)
    assert errors[0] <= 1.03 * errors[1]


def test_interval_is_right_four_times_of_five_for_noise_that_goes_with_the_hour():
    forecaster, source = SeasonalRecent((3600,)), random.Random(5)
    inside = asked = 0
    made = None
    for n in range(24 * 120):
        spread = 10.0 if 8 <= n % 24 < 20 else 1.0
        value = 100 + 50 * math.sin(n / 12 * math.pi) + source.gauss(0, spread)
        if made is not None and n > 24 * 40:
            asked += 1
            inside += made[0].p10 <= value <= made[0].p90
        forecaster.learn_one(n * HOUR_MS, value)
        made = forecaster.outlooks()
    assert 0.75 <= inside / asked <= 0.85


def test_week_ago_tells_what_one_weekday_alone_has():
    """Market day: one day of the week is unlike the other working days."""
    forecaster, source = SeasonalRecent((3600,)), random.Random(6)
    errors = [0.0, 0.0]
    made, value = None, 0.0
    for n in range(24 * 7 * 20):
        is_market = n // 24 % 7 == 5 and 7 <= n % 24 < 13
        before, value = value, 100.0 + (80.0 if is_market else 0.0) + source.gauss(0, 3)
        if made is not None and n > 24 * 7 * 12 and is_market and n % 24 == 7:
            errors[0] += abs(made[0].p50 - value)
            errors[1] += abs(before - value)
        forecaster.learn_one(n * HOUR_MS, value)
        made = forecaster.outlooks()
    assert errors[1] > 8 * 60
    assert errors[0] < 0.75 * errors[1]


def test_method_and_skill_are_told_for_each_horizon():
    forecaster, source = SeasonalRecent((3600, 7200, 10800)), random.Random(2)
    for n in range(24 * 20):
        forecaster.learn_one(
            n * HOUR_MS, 100 + 50 * math.sin(n / 12 * math.pi) + source.gauss(0, 3)
        )
    made = forecaster.outlooks() or ()
    assert [outlook.horizon for outlook in made] == [3600, 7200, 10800]
    assert all(outlook.method and outlook.skill is not None for outlook in made)
