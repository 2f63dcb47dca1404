"""What the ponding forecast is worth on twenty streets' storms, whose truth is another model.

Each street has lived through four rains before it is judged; the forecast was told nothing of it.
"""

import numpy as np
import pytest

from anomaly.flood_verification import brier, scores, warned
from tests.flood_season import HORIZONS, LIMITS, season, skill

SEEDS = range(20)


@pytest.fixture(scope="module")
def forecasted():
    return [forecast for seed in SEEDS for forecast in season(seed)]


@pytest.fixture(scope="module")
def found(forecasted):
    return {
        limit: scores([warned(forecast.of(limit), limit) for forecast in forecasted])
        for limit in LIMITS
    }


def test_storms_flood_some_streets_and_leave_more_dry(forecasted):
    assert sum(f.event.depth_m.max() >= 0.27 for f in forecasted) >= 10
    assert sum(f.event.depth_m.max() < 0.15 for f in forecasted) >= 20


def test_floods_are_warned_of(found):
    for limit in LIMITS:
        assert found[limit].pod >= 0.85


def test_no_shower_that_leaves_a_street_dry_is_warned_of_in_vain(forecasted):
    showers = [warned(f.of(0.15), 0.15) for f in forecasted if not f.event.is_storm]
    assert scores(showers).false_alarms == 0


def test_at_most_a_fifth_of_the_alarms_is_false(found):
    assert found[0.15].far <= 0.2


def test_warnings_are_worth_what_was_measured(found):
    """Not yet all that they should be (see below); so that nobody makes them worse unawares."""
    assert found[0.15].far <= 0.17
    assert found[0.27].far <= 0.24
    assert found[0.15].median_lead >= 14 * 60
    assert found[0.27].median_lead >= 17 * 60
    assert found[0.15].false_share <= 0.15


@pytest.mark.xfail(reason="3 of 13: ponds that come to 24, 25 and 20 cm")
def test_at_most_a_fifth_of_the_alarms_of_27_cm_is_false(found):
    assert found[0.27].far <= 0.2


@pytest.mark.xfail(
    reason="14 min; 18 with the rain gauge in the street, 21 if all of it were known"
)
def test_half_of_the_floods_are_warned_of_a_quarter_of_an_hour_before(found):
    assert found[0.15].median_lead >= 15 * 60


@pytest.mark.xfail(reason="3 of 21: storms that pond 0 to 2 cm; 11 % with the gauge in the street")
def test_at_most_a_tenth_of_the_warnings_is_false(found):
    assert found[0.15].false_share <= 0.1


@pytest.mark.parametrize("only_wet", [True, False])
def test_depth_is_forecast_better_than_by_persistence_and_trend(forecasted, only_wet):
    table = skill(forecasted, only_wet=only_wet)
    for horizon in HORIZONS:
        ensemble, persistence, trend = table[horizon]
        assert ensemble < persistence
        assert ensemble < trend


def test_probability_in_half_an_hour_beats_how_often_it_happens(forecasted):
    for column, limit in enumerate(LIMITS):
        said = np.concatenate([f.exceed[f.is_wet, column] for f in forecasted])
        happened = np.concatenate([f.truth()[f.is_wet, 1] >= limit for f in forecasted])
        assert brier(said, happened) < 0.5 * happened.mean() * (1 - happened.mean())
