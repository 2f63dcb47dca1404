"""Forecasts of a zone: who learns from what, when they are due, and what they say of levels."""

import random

import pytest
from msgspec.structs import replace

from anomaly.forecaster import Outlook
from anomaly.forecasting import (
    FORECAST_INPUTS,
    PLANS,
    ForecastSeries,
    ZoneForecasts,
    _forecasts,
)
from anomaly.seasonal_forecast import SeasonalRecent
from indicators.registry import SIGNS
from sensors.city import Zone
from tests.builders import MINUTE_MS, SHANGHAI, a_value

ZONE = Zone(id="dip", name="低洼路段", timezone=SHANGHAI, district="d")


def forecasts(series=None):
    return ZoneForecasts(ZONE, SIGNS, {} if series is None else series)


def rain(minute, millimetres):
    return a_value(minute, millimetres, indicator="rain_5min", unit="mm")


def steps(zone, *values):
    return [made for value in values for made in zone.step(value)]


def wet(zone, minutes, depth=0.2):
    return steps(zone, *(a_value(n, depth + 0.001 * n) for n in minutes))


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


def test_value_of_a_town_or_district_is_not_forecast():
    zone = forecasts()
    wet(zone, range(20))
    assert zone.step(a_value(20, 0.3, place="district")) == []


def test_nothing_is_known_of_a_sign_that_was_never_available():
    series: dict[str, ForecastSeries] = {}
    assert steps(forecasts(series), *(a_value(n, None) for n in range(30))) == []
    assert series == {}


def test_forecast_is_published_with_its_value():
    zone = forecasts()
    wet(zone, range(20))
    for made in zone.step(a_value(20, 0.3)):
        assert (made.at, made.zone, made.indicator) == (a_value(20, 0.3).at, "dip", "water_depth")


@pytest.mark.parametrize("indicator", sorted(set(PLANS) - {"water_depth"}))
def test_every_sign_with_a_plan_has_a_forecast_a_horizon_and_a_probability_a_level(indicator):
    sign, plan, source = SIGNS[indicator], PLANS[indicator], random.Random(1)
    unit = {"indicator": indicator, "unit": sign.unit}
    made = steps(
        forecasts(), *(a_value(10 * n, abs(source.gauss(0.5, 0.2)), **unit) for n in range(60))
    )
    # The thirtieth value is the first of which something is said.
    assert len(made) == 31 * len(plan.horizons)
    assert [f.horizon for f in made[-len(plan.horizons) :]] == [*plan.horizons]
    for forecast in made:
        assert [*forecast.p_exceed] == [level.id for level in sign.levels]
        assert all(0.0 <= p <= 1.0 for p in forecast.p_exceed.values())
        assert [*forecast.p_exceed.values()] == sorted(forecast.p_exceed.values(), reverse=True)


def test_values_between_two_forecasts_teach_but_are_not_followed_by_one():
    unit = {"indicator": "traffic_speed", "unit": "km/h"}
    made = steps(forecasts(), *(a_value(n, 50.0 + n % 3, **unit) for n in range(100)))
    assert {f.made_at % 300_000 for f in made} == {made[0].made_at % 300_000}
    assert len(made) == 4 * len({f.made_at for f in made}) == 4 * 14


def test_probability_of_a_level_is_that_of_its_edge():
    """What a sign says is what its forecaster says of the levels' edges."""
    source, forecaster = random.Random(1), SeasonalRecent(PLANS["traffic_speed_ratio"].horizons)
    sign, zone = SIGNS["traffic_speed_ratio"], forecasts()
    made: list = []
    for n in range(200):
        value = a_value(5 * n, source.uniform(0.2, 0.9), indicator=sign.id, unit=sign.unit)
        made = zone.step(value)
        forecaster.learn_one(value.window_end + 8 * 3_600_000, value.value or 0.0)
    expected = forecaster.outlooks([level.edge for level in sign.levels]) or ()
    assert sign.descending
    for forecast, outlook in zip(made, expected, strict=True):
        said = [round(1.0 - above, 4) for above in outlook.exceed]
        assert [*forecast.p_exceed.values()] == said
        assert forecast.method == outlook.method


LADDER = ("W0", "W4", "W3", "W2", "W1")


def made_of(exceed, level=None):
    """The forecasts of water whose horizons have these probabilities of W0 to W1."""
    outlooks = [
        Outlook(horizon, 0.0, 0.1, 0.2, tuple(row), "ponding")
        for horizon, row in zip((600, 1200, 1800, 3600), exceed, strict=True)
    ]
    value = a_value(0, 0.2, level=level)
    return list(_forecasts(value, SIGNS["water_depth"], outlooks))


def test_times_are_where_straight_lines_between_the_horizons_reach_the_probability():
    rows = [(0.0, p, 0.0, 0.0, 0.0) for p in (0.2, 0.4, 0.6, 1.0)]
    reached = made_of(rows)[0].reached_in
    # 0.2 in ten minutes: 0.1 in five; 0.5 half-way from 0.4 to 0.6; 0.9 at three quarters of 30 min.
    assert reached == {"W4": (300.0, 1500.0, 3150.0)}


def test_times_are_none_where_a_probability_is_not_come_to():
    rows = [(0.0, p, 0.0, 0.0, 0.0) for p in (0.0, 0.0, 0.05, 0.2)]
    ((early, middle, late),) = made_of(rows)[0].reached_in.values()
    assert (early, middle, late) == (2400.0, None, None)
    assert made_of([(0.0, 0.09, 0.0, 0.0, 0.0)] * 4)[0].reached_in == {}


def test_time_is_that_at_which_a_probability_is_come_to_first():
    rows = [(0.0, p, 0.0, 0.0, 0.0) for p in (0.6, 0.2, 0.2, 0.9)]
    assert made_of(rows)[0].reached_in["W4"] == (100.0, 500.0, 3600.0)


@pytest.mark.parametrize(("level", "worse"), [(None, LADDER), ("W4", LADDER[2:]), ("W1", ())])
def test_only_levels_worse_than_that_at_hand_are_reached(level, worse):
    made = made_of([(1.0,) * 5] * 4, level)
    assert all(tuple(forecast.reached_in) == worse for forecast in made)
    assert tuple(made[0].p_exceed) == LADDER


@pytest.mark.parametrize(("indicator", "value"), [("traffic_speed", 40.0), ("water_depth", 0.2)])
def test_in_the_hour_that_a_clock_repeats_water_is_forecast_and_habits_are_not(indicator, value):
    """In Los Angeles 2 November 2025 has 01:00 to 02:00 twice, the second from 09:00 UTC on."""
    zone = ZoneForecasts(replace(ZONE, timezone="America/Los_Angeles"), SIGNS, {})
    back = 1_762_074_000_000
    unit = {"indicator": indicator, "unit": SIGNS[indicator].unit}
    said = set()
    for n in range(-60, 30):
        end = back + n * 300_000
        fields = {"at": end, "window_start": end - 300_000, "window_end": end}
        if zone.step(a_value(0, value + n % 3 / 10, **fields, **unit)):
            said.add(n)
    last = max(n for n in said if n < 0)
    again = min(n for n in said if n > last)
    assert last == -1
    assert again == (0 if indicator == "water_depth" else 12)
    assert said >= set(range(again, 30))


def test_water_that_rises_in_the_hour_that_a_clock_repeats_is_seen():
    zone = ZoneForecasts(replace(ZONE, timezone="America/Los_Angeles"), SIGNS, {})
    back, made = 1_762_074_000_000, []
    for n in range(-60, 30):
        end = back + n * MINUTE_MS
        fields = {"at": end, "window_start": end - MINUTE_MS, "window_end": end}
        made = zone.step(a_value(0, 0.2 if n < 0 else 0.5, **fields))
    assert made[0].made_at == back + 29 * MINUTE_MS
    assert made[0].p50 == pytest.approx(0.5, abs=0.1)
