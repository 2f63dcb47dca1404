"""Aggregates: whole steps, so that no result depends on the order of readings or of terminals."""

import math
import statistics
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.window import (
    LADDER_S,
    MOST_ENERGY,
    Aggregate,
    aggregate,
    energies,
    energy_sums,
    pooled,
    quantile,
    stretch,
)
from sensors.quantity import CATALOGUE

DENSITY = CATALOGUE["people_density"]
LAEQ = CATALOGUE["laeq"]
DEPTH = CATALOGUE["water_depth"]
_quantities = st.sampled_from([DENSITY, LAEQ, DEPTH])
_values = st.lists(st.integers(1000, 1300).map(lambda n: n / 100), min_size=1, max_size=30)


def of(quantity, values, terminal="t", expected=1.0):
    return aggregate(terminal, quantity, expected, np.array(values, float))


def comparable(found: Aggregate):
    """All that a formula can see of an aggregate but the order of its values."""
    shares = (0.0, 0.15, 0.5, 0.85, 1.0)
    quantiles = [quantile(found, share) for share in shares] if found.quantity.bucket else []
    return (
        found.quantity, found.count, found.low, found.high, found.steps, found.energy,
        found.mean, found.total, sorted(found.values.tolist()), quantiles,
    )  # fmt: skip


@given(_quantities, _values, st.randoms(use_true_random=False))
def test_any_order_gives_the_identical_aggregate(quantity, values, random):
    shuffled = list(values)
    random.shuffle(shuffled)
    assert comparable(of(quantity, values)) == comparable(of(quantity, shuffled))


@given(_quantities, _values, st.data())
def test_any_split_over_terminals_gives_the_identical_pool(quantity, values, data):
    sizes = st.lists(st.integers(0, len(values)), max_size=4)
    cuts = [0, *sorted(data.draw(sizes)), len(values)]
    parts = [values[a:b] for a, b in pairwise(cuts) if a < b]
    terminals = [of(quantity, part, f"t-{n}") for n, part in enumerate(parts)]
    found = pooled(data.draw(st.permutations(terminals)))
    assert found is not None
    assert comparable(found) == comparable(of(quantity, values))
    assert found.expected == len(parts)


@given(_quantities, _values)
def test_aggregate_is_what_the_plain_readings_say(quantity, values):
    found = of(quantity, values)
    assert found.count == len(values)
    assert (found.low, found.high) == (min(values), max(values))
    assert found.steps == sum(round(value * quantity.scale) for value in values)
    loud = sum(round(10 ** (value / 10) * 100) for value in values)
    assert found.energy == (loud if quantity.energetic else 0)
    assert found.values.tolist() == values


def test_pool_leaves_its_terminals_alone():
    terminals = [of(DENSITY, [1.0], "a"), of(DENSITY, [2.0, 3.0], "b")]
    before = [(a.terminal, comparable(a)) for a in terminals]
    pooled(terminals)
    pooled(terminals)
    assert [(a.terminal, comparable(a)) for a in terminals] == before


def test_pool_of_nothing_is_none():
    assert pooled([]) is None


@given(_values)
def test_mean_is_exact_to_the_resolution(values):
    exact = statistics.fmean(values)
    assert math.isclose(of(DEPTH, values).mean, exact, abs_tol=0.0005, rel_tol=1e-12)


def test_level_means_are_energy_means():
    assert math.isclose(of(LAEQ, [60.0, 70.0]).mean, 67.4036, abs_tol=1e-4)


def test_equal_levels_have_that_level_as_their_mean():
    assert math.isclose(of(LAEQ, [65.0] * 60).mean, 65.0, abs_tol=1e-6)


def test_energy_is_quantised_reading_by_reading():
    assert energies(np.array([10.0, 20.0, 20.004])).tolist() == [1000, 10_000, 10_009]


def test_hours_of_the_loudest_levels_have_a_mean_and_never_raise():
    """130 dB each second for an hour, of three meters: more energy than 64 bits hold."""
    hour = [of(LAEQ, [130.0] * 3600, name) for name in "abc"]
    pool = pooled(hour)
    assert pool is not None
    assert math.isclose(pool.mean, 130.0, abs_tol=1e-9)


@given(st.lists(st.lists(st.integers(0, 2**62), min_size=1, max_size=6), min_size=1, max_size=4))
def test_energy_sums_are_those_of_python_up_to_the_most(runs):
    first = np.cumsum([0, *(len(run) for run in runs[:-1])])
    found = energy_sums(np.array([n for run in runs for n in run], np.int64), first)
    assert found.tolist() == [min(sum(run), MOST_ENERGY) for run in runs]


_levels = st.one_of(st.floats(-20, 150), st.integers(-2000, 15_000).map(lambda n: n / 100))


@given(st.lists(_levels, max_size=30))
def test_energies_are_those_of_the_levels_one_by_one(levels):
    found = energies(np.array(levels, float))
    assert found.tolist() == [round(10 ** (level / 10) * 100) for level in levels]


@given(
    st.lists(st.integers(0, 1500).map(lambda n: n / 100), min_size=1, max_size=40), st.floats(0, 1)
)
def test_quantile_is_right_to_the_width_of_a_bucket(values, share):
    found = quantile(of(DENSITY, values), share)
    rank = max(math.ceil(share * len(values)), 1)
    assert abs(found - sorted(values)[rank - 1]) <= DENSITY.bucket + 1e-9
    assert min(values) <= found <= max(values)


@given(st.lists(st.integers(0, 300), min_size=1, max_size=20), st.floats(0, 1))
def test_quantile_is_the_middle_of_a_bucket_where_no_value_is_in_the_way(numbers, share):
    """Values of one bucket are one to it: only the clamping tells them apart."""
    values = [(n + 0.25) * DENSITY.bucket for n in numbers]
    moved = [(n + 0.75) * DENSITY.bucket for n in numbers]
    widened = [0.0, *values, 99.0], [0.0, *moved, 99.0]
    assert quantile(of(DENSITY, widened[0]), share) == quantile(of(DENSITY, widened[1]), share)


def test_quantile_of_a_quantity_without_buckets_is_an_error():
    with pytest.raises(ValueError, match="water_depth has no percentile buckets"):
        quantile(of(DEPTH, [0.1]), 0.5)


@pytest.mark.parametrize(
    ("declared", "cadence", "length"),
    [(60, 1, 60), (60, 59.9, 60), (60, 60, 60), (60, 60.1, 120), (60, 120, 120), (60, 301, 600),
     (300, 60, 300), (300, 3600, 3600), (60, 3601, 86400), (60, 86400, 86400), (60, 90000, 86400),
     (3600, 60, 3600)],
)  # fmt: skip
def test_window_stretches_to_the_next_step_that_holds_a_reading(declared, cadence, length):
    assert stretch(declared, cadence) == length


@given(st.floats(1, 86400), st.sampled_from([60, 300, 600, 3600]))
def test_stretched_window_holds_at_least_one_reading(cadence, declared):
    length = stretch(declared, cadence)
    assert length >= cadence
    assert length == declared or length in LADDER_S
