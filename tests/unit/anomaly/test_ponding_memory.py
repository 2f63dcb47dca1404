"""What a street did in a rain, and what is believed of it afterwards."""

import math

import numpy as np
import pytest

from anomaly.ponding_ensemble import AREA, EFFICIENCY
from anomaly.ponding_forecast import PondingEnsemble
from anomaly.ponding_memory import BIN_S, LONGEST, Remembered, smoothed
from sensors.city import Catchment
from sensors.simulator.ponding import Pond, depth, step

MINUTE = 60_000
DAY = 1440 * MINUTE
MEMBERS = 100


def guesses(seed=0):
    """One unknown: the depth (m) that a street comes to in 1 mm/h."""
    return np.random.default_rng(seed).normal(0.0, 0.5, (1, MEMBERS))


def proportional(believed, rain):
    return 0.002 * np.exp(believed) * rain


def remembered(depth_m, rain_mm=5.0, pieces=12):
    kept = guesses().astype(np.float32).tobytes()
    return Remembered(0, 0, [rain_mm] * pieces, [depth_m] * pieces, kept)


def learnt(depth_m):
    return smoothed(remembered(depth_m), MEMBERS, proportional, np.random.default_rng(1))


@pytest.mark.parametrize("factor", [0.6, 1.0, 1.6])
def test_a_rain_draws_what_is_believed_to_what_was_read(factor):
    believed = learnt(0.002 * 60.0 * factor)
    assert believed.mean() == pytest.approx(math.log(factor), abs=0.25)
    assert believed.std() < 0.8 * guesses().std()


def test_a_street_that_stays_dry_tells_as_well():
    believed = learnt(0.0)
    assert believed.mean() < -0.4
    assert believed.std() < guesses().std()


def test_what_no_guess_and_no_gauge_sees_teaches_nothing():
    dry = remembered(0.0, rain_mm=0.1)
    found = smoothed(dry, MEMBERS, proportional, np.random.default_rng(1))
    assert found == pytest.approx(guesses(), abs=1e-6)


def test_lost_readings_teach_nothing():
    lost = remembered(math.nan)
    found = smoothed(lost, MEMBERS, proportional, np.random.default_rng(1))
    assert found == pytest.approx(guesses(), abs=1e-6)


def test_rain_is_kept_by_pieces_however_it_is_told():
    fine, coarse = (Remembered(0, 0, [], [], b"") for _ in range(2))
    for minute in range(1, 61):
        fine.fell(minute * MINUTE, 30.0, 60.0)
    coarse.fell(60 * MINUTE, 30.0, 3600.0)
    assert len(fine.rain_mm) == 3600 // BIN_S
    assert fine.rain_mm == pytest.approx(coarse.rain_mm)
    assert sum(coarse.rain_mm) == pytest.approx(30.0)


def test_no_more_is_kept_than_the_longest_rain():
    endless = Remembered(0, 0, [], [], b"")
    for hour in range(1, 24):
        endless.fell(hour * 60 * MINUTE, 5.0, 3600.0)
        endless.stood(hour * 60 * MINUTE, 0.1)
    assert len(endless.rain_mm) == len(endless.depth_m) == LONGEST
    assert endless.is_over(9 * 60 * MINUTE)


def lived_through(street, rains, seed=3):
    """A forecaster that knows nothing of a street, after so many of its rains."""
    forecaster, pond = PondingEnsemble(seed=seed), Pond()
    for number in range(rains):
        for minute in range(300):
            at = number * 2 * DAY + minute * MINUTE
            rain = 80.0 if 60 <= minute < 110 else 0.0
            pond, _ = step(pond, street, rain, 60.0)
            forecaster.learn_rain(at, rain)
            forecaster.learn_one(at, depth(pond, street))
    forecaster.learn_rain(rains * 2 * DAY, 0.0)
    return forecaster


def drainage(forecaster):
    """What a guess drains against what comes to it (logarithms), over the guesses."""
    rows = forecaster._ensemble.rows
    return rows[EFFICIENCY] - rows[AREA]


@pytest.mark.parametrize("efficiency", [0.45, 0.6, 1.2])
def test_after_four_rains_a_street_is_known_better_than_at_first(efficiency):
    street = Catchment(area_m2=20_000.0, storage_s=800.0, efficiency=efficiency)
    truth = math.log(efficiency) - math.log(0.8 * 20_000.0)
    before, after = drainage(PondingEnsemble(seed=3)), drainage(lived_through(street, 4))
    assert after.std() < 0.6 * before.std()
    assert after.mean() == pytest.approx(truth, abs=0.3)


def test_what_was_learnt_is_not_forgotten_between_rains():
    street = Catchment(area_m2=20_000.0, storage_s=800.0, efficiency=1.2)
    forecaster = lived_through(street, 4)
    learnt = drainage(forecaster).mean()
    forecaster.learn_rain(8 * DAY + 30 * DAY, 0.0)
    assert drainage(forecaster).mean() == pytest.approx(learnt, abs=0.1)


def test_goes_on_identically_after_a_restart_within_a_rain_and_at_its_end():
    whole, again = PondingEnsemble(seed=5), PondingEnsemble(seed=5)
    for minute in range(240):
        again.load(whole.dump())
        rain, read = (60.0, 0.01 * minute) if 5 <= minute < 40 else (0.0, 0.0)
        for one in (whole, again):
            one.learn_rain(minute * MINUTE, rain)
            one.learn_one(minute * MINUTE, read)
        assert whole.dump() == again.dump()
        assert len(whole.dump()) <= 16 * 1024
