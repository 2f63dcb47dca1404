"""The differences that a forecast is made from, each by what it says."""

import math
import random

import msgspec
import pytest

from anomaly.course_features import FEATURES, CourseFeatures, CourseState
from anomaly.day_kind import by_weekday

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
MONDAY = 4 * DAY_MS


def hourly(values, course=None, start=MONDAY):
    """A course that has learnt a value an hour."""
    course = course or CourseFeatures(by_weekday)
    for n, value in enumerate(values):
        course.learn_one(start + n * HOUR_MS, value, HOUR_MS if n else None)
    return course


def test_features_of_an_unknown_course_are_the_last_values_only():
    course = hourly([5.0])
    assert course.row(MONDAY + HOUR_MS) == [0.0] * FEATURES
    course.learn_one(MONDAY + HOUR_MS, 9.0, HOUR_MS)
    assert course.row(MONDAY + 2 * HOUR_MS) == [0, 0, 4, -2, 0, 0, 0, 0]
    assert course.usual_step == pytest.approx(4)


def test_gap_has_no_step():
    course = hourly([5.0, 6.0])
    course.learn_one(MONDAY + DAY_MS, 9.0, None)
    assert course.row(MONDAY + DAY_MS + HOUR_MS)[2:4] == [0, 0]
    assert course.usual_step == pytest.approx(1)


def test_features_say_how_far_the_series_is_from_its_course():
    course = CourseFeatures(by_weekday)
    for day in range(3):
        hourly((30.0, 40.0, 50.0), course, MONDAY + day * DAY_MS)
    course.learn_one(MONDAY + 3 * DAY_MS, 45.0, None)
    rise, way_back, _, _, grown, *beyond = course.row(MONDAY + 3 * DAY_MS + HOUR_MS)
    assert rise == pytest.approx(10)
    assert way_back == pytest.approx(-15)
    # Half as busy again: to the rise of a third, a third of the 15 is added.
    assert grown == pytest.approx(5)
    # No week is known yet.
    assert beyond == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(("then", "grown"), [(1000.0, 4.0), (0.0, -0.8), (-10.0, 0.0)])
def test_growth_in_proportion_is_bounded_and_has_a_sign(then, grown):
    course = CourseFeatures(by_weekday)
    for at, value in ((0, 10.0), (HOUR_MS, then), (DAY_MS, 11.0)):
        course.learn_one(MONDAY + at, value, None)
    assert course.row(MONDAY + DAY_MS + HOUR_MS)[4] == pytest.approx(grown)


def test_nothing_grows_in_proportion_to_a_course_that_is_less_than_a_step():
    course = CourseFeatures(by_weekday)
    for n, value in enumerate((1.0, 30.0, 2.0)):
        course.learn_one(MONDAY + n * HOUR_MS, value, HOUR_MS if n else None)
    course.learn_one(MONDAY + DAY_MS, 5.0, None)
    assert course.row(MONDAY + DAY_MS + HOUR_MS)[4] == 0.0


def test_mean_is_of_ten_minutes_where_values_come_each_minute_and_of_three_else():
    def weight(step_ms):
        course = CourseFeatures(by_weekday)
        course.learn_one(MONDAY, 0.0, None)
        course.learn_one(MONDAY + step_ms, 1.0, step_ms)
        return course.row(MONDAY + 2 * step_ms)[3] + 1.0

    assert weight(MINUTE_MS) == pytest.approx(0.1)
    assert weight(5 * MINUTE_MS) == pytest.approx(0.5)
    assert weight(HOUR_MS) == pytest.approx(0.5)


def test_weeks_and_yesterday_speak_once_a_week_is_known():
    """Market day: of the working days one alone is busy at eight."""
    values = [100.0 if n // 24 % 7 == 4 and n % 24 == 8 else 10.0 for n in range(7 * 24 + 5 * 24)]
    course = hourly(values[: 7 * 24 + 4 * 24 + 8])
    at_market = MONDAY + (7 + 4) * DAY_MS + 8 * HOUR_MS
    row = course.row(at_market)
    assert row[5] == pytest.approx(100.0 - (10.0 + row[0]), abs=1e-6)
    assert row[5] > 60.0
    # Yesterday had no market; now it is as usual, and so it was yesterday.
    assert row[6] == pytest.approx(10.0 - (10.0 + row[0]), abs=1e-6)
    assert row[7] == pytest.approx(0.0, abs=1e-6)


def days(course, count, first=0, noise=0.1, odd=None):
    """Days of a course from 0 to 23; `odd` is the value of the noon of the last."""
    source = random.Random(first)
    for n in range(first * 24, (first + count) * 24):
        value = n % 24 + source.gauss(0, noise)
        if odd is not None and n == (first + count - 1) * 24 + 12:
            value = odd
        course.learn_one(n * HOUR_MS, value, HOUR_MS if n else None)
    return course


@pytest.mark.parametrize("odd", [1e3, -1e6])
def test_outlier_is_no_habit(odd):
    struck = days(CourseFeatures(lambda day: 0), 20, odd=odd)
    plain = days(CourseFeatures(lambda day: 0), 20)
    noon = (20 * 24 + 12) * HOUR_MS
    assert struck.row(noon)[0] == pytest.approx(plain.row(noon)[0], abs=1.0)
    # But so it was yesterday, for those who have learnt to go by that.
    assert abs(struck.row(noon)[6]) > 900.0


def test_value_within_the_usual_is_remembered_as_it_is():
    noon = (20 * 24 + 12) * HOUR_MS
    found = days(CourseFeatures(lambda day: 0), 20, odd=12.2).row(noon)
    usual = days(CourseFeatures(lambda day: 0), 20, odd=12.0).row(noon)
    # One day of twenty moves the course by a twentieth, yesterday by all of it.
    assert found[6] + found[0] - usual[6] - usual[0] == pytest.approx(0.2, abs=1e-4)


def test_habit_that_changes_is_learnt_within_weeks():
    course = days(CourseFeatures(lambda day: 0), 20)
    for n in range(20 * 24, 60 * 24):
        course.learn_one(n * HOUR_MS, 1000.0 + n % 24, HOUR_MS)
    assert abs(course.row(60 * DAY_MS)[1]) < 200.0


def test_usual_step_is_not_made_by_one_wild_one():
    plain = [float(n % 2) for n in range(1000)]
    wild = [*plain[:900], 1e6, *plain[901:]]
    usual = hourly(plain).usual_step
    assert usual == pytest.approx(1.0)
    assert hourly(wild).usual_step < 1000 * usual


def test_unit_scales_all_features():
    source = random.Random(1)
    values = [50 + 30 * math.sin(n / 12 * math.pi) + source.gauss(0, 2) for n in range(24 * 20)]
    plain, scaled = hourly(values), hourly([4.0 * value for value in values])
    at = MONDAY + 20 * DAY_MS + 3 * HOUR_MS
    assert scaled.row(at) == pytest.approx([4.0 * number for number in plain.row(at)], rel=1e-5)


@pytest.mark.parametrize("cut", [0, 1, 30, 24 * 8])
def test_state_continues_identically_through_its_bytes(cut):
    source = random.Random(1)
    values = [source.gauss(5, 2) for _ in range(24 * 9)]
    whole, resumed = CourseFeatures(by_weekday), CourseFeatures(by_weekday)
    for n, value in enumerate(values):
        if n == cut:
            snapshot = msgspec.msgpack.encode(whole.dump())
            resumed.load(msgspec.msgpack.decode(snapshot, type=CourseState))
        at = MONDAY + n * HOUR_MS
        for course in (whole, resumed) if n >= cut else (whole,):
            course.learn_one(at, value, HOUR_MS if n else None)
        if n >= cut:
            assert resumed.row(at + HOUR_MS) == whole.row(at + HOUR_MS)
            assert resumed.dump() == whole.dump()
