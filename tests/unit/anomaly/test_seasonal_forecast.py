"""The forecaster of one series: what it makes of the course of a day, and of none."""

import math
import random

import pytest

from anomaly.forecast_skill import PERSISTENCE
from anomaly.horizon_forecast import METHOD
from anomaly.seasonal_forecast import SeasonalRecent

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS


def asked(forecaster, rows, limits=()):
    """(outlooks or none, value, what came next) of [(local ms, value)]."""
    found = []
    for (at, value), (_, truth) in zip(rows, [*rows[1:], (0, math.nan)], strict=True):
        forecaster.learn_one(at, value)
        found.append((forecaster.outlooks(limits) or (), value, truth))
    return found


def hourly(values):
    return [(n * HOUR_MS, value) for n, value in enumerate(values)]


def a_wave(length, noise=3.0, seed=2, middle=100.0):
    source = random.Random(seed)
    return [
        middle + 50 * math.sin(n / 12 * math.pi) + source.gauss(0, noise) for n in range(length)
    ]


def test_course_of_the_day_beats_persistence_and_says_its_skill():
    forecaster = SeasonalRecent((3600, 10800))
    *_, (made, _, _) = asked(forecaster, hourly(a_wave(24 * 60)))
    assert len(made) == 2
    for outlook in made:
        assert outlook.method == METHOD
        assert outlook.skill is not None
        assert outlook.skill > 0.5
        assert outlook.cover == pytest.approx(0.8, abs=0.08)


def test_random_walk_is_not_forecast_worse_than_by_persistence():
    source, value, values = random.Random(4), 0.0, []
    for _ in range(4000):
        value += source.gauss(0, 1)
        values.append(value)
    rows = asked(SeasonalRecent((3600,)), hourly(values))[500:-1]
    ours = sum(abs(made[0].p50 - truth) for made, _, truth in rows)
    assert ours <= 1.03 * sum(abs(last - truth) for _, last, truth in rows)


def test_persistence_is_said_where_the_course_has_been_worse():
    """A day that shall be like all before stands still at a level where none ever was."""
    values = [*a_wave(24 * 60), *[300.0 + n % 2 / 1e3 for n in range(24 * 30)]]
    rows = asked(SeasonalRecent((3600,)), hourly(values))[24 * 60 + 200 : -1]
    said = [(made[0], last) for made, last, _ in rows if made[0].method == PERSISTENCE]
    assert said
    for outlook, last in said:
        assert outlook.p50 == last
        assert outlook.skill is not None
        assert outlook.skill < 0.0


def test_interval_is_right_four_times_of_five_for_noise_that_goes_with_the_hour():
    source = random.Random(5)
    values = [
        100 + 50 * math.sin(n / 12 * math.pi) + source.gauss(0, 10.0 if 8 <= n % 24 < 20 else 1.0)
        for n in range(24 * 120)
    ]
    rows = asked(SeasonalRecent((3600,)), hourly(values))[24 * 40 : -1]
    inside = sum(made[0].p10 <= truth <= made[0].p90 for made, _, truth in rows)
    assert 0.75 <= inside / len(rows) <= 0.85


def test_week_ago_tells_what_one_weekday_alone_has():
    """Market day: one day of the week is unlike the other working days."""
    source = random.Random(6)
    hours = range(24 * 7 * 20)
    markets = [n // 24 % 7 == 5 and 7 <= n % 24 < 13 for n in hours]
    values = [100.0 + (80.0 if markets[n] else 0.0) + source.gauss(0, 3) for n in hours]
    rows = asked(SeasonalRecent((3600,)), hourly(values))
    openings = [rows[n] for n in hours[24 * 7 * 12 : -1] if markets[n + 1] and not markets[n]]
    ours = sum(abs(made[0].p50 - truth) for made, _, truth in openings)
    naive = sum(abs(last - truth) for _, last, truth in openings)
    assert naive > 8 * 60
    assert ours < 0.75 * naive


def test_method_and_skill_are_told_for_each_horizon():
    forecaster = SeasonalRecent((3600, 7200, 10800))
    *_, (made, _, _) = asked(forecaster, hourly(a_wave(24 * 20)))
    assert [outlook.horizon for outlook in made] == [3600, 7200, 10800]
    assert all(outlook.method and outlook.skill is not None for outlook in made)


def test_forecast_is_learnt_though_nobody_asks():
    silent, spoken = SeasonalRecent((3600,)), SeasonalRecent((3600,))
    rows = hourly(a_wave(24 * 30))
    asked(spoken, rows)
    for row in rows:
        silent.learn_one(*row)
    (one,), (other,) = silent.outlooks() or (), spoken.outlooks() or ()
    assert (one.p10, one.p50, one.p90) == (other.p10, other.p50, other.p90)
    # What nobody was told is not judged.
    assert one.skill is None


def test_nothing_is_said_below_zero_until_the_series_has_been_there():
    forecaster = SeasonalRecent((3600, 10800))
    values = [max(0.0, value) for value in a_wave(24 * 30, noise=20.0, middle=0.0)]
    for made, _, _ in asked(forecaster, hourly(values), (0.0,)):
        for outlook in made:
            assert outlook.p10 >= 0.0
            assert outlook.exceed == (1.0,)
    forecaster.learn_one(len(values) * HOUR_MS, -1.0)
    resumed = SeasonalRecent((3600, 10800))
    resumed.load(forecaster.dump())
    for one in (forecaster, resumed):
        assert min(outlook.p10 for outlook in one.outlooks() or ()) < 0.0


def test_horizon_below_the_cadence_means_the_next_value_and_is_learnt():
    forecaster = SeasonalRecent((600, 3600))
    rows = asked(forecaster, hourly(a_wave(24 * 60)))[24 * 30 : -1]
    errors = [sum(abs(made[n].p50 - truth) for made, _, truth in rows) for n in (0, 1)]
    assert errors[0] == pytest.approx(errors[1], rel=1e-3)
    assert errors[0] < 0.5 * sum(abs(last - truth) for _, last, truth in rows)
    assert [outlook.horizon for outlook in rows[-1][0]] == [600, 3600]


def test_gap_teaches_no_step():
    """What comes behind a night without values is no leap of a cadence."""
    calm = [(n * 5 * MINUTE_MS, 10.0 + n % 2) for n in range(600)]
    late = [(600 * 5 * MINUTE_MS + 10 * HOUR_MS, 500.0)]
    forecaster = SeasonalRecent((600,))
    *_, ((outlook,), _, _) = asked(forecaster, [*calm, *late])
    assert outlook.p10 <= 500.0 <= outlook.p90 + 1.0
    assert outlook.p50 > 400.0


@pytest.mark.parametrize("value", [1e31, -1e31, math.inf, math.nan])
def test_numbers_that_no_sign_has_are_refused(value):
    forecaster = SeasonalRecent((600,))
    with pytest.raises(ValueError, match="no finite number"):
        forecaster.learn_one(0, value)


def test_largest_numbers_that_are_taken_leave_numbers():
    source, forecaster = random.Random(1), SeasonalRecent((3600,))
    rows = [(n * HOUR_MS, source.choice((-1e30, 0.0, 1e-30, 1e30))) for n in range(24 * 16)]
    for made, _, _ in asked(forecaster, rows):
        for outlook in made:
            assert -math.inf < outlook.p10 <= outlook.p50 <= outlook.p90 < math.inf
