"""The Chinese index of an hour and of a day, from readings and from published hours."""

import pytest

from indicators.air.chinese import aqi_hourly
from indicators.air.settings import AirSettings
from indicators.air.signs import air_signs
from tests.builders import T0_MS, a_value
from tests.formula_inputs import HOUR, aggregate, inputs

SIGNS = {sign.id: sign for sign in air_signs()}
CLEAN = {"so2": 10, "no2": 20, "co": 0.5, "o3": 50, "pm10": 30, "pm25": 20}


def air(**changes):
    means = {**CLEAN, **changes}
    return inputs(*(aggregate(p, [v]) for p, v in means.items() if v is not None))


def test_aqi_is_the_largest_sub_index_and_names_its_pollutant():
    measure = aqi_hourly(air(pm25=75))
    assert (measure.value, measure.detail["primary"]) == (114, ["pm25"])
    assert measure.detail["iaqi"]["so2"] == 4


def test_aqi_of_equal_worst_names_all_of_them():
    assert aqi_hourly(air(pm25=60, pm10=120)).detail["primary"] == ["pm10", "pm25"]


def test_aqi_of_clean_air_has_no_primary_pollutant():
    measure = aqi_hourly(air(pm25=35))
    assert (measure.value, measure.detail["primary"]) == (50, [])


def test_aqi_of_nothing_in_the_air_is_one():
    assert aqi_hourly(air(**dict.fromkeys(CLEAN, 0))).value == 1


@pytest.mark.parametrize(("pm25", "value"), [(60, None), (61, 101)])
def test_missing_pollutant_leaves_only_an_index_above_100(pm25, value):
    measure = aqi_hourly(air(o3=None, pm25=pm25))
    assert measure.value == value
    assert measure.reason == (None if value else "missing_pollutant")


@pytest.mark.parametrize(("count", "is_valid"), [(44, False), (45, True), (60, True)])
def test_hourly_mean_needs_45_of_60_minutes(count, is_valid):
    others = [aggregate(p, [v]) for p, v in CLEAN.items() if p != "pm25"]
    measure = aqi_hourly(inputs(*others, aggregate("pm25", [20] * count, expected=60.0)))
    assert ("pm25" in measure.detail["iaqi"]) == is_valid


def test_hourly_mean_of_a_place_is_that_of_its_stations():
    others = [aggregate(p, [v]) for p, v in CLEAN.items() if p != "pm25"]
    stations = [aggregate("pm25", [60], "a"), aggregate("pm25", [90], "b")]
    assert aqi_hourly(inputs(*others, *stations)).detail["iaqi"]["pm25"] == 114


def test_aqi_without_any_pollutant_is_not_available():
    assert aqi_hourly(inputs()).value is None


def test_valid_hourly_means_stand_in_the_detail_unrounded():
    measure = aqi_hourly(air(pm25=60.25, o3=None))
    assert measure.detail["mean"] == {
        **{p: v for p, v in CLEAN.items() if p != "o3"},
        "pm25": 60.25,
    }


def test_stations_share_the_mean_of_the_worst_pollutant():
    others = [aggregate(p, [v], "c") for p, v in CLEAN.items() if p != "pm25"]
    stations = [aggregate("pm25", [60], "a"), aggregate("pm25", [90], "b")]
    assert aqi_hourly(inputs(*others, *stations)).weights == {"a": 0.5, "b": 0.5}


def test_pollutants_that_are_equally_bad_share_the_weight():
    others = [aggregate(p, [v]) for p, v in CLEAN.items() if p not in {"pm25", "pm10"}]
    worst = [aggregate("pm25", [60], "a"), aggregate("pm10", [120], "b")]
    assert aqi_hourly(inputs(*others, *worst)).weights == {"a": 0.5, "b": 0.5}


def test_station_whose_hour_is_not_valid_has_no_share():
    others = [aggregate(p, [v]) for p, v in CLEAN.items() if p != "pm25"]
    stations = [aggregate("pm25", [60], "a"), aggregate("pm25", [90], "b", expected=2.0)]
    assert aqi_hourly(inputs(*others, *stations)).weights == {"a": 1.0}


DAY = 24 * HOUR


def an_hour(end, means):
    """The published hour that ends at an hour of the day, counted from T0."""
    return a_value(
        0, 50.0, indicator="aqi_hourly", window_start=T0_MS + (end - 1) * HOUR,
        window_end=T0_MS + end * HOUR, detail={"mean": means},
    )  # fmt: skip


def a_day(**series):
    """Inputs of 24 hours: of each pollutant one mean an hour, None where there is none."""
    every = {**{p: [v] * 24 for p, v in CLEAN.items()}, **series}
    hours = [
        an_hour(n + 1, {p: own[n] for p, own in every.items() if own[n] is not None})
        for n in range(24)
    ]
    return inputs(window=DAY, history={"aqi_hourly": hours})


def daily(settings=None, **series):
    signs = {sign.id: sign for sign in air_signs(settings)}
    return signs["aqi_daily"].formula(a_day(**series))


def test_day_is_the_largest_sub_index_of_daily_means():
    measure = daily(pm25=[50.0] * 12 + [100.0] * 12)
    assert (measure.value, measure.detail["primary"]) == (114, ["pm25"])
    assert measure.detail["mean"]["pm25"] == 75
    assert measure.detail["standard"] == "HJ633-2026"


def test_day_uses_the_daily_columns():
    assert daily(no2=[80.0] * 24).detail["iaqi"]["no2"] == 100
    assert aqi_hourly(air(no2=80)).detail["iaqi"]["no2"] == 40


@pytest.mark.parametrize(("count", "is_valid"), [(19, False), (20, True), (24, True)])
def test_daily_mean_needs_20_hourly_means(count, is_valid):
    measure = daily(pm25=[40.0] * count + [None] * (24 - count))
    assert ("pm25" in measure.detail["iaqi"]) == is_valid
    assert measure.reason == (None if is_valid else "missing_pollutant")


@pytest.mark.parametrize(("mean", "index"), [(60.5, 100), (60.6, 101), (61.5, 102)])
def test_daily_mean_is_rounded_half_to_even_before_the_index(mean, index):
    assert daily(pm25=[mean - 0.25, mean + 0.25] * 12).value == index


@pytest.mark.parametrize(("pm25", "value"), [(60.0, None), (61.0, 101)])
def test_day_without_a_pollutant_has_only_an_index_above_100(pm25, value):
    measure = daily(so2=[None] * 24, pm25=[pm25] * 24)
    assert (measure.value, measure.detail["missing"] if value is None else ["so2"]) == (
        value,
        ["so2"],
    )


def test_ozone_counts_by_its_largest_8h_mean():
    measure = daily(o3=[20.0] * 12 + [160.0] * 8 + [20.0] * 4)
    assert measure.detail["mean"]["o3"] == 160
    assert measure.value == 100


@pytest.mark.parametrize(("last", "mean"), [(7, 160 * 7 / 8 + 2.5), (8, 160.0)])
def test_first_8h_mean_of_the_day_ends_at_8(last, mean):
    assert daily(o3=[160.0] * last + [20.0] * (24 - last)).detail["mean"]["o3"] == mean


def test_where_the_first_8h_mean_ends_is_a_setting():
    late = AirSettings(o3_first_end=16)
    assert (
        daily(late, o3=[160.0] * 8 + [20.0] * 16, pm25=[61.0] * 24).detail["iaqi"].get("o3") is None
    )
    many = AirSettings(o3_first_end=16, o3_least_means=1)
    assert daily(many, o3=[160.0] * 8 + [20.0] * 16).detail["mean"]["o3"] == 20


@pytest.mark.parametrize(("known", "is_valid"), [(5, False), (6, True)])
def test_8h_mean_needs_six_hourly_means(known, is_valid):
    one = AirSettings(o3_least_means=1)
    series = [None] * 16 + [50.0] * known + [None] * (8 - known)
    assert ("o3" in daily(one, o3=series).detail["mean"]) == is_valid


@pytest.mark.parametrize(("known", "is_valid"), [(18, False), (19, True)])
def test_daily_maximum_needs_14_of_the_8h_means(known, is_valid):
    """With the first `known` hours the 8-h means that end at 8 and up to two hours later are valid."""
    assert ("o3" in daily(o3=[50.0] * known + [None] * (24 - known)).detail["mean"]) == is_valid


def test_daily_maximum_above_the_limit_counts_however_few():
    assert daily(o3=[170.0] * 8 + [None] * 16).detail["mean"]["o3"] == 170
    assert "o3" not in daily(o3=[160.0] * 8 + [None] * 16).detail["mean"]


def test_day_counts_its_hours():
    assert daily(pm25=[40.0] * 21 + [None] * 3).detail["hours"]["pm25"] == 21


def test_window_that_is_not_an_hour_is_no_hourly_mean():
    long = a_value(0, 50.0, indicator="aqi_hourly", window_start=T0_MS, window_end=T0_MS + DAY,
                   detail={"mean": CLEAN})  # fmt: skip
    measure = SIGNS["aqi_daily"].formula(inputs(window=DAY, history={"aqi_hourly": [long] * 24}))
    assert (measure.value, measure.reason) == (None, "no_data")


def test_day_of_hours_without_means_is_not_available():
    empty = [a_value(60 * n, None, indicator="aqi_hourly", window_start=T0_MS + (n - 1) * HOUR)
             for n in range(1, 25)]  # fmt: skip
    measure = SIGNS["aqi_daily"].formula(inputs(window=DAY, history={"aqi_hourly": empty}))
    assert (measure.value, measure.reason) == (None, "no_data")


def test_day_of_one_hour_has_too_few():
    one = inputs(window=DAY, history={"aqi_hourly": [an_hour(24, CLEAN)]})
    assert SIGNS["aqi_daily"].formula(one).reason == "too_few_hours"


def old(**series):
    return SIGNS["aqi_hourly_2012"].formula(a_day(**series))


@pytest.mark.parametrize(("pm25", "index"), [(60.0, 82), (75.0, 100)])
def test_old_index_has_the_old_breakpoints_and_says_so(pm25, index):
    measure = old(pm25=[pm25] * 24)
    assert (measure.value, measure.detail["standard"]) == (index, "HJ633-2012")


def test_old_index_takes_pm_over_24_hours_and_gases_by_the_hour():
    measure = old(pm25=[60.0] * 23 + [540.0], no2=[20.0] * 23 + [200.0])
    assert measure.detail["mean"]["pm25"] == 80
    assert measure.detail["iaqi"]["no2"] == 100


@pytest.mark.parametrize(("count", "is_valid"), [(19, False), (20, True)])
def test_old_index_needs_20_hours_of_pm(count, is_valid):
    assert ("pm25" in old(pm25=[None] * (24 - count) + [40.0] * count).detail["iaqi"]) == is_valid


def test_old_index_takes_the_worse_of_ozone_by_the_hour_and_by_8_hours():
    assert old(o3=[160.0] * 24).detail["iaqi"]["o3"] == 100
    assert old(o3=[20.0] * 23 + [200.0]).detail["iaqi"]["o3"] == 100


@pytest.mark.parametrize(("o3", "index"), [(800.0, 300), (802.0, 301)])
def test_old_index_takes_the_hour_where_8h_ozone_passes_800(o3, index):
    assert old(o3=[o3] * 24).detail["iaqi"]["o3"] == index


@pytest.mark.parametrize(("so2", "mean"), [(800.0, 800.0), (801.0, 801.0)])
def test_old_index_takes_the_day_where_hourly_so2_passes_800(so2, mean):
    measure = old(so2=[so2] * 24)
    assert measure.detail["iaqi"]["so2"] == (200 if so2 == 800 else 201)
    assert measure.detail["mean"]["so2"] == mean


def test_old_index_leaves_out_hourly_so2_above_800_without_a_day():
    measure = old(so2=[None] * 23 + [900.0], pm25=[100.0] * 24)
    assert "so2" not in measure.detail["iaqi"]
    assert measure.value == 132


def test_old_index_without_the_newest_hour_lacks_the_gases():
    measure = old(**{p: [v] * 23 + [None] for p, v in CLEAN.items()})
    assert measure.detail["missing"] == ["co", "no2", "so2"]


def test_tie_of_a_mean_of_readings_is_a_tie():
    """6.15 mg/m³ counts as 6.2, to the even side; as a float its mean is a little below."""
    others = [a for own in air(co=None).by_quantity.values() for a in own]
    measure = aqi_hourly(inputs(*others, aggregate("co", [6.15] * 3)))
    assert measure.detail["iaqi"]["co"] == 62


def test_slow_stations_give_no_hourly_mean():
    hours = inputs(*(aggregate(p, [v]) for p, v in CLEAN.items()), window=2 * HOUR)
    assert (aqi_hourly(hours).value, aqi_hourly(hours).reason) == (None, "too_long")
    slow = [aggregate(p, [v], expected=0.5) for p, v in CLEAN.items()]
    assert aqi_hourly(inputs(*slow)).reason == "no_data"
