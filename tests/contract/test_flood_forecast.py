"""What the ponding forecast is worth on twenty streets' storms, whose truth is another model."""

import numpy as np
import pytest

from anomaly.flood_verification import brier, scores, warned
from tests.flood_season import HORIZONS, LIMITS, season, skill

SEEDS = range(20)


@pytest.fixture(scope="module")
def forecasted():
    return [forecast for seed in SEEDS for forecast in season(seed)]


def test_floods_are_warned_of_and_dry_streets_are_not(forecasted):
    for limit in LIMITS:
        found = scores([warned(forecast.of(limit), limit) for forecast in forecasted])
        assert found.floods >= 10
        assert found.pod is not None
        assert found.far is not None
        assert found.pod >= 0.85
        assert found.far <= 0.2
    assert sum(f.event.depth_m.max() < 0.15 for f in forecasted) >= 20


def test_half_of_the_warnings_of_15_cm_come_a_quarter_of_an_hour_before_it(forecasted):
    found = scores([warned(forecast.of(0.15), 0.15) for forecast in forecasted])
    assert found.median_lead is not None
    assert found.false_share is not None
    assert found.median_lead >= 15 * 60
    assert found.false_share <= 0.1


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
        assert brier(said, happened) < 0.7 * happened.mean() * (1 - happened.mean())
