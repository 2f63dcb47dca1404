"""Signs of water and rain as a zone publishes them, from readings in time."""

import pytest

from indicators.vital_sign import Quality
from tests.builders import a_city, a_terminal, in_words
from tests.zone_history import each_minute, published

RAINS = ("rain_5min", "rain_10min", "rain_30min", "rain_60min", "rain_120min", "rain_180min")


def gauges(**cadences):
    return a_city([a_terminal(name, "z", {"rain": cadence}) for name, cadence in cadences.items()])


@pytest.mark.parametrize(
    ("cadence", "known"),
    [(3600, {"rain_60min": 40.0, "rain_120min": 80.0, "rain_180min": 120.0}), (7200, {})],
)
def test_slow_gauge_has_no_rain_of_a_shorter_time(cadence, known):
    every = cadence // 60
    amounts = each_minute("g", "rain", [40.0] * 24, first=every, every=every)
    values = published(gauges(g=float(cadence)), amounts, 24 * every + 1)
    # T0 is no midnight of UTC, where windows of a day end: look at the newest of each.
    newest = {sign: value for (sign, _), value in sorted(values.items(), key=lambda i: i[0][1])}
    for sign in RAINS:
        value = newest[sign]
        assert value.value == known.get(sign), sign
        if value.value is None:
            assert value.reason == "cadence_too_slow"
            assert in_words(value)[0].endswith("暂无数值：上报间隔超过统计时段。")


def test_sum_that_lacks_two_fifths_of_its_readings_is_called_a_lower_bound():
    amounts = each_minute("g", "rain", [1.0 if n % 5 < 3 else None for n in range(60)], first=1)
    value = published(gauges(g=60.0), amounts, 61)["rain_60min", 60]
    assert (value.value, value.coverage, value.quality) == (36.0, 0.6, Quality.SUSPECT)
    zh, en = in_words(value)
    assert zh.startswith("60分钟雨量至少 36 mm")
    assert en.startswith("Rain in 60 minutes at least 36 mm")


def test_half_a_day_is_at_least_what_its_wettest_gauge_measured_and_its_doubt_goes_on():
    wet = each_minute("a", "rain", [1 / 3] * 480, first=1)
    dry = each_minute("b", "rain", [0.5 / 60] * 720, first=1)
    values = published(gauges(a=60.0, b=60.0), [*wet, *dry], 721)
    # T0 is a full hour; half a day ends on each.
    value = values["rain_12h", 720]
    assert value.value == pytest.approx(160, abs=1.0)
    assert (value.weights, value.quality) == ({"a": 1.0}, Quality.SUSPECT)
    assert "至少" in in_words(value)[0]


@pytest.mark.parametrize(("lost", "quality"), [((), Quality.PASS), ((400, 410), Quality.SUSPECT)])
def test_half_a_day_with_an_hour_of_losses_is_suspect(lost, quality):
    amounts = [None if lost and lost[0] <= n < lost[1] else 0.1 for n in range(720)]
    values = published(gauges(a=60.0), each_minute("a", "rain", amounts, first=1), 721)
    assert values["rain_12h", 720].quality is quality


DIP = a_city([a_terminal("w", "z", {"water_depth": 60.0})])


def depths_of(*depths):
    return published(DIP, each_minute("w", "water_depth", depths), len(depths))


@pytest.mark.parametrize(
    ("depths", "value", "level"),
    [
        ([0.3] * 6 + [0.345] * 6, 0.045, "U2"),
        ([0.3] * 6 + [0.35] * 6, 0.05, "U1"),
        ([round(0.2 + 0.005 * n, 3) for n in range(12)], 0.05, "U1"),
    ],
)
def test_rise_is_the_difference_over_ten_minutes(depths, value, level):
    found = depths_of(*depths)["water_rise", 11]
    assert (found.value, found.level, found.quality) == (value, level, Quality.PASS)


def test_water_that_has_passed_its_peak_is_not_called_rising():
    depths = [round(0.2 + 0.01 * n, 3) for n in range(21)] + [0.39, 0.38, 0.37, 0.36, 0.35, 0.34]
    values = depths_of(*depths)
    reasons = [values["water_drain_down", minute].reason for minute in (20, 21, 23, 25, 26)]
    assert reasons == ["rising", "rising", "just_falling", "just_falling", None]


def river(stages, **warnings):
    city = a_city(
        [
            a_terminal(
                name, "z", {"river_level": 60.0},
                {"river_level": warnings[name]} if name in warnings else {},
            )
            for name in stages
        ]
    )  # fmt: skip
    readings = [
        r for name, stage in stages.items() for r in each_minute(name, "river_level", [stage] * 15)
    ]
    return published(city, readings, 16)


@pytest.mark.parametrize(
    ("stage", "level", "cap"), [(7.0, None, 100.0), (8.0, "RV2", 60.0), (9.0, "RV1", 40.0)]
)
def test_river_above_its_warning_stage_caps_the_index(stage, level, cap):
    values = river({"rated": stage, "other": 12.0}, rated=8.0)
    value = values["river_above_warning", 10]
    assert (value.value, value.level) == (stage - 8.0, level)
    assert value.detail["unjudged"] == 1
    assert values["river_level", 10].detail["unjudged"] == 1
    assert values["health_index", 10].detail["cap"] == cap


def test_river_that_nobody_rated_is_neither_known_nor_unknown_to_the_index():
    values = river({"one": 9.0})
    assert values["river_above_warning", 10].reason == "no_warning_stage"
    assert values["river_level", 10].value == 9.0
    assert "unknown" not in values["health_index", 10].detail
