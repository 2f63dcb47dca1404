"""Rain over minutes, half a day and a day; its grades."""

import math

import pytest

from indicators.registry import SIGNS
from indicators.vital_sign import Past, Quality
from indicators.water.rain import rain_depth, rain_hour, rain_of_hours
from indicators.water.settings import WaterSettings
from tests.builders import MINUTE_MS, T0_MS, a_value
from tests.formula_inputs import HOUR, aggregate, inputs

OURS = WaterSettings()
GRADES = {
    "rain_60min": [0.1, 2.0, 5.0, 10.0, 20.0],
    "rain_180min": [0.1, 3.0, 10.0, 20.0, 50.0, 70.0],
    "rain_12h": [0.1, 5.0, 15.0, 30.0, 70.0, 140.0],
    "rain_24h": [0.1, 10.0, 25.0, 50.0, 100.0, 250.0],
}
WORDS = ["小雨", "中雨", "大雨", "暴雨", "大暴雨", "特大暴雨"]


def hour(end, amount, terminal="a", minutes=60, **changes):
    """The rain of an hour that ends so many hours after T0."""
    stop = T0_MS + round(end * HOUR)
    fields = {
        "indicator": "rain_60min", "unit": "mm", "window_end": stop,
        "window_start": stop - minutes * MINUTE_MS, "detail": {"terminal": terminal},
    }  # fmt: skip
    value = a_value(0, amount, **{**fields, **changes})
    return Past(
        value.window_start, value.window_end, value.value, value.level, value.coverage,
        value.detail, is_suspect=value.quality is Quality.SUSPECT,
    )  # fmt: skip


def depth_of(given, minutes=60):
    return rain_depth(OURS, minutes, given)


def hour_of(given, minutes=60):
    return rain_hour(OURS, minutes, given)


def day(*values, hours=24):
    return rain_of_hours(OURS, hours, inputs(history={"rain_60min": values}, window=hours * HOUR))


def test_rain_amounts_add_up():
    assert depth_of(inputs(aggregate("rain", [0.2, 0.3, 0.5]))).value == 1.0


def test_rain_rate_is_its_mean_over_the_window():
    ten = inputs(aggregate("rain_rate", [30.0, 60.0]), window=600_000)
    assert depth_of(ten, 10).value == pytest.approx(7.5)


def test_wettest_gauge_counts():
    measure = depth_of(inputs(aggregate("rain", [2.0], "a"), aggregate("rain_rate", [5.0], "b")))
    assert (measure.value, measure.detail) == (5.0, {"terminal": "b"})
    assert measure.weights == {"b": 1.0}


def test_hour_of_one_gauge_is_as_the_other_sums():
    one = inputs(aggregate("rain", [2.0], "a"))
    assert hour_of(one) == depth_of(one)


def test_hour_of_several_gauges_keeps_what_each_measured():
    gauges = [
        aggregate("rain", [2.0], "b"),
        aggregate("rain_rate", [5.0], "a"),
        aggregate("rain_rate", [1.0], "b"),
    ]
    measure = hour_of(inputs(*gauges))
    assert measure.value == 5.0
    assert measure.detail == {"terminal": "a", "gauges_mm": {"a": 5.0, "b": 2.0}}


@pytest.mark.parametrize("formula", [depth_of, hour_of])
def test_no_gauge_is_not_no_rain(formula):
    assert formula(inputs(aggregate("water_depth", [0.1]))).reason == "no_data"
    assert formula(inputs(aggregate("rain", [0.0]))).value == 0.0


@pytest.mark.parametrize(
    ("sign", "place", "edge"),
    [(s, n, e) for s, edges in GRADES.items() for n, e in enumerate(edges)],
)
def test_grade_begins_at_its_edge(sign, place, edge):
    about = SIGNS[sign]
    names: dict[str | None, str] = {level.id: level.zh.split("，")[0] for level in about.levels}
    milder = about.level_of(math.nextafter(edge, 0))
    assert (names[milder] if milder else None) == (WORDS[place - 1] if place else None)
    assert names[about.level_of(edge)] == WORDS[place]
    assert names[about.level_of(edge + 0.01)] == WORDS[place]
    assert len(about.levels) == len(GRADES[sign])


@pytest.mark.parametrize(
    ("sign", "zh", "en"),
    [("rain_60min", "按1小时等级", "by the hourly grade"), ("rain_180min", "按3小时等级", "by the 3-hour grade"),
     ("rain_12h", "", ""), ("rain_24h", "", "")],
)  # fmt: skip
def test_grade_that_is_not_the_standards_says_which_it_is(sign, zh, en):
    for level in SIGNS[sign].levels:
        assert level.zh.endswith(zh)
        assert level.en.endswith(en)
        assert ("，" in level.zh) is bool(zh)


@pytest.mark.parametrize("formula", [depth_of, hour_of])
def test_amount_of_a_longer_time_than_the_name_says_is_not_available(formula):
    hourly = inputs(aggregate("rain", [40.0]), window=HOUR)
    assert formula(hourly, 60).value == 40.0
    measure = formula(hourly, 5)
    assert (measure.value, measure.reason) == (None, "cadence_too_slow")


def test_hourly_gauge_beside_a_quick_one_does_not_pour_its_hour_into_five_minutes():
    declared = {"rain": {"slow": 3600.0, "quick": 60.0}}
    five = {"window": 300_000, "declared": declared}
    both = [aggregate("rain", [40.0], "slow"), aggregate("rain", [0.5] * 5, "quick")]
    measure = depth_of(inputs(*both, **five), 5)
    assert (measure.value, measure.weights) == (2.5, {"quick": 1.0})
    assert depth_of(inputs(both[0], **five), 5).reason == "cadence_too_slow"
    assert depth_of(inputs(*both, declared=declared), 60).value == 40.0


@pytest.mark.parametrize(
    ("arrived", "is_short"), [(36, True), (53, True), (54, False), (60, False)]
)
@pytest.mark.parametrize("formula", [depth_of, hour_of])
def test_sum_with_losses_is_a_lower_bound(formula, arrived, is_short):
    measure = formula(inputs(aggregate("rain", [1.0] * arrived, expected=60.0)))
    assert measure.value == arrived
    assert measure.is_suspect is is_short
    assert measure.detail.get("at_least", False) is is_short


@pytest.mark.parametrize(("other", "is_short"), [(2.0, False), (6.0, False), (6.5, True)])
def test_losses_of_another_gauge_count_where_they_may_have_been_more(other, is_short):
    """Of the other gauge 60 % arrived: 6.5 mm may have been 10.8."""
    gauges = [
        aggregate("rain", [1.0] * 10, "whole"),
        aggregate("rain", [other / 6] * 6, "half", expected=10.0),
    ]
    assert depth_of(inputs(*gauges)).is_suspect is is_short


def test_rate_with_losses_is_a_mean_and_no_lower_bound():
    assert not depth_of(inputs(aggregate("rain_rate", [30.0] * 36, expected=60.0))).is_suspect


@pytest.mark.parametrize("minutes", [5, 10, 30, 60, 120, 180])
def test_every_sum_moves_on_each_minute(minutes):
    sign = SIGNS[f"rain_{minutes}min"]
    assert (sign.window_s, sign.hop_s) == (minutes * 60, 60)


def test_day_is_the_sum_of_its_hours():
    measure = day(*[hour(n, 2.5) for n in range(1, 25)])
    assert measure.value == 60
    assert measure.detail == {"terminal": "a", "hours": 24, "expected": 24}
    assert (measure.weights, measure.is_suspect) == ({"a": 1.0}, False)


def test_half_a_day_is_the_sum_of_twelve():
    assert day(*[hour(n, 2.5) for n in range(1, 13)], hours=12).value == 30


def test_windows_that_overlap_are_not_added():
    """The hour's sum is published every minute; 60 of them lie in each hour."""
    values = [hour(minute / 60, 1.0) for minute in range(1, 12 * 60 + 1)]
    assert day(*values, hours=12).value == 12


def test_wettest_gauge_of_the_day_is_not_the_sum_of_the_wettest_hours():
    values = [
        hour(n, 10.0, "a", detail={"terminal": "ab"[n % 2], "gauges_mm": {"ab"[n % 2]: 10.0, "ba"[n % 2]: 1.0}})
        for n in range(1, 25)
    ]  # fmt: skip
    assert day(*values).value == 12 * 10 + 12 * 1


@pytest.mark.parametrize(("known", "value"), [(17, None), (18, 18), (19, 19)])
def test_day_needs_three_quarters_of_its_hours(known, value):
    hours = [hour(n, 1.0 if n <= known else None) for n in range(1, 25)]
    measure = day(*hours)
    assert measure.value == value
    if value is None:
        assert measure.reason == "too_few_hours"
        assert measure.detail == {"hours": 17, "expected": 24}
    else:
        assert measure.is_suspect
        assert measure.detail["at_least"]


def test_wettest_gauge_counts_although_another_knows_more_hours():
    """160 mm in eight hours are 160 mm at least, whatever the gauge across the road says."""
    values = [
        hour(n, 20.0, detail={"terminal": "a", "gauges_mm": {"a": 20.0, "b": 0.5}}) if n <= 8
        else hour(n, 0.5, "b")
        for n in range(1, 13)
    ]  # fmt: skip
    measure = day(*values, hours=12)
    assert (measure.value, measure.weights, measure.is_suspect) == (160.0, {"a": 1.0}, True)
    assert measure.detail["at_least"]


@pytest.mark.parametrize("change", [{"coverage": 0.89}, {"quality": Quality.SUSPECT}])
def test_day_with_an_hour_of_losses_is_a_lower_bound(change):
    measure = day(*[hour(n, 1.0, **(change if n == 5 else {})) for n in range(1, 25)])
    assert (measure.value, measure.is_suspect) == (24.0, True)
    assert not day(*[hour(n, 1.0, coverage=0.9) for n in range(1, 25)]).is_suspect


def test_sum_of_two_days_is_not_called_one_of_hours():
    slow = inputs(history={"rain_60min": [hour(24, 9.0, minutes=24 * 60)] * 2}, window=48 * HOUR)
    assert rain_of_hours(OURS, 24, slow).reason == "cadence_too_slow"


def test_hours_of_different_gauges_do_not_make_a_day():
    hours = [hour(n, 1.0, "a" if n <= 12 else "b") for n in range(1, 25)]
    assert day(*hours).reason == "too_few_hours"


def test_day_of_nothing_is_not_available():
    assert day().reason == "no_data"
    assert day(hour(1, None)).reason == "no_data"
    assert day(hour(1.5, 3.0)).reason == "no_data"
    assert day(hour(12, 3.0, minutes=24 * 60), hours=12).reason == "no_data"


def test_long_sums_are_published_each_hour():
    for sign, hours in (("rain_12h", 12), ("rain_24h", 24)):
        assert (SIGNS[sign].window_s, SIGNS[sign].hop_s) == (hours * 3600, 3600)
