"""The ponding ensemble: what it learns, what it says, how it goes on after a restart."""

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anomaly.ponding_forecast import PondingEnsemble
from sensors.city import Catchment

MINUTE = 60_000
HORIZONS = (600, 1200, 1800, 3600)
LIMITS = (0.15, 0.27, 0.40, 0.60)


def fed(forecaster, rain, depths, start=0):
    for minute, depth in enumerate(depths, start):
        forecaster.learn_rain(minute * MINUTE, rain)
        forecaster.learn_one(minute * MINUTE, depth)
    return forecaster


def flooding(seed=0):
    return fed(PondingEnsemble(seed=seed), 90.0, [0.0] * 20 + [0.01 * n for n in range(1, 13)])


def test_nothing_learnt_nothing_said():
    forecaster = PondingEnsemble()
    assert forecaster.outlooks(HORIZONS, LIMITS) is None
    assert forecaster.reachings(LIMITS) is None
    assert forecaster.method == "trend"


def test_without_rain_there_is_but_the_trend():
    forecaster = PondingEnsemble()
    for minute in range(30):
        forecaster.learn_one(minute * MINUTE, 0.002 * minute)
    assert forecaster.method == "trend"
    outlooks = forecaster.outlooks(HORIZONS, LIMITS) or ()
    assert [outlook.horizon for outlook in outlooks] == [*HORIZONS]
    assert forecaster.reachings(LIMITS) is None


def test_a_silent_rain_gauge_is_not_believed_for_long():
    forecaster = flooding()
    assert forecaster.method == "ponding"
    for minute in range(32, 50):
        forecaster.learn_one(minute * MINUTE, 0.12)
    assert forecaster.method == "trend"


def test_heavy_rain_on_a_filling_street_is_a_flood_to_come():
    forecaster = flooding()
    outlooks = forecaster.outlooks(HORIZONS, LIMITS)
    for outlook in outlooks:
        assert 0 <= outlook.p10 <= outlook.p50 <= outlook.p90
        assert list(outlook.exceed) == sorted(outlook.exceed, reverse=True)
    assert outlooks[0].p50 > 0.14
    low, high = forecaster.reachings((0.15, 0.60))
    assert low.soon > 0.8
    assert low.soon <= low.probability
    assert 0 < low.p10 <= low.p50 < 900
    assert high.probability < low.probability
    assert high.p90 is None


def test_light_rain_on_a_dry_street_is_none():
    forecaster = fed(PondingEnsemble(), 5.0, [0.0] * 60)
    assert forecaster.reachings((0.15,))[0].probability < 0.02
    assert forecaster.outlooks((3600,), (0.15,))[0].p90 < 0.02


def test_a_limit_that_is_exceeded_is_reached_at_once():
    forecaster = fed(PondingEnsemble(), 60.0, [0.4] * 30)
    (reaching,) = forecaster.reachings((0.15,))
    assert (reaching.probability, reaching.p10, reaching.p90) == (1.0, 0.0, 0.0)


def test_asking_changes_nothing():
    asked, silent = flooding(), flooding()
    asked.outlooks(HORIZONS, LIMITS)
    asked.members((300, 5400))
    assert asked.dump() == silent.dump()
    assert asked.outlooks(HORIZONS, LIMITS) == silent.outlooks(HORIZONS, LIMITS)


def test_goes_on_identically_after_a_restart_anywhere():
    whole = PondingEnsemble(seed=5)
    again = PondingEnsemble(seed=5)
    for minute in range(40):
        at = minute * 70_000
        again.load(whole.dump())
        for one in (whole, again):
            if minute % 3:
                one.learn_rain(at, 70.0 + minute)
            one.learn_one(at + 500, max(0.0, 0.01 * (minute - 20)))
        assert whole.dump() == again.dump()
        assert whole.outlooks(HORIZONS, LIMITS) == again.outlooks(HORIZONS, LIMITS)
    assert len(whole.dump()) <= 16 * 1024


def test_another_seed_guesses_otherwise():
    assert flooding(1).outlooks(HORIZONS, LIMITS) != flooding(2).outlooks(HORIZONS, LIMITS)


def test_what_is_no_number_is_passed_over():
    forecaster = flooding()
    before = forecaster.dump()
    forecaster.learn_one(40 * MINUTE, math.nan)
    forecaster.learn_rain(40 * MINUTE, math.inf)
    forecaster.learn_rain(40 * MINUTE, -1.0)
    assert forecaster.dump() == before


def test_another_version_is_refused():
    state = msgspec.msgpack.decode(PondingEnsemble().dump())
    with pytest.raises(ValueError, match="version"):
        PondingEnsemble().load(msgspec.msgpack.encode([99, *state[1:]]))


@settings(max_examples=30)
@given(
    told=st.lists(
        st.tuples(
            st.integers(1, 200_000_000), st.booleans(), st.floats(-0.05, 6.0), st.floats(0.0, 500.0)
        ),
        min_size=1,
        max_size=25,
    ),
    pump=st.sampled_from([0.0, 0.2]),
)
def test_any_cadence_leaves_numbers_and_no_negative_water(told, pump):
    forecaster, at = PondingEnsemble(Catchment(area_m2=20_000.0, pump_m3_s=pump)), 0
    for later, is_rain, depth, rain in told:
        at += later
        if is_rain:
            forecaster.learn_rain(at, rain)
        else:
            forecaster.learn_one(at, depth)
        depths = forecaster.members(HORIZONS)
        assert np.isfinite(depths).all()
        assert (depths >= 0).all()
