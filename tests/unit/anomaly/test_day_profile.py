"""The usual course of a day: a curve by half hours for each kind of day."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anomaly.day_kind import by_weekday
from anomaly.day_profile import DayProfile

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
MONDAY = 4 * DAY_MS


def test_profile_knows_the_hours_that_it_saw_and_no_other():
    profile = DayProfile(by_weekday)
    profile.learn_one(MONDAY + 8 * HOUR_MS, 10.0)
    assert profile.at(MONDAY + DAY_MS + 8 * HOUR_MS) == 10.0
    assert profile.at(MONDAY + 12 * HOUR_MS) is None
    assert profile.at(MONDAY + 7 * HOUR_MS) is None


def test_days_of_rest_have_a_course_of_their_own():
    profile = DayProfile(by_weekday)
    for day in range(14):
        profile.learn_one(MONDAY + day * DAY_MS, 1.0 if day % 7 >= 5 else 9.0)
    assert (profile.at(MONDAY), profile.at(MONDAY + 5 * DAY_MS)) == (9.0, 1.0)


def test_calendar_decides_what_kind_of_day_it_is():
    profile = DayProfile(lambda day: day % 2)
    profile.learn_one(0, 1.0)
    assert (profile.at(2 * DAY_MS), profile.at(3 * DAY_MS)) == (1.0, None)


def test_profile_is_straight_between_its_knots_and_over_midnight():
    profile = DayProfile(by_weekday)
    for at, value in ((0, 10.0), (HOUR_MS // 2, 20.0), (DAY_MS - HOUR_MS // 2, 30.0)):
        profile.learn_one(MONDAY + at, value)
    assert profile.at(MONDAY + HOUR_MS // 4) == pytest.approx(15.0)
    assert profile.at(MONDAY + DAY_MS - HOUR_MS // 4) == pytest.approx(20.0)


def test_half_hour_beside_one_that_was_seen_is_known_to_its_middle():
    profile = DayProfile(by_weekday)
    profile.learn_one(MONDAY + HOUR_MS, 10.0)
    quarter = HOUR_MS // 4
    assert profile.at(MONDAY + HOUR_MS + quarter - 1) == 10.0
    assert profile.at(MONDAY + HOUR_MS - quarter + 1) == 10.0
    assert profile.at(MONDAY + HOUR_MS + quarter) is None
    assert profile.at(MONDAY + HOUR_MS - quarter) is None


def test_course_is_learnt_through_noise():
    source, profile = random.Random(1), DayProfile(by_weekday)
    for n in range(288 * 28):
        at = MONDAY + n * 300_000
        profile.learn_one(at, at % DAY_MS / HOUR_MS + source.gauss(0, 1))
    for hour in range(2, 22):
        assert profile.at(MONDAY + hour * HOUR_MS) == pytest.approx(hour, abs=0.5)


def test_course_that_changes_is_followed_within_weeks():
    profile = DayProfile(lambda day: 0)
    for day in range(200):
        profile.learn_one(day * DAY_MS, 10.0)
    for day in range(200, 228):
        profile.learn_one(day * DAY_MS, 20.0)
    assert 17.0 < (profile.at(0) or 0.0) < 20.0


@given(st.lists(st.tuples(st.integers(0, 14 * DAY_MS), st.floats(-50, 50)), max_size=60))
def test_profile_stays_among_its_values_at_least_nearly(rows):
    profile = DayProfile(by_weekday)
    for at, value in rows:
        profile.learn_one(at, value)
    for at, _ in rows:
        found = profile.at(at)
        assert found is None or abs(found) <= 150.0


@given(st.lists(st.tuples(st.integers(0, 14 * DAY_MS), st.floats(-50, 50)), max_size=60))
def test_state_continues_identically(rows):
    whole, resumed = DayProfile(by_weekday), DayProfile(by_weekday)
    for n, (at, value) in enumerate(rows):
        if n == len(rows) // 2:
            resumed.load(whole.dump())
        whole.learn_one(at, value)
        if n >= len(rows) // 2:
            resumed.learn_one(at, value)
            assert resumed.at(at) == whole.at(at)
            assert resumed.dump() == whole.dump()
