"""Usual sizes by roots: of all so far, then of the last ones, whatever single ones are."""

import random

import pytest

from anomaly.root_mean import RootMean


def taught(numbers, mean=None):
    mean = mean or RootMean(0.01)
    for number in numbers:
        mean.learn(number)
    return mean


def test_nothing_has_no_size():
    assert taught([]).size == taught([0.0] * 9).size == 0.0


def test_size_is_the_square_of_the_mean_root_whatever_the_sign():
    mean = taught([1.0, -9.0])
    assert (mean.root, mean.size, mean.count) == (2.0, 4.0, 2)


def test_last_hundred_count():
    mean = taught([1.0] * 100, taught([100.0] * 1000))
    assert 9.0 < mean.size < 25.0
    assert taught([1.0] * 500, mean).size < 1.5


def test_one_wild_number_counts_little():
    assert taught([*[1.0] * 500, 1e4]).size == pytest.approx(4.0, rel=0.05)


def test_state_continues_identically():
    source = random.Random(1)
    whole, resumed = taught(source.gauss(0, 1) for _ in range(50)), RootMean(0.01)
    resumed.load(whole.dump())
    for mean in (whole, resumed):
        mean.learn(3.0)
    assert resumed.dump() == whole.dump()
