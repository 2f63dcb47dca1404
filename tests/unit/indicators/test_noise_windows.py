"""Noise of one window: equivalent level, percentiles, maximum, excess over the limit."""

import math
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.noise.gb3096 import LIMITS, day_of, is_night, limit, local
from indicators.noise.settings import NoiseSettings
from indicators.noise.signs import noise_signs
from indicators.noise.windows import noise_l10, noise_l50, noise_l90, noise_leq, noise_lmax
from sensors.city import Zone
from tests.builders import SHANGHAI
from tests.formula_inputs import HOUR, aggregate, inputs

SIGNS = {sign.id: sign for sign in noise_signs()}
DEFAULTS = NoiseSettings()


def at(hour, minute=0, day=10, timezone=SHANGHAI):
    """Unix ms of a local time in October 2025."""
    return int(datetime(2025, 10, day, hour, minute, tzinfo=ZoneInfo(timezone)).timestamp() * 1000)


def test_leq_of_two_levels_is_their_energy_mean():
    measure = noise_leq(inputs(aggregate("laeq", [60.0, 70.0])))
    assert measure.value == pytest.approx(10 * math.log10((1e6 + 1e7) / 2), abs=1e-6)
    assert measure.detail == {"max": 70.0, "readings": 2}


def test_leq_pools_all_meters_of_the_place():
    one = noise_leq(inputs(aggregate("laeq", [60.0], "a"), aggregate("laeq", [70.0], "b")))
    both = noise_leq(inputs(aggregate("laeq", [60.0, 70.0])))
    assert one.value == both.value


def meters():
    """Ten minutes of two meters: each second 50 dB, each minute 80 dB."""
    return (aggregate("laeq", [50.0] * 600, "a"), aggregate("laeq", [80.0] * 10, "b"))


def test_meters_count_by_time_and_not_by_how_often_they_report():
    measure = noise_leq(inputs(*meters(), window=600_000))
    assert measure.value == pytest.approx(10 * math.log10((1e5 + 1e8) / 2), abs=1e-6)
    assert measure.weights == pytest.approx({"a": 1 / 1001, "b": 1000 / 1001})


def test_percentiles_count_by_time_too():
    said = inputs(*meters(), window=600_000)
    assert (noise_l10(said).value, noise_l90(said).value) == (80.0, 50.25)
    assert noise_l50(said).weights == pytest.approx({"a": 0.5, "b": 0.5})


@given(st.lists(st.integers(40, 90), min_size=1, max_size=20), st.integers(2, 9))
def test_meter_that_reports_the_same_more_often_changes_nothing(levels, often):
    once = aggregate("laeq", levels, "a")
    more = aggregate("laeq", [level for level in levels for _ in range(often)], "a")
    other = aggregate("laeq", [60.0] * len(levels), "b")
    few, many = (inputs(own, other) for own in (once, more))
    for formula in (noise_leq, noise_l10, noise_l50, noise_l90):
        assert formula(many).value == pytest.approx(formula(few).value, abs=1e-9)


def test_loud_second_dominates_the_minute():
    measure = noise_leq(inputs(aggregate("laeq", [50.0] * 59 + [90.0])))
    assert measure.value == pytest.approx(10 * math.log10((59 * 1e5 + 1e9) / 60), abs=1e-6)


def test_share_of_a_meter_is_its_share_of_the_energy():
    weights = noise_leq(
        inputs(aggregate("laeq", [60.0], "a"), aggregate("laeq", [70.0], "b"))
    ).weights
    assert weights == pytest.approx({"a": 1 / 11, "b": 10 / 11})


def test_hour_is_the_same_over_an_hour():
    sign = SIGNS["noise_hourly"]
    said = inputs(aggregate("laeq", [60.0, 70.0]))
    assert (sign.window_s, sign.formula(said)) == (3600, noise_leq(said))


@pytest.mark.parametrize(
    ("formula", "value"), [(noise_l10, 90.25), (noise_l50, 50.25), (noise_l90, 10.25)]
)
def test_level_that_is_exceeded_is_a_percentile_from_the_other_end(formula, value):
    """Of 1, 2 ... 100 dB; the middle of a bucket half a dB wide."""
    measure = formula(inputs(aggregate("laeq", [float(n) for n in range(1, 101)])))
    assert measure.value == value
    assert measure.detail == {"readings": 100}


def test_percentile_is_over_all_meters_and_shares_by_readings():
    one = aggregate("laeq", [50.0] * 30, "a", expected=30.0)
    other = aggregate("laeq", [70.0] * 10, "b", expected=30.0)
    measure = noise_l50(inputs(one, other))
    assert measure.value == pytest.approx(50.25)
    assert measure.weights == {"a": 0.75, "b": 0.25}


def test_loudest_reading_names_its_meter():
    meters = [aggregate("laeq", [50.0, 88.0], "a"), aggregate("laeq", [80.0], "b")]
    measure = noise_lmax(inputs(*meters))
    assert (measure.value, measure.weights) == (88.0, {"a": 1.0})


@pytest.mark.parametrize(
    ("noise_class", "day", "night"),
    [("0", 50, 40), ("1", 55, 45), ("2", 60, 50), ("3", 65, 55), ("4a", 70, 55), ("4b", 70, 60)],
)
def test_limits_are_as_printed(noise_class, day, night):
    assert limit(noise_class, at_night=False) == day
    assert limit(noise_class, at_night=True) == night
    assert len(LIMITS) == 6


@pytest.mark.parametrize(
    ("hour", "night"),
    [(0, True), (5, True), (6, False), (7, False), (21, False), (22, True), (23, True)],
)
def test_night_is_from_22_to_6(hour, night):
    assert is_night(DEFAULTS, hour) == night


def test_local_government_may_shift_the_night():
    late = NoiseSettings(day_hour=7, night_hour=23)
    assert is_night(late, 6)
    assert not is_night(late, 22)


@pytest.mark.parametrize(("hour", "day"), [(5, 9), (6, 10), (23, 10)])
def test_night_belongs_to_the_day_before_it(hour, day):
    assert day_of(DEFAULTS, at(hour), SHANGHAI).day == day


def test_local_time_is_that_of_the_zone():
    assert local(at(6), "UTC").hour == 22


def over(levels, hour, noise_class="2", hours=1, **changes):
    zone = Zone(id="z", noise_class=noise_class, **changes)
    start = at(hour)
    said = inputs(aggregate("laeq", levels), zone=zone, start=start, end=start + hours * HOUR)
    return SIGNS["noise_over_limit"].formula(said)


@pytest.mark.parametrize(
    ("hour", "limit_", "period"),
    [(5, 50, "night"), (6, 60, "day"), (21, 60, "day"), (22, 50, "night")],
)
def test_excess_is_over_the_limit_of_the_hour(hour, limit_, period):
    measure = over([55.0], hour)
    assert measure.value == pytest.approx(55 - limit_, abs=1e-6)
    assert (measure.detail["limit"], measure.detail["period"]) == (limit_, period)


def test_hour_is_the_local_one():
    assert over([55.0], 6, timezone="UTC").detail["period"] == "night"


@pytest.mark.parametrize(("peak", "sudden"), [(64.9, False), (65.0, False), (65.1, True)])
def test_night_may_be_disturbed_by_15_decibels(peak, sudden):
    detail = over([40.0, peak], 23).detail
    assert (detail["max"], detail["sudden"]) == (peak, sudden)


def test_sudden_noise_is_a_matter_of_the_night():
    assert "sudden" not in over([40.0, 90.0], 12).detail


@pytest.mark.parametrize("noise_class", [None, "5"])
def test_zone_without_a_functional_class_has_no_limit(noise_class):
    measure = over([55.0], 12, noise_class)
    assert (measure.value, measure.reason) == (None, "no_noise_class")


@pytest.mark.parametrize(
    ("excess", "level"), [(-1, None), (0, None), (0.1, "L3"), (4.9, "L3"), (5, "L2"), (10, "L1")]
)
def test_level_at_the_limit_keeps_it(excess, level):
    assert SIGNS["noise_over_limit"].level_of(excess) == level


def test_level_of_several_hours_is_not_judged_by_the_limit_of_one():
    measure = over([80.0], 20, hours=4)
    assert (measure.value, measure.reason) == (None, "too_long")
