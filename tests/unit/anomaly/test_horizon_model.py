"""One horizon: what it learns, when it says persistence, and how often its intervals are right."""

import math
import random

import msgspec
import numpy as np
import pytest

from anomaly.forecaster import Outlook
from anomaly.horizon_model import BLEND, FEATURES, PERSISTENCE, PRIOR, HorizonModel, HorizonState

HOUR_MS = 3_600_000
UNIT = (0.0, 1.0)


def features(source, value=0.0):
    """A one, the value, and seven numbers that nobody knows the meaning of."""
    found = np.array([1.0, value, *(source.gauss(0, 1) for _ in range(FEATURES - 2))])
    # The prior takes the value and the step between two profiles: there is no profile.
    found[3] = found[4]
    return found


def hourly(model, length, following, seed=1, about=UNIT, value=0.0):
    """Forecasts an hour ahead; the next value is `following(source, features, value, hour)`.

    Yields each outlook with the value that it was made at, and that which came.
    """
    source = random.Random(seed)
    level, scale = about
    for n in range(length):
        at = n * HOUR_MS
        model.arrive(at, value, HOUR_MS // 2)
        x = features(source, (value - level) / scale)
        made = model.forecast(at, n % 24, x, value, about)
        outlook = model.outlook(made, (), -math.inf)
        before, value = value, following(source, x, value, n % 24)
        yield outlook, before, value


def relation(source, x, value, hour):
    """Of the value itself little stays; two other things decide."""
    return 0.2 * value + 2.0 * x[5] - 1.0 * x[8] + source.gauss(0, 0.1)


def walk(source, x, value, hour):
    return value + source.gauss(0, 1)


def noise_by_hour(source, x, value, hour):
    """Noise that is ten times as loud by day as by night."""
    return source.gauss(0, 1.0 if 8 <= hour < 20 else 0.1)


def errors(found):
    ours = sum(abs(outlook.p50 - truth) for outlook, _, truth in found)
    return ours, sum(abs(before - truth) for _, before, truth in found)


def coverage(found):
    return sum(o.p10 <= truth <= o.p90 for o, _, truth in found) / len(found)


def test_linear_relation_is_learnt_down_to_its_noise():
    found = list(hourly(HorizonModel(3600), 3000, relation))
    ours, naive = errors(found[-1000:])
    # Of normal noise of 0.1 the mean absolute error is 0.08.
    assert ours / 1000 <= 0.1
    assert ours <= 0.05 * naive


def test_relation_that_changes_is_followed():
    def turned(source, x, value, hour):
        return -relation(source, x, value, hour)

    model = HorizonModel(3600)
    list(hourly(model, 2000, relation))
    model_after = HorizonModel(3600)
    model_after.load(model.dump())
    found = list(hourly(model_after, 6000, turned, seed=2))
    first, last = errors(found[:200])[0], errors(found[-200:])[0]
    assert last < 0.5 * first
    assert last < 0.5 * errors(found[-200:])[1]


def test_relation_is_found_again_behind_an_outlier():
    def struck(source, x, value, hour):
        value = relation(source, x, value, hour)
        return value + (1000.0 if source.random() < 0.005 else 0.0)

    found = list(hourly(HorizonModel(3600), 4000, struck))[-1500:]
    usual = [row for row in found if abs(row[1]) < 100.0 and abs(row[2]) < 100.0]
    ours, naive = errors(usual)
    assert ours < 0.25 * naive


def test_random_walk_is_left_to_persistence_or_nearly_so():
    found = list(hourly(HorizonModel(3600), 4000, walk))
    ours, naive = errors(found[500:])
    assert ours <= 1.03 * naive
    methods = {outlook.method for outlook, _, _ in found[500:]}
    assert methods <= {PERSISTENCE, BLEND}


def test_persistence_is_said_where_the_regression_has_been_worse():
    """Its prior takes a step between profiles for real; here such steps mean nothing."""
    source, model = random.Random(1), HorizonModel(3600)
    said = []
    value = 0.0
    for n in range(60):
        at = n * HOUR_MS
        model.arrive(at, value, 0)
        x = np.array([1.0, value, value, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
        # The profile goes up and down by fifty, the value does not.
        x[3 + n % 2] = 50.0
        made = model.forecast(at, 0, x, value, UNIT)
        said.append((model.outlook(made, (), -math.inf), value))
        value += source.gauss(0, 0.01)
    persistent = [(o, v) for o, v in said[1:] if o.method == PERSISTENCE]
    assert len(persistent) > 30
    for outlook, last in persistent:
        assert outlook.p50 == pytest.approx(last, abs=25.0)


@pytest.mark.parametrize(("following", "least", "most"), [(relation, 0.8, 1.0), (walk, -0.1, 0.1)])
def test_skill_is_that_over_persistence(following, least, most):
    *_, (outlook, _, _) = hourly(HorizonModel(3600), 3000, following)
    assert outlook.skill is not None
    assert least <= outlook.skill <= most


def test_skill_is_unknown_until_thirty_truths_are_known():
    found = [outlook for outlook, _, _ in hourly(HorizonModel(3600), 40, relation)]
    # The first truth arrives with the second value.
    assert [outlook.skill is None for outlook in found] == [True] * 30 + [False] * 10
    assert [outlook.cover is None for outlook in found] == [True] * 30 + [False] * 10


def test_intervals_are_right_four_times_of_five_where_noise_goes_with_the_hour():
    found = list(hourly(HorizonModel(3600), 24 * 150, noise_by_hour))[24 * 50 :]
    assert 0.75 <= coverage(found) <= 0.85
    said = found[-1][0].cover
    assert said == pytest.approx(0.8, abs=0.12)


def test_intervals_are_narrow_where_it_is_quiet_and_wide_where_it_is_loud():
    found = list(hourly(HorizonModel(3600), 24 * 150, noise_by_hour))[24 * 50 :]
    width = {True: 0.0, False: 0.0}
    for n, (outlook, _, _) in enumerate(found):
        width[8 <= n % 24 < 20] += outlook.p90 - outlook.p10
    assert width[True] > 3.0 * width[False]
    for is_loud in (True, False):
        part = [row for n, row in enumerate(found) if (8 <= n % 24 < 20) == is_loud]
        assert 0.7 <= coverage(part) <= 0.9


@pytest.mark.parametrize("following", [relation, walk, noise_by_hour])
def test_quantiles_are_in_order_and_numbers(following):
    for outlook, _, _ in hourly(HorizonModel(3600), 1000, following):
        assert outlook.p10 <= outlook.p50 <= outlook.p90
        assert math.isfinite(outlook.p90 - outlook.p10)


def an_outlook(limits, least=-math.inf, value=5.0) -> Outlook:
    model = HorizonModel(3600)
    list(hourly(model, 300, noise_by_hour))
    made = model.forecast(300 * HOUR_MS, 12, features(random.Random(1), value), value, UNIT)
    return model.outlook(made, limits, least)


def test_probability_of_a_limit_agrees_with_the_quantiles():
    plain = an_outlook(())
    limits = (plain.p10, plain.p50, plain.p90)
    assert an_outlook(limits).exceed == pytest.approx((0.9, 0.5, 0.1))


def test_nothing_is_said_below_the_least_that_can_be():
    below = an_outlook((0.0, 1.0), least=0.0, value=-50.0)
    assert (below.p10, below.p50, below.p90) == (0.0, 0.0, 0.0)
    assert below.exceed[0] == 1.0
    assert below.exceed[1] < 0.01


def test_truth_is_taken_from_within_the_tolerance_only():
    def known(late, tolerance):
        model = HorizonModel(3600)
        x = features(random.Random(1))
        model.forecast(0, 0, x, 0.0, UNIT)
        model.arrive(HOUR_MS + late, 1.0, tolerance)
        return model.dump().known

    assert known(0, 0) == 1
    assert known(30_000, 30_000) == 1
    assert known(-30_000, 30_000) == 1
    assert known(30_001, 30_000) == 0
    assert known(-30_001, 30_000) == 0


def test_forecast_whose_truth_never_came_is_forgotten():
    model, x = HorizonModel(3600), features(random.Random(1))
    for n in range(10):
        model.forecast(n * 300_000, 0, x, 0.0, UNIT)
    assert len(model.dump().pending) == 10
    model.arrive(48 * HOUR_MS, 1.0, 30_000)
    assert (len(model.dump().pending), model.dump().known) == (0, 0)


@pytest.mark.parametrize("step_ms", [1000, 17_000, 60_000, 300_000])
def test_no_more_than_a_dozen_forecasts_wait(step_ms):
    model, x = HorizonModel(3600), features(random.Random(1))
    for n in range(2 * HOUR_MS // step_ms):
        model.arrive(n * step_ms, 0.0, step_ms // 2)
        model.forecast(n * step_ms, 0, x, 0.0, UNIT)
    assert 11 <= len(model.dump().pending) <= 12


def test_doubts_stay_symmetric_and_positive():
    model = HorizonModel(3600)
    for _ in hourly(model, 3000, relation):
        pass
    assert (model._doubts == model._doubts.T).all()
    assert np.linalg.eigvalsh(model._doubts).min() > 0.0


@pytest.mark.parametrize("cut", [0, 1, 2, 29, 30, 31, 300])
def test_state_continues_identically_through_its_bytes(cut):
    whole, resumed = HorizonModel(3600), HorizonModel(3600)
    source = random.Random(1)
    for n in range(500):
        if n == cut:
            snapshot = msgspec.msgpack.encode(whole.dump())
            resumed.load(msgspec.msgpack.decode(snapshot, type=HorizonState))
        value, x = source.gauss(0, 1), features(source)
        whole.arrive(n * HOUR_MS // 6, value, HOUR_MS // 12)
        made = whole.outlook(whole.forecast(n * HOUR_MS // 6, n % 48, x, value, UNIT), (0.5,), -9.0)
        if n >= cut:
            resumed.arrive(n * HOUR_MS // 6, value, HOUR_MS // 12)
            again = resumed.forecast(n * HOUR_MS // 6, n % 48, x, value, UNIT)
            assert resumed.outlook(again, (0.5,), -9.0) == made
            assert resumed.dump() == whole.dump()


def test_prior_has_a_weight_a_feature():
    assert len(PRIOR) == FEATURES
