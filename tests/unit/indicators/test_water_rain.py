"""Rain over minutes, half a day and a day; its grades."""

import math

import pytest

from indicators.registry import SIGNS
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
    return a_value(0, amount, **{**fields, **changes})


def day(*values, hours=24):
    return rain_of_hours(OURS, inputs(history={"rain_60min": values}, window=hours * HOUR))


def test_rain_amounts_add_up():
    assert rain_depth(inputs(aggregate("rain", [0.2, 0.3, 0.5]))).value == 1.0


def test_rain_rate_is_its_mean_over_the_window():
    ten = inputs(aggregate("rain_rate", [30.0, 60.0]), window=600_000)
    assert rain_depth(ten).value == pytest.approx(7.5)


def test_wettest_gauge_counts():
    measure = rain_depth(inputs(aggregate("rain", [2.0], "a"), aggregate("rain_rate", [5.0], "b")))
    assert (measure.value, measure.detail) == (5.0, {"terminal": "b"})
    assert measure.weights == {"b": 1.0}


def test_hour_of_one_gauge_is_as_the_other_sums():
    one = inputs(aggregate("rain", [2.0], "a"))
    assert rain_hour(one) == rain_depth(one)


def test_hour_of_several_gauges_keeps_what_each_measured():
    gauges = [
        aggregate("rain", [2.0], "b"),
        aggregate("rain_rate", [5.0], "a"),
        aggregate("rain_rate", [1.0], "b"),
    ]
    measure = rain_hour(inputs(*gauges))
    assert measure.value == 5.0
    assert measure.detail == {"terminal": "a", "gauges_mm": {"a": 5.0, "b": 2.0}}


@pytest.mark.parametrize("formula", [rain_depth, rain_hour])
def test_no_gauge_is_not_no_rain(formula):
    assert formula(inputs(aggregate("water_depth", [0.1]))).reason == "no_data"
    assert formula(inputs(aggregate("rain", [0.0]))).value == 0.0


@pytest.mark.parametrize(
    ("sign", "place", "edge"),
    [(s, n, e) for s, edges in GRADES.items() for n, e in enumerate(edges)],
)
def test_grade_begins_at_its_edge(sign, place, edge):
    about = SIGNS[sign]
    names: dict[str | None, str] = {level.id: level.zh for level in about.levels}
    names[None] = "微量降雨"
    milder = WORDS[place - 1] if place else "微量降雨"
    assert names[about.level_of(math.nextafter(edge, 0))] == milder
    assert names[about.level_of(edge)] == WORDS[place]
    assert names[about.level_of(edge + 0.01)] == WORDS[place]
    assert len(about.levels) == len(GRADES[sign])


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


def test_hours_of_different_gauges_do_not_make_a_day():
    hours = [hour(n, 1.0, "a" if n <= 12 else "b") for n in range(1, 25)]
    assert day(*hours).reason == "too_few_hours"


def test_day_of_nothing_is_not_available():
    assert day().reason == "no_data"
    assert day(hour(1, None)).reason == "no_data"
    assert day(hour(1.5, 3.0)).reason == "no_data"


def test_long_sums_are_published_each_hour():
    for sign, hours in (("rain_12h", 12), ("rain_24h", 24)):
        assert (SIGNS[sign].window_s, SIGNS[sign].hop_s) == (hours * 3600, 3600)
