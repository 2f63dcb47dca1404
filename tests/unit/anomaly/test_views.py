"""What the views look at: the usual value, drift, stretches never seen, the range, and rest."""

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anomaly.baseline import SeasonalBaseline
from anomaly.day_kind import RESTING, by_weekday
from anomaly.known_range import KnownRange
from anomaly.moving_mean import MovingMean
from anomaly.novelty import Novelty
from anomaly.rest import Rest

HOUR = 3_600_000
numbers = st.floats(-1e6, 1e6)


def expectation(baseline, bin_):
    found = baseline.expectation(bin_)
    assert found is not None
    return found


# -- baseline ------------------------------------------------------------------------------------


def test_baseline_is_silent_until_it_has_seen_some_values():
    baseline = SeasonalBaseline(by_weekday)
    for n in range(20):
        assert baseline.expectation(n % 24) is None
        baseline.learn(n % 24, 5.0)
    assert baseline.expectation(23) == pytest.approx((5.0, 5e-6))


def test_baseline_follows_the_median_of_each_hour():
    source, baseline = random.Random(2), SeasonalBaseline(by_weekday)
    for n in range(24 * 200):
        baseline.learn(n % 24, 100.0 * (n % 24) + source.gauss(0, 5))
    for hour in range(24):
        expected, scale = expectation(baseline, hour)
        assert expected == pytest.approx(100.0 * hour, abs=4)
        # At least a quarter of the spread over all hours.
        assert scale > 5


def test_one_outlier_moves_the_baseline_by_no_more_than_three_spreads_of_its_weight():
    source, baseline = random.Random(2), SeasonalBaseline(by_weekday)
    for _ in range(500):
        baseline.learn(7, source.gauss(50, 5))
    before, scale = expectation(baseline, 7)
    baseline.learn(7, 1e9)
    assert expectation(baseline, 7)[0] == pytest.approx(before + 3 * 0.02 * scale, rel=0.05)


@pytest.mark.parametrize(
    ("day", "hour", "bin_"),
    [(0, 0, 0), (0, 23, 23), (1, 5, 5), (2, 5, 29), (3, 23, 47), (4, 0, 0), (9, 1, 25)],
)
def test_bins_are_hours_of_working_days_and_then_of_days_of_rest(day, hour, bin_):
    baseline = SeasonalBaseline(by_weekday)
    for at in (hour * HOUR, hour * HOUR + HOUR - 1):
        assert baseline.bin_of(day * 24 * HOUR + at) == bin_


def test_bins_follow_the_calendar():
    assert SeasonalBaseline(lambda _day: RESTING).bin_of(0) == 24


# -- drift ---------------------------------------------------------------------------------------


def test_mean_waits_for_its_length_and_clips():
    mean = MovingMean(length=4, clip=10.0)
    found = []
    for deviation in (1.0, 2.0, 3.0, 1000.0, -1000.0, 0.0):
        found.append(mean.with_one(deviation))
        mean.learn(deviation)
    assert found == [None, None, None, 4.0, 1.25, 0.75]


# -- novelty -------------------------------------------------------------------------------------


def nearest(values, block, length, gap, memory):
    """The distance of the last stretch, worked out from nothing but the definition."""
    blocks = len(values) // block
    means = np.array(values[: blocks * block]).reshape(blocks, block).mean(axis=1)
    past = [means[n : n + length] for n in range(blocks - length + 1)]
    known = past[: len(past) - gap - 1][-(memory + 1) :]
    if len(values) % block or len(known) < 8:
        return None
    return min(math.sqrt(float(np.mean((stretch - past[-1]) ** 2))) for stretch in known)


@given(
    st.lists(numbers, min_size=20, max_size=150),
    st.integers(1, 3),
    st.integers(1, 4),
    st.integers(0, 5),
    st.integers(10, 20),
)
def test_distance_is_that_to_the_nearest_stretch_of_the_past(values, block, length, gap, memory):
    novelty = Novelty(block, length, gap, memory)
    for n, value in enumerate(values, 1):
        found = novelty.distance(value)
        # As many means are kept as the memory, the gap and one stretch have, less what overlaps.
        expected = nearest(values[:n], block, length, gap, memory)
        assert (found is None) == (expected is None)
        if found is not None:
            assert found == pytest.approx(expected, rel=1e-6, abs=1e-6)
        novelty.learn(value)


def test_a_course_seen_before_is_near_and_another_is_far():
    novelty = Novelty()
    wave = [math.sin(n / 12 * math.pi) for n in range(1200)]
    for value in wave:
        novelty.learn(value)
    flat = Novelty()
    flat.load(novelty.dump())
    seen, new = [], []
    for n in range(48):
        usual = math.sin((1200 + n) / 12 * math.pi)
        seen.append(novelty.distance(usual))
        new.append(flat.distance(0.0))
        novelty.learn(usual)
        flat.learn(0.0)
    assert max(d for d in seen if d is not None) < 1e-9
    assert max(d for d in new if d is not None) > 0.2


def test_restored_novelty_goes_on_identically_across_the_end_of_its_room():
    whole = Novelty(block=2, length=3, gap=2, memory=10)
    source = random.Random(4)
    for _ in range(500):
        restored = Novelty(block=2, length=3, gap=2, memory=10)
        restored.load(whole.dump())
        value = source.random()
        assert restored.distance(value) == whole.distance(value)
        whole.learn(value)
        restored.learn(value)
        assert restored.dump() == whole.dump()


# -- range ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "away"), [(10, 0), (15, 0), (20, 0), (21, 0.1), (30, 1), (5, 0.5), (1e9, 10)]
)
def test_outside_is_told_in_lengths_of_the_range(value, away):
    known = KnownRange(forgetting=0.0)
    assert known.outside(value) == 0.0
    for seen in (10.0, 20.0, 12.0):
        known.learn(seen)
    assert known.outside(value) == pytest.approx(away)


def test_beside_a_single_value_everything_is_far():
    known = KnownRange()
    known.learn(3.0)
    assert (known.outside(3.0), known.outside(3.1)) == (0.0, 10.0)


def test_ends_of_the_range_are_forgotten_slowly():
    known = KnownRange(forgetting=1e-3)
    for value in (0.0, 100.0, *[50.0] * 5000):
        known.learn(value)
    assert known.outside(100.0) > 1
    assert known.outside(50.0) == 0.0


# -- rest ----------------------------------------------------------------------------------------


def records(severities, step=300_000, **settings):
    rest, found = Rest(**settings), []
    for n, severity in enumerate(severities):
        found.append(rest.is_record(severity))
        rest.learn(n * step, severity)
    return found


def test_only_what_is_worse_than_all_of_the_period_is_a_record():
    assert records([1, 1, 2, 1.5, 2, 2.1]) == [True, False, True, False, False, True]


def test_nothing_unusual_is_no_record():
    assert records([0.0, 0.0]) == [False, False]


def test_the_period_ends_and_the_same_is_news_again():
    # Eight hours of five minutes are 96 values.
    assert records([5.0, *[0.0] * 96, 4.0, 4.0])[97:] == [True, False]
    assert not records([5.0, *[0.0] * 95, 4.0])[96]


@pytest.mark.parametrize(("step_s", "values"), [(60, 100), (300, 96), (600, 48), (3600, 40)])
def test_the_period_is_told_in_time_within_40_and_100_values(step_s, values):
    severities = [5.0] + [0.0] * 1000
    rest = Rest()
    for n, severity in enumerate(severities):
        if n > 100:
            break
        rest.learn(n * step_s * 1000, severity)
    again = Rest()
    again.load(rest.dump())
    last = 0
    for n in range(200):
        if not again.is_record(1.0):
            last = n
        again.learn((101 + n) * step_s * 1000, 4.0 if n == 0 else 0.0)
    assert last == pytest.approx(values, abs=2)


@given(st.lists(st.floats(0, 10), max_size=300))
def test_record_is_the_largest_of_a_plain_window(severities):
    found = records(severities)
    for n, is_record in enumerate(found):
        # The first value has no cadence yet, so the longest period.
        length = 100 if n < 2 else 96
        window = severities[max(0, n - length) : n]
        assert is_record == (severities[n] > max(window, default=0.0))
