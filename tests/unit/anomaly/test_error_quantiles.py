"""Quantiles of errors: they hold their levels whatever the errors, and never cross."""

import math
import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anomaly.error_quantiles import ErrorQuantiles

LEVELS = (0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98)
ERRORS = st.lists(st.floats(-1e6, 1e6), max_size=300)


def normal(source, n):
    return source.gauss(0, 1)


def skewed(source, n):
    return source.expovariate(1.0) - 1.0


def biased(source, n):
    return source.gauss(3, 0.5)


def widening(source, n):
    return source.gauss(0, 1.0 + n // 5000 / 2)


def in_spells(source, n):
    return source.gauss(0, 0.3 if n // 500 % 2 else 1.5)


def in_steps(source, n):
    return float(round(source.gauss(0, 1)))


def taught(errors):
    quantiles = ErrorQuantiles()
    for error in errors:
        quantiles.learn(error)
    return quantiles


def a_taught_one(draw, seed=1, length=5000):
    source = random.Random(seed)
    return taught(draw(source, n) for n in range(length))


every_draw = pytest.mark.parametrize(
    "draw", [normal, skewed, biased, widening, in_spells, in_steps]
)


def test_they_begin_as_those_of_a_normal_distribution():
    quantiles = ErrorQuantiles()
    assert (quantiles.low, quantiles.middle, quantiles.high) == (-1.28, 0.0, 1.28)
    assert quantiles.above(0.0) == pytest.approx(0.5)


@every_draw
def test_as_many_errors_lie_below_each_quantile_as_its_level_says(draw):
    source, quantiles = random.Random(1), ErrorQuantiles()
    below = [0] * len(LEVELS)
    length = 20_000
    for n in range(length):
        error = draw(source, n)
        for place, at in enumerate(quantiles.dump()):
            below[place] += error < at
        quantiles.learn(error)
    for level, count in zip(LEVELS, below, strict=True):
        assert count / length == pytest.approx(level, abs=0.01)


@pytest.mark.parametrize("distance", [5.0, -20.0])
def test_levels_are_found_again_after_errors_have_moved(distance):
    source, quantiles = random.Random(2), a_taught_one(normal)
    for _ in range(20_000):
        quantiles.learn(source.gauss(distance, 1))
    inside = 0
    for _ in range(5000):
        error = source.gauss(distance, 1)
        inside += quantiles.low <= error <= quantiles.high
        quantiles.learn(error)
    assert inside / 5000 == pytest.approx(0.8, abs=0.02)


@given(ERRORS)
def test_they_never_cross(errors):
    quantiles = ErrorQuantiles()
    for error in errors:
        quantiles.learn(error)
        assert list(quantiles.dump()) == sorted(quantiles.dump())
        assert quantiles.low <= quantiles.middle <= quantiles.high


@given(ERRORS)
def test_one_error_moves_no_quantile_far(errors):
    quantiles = taught(errors)
    before = quantiles.dump()
    quantiles.learn(1e300)
    assert max(abs(b - a) for a, b in zip(before, quantiles.dump(), strict=True)) <= 0.03


@given(ERRORS, st.lists(st.floats(-50, 50), min_size=2, max_size=20))
def test_probability_above_a_limit_falls_with_the_limit_and_is_one(errors, limits):
    quantiles = taught(errors)
    found = [quantiles.above(limit) for limit in sorted(limits)]
    assert all(0.0 <= p <= 1.0 for p in found)
    # Sums of decimal levels are right to their last digits.
    assert all(later <= before + 1e-12 for before, later in pairwise(found))


@every_draw
def test_probability_above_a_quantile_is_what_its_level_leaves(draw):
    quantiles = a_taught_one(draw)
    at = quantiles.dump()
    assert len(set(at)) == len(at)
    for level, limit in zip(LEVELS, at, strict=True):
        assert quantiles.above(limit) == pytest.approx(1.0 - level, abs=1e-9)


@given(ERRORS)
def test_between_two_quantiles_lies_what_is_between_their_levels(errors):
    quantiles = taught(errors)
    at = quantiles.dump()
    for n in range(len(at) - 1):
        middle = quantiles.above((at[n] + at[n + 1]) / 2)
        assert 1.0 - LEVELS[-1] - 1e-9 <= middle <= 1.0 - LEVELS[0] + 1e-9
        if at[n + 1] - at[n] > 1e-6 and at.count(at[n]) == at.count(at[n + 1]) == 1:
            assert middle == pytest.approx(1.0 - (LEVELS[n] + LEVELS[n + 1]) / 2, abs=1e-6)


def test_beyond_the_outermost_quantiles_probability_fades_to_nothing_and_to_certainty():
    quantiles = a_taught_one(normal)
    assert 0.0 < quantiles.above(quantiles.high + 3.0) < 0.02
    assert 0.98 < quantiles.above(quantiles.low - 3.0) < 1.0
    assert quantiles.above(1e6) == 0.0
    assert quantiles.above(-1e6) == 1.0


@given(ERRORS, st.floats(0.1, 100.0), st.floats(-50, 50))
def test_probability_of_a_limit_is_that_of_the_error_that_leads_there(errors, spread, limit):
    quantiles = taught(errors)
    (found,) = quantiles.exceed((limit,), 3.0, spread, -math.inf)
    assert found == quantiles.above((limit - 3.0) / spread)


def test_nothing_is_below_the_least():
    limits = (-1.0, 0.0, 0.5)
    found = ErrorQuantiles().exceed(limits, 0.0, 1.0, 0.0)
    assert found[:2] == (1.0, 1.0)
    assert found[2] == ErrorQuantiles().above(0.5)
    assert ErrorQuantiles().exceed((0.0,), -5.0, 1.0, 0.0) == (1.0,)


@pytest.mark.parametrize(("centre", "least", "value"), [(7.0, -math.inf, 7.0), (-7.0, 0.0, 0.0)])
def test_without_errors_a_value_is_certain(centre, least, value):
    limits = (value - 0.1, value, value + 0.1)
    assert ErrorQuantiles().exceed(limits, centre, 0.0, least) == (1.0, 1.0, 0.0)


def test_smaller_step_trembles_less_and_holds_its_levels_too():
    source, steady, quick = random.Random(4), ErrorQuantiles(step=0.005), ErrorQuantiles()
    medians: dict[ErrorQuantiles, list[float]] = {steady: [], quick: []}
    inside = 0
    for _ in range(10_000):
        error = source.gauss(0, 1)
        inside += steady.low <= error <= steady.high
        for quantiles, found in medians.items():
            found.append(abs(quantiles.middle))
            quantiles.learn(error)
    assert sum(medians[steady]) < 0.6 * sum(medians[quick])
    assert inside / 10_000 == pytest.approx(0.8, abs=0.02)


@given(ERRORS, st.floats(-1e6, 1e6))
def test_loss_is_never_negative_and_grows_away_from_the_quantiles(errors, error):
    quantiles = taught(errors)
    assert quantiles.pinball(error) >= 0.0
    beyond = max(error, quantiles.high)
    assert quantiles.pinball(beyond + 1.0) > quantiles.pinball(beyond)
    short = min(error, quantiles.low)
    assert quantiles.pinball(short - 1.0) > quantiles.pinball(short)


def test_loss_is_least_for_the_quantiles_of_the_errors_themselves():
    source = random.Random(3)
    errors = [source.gauss(4, 2) for _ in range(4000)]
    fit, unfit = taught(errors), ErrorQuantiles()
    assert sum(map(fit.pinball, errors)) < 0.6 * sum(map(unfit.pinball, errors))


@given(ERRORS, ERRORS)
def test_state_continues_identically(before, after):
    whole, resumed = taught(before), ErrorQuantiles()
    resumed.load(whole.dump())
    for error in after:
        whole.learn(error)
        resumed.learn(error)
    assert resumed.dump() == whole.dump()
    assert all(math.isfinite(at) for at in whole.dump())
