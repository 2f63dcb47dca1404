"""Forecasts of a zone: who learns from what, when they are due, and what they say of levels."""

import math
import random

import pytest
from msgspec.structs import replace

from anomaly.error_quantiles import ErrorQuantiles
from anomaly.forecast_skill import HorizonSkill
from anomaly.forecaster import Outlook
from anomaly.forecasting import FORECAST_INPUTS, PLANS, ForecastSeries, ZoneForecasts
from anomaly.horizon_model import BLEND, PERSISTENCE
from anomaly.seasonal_forecast import SeasonalRecent
from anomaly.week_memory import WeekMemory
from indicators.registry import SIGNS
from sensors.city import Zone
from tests.builders import SHANGHAI, a_value

HOUR_MS = 3_600_000
ZONE = Zone(id="dip", name="低洼路段", timezone=SHANGHAI, district="d")


def forecasts(series=None):
    return ZoneForecasts(ZONE, SIGNS, {} if series is None else series)


def rain(minute, millimetres):
    return a_value(minute, millimetres, indicator="rain_5min", unit="mm")


def steps(zone, *values):
    return [made for value in values for made in zone.step(value)]


def wet(zone, minutes, depth=0.2):
    return steps(zone, *(a_value(n, depth + 0.001 * n) for n in minutes))


# -- the stage -----------------------------------------------------------------------------------


def test_forecast_has_a_line_a_horizon_from_the_end_of_the_newest_window():
    zone = forecasts()
    wet(zone, range(20))
    made = wet(zone, [20])
    assert [f.horizon for f in made] == [600, 1200, 1800, 3600]
    assert {f.made_at for f in made} == {a_value(20, 0.2).window_end}
    assert all(f.p10 <= f.p50 <= f.p90 for f in made)
    assert [*made[0].p_exceed] == ["W0", "W4", "W3", "W2", "W1"]


def test_correction_and_na_teach_nothing():
    one, other = forecasts(), forecasts()
    wet(one, range(20))
    for n in range(20):
        wet(other, [n])
        assert other.step(a_value(n, 2.0, revision=1)) == []
        assert other.step(a_value(n, None)) == []
    assert wet(one, [20]) == wet(other, [20])


def test_wet_place_is_forecast_each_minute_and_a_dry_one_every_ten():
    zone = forecasts()
    # The first ten values tell too little.
    assert len(wet(zone, range(40))) == 4 * 31
    dry = steps(zone, *(a_value(n, 0.0) for n in range(40, 100)))
    assert len(dry) == 4 * 6


def test_rain_makes_a_dry_place_worth_forecasting_and_the_ensemble_possible():
    zone = forecasts()
    still = steps(zone, *(a_value(n, 0.0) for n in range(30)))
    assert {f.method for f in still} == {"trend"}
    raining = []
    for n in range(30, 60):
        steps(zone, rain(n, 6.0))
        raining += steps(zone, a_value(n, 0.0))
    assert {f.method for f in raining} == {"ponding"}
    assert len(raining) == 4 * 30
    assert raining[-1].p90 > 0.0


def test_levels_worse_than_that_at_hand_are_told_with_times_in_order():
    zone, level_of = forecasts(), SIGNS["water_depth"].level_of
    depths = [0.05 + 0.005 * n for n in range(30)]
    made = steps(zone, *(a_value(n, d, level=level_of(d)) for n, d in enumerate(depths)))
    assert level_of(depths[-1]) == "W4"
    reached = made[-1].reached_in
    assert "W4" not in reached
    assert set(reached) <= {"W3", "W2", "W1"}
    early, middle, late = reached["W3"]
    assert early is not None
    assert all(after is None or after >= early for after in (middle, late))


def test_levels_of_falling_signs_are_told_by_what_lies_below():
    ratio = {"indicator": "traffic_speed_ratio", "unit": "1"}
    values = [a_value(5 * n, 0.35 if n % 2 else 0.36, **ratio) for n in range(100)]
    *_, made = steps(forecasts(), *values)
    assert made.p_exceed["T3"] > 0.9
    assert made.p_exceed["T5"] < 0.2


def test_snapshot_continues_identically():
    series: dict[str, ForecastSeries] = {}
    whole, part = forecasts(), forecasts(series)
    source = random.Random(1)
    resumed = part
    for n in range(200):
        if n in {0, 7, 50, 51, 120}:
            resumed.dump()
            resumed = forecasts({k: replace(s) for k, s in series.items()})
            series = resumed._series
        moment = [
            rain(n, source.choice((0.0, 0.0, 3.0))),
            a_value(n, max(0.0, source.gauss(0, 0.1))),
        ]
        assert steps(resumed, *moment) == steps(whole, *moment)


def test_plans_are_of_signs_of_the_catalogue_no_shorter_than_their_windows():
    assert SIGNS.keys() >= FORECAST_INPUTS
    for indicator, plan in PLANS.items():
        assert plan.horizons == tuple(sorted(plan.horizons))
        assert plan.horizons[0] >= SIGNS[indicator].window_s


# -- its parts -----------------------------------------------------------------------------------


@pytest.mark.parametrize("draw", ["normal", "skewed", "changing"])
def test_quantiles_hold_their_levels_in_the_long_run(draw):
    source, quantiles = random.Random(1), ErrorQuantiles()
    below = inside = 0
    for n in range(20_000):
        spread = 1.0 + (n // 5000) / 2
        normal, skewed = source.gauss(0, 1), source.expovariate(1.0)
        error = {"normal": normal, "skewed": skewed, "changing": spread * normal}[draw]
        below += error < quantiles.low
        inside += quantiles.low <= error <= quantiles.high
        quantiles.learn(error)
        assert quantiles.low <= quantiles.middle <= quantiles.high
    assert below / 20_000 == pytest.approx(0.1, abs=0.01)
    assert inside / 20_000 == pytest.approx(0.8, abs=0.02)


def test_probability_above_a_limit_falls_and_agrees_with_the_quantiles():
    quantiles = ErrorQuantiles()
    limits = [n / 10 for n in range(-60, 61)]
    found = [quantiles.above(limit) for limit in limits]
    assert found == sorted(found, reverse=True)
    assert found[0] == pytest.approx(1.0, abs=1e-3)
    assert found[-1] == pytest.approx(0.0, abs=1e-3)
    assert quantiles.above(quantiles.high) == pytest.approx(0.1)
    assert quantiles.above(quantiles.middle) == pytest.approx(0.5)


def test_week_memory_has_the_half_hours_of_a_day_and_a_week_ago():
    week = WeekMemory()
    for n in range(24 * 2 * 8):
        week.learn(n * HOUR_MS // 2, float(n))
    now = (24 * 2 * 8 - 1) * HOUR_MS // 2
    assert week.known(now - 24 * HOUR_MS) == 24 * 2 * 7 - 1
    assert week.known(now + HOUR_MS) == 24 * 2 * 8 - 1 + 2 - 7 * 48
    assert week.before == 24 * 2 * 8 - 1 - 7 * 48


def test_course_of_the_day_beats_persistence_and_says_its_skill():
    forecaster = SeasonalRecent((3600, 10800))
    source = random.Random(2)
    for n in range(24 * 60):
        value = 100 + 50 * math.sin(n / 12 * math.pi) + source.gauss(0, 3)
        forecaster.learn_one(n * HOUR_MS, value)
    for outlook in forecaster.outlooks() or ():
        assert outlook.method == BLEND
        assert outlook.skill is not None
        assert outlook.skill > 0.5
        assert outlook.cover == pytest.approx(0.8, abs=0.08)


def test_random_walk_is_not_forecast_worse_than_by_persistence():
    forecaster, source, value = SeasonalRecent((3600,)), random.Random(4), 0.0
    errors = [0.0, 0.0]
    for n in range(4000):
        made = forecaster.outlooks()
        step = source.gauss(0, 1)
        if made is not None and n > 500:
            errors[0] += abs(made[0].p50 - value - step)
            errors[1] += abs(step)
        value += step
        forecaster.learn_one(n * HOUR_MS, value)
    assert errors[0] <= 1.03 * errors[1]


def test_persistence_is_used_and_said_where_a_forecaster_has_been_worse():
    skill, found = HorizonSkill(600), None
    for n in range(100):
        at, last = n * 600_000, float(n % 3)
        skill.arrive(at, last)
        found = skill.judged(at, Outlook(600, 50.0, 60.0, 70.0, method="bad"), last)
    assert found is not None
    assert found.method == PERSISTENCE
    assert found.skill is not None
    assert found.skill < 0.0
    assert (found.p10 <= found.p50 <= found.p90, found.p50) == (True, float(99 % 3))
