"""One horizon: what it learns, how wide its intervals are, and what its probabilities say."""

import math
import random
from itertools import pairwise

import msgspec
import pytest

from anomaly.course_features import CourseFeatures
from anomaly.day_kind import by_weekday
from anomaly.horizon_forecast import HorizonForecast, HorizonState

HOUR_MS = 3_600_000
GUESS = 1.0


def hourly(values, horizon=3600, limits=(), least=-math.inf, forecast=None):
    """(outlook, the value that it was made at), one an hour."""
    forecast = forecast or HorizonForecast(horizon, by_weekday)
    course, found = CourseFeatures(by_weekday), []
    for n, value in enumerate(values):
        at = n * HOUR_MS
        forecast.arrive(at, value, HOUR_MS // 2)
        course.learn_one(at, value, HOUR_MS if n else None)
        due = at + horizon * 1000
        forecast.wait(due, course, GUESS)
        found.append((forecast.outlook(due, course, GUESS, limits, least), value))
    return found


def judged(values, skipped, horizon=3600):
    """(outlook, last, truth) of those behind the first."""
    made, ahead = hourly(values, horizon), horizon // 3600
    rows = zip(made, values[ahead:], strict=False)
    return [(outlook, last, truth) for (outlook, last), truth in rows][skipped:]


def errors(rows):
    ours = sum(abs(outlook.p50 - truth) for outlook, _, truth in rows)
    return ours, sum(abs(last - truth) for _, last, truth in rows)


def coverage(rows):
    return sum(o.p10 <= truth <= o.p90 for o, _, truth in rows) / len(rows)


def wave(length, seed=1, noise=3.0):
    source = random.Random(seed)
    return [100 + 50 * math.sin(n / 12 * math.pi) + source.gauss(0, noise) for n in range(length)]


def walk(length, seed=1):
    source, value, found = random.Random(seed), 0.0, []
    for _ in range(length):
        value += source.gauss(0, 1)
        found.append(value)
    return found


def noise_by_hour(length, seed=1):
    """Noise that is ten times as loud by day as by night."""
    source = random.Random(seed)
    return [source.gauss(0, 1.0 if 8 <= n % 24 < 20 else 0.1) for n in range(length)]


def test_first_forecast_is_persistence_with_the_width_of_the_first_guess():
    (outlook, last), *_ = hourly([5.0])
    assert outlook.p50 == last
    assert outlook.p90 - outlook.p10 == pytest.approx(2 * 1.28 * GUESS)


@pytest.mark.parametrize("horizon", [3600, 10800])
def test_course_of_the_day_is_learnt_down_to_its_noise(horizon):
    ours, naive = errors(judged(wave(24 * 60), 24 * 30, horizon))
    # Of normal noise of 3 the mean absolute error is 2.4.
    assert ours / (24 * 30) <= 3.6
    assert ours < 0.4 * naive


def test_course_that_changes_is_followed():
    turned = [200 - value for value in wave(24 * 60, seed=2)]
    ours, naive = errors(judged([*wave(24 * 60), *turned], 24 * 90))
    assert ours < 0.5 * naive


def test_course_is_found_again_behind_outliers():
    source = random.Random(3)
    struck = [v + (1e4 if source.random() < 0.005 else 0.0) for v in wave(24 * 120)]
    rows = judged(struck, 24 * 60)
    usual = [row for row in rows if row[1] < 1e3 and row[2] < 1e3]
    ours, naive = errors(usual)
    assert ours < 0.8 * naive


def test_random_walk_is_forecast_by_its_last_value_or_nearly_so():
    ours, naive = errors(judged(walk(4000), 500))
    assert ours <= 1.03 * naive


def test_busy_day_is_busy_by_a_factor():
    source, values = random.Random(4), []
    for _ in range(120):
        factor = math.exp(source.gauss(0, 0.4))
        values += [
            factor * (20 + 400 * max(0.0, math.sin((h - 6) / 12 * math.pi))) for h in range(24)
        ]
    ours, naive = errors(judged(values, 24 * 60))
    assert ours < 0.35 * naive


def test_intervals_are_right_four_times_of_five_and_go_with_the_hour():
    rows = judged(noise_by_hour(24 * 150), 24 * 50)
    assert 0.76 <= coverage(rows) <= 0.84
    parts: dict[bool, list] = {True: [], False: []}
    for n, row in enumerate(rows):
        # Of the hour of the truth.
        parts[8 <= (n + 1) % 24 < 20].append(row)
    width = {k: sum(o.p90 - o.p10 for o, _, _ in part) / len(part) for k, part in parts.items()}
    assert width[True] > 3.0 * width[False]
    assert all(0.7 <= coverage(part) <= 0.9 for part in parts.values())


@pytest.mark.parametrize("values", [wave(1000), walk(1000), noise_by_hour(1000), [0.0] * 500])
def test_quantiles_and_probabilities_are_in_order(values):
    limits = (-1.0, 0.0, 50.0, 100.0)
    for outlook, _ in hourly(values, limits=limits):
        assert outlook.p10 <= outlook.p50 <= outlook.p90
        assert math.isfinite(outlook.p90 - outlook.p10)
        assert all(0.0 <= later <= one <= 1.0 for one, later in pairwise(outlook.exceed))


def test_probability_of_a_limit_agrees_with_the_quantiles():
    (plain, _) = hourly(wave(500))[-1]
    limits = (plain.p10, plain.p50, plain.p90)
    (outlook, _) = hourly(wave(500), limits=limits)[-1]
    assert outlook.exceed == pytest.approx((0.9, 0.5, 0.1))


def test_nothing_is_said_below_the_least_that_can_be():
    source = random.Random(1)
    values = [max(0.0, source.gauss(0, 1)) for _ in range(500)]
    made = hourly(values, limits=(0.0, 0.5), least=0.0)
    assert all(o.p10 >= 0.0 and o.exceed[0] == 1.0 for o, _ in made)
    assert any(o.p10 < 0.0 for o, _ in hourly(values))


def test_one_day_of_chaos_does_not_overthrow_what_was_learnt():
    source, calm = random.Random(5), wave(24 * 60)
    chaos = [source.uniform(-1e3, 1e3) for _ in range(24)]
    after = judged([*calm, *chaos, *wave(24 * 20, seed=6)], 24 * 66)
    quiet = judged([*calm, *wave(24, seed=7), *wave(24 * 20, seed=6)], 24 * 66)
    assert errors(after)[0] < 3.0 * errors(quiet)[0]


@pytest.mark.parametrize("step_ms", [1000, 17_000, 60_000, 300_000])
def test_no_more_than_nine_forecasts_wait(step_ms):
    forecast, course = HorizonForecast(3600, by_weekday), CourseFeatures(by_weekday)
    for n in range(2 * HOUR_MS // step_ms):
        forecast.arrive(n * step_ms, 0.0, step_ms // 2)
        course.learn_one(n * step_ms, float(n % 7), step_ms)
        forecast.wait(n * step_ms + HOUR_MS, course, GUESS)
    assert 6 <= len(forecast.dump().awaited) <= 9


@pytest.mark.parametrize("cut", [0, 1, 9, 10, 11, 300])
def test_state_continues_identically_through_its_bytes(cut):
    whole, resumed = HorizonForecast(10800, by_weekday), HorizonForecast(10800, by_weekday)
    course = CourseFeatures(by_weekday)
    for n, value in enumerate(wave(500)):
        if n == cut:
            snapshot = msgspec.msgpack.encode(whole.dump())
            resumed.load(msgspec.msgpack.decode(snapshot, type=HorizonState))
        at = n * HOUR_MS
        for forecast in (whole, resumed) if n >= cut else (whole,):
            forecast.arrive(at, value, HOUR_MS // 2)
        course.learn_one(at, value, HOUR_MS if n else None)
        due = at + 3 * HOUR_MS
        expected = whole.outlook(due, course, GUESS, (50.0,), 0.0)
        whole.wait(due, course, GUESS)
        if n >= cut:
            resumed.wait(due, course, GUESS)
            assert resumed.outlook(due, course, GUESS, (50.0,), 0.0) == expected
            assert resumed.dump() == whole.dump()
