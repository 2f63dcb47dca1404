"""What it was yesterday and in the last weeks: means of half hours about :00 and :30."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anomaly.past_days import PastDays, SlotMemory

MINUTE_MS = 60_000
HALF_MS = 30 * MINUTE_MS
DAY_MS = 48 * HALF_MS
WEEK_MS = 7 * DAY_MS
T0_MS = 1_760_000_400_000 // HALF_MS * HALF_MS


def numbered(slots, past=None):
    """Days whose half hours are worth their numbers."""
    past = past or PastDays()
    for n in slots:
        past.learn_one(T0_MS + n * HALF_MS, float(n))
    return past


def test_nothing_is_known_of_what_never_was():
    past = PastDays()
    for at in (0, DAY_MS, WEEK_MS, T0_MS):
        assert past.yesterday(at) is None
        assert past.last_weeks(at) is None


def test_half_hour_is_remembered_by_its_mean_once_it_is_over():
    past = PastDays()
    for n in range(-15, 15):
        past.learn_one(T0_MS + n * MINUTE_MS, float(n))
        assert past.yesterday(T0_MS + DAY_MS) is None
    past.learn_one(T0_MS + 15 * MINUTE_MS, 100.0)
    # Of -15 to 14, whatever the minute that is asked for.
    for minute in (-15, 0, 14):
        assert past.yesterday(T0_MS + DAY_MS + minute * MINUTE_MS) == -0.5
        assert past.last_weeks(T0_MS + WEEK_MS + minute * MINUTE_MS) == -0.5
    assert past.yesterday(T0_MS + DAY_MS + 15 * MINUTE_MS) is None


def test_past_days_are_those_of_the_same_half_hour():
    past, now = numbered(range(8 * 48)), T0_MS + 8 * DAY_MS
    for ahead in range(7):
        assert past.yesterday(now + ahead * HALF_MS) == 7 * 48 + ahead
        assert past.last_weeks(now + ahead * HALF_MS) == 48 + ahead


def test_half_hour_that_a_gap_took_is_unknown_and_not_an_older_one():
    past = numbered([*range(3 * 48), *range(10 * 48, 10 * 48 + 4)])
    now = T0_MS + 10 * DAY_MS
    assert past.yesterday(now + HALF_MS) is None
    # Three days of the week before last are known, but the week goes by the last.
    assert past.last_weeks(now + HALF_MS) is None
    assert past.yesterday(now + DAY_MS) == 10 * 48


@pytest.mark.parametrize(("renewal", "expected"), [(0.25, 10.0), (1.0, 16.0)])
def test_older_weeks_fade(renewal, expected):
    past = PastDays(renewal)
    for week, value in enumerate([8.0, 16.0]):
        past.learn_one(T0_MS + week * WEEK_MS, value)
        past.learn_one(T0_MS + week * WEEK_MS + 2 * HALF_MS, 0.0)
    assert past.last_weeks(T0_MS + 2 * WEEK_MS) == expected


def test_week_behind_a_gap_begins_anew():
    memory = SlotMemory(336, 0.25)
    memory.remember(5, 100.0)
    memory.remember(5 + 2 * 336, 8.0)
    assert memory.known(5 + 2 * 336) == 8.0
    assert memory.known(5) is None


def test_yesterday_is_itself_and_no_mean_of_days():
    past = numbered(range(30 * 48))
    assert past.yesterday(T0_MS + 30 * DAY_MS) == 29 * 48


@given(
    st.lists(st.tuples(st.integers(1, DAY_MS), st.floats(-1e6, 1e6)), min_size=1, max_size=150),
    st.data(),
)
def test_state_continues_identically_and_is_of_one_size(steps, data):
    cut = data.draw(st.integers(0, len(steps)))
    whole, resumed, at = PastDays(), PastDays(), T0_MS
    for n, (step, value) in enumerate(steps):
        if n == cut:
            resumed.load(whole.dump())
        at += step
        whole.learn_one(at, value)
        if n >= cut:
            resumed.learn_one(at, value)
            assert resumed.yesterday(at) == whole.yesterday(at)
            assert resumed.last_weeks(at) == whole.last_weeks(at)
            assert resumed.dump() == whole.dump()
    assert [len(part) for part in whole.dump().weeks] == [336 * 4, 336 * 4]
    assert [len(part) for part in whole.dump().days] == [96 * 4, 96 * 4]
