"""The empirical tail: as rare as it was, and an exponential tail beyond."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anomaly.tail import EmpiricalTail

statistics = st.one_of(st.just(0.0), st.floats(1e-9, 1e9))


def taught(values, **settings):
    tail = EmpiricalTail(**settings)
    for value in values:
        tail.learn(value)
    return tail


def exponential(length, seed=1):
    source = random.Random(seed)
    return [source.expovariate(1.0) for _ in range(length)]


def test_nothing_is_surprising_before_anything_was_seen():
    assert EmpiricalTail().surprise(5.0) == 0.0


def test_what_always_was_is_no_surprise():
    assert taught([0.0] * 500).surprise(0.0) == 0.0
    assert taught([3.5] * 500).surprise(3.5) == pytest.approx(0.0, abs=1e-12)


def test_what_never_was_is_as_surprising_as_can_be():
    assert taught([0.0] * 500).surprise(1.0) == 3.5
    assert taught([3.5] * 500).surprise(35.0) == 3.5


@pytest.mark.parametrize("share", [0.5, 0.2, 0.1, 0.05, 0.02])
def test_surprise_within_the_past_is_the_share_that_was_as_large(share):
    tail = taught(exponential(20_000), forgetting=0.0)
    # A bin is 12 % wide, so a statistic may count all of its own.
    assert tail.surprise(-math.log(share)) == pytest.approx(-math.log10(share), abs=0.15)


@pytest.mark.parametrize("share", [1e-3, 1e-4, 1e-5])
def test_beyond_the_past_an_exponential_tail_goes_on(share):
    tail = taught(exponential(20_000), forgetting=0.0, most=9.0)
    assert tail.surprise(-math.log(share)) == pytest.approx(-math.log10(share), rel=0.1)


def test_surprise_is_bounded():
    assert taught(exponential(1000), most=3.5).surprise(1e200) == 3.5


def test_a_past_long_gone_counts_less():
    tail = taught([10.0] * 1000 + [1.0] * 5000, forgetting=1e-2)
    assert tail.surprise(10.0) == 3.5
    assert taught([10.0] * 1000 + [1.0] * 5000, forgetting=0.0).surprise(10.0) < 1.0


@given(st.lists(statistics, min_size=1, max_size=300), statistics, statistics)
def test_the_larger_is_never_the_less_surprising(past, one, other):
    tail = taught(past)
    low, high = sorted((one, other))
    assert 0.0 <= tail.surprise(low) <= tail.surprise(high) + 1e-9 <= 3.5 + 1e-9


@given(st.lists(statistics, max_size=300), st.lists(statistics, max_size=50))
def test_a_restored_tail_goes_on_identically(past, later):
    whole, restored = taught(past), EmpiricalTail()
    restored.load(whole.dump())
    for value in later:
        assert restored.surprise(value) == whole.surprise(value)
        whole.learn(value)
        restored.learn(value)
    assert restored.dump() == whole.dump()


@given(st.lists(statistics, max_size=200), statistics)
def test_judging_changes_nothing(past, value):
    tail = taught(past)
    before = tail.dump()
    tail.surprise(value)
    assert tail.dump() == before


@pytest.mark.parametrize("forgetting", [0.0, 1e-3, 0.05])
def test_weights_stay_small_however_long_a_series_is(forgetting):
    tail = taught([1.0, 2.0] * 20_000, forgetting=forgetting)
    state = tail.dump()
    assert state.gain <= 1e6
    assert tail.surprise(1.5) == pytest.approx(math.log10(2.0), abs=0.04)
    # What never was has the weight of one value, which is 5 % where so much is forgotten.
    assert tail.surprise(3.0) > 1.3
