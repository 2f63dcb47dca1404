"""The regression: it finds what there is, follows it, and no outlier overthrows it."""

import random

import msgspec
import numpy as np
import pytest

from anomaly.robust_regression import RegressionState, RobustRegression


def samples(count, seed=1, outliers=0.0, rule=(2.0, -1.0)):
    """Of the rule 2a - b."""
    source = random.Random(seed)
    for _ in range(count):
        a, b = source.gauss(0, 1), source.gauss(0, 1)
        wild = 50.0 if source.random() < outliers else 0.0
        yield (a, b), rule[0] * a + rule[1] * b + source.gauss(0, 0.1) + wild


def taught(rows, regression=None):
    regression = regression or RobustRegression(2)
    for features, target in rows:
        regression.learn(features, target)
    return regression


def rule_of(regression):
    return [regression.of((1.0, 0.0)), regression.of((0.0, 1.0))]


def test_first_guess_is_nothing():
    assert RobustRegression(3).of((1.0, 2.0, 3.0)) == 0.0


def test_rule_is_found():
    assert rule_of(taught(samples(3000))) == pytest.approx([2, -1], abs=0.05)


def test_outliers_hardly_move_it():
    assert rule_of(taught(samples(6000, outliers=0.05))) == pytest.approx([2, -1], abs=0.1)


def test_one_outlier_moves_it_no_farther_than_a_usual_error():
    regression = taught(samples(3000))
    before = rule_of(regression)
    regression.learn((1.0, 1.0), 1e6)
    assert rule_of(regression) == pytest.approx(before, abs=0.01)


def test_rule_that_changes_is_followed():
    regression = taught(samples(3000))
    taught(samples(6000, seed=2, rule=(-1.0, 2.0)), regression)
    assert rule_of(regression) == pytest.approx([-1, 2], abs=0.1)


def test_few_samples_move_it_little():
    """A hundred samples weigh as much as the first guess."""
    assert 0.0 < rule_of(taught(samples(20)))[0] < 1.0


def test_features_that_rest_for_long_do_not_make_a_later_one_jump():
    regression = taught(((a, 0.0), a) for (a, _), _ in samples(20_000))
    regression.learn((0.0, 1.0), 10.0)
    assert abs(rule_of(regression)[1]) < 0.2


def test_move_behind_a_long_stillness_is_learnt():
    regression = taught(((1.0, 0.0), 1e-9 * (-1) ** n) for n in range(5000))
    taught((((a, b), a) for (a, b), _ in samples(3000)), regression)
    assert rule_of(regression)[0] > 0.5


def test_inverse_stays_symmetric_positive_and_below_the_first_guess():
    regression = RobustRegression(3)
    source = random.Random(3)
    for n in range(5000):
        # Two that are nearly one, and one that is mostly nothing.
        a = source.gauss(0, 1)
        features = (a, a + source.gauss(0, 1e-6), 1.0 if n % 500 == 0 else 0.0)
        regression.learn(features, a + source.gauss(0, 0.1))
    inverse = np.array(regression._inverse)
    assert (inverse == inverse.T).all()
    assert np.linalg.eigvalsh(inverse).min() > 0.0
    assert inverse.max() <= 0.01 * (1 + 1e-12)


@pytest.mark.parametrize("cut", [0, 1, 150])
def test_state_continues_identically_through_its_bytes(cut):
    rows = list(samples(300, outliers=0.02))
    whole, resumed = taught(rows[:cut]), RobustRegression(2)
    snapshot = msgspec.msgpack.encode(whole.dump())
    resumed.load(msgspec.msgpack.decode(snapshot, type=RegressionState))
    for features, target in rows[cut:]:
        assert resumed.of(features) == whole.of(features)
        for regression in (whole, resumed):
            regression.learn(features, target)
        assert resumed.dump() == whole.dump()
