"""The memory of a week: means of half hours, of now, of yesterday and of a week ago."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anomaly.week_memory import WeekMemory

MINUTE_MS = 60_000
SLOT_MS = 30 * MINUTE_MS
DAY_MS = 24 * 60 * MINUTE_MS
WEEK_MS = 7 * DAY_MS
T0_MS = 1_760_000_400_000


def numbered(slots, memory=None):
    """A memory of half hours, whose values are their numbers."""
    memory = memory or WeekMemory()
    for n in slots:
        memory.learn(n * SLOT_MS, float(n))
    return memory


def test_nothing_is_known_of_what_never_was():
    memory = WeekMemory()
    assert math.isnan(memory.before)
    assert math.isnan(memory.known(T0_MS))
    memory.learn(T0_MS, 5.0)
    assert memory.known(T0_MS) == 5.0
    assert math.isnan(memory.before)
    assert math.isnan(memory.known(T0_MS + SLOT_MS))


def test_half_hour_is_known_by_its_mean():
    memory = WeekMemory()
    start = T0_MS // SLOT_MS * SLOT_MS
    for n in range(30):
        memory.learn(start + n * MINUTE_MS, float(n))
        assert memory.known(start) == pytest.approx(n / 2)
    assert memory.known(start + SLOT_MS - 1) == pytest.approx(14.5)
    memory.learn(start + SLOT_MS, 100.0)
    assert memory.known(start) == pytest.approx(14.5)
    assert memory.known(start + SLOT_MS) == 100.0


def test_this_time_yesterday_is_that_of_yesterday():
    memory = numbered(range(8 * 48))
    now = (8 * 48 - 1) * SLOT_MS
    assert memory.known(now - DAY_MS) == 7 * 48 - 1


def test_what_is_ahead_is_known_from_a_week_before():
    memory = numbered(range(8 * 48))
    now = (8 * 48 - 1) * SLOT_MS
    for ahead in range(1, 7):
        assert memory.known(now + ahead * SLOT_MS) == 8 * 48 - 1 + ahead - 7 * 48


def test_before_is_the_half_hour_of_a_week_ago_for_as_long_as_it_lasts():
    memory = numbered(range(7 * 48 + 10))
    now = (7 * 48 + 10) * SLOT_MS
    for n in range(30):
        memory.learn(now + n * MINUTE_MS, 1000.0)
        assert memory.before == 10.0
    assert memory.known(now) == 1000.0
    memory.learn(now + SLOT_MS, 1000.0)
    assert memory.before == 11.0


def test_gap_leaves_what_was_known_before_it():
    memory = numbered(range(7 * 48))
    numbered([7 * 48 + 5 * 48], memory)
    assert memory.before == 5 * 48
    assert memory.known(3 * SLOT_MS) == 3.0


def test_mean_of_a_half_hour_that_comes_a_week_later_begins_anew():
    memory = WeekMemory()
    for at, value in ((0, 10.0), (MINUTE_MS, 20.0), (WEEK_MS, 100.0)):
        memory.learn(at, value)
    assert (memory.before, memory.known(0)) == (15.0, 100.0)


@given(
    st.lists(st.tuples(st.integers(1, DAY_MS), st.floats(-1e6, 1e6)), min_size=1, max_size=200),
    st.data(),
)
def test_state_continues_identically(steps, data):
    cut = data.draw(st.integers(0, len(steps)))
    whole, resumed, at = WeekMemory(), WeekMemory(), T0_MS
    for n, (step, value) in enumerate(steps):
        if n == cut:
            resumed.load(whole.dump())
        at += step
        whole.learn(at, value)
        if n >= cut:
            resumed.learn(at, value)
            assert resumed.known(at) == whole.known(at)
            assert repr(resumed.before) == repr(whole.before)
    if cut < len(steps):
        assert repr(resumed.dump()) == repr(whole.dump())


def test_state_stays_the_same_size():
    source, memory = random.Random(1), WeekMemory()
    sizes = set()
    for n in range(3000):
        memory.learn(T0_MS + n * 7 * MINUTE_MS, source.gauss(0, 1))
        sizes.add(len(memory.dump().slots))
    assert sizes == {7 * 48 * 8}
