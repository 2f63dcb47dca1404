"""Windows as partials: no result depends on the order of arrival or of the merge."""

import math
import statistics
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.window import LADDER_S, Aggregate, absorb, merged, partial_of, quantile, stretch
from sensors.quantity import CATALOGUE

DENSITY = CATALOGUE["people_density"]
LAEQ = CATALOGUE["laeq"]
DEPTH = CATALOGUE["water_depth"]
_quantities = st.sampled_from([DENSITY, LAEQ, DEPTH])
_readings = st.lists(
    st.tuples(st.integers(0, 5), st.integers(1000, 1300).map(lambda n: n / 100)),
    min_size=1,
    max_size=30,
)


def partial(quantity, readings):
    return merged(partial_of(quantity, at, value) for at, value in readings)


@given(_quantities, _readings, st.randoms(use_true_random=False))
def test_any_order_gives_the_identical_partial(quantity, readings, random):
    shuffled = list(readings)
    random.shuffle(shuffled)
    assert partial(quantity, readings) == partial(quantity, shuffled)


@given(_quantities, _readings, st.data())
def test_any_split_gives_the_identical_partial(quantity, readings, data):
    sizes = st.lists(st.integers(0, len(readings)), max_size=4)
    cuts = [0, *sorted(data.draw(sizes)), len(readings)]
    parts = [readings[a:b] for a, b in pairwise(cuts) if a < b]
    panes = [partial(quantity, part) for part in parts]
    assert merged(data.draw(st.permutations(panes))) == partial(quantity, readings)


@given(_quantities, _readings)
def test_partial_is_what_the_plain_readings_say(quantity, readings):
    found = partial(quantity, readings)
    values = [value for _, value in readings]
    assert found.count == len(values)
    assert (found.low, found.high) == (min(values), max(values))
    assert found.total == sum(round(value * quantity.scale) for value in values)
    assert found.first_at == min(at for at, _ in readings)
    assert found.last_at == max(at for at, _ in readings)
    assert (found.first_at, found.first) in readings
    assert (found.last_at, found.last) in readings


def test_merge_leaves_its_panes_alone():
    panes = [partial_of(DENSITY, 1, 1.0), partial_of(DENSITY, 2, 2.0)]
    merged(panes)
    merged(panes)
    assert panes == [partial_of(DENSITY, 1, 1.0), partial_of(DENSITY, 2, 2.0)]


def test_merge_of_nothing_is_none():
    assert merged([]) is None


def test_absorb_adds_buckets():
    one = partial_of(DENSITY, 1, 1.01)
    absorb(one, partial_of(DENSITY, 2, 1.02))
    absorb(one, partial_of(DENSITY, 3, 2.5))
    assert one.buckets is not None
    assert sorted(one.buckets.values()) == [1, 2]


@given(_readings)
def test_mean_is_exact_to_the_resolution(readings):
    found = Aggregate("t", DEPTH, 1.0, partial(DEPTH, readings)).mean
    exact = statistics.fmean(value for _, value in readings)
    assert math.isclose(found, exact, abs_tol=0.0005, rel_tol=1e-12)


def test_level_means_are_energy_means():
    two = partial(LAEQ, [(1, 60.0), (2, 70.0)])
    assert math.isclose(Aggregate("t", LAEQ, 1.0, two).mean, 67.4036, abs_tol=1e-4)


def test_equal_levels_have_that_level_as_their_mean():
    same = partial(LAEQ, [(n, 65.0) for n in range(60)])
    assert math.isclose(Aggregate("t", LAEQ, 1.0, same).mean, 65.0, abs_tol=1e-6)


@given(
    st.lists(st.integers(0, 1500).map(lambda n: n / 100), min_size=1, max_size=40), st.floats(0, 1)
)
def test_quantile_is_right_to_the_width_of_a_bucket(values, share):
    found = quantile(partial(DENSITY, list(enumerate(values))), DENSITY, share)
    rank = max(math.ceil(share * len(values)), 1)
    assert abs(found - sorted(values)[rank - 1]) <= DENSITY.bucket + 1e-9
    assert min(values) <= found <= max(values)


def test_quantile_of_a_quantity_without_buckets_is_an_error():
    with pytest.raises(ValueError, match="water_depth has no percentile buckets"):
        quantile(partial_of(DEPTH, 1, 0.1), DEPTH, 0.5)


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
