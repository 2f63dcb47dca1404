"""Data quality: the tests of a series, its verdict, and the share of a place."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.devices.quality import series_flag, verdict
from indicators.devices.series_tests import Flag, flat_line, gross_range, rate_of_change, spike
from indicators.devices.settings import DeviceSettings, SeriesLimits
from indicators.devices.signs import device_signs
from indicators.registry import SIGNS
from sensors.quantity import CATALOGUE
from tests.formula_inputs import aggregate, inputs

SETTINGS = DeviceSettings()
MINUTES = 60


def row(*values):
    return np.array(values, float)


def test_flags_are_numbered_as_in_qartod():
    assert [int(flag) for flag in Flag] == [1, 2, 3, 4, 9]


@pytest.mark.parametrize(
    ("value", "flag"), [(-1.01, 4), (-1, 1), (0, 1), (5, 1), (5.01, 4)]
)  # fmt: skip
def test_gross_range_fails_outside_its_ends(value, flag):
    assert gross_range(row(value), -1, 5).tolist() == [flag]


def test_gross_range_may_be_open():
    assert gross_range(row(-1e9, 1e9), None, 10).tolist() == [1, 4]
    assert gross_range(row(-1e9, 1e9), -10, None).tolist() == [4, 1]


@pytest.mark.parametrize(("height", "flag"), [(2.9, 1), (3, 1), (3.1, 3), (7, 3), (7.1, 4)])
def test_spike_is_the_distance_from_the_mean_of_its_neighbours(height, flag):
    assert spike(row(0, 1 + height, 2), 3, 7).tolist() == [2, flag, 2]


def test_spike_downwards_counts_alike():
    assert spike(row(9, 0, 9), 3, 7).tolist() == [2, 4, 2]


def test_steady_slope_is_no_spike():
    assert set(spike(np.arange(0.0, 1000.0, 100.0), 3, 7)[1:-1]) == {1}


def test_spike_without_a_figure_to_fail_is_only_suspect():
    assert spike(row(0, 1000, 0), 3).tolist() == [2, 3, 2]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_spike_of_fewer_than_three_readings_is_not_evaluated(count):
    assert spike(np.zeros(count), 3).tolist() == [2] * count


@pytest.mark.parametrize(
    ("step", "spacing", "flag"),
    [(2, 60, 1), (2.01, 60, 3), (-2.01, 60, 3), (1, 30, 1), (1.01, 30, 3), (20, 600, 1), (20.1, 600, 3)],
)  # fmt: skip
def test_rate_is_per_minute_and_falls_count_as_rises(step, spacing, flag):
    assert rate_of_change(row(0, step), spacing, 2).tolist() == [2, flag]


@pytest.mark.parametrize("count", [0, 1])
def test_rate_of_a_single_reading_is_not_evaluated(count):
    assert rate_of_change(np.zeros(count), 60, 2).tolist() == [2] * count


def test_flat_line_is_suspect_then_fails_as_it_lasts():
    assert flat_line(row(1, 5, 5, 5, 5, 5), 3, 5).tolist() == [2, 2, 1, 3, 3, 4]


def test_change_within_the_tolerance_is_none():
    assert flat_line(row(5, 5.1, 5), 3, None, within=0.1).tolist() == [2, 2, 3]
    assert flat_line(row(5, 5.1, 5), 3, None, within=0.09).tolist() == [2, 2, 1]


@pytest.mark.parametrize(("value", "flag"), [(0.02, 1), (0.03, 1), (0.031, 3)])
def test_dry_road_may_rest(value, flag):
    assert flat_line(row(value, value, value), 3, None, resting=0.03)[-1] == flag


def test_series_shorter_than_the_row_is_not_evaluated():
    assert flat_line(row(5, 5), 3, 5).tolist() == [2, 2]


@given(st.lists(st.integers(0, 2), max_size=30), st.integers(2, 6))
def test_flat_line_agrees_with_counting_by_hand(values, length):
    flags = flat_line(row(*values), length, None)
    for end in range(len(values)):
        last = values[max(0, end - length + 1) : end + 1]
        expected = 2 if len(last) < length else 3 if len(set(last)) == 1 else 1
        assert flags[end] == expected


@pytest.mark.parametrize(
    ("flags", "flag"),
    [([1] * 98 + [4] * 2, Flag.PASS), ([1] * 97 + [4] * 3, Flag.FAIL), ([1] * 97 + [3] * 3, Flag.SUSPECT),
     ([1] * 96 + [3] * 2 + [4] * 2, Flag.SUSPECT), ([2, 2], Flag.NOT_EVALUATED), ([2, 1], Flag.PASS), ([], Flag.NOT_EVALUATED)],
)  # fmt: skip
def test_series_is_forgiven_two_in_a_hundred_bad_readings(flags, flag):
    assert series_flag(np.array(flags, np.int64), 0.02) is flag


def judged(quantity, values, expected=None):
    series = aggregate(quantity, values, expected=expected)
    return verdict(SETTINGS, series, 3600 / series.expected)


RISING = 20 + 0.01 * np.arange(MINUTES)
BROKEN = [
    ("water_depth", [0.2 + 0.001 * (n % 7) for n in range(MINUTES)], Flag.PASS, "gross_range"),
    ("temperature", RISING, Flag.PASS, "gross_range"),
    ("temperature", [*RISING[:50], *[50.0] * 10], Flag.FAIL, "gross_range"),
    ("temperature", [20 + 9 * (n % 2) for n in range(MINUTES)], Flag.FAIL, "spike"),
    ("temperature", [20 + 3 * (n % 2) for n in range(MINUTES)], Flag.SUSPECT, "spike"),
    ("temperature", [*RISING[:50], *[23.0 + 3 * n for n in range(5)], *(RISING[:5] + 16)], Flag.SUSPECT, "rate_of_change"),
    ("temperature", [21.5] * MINUTES, Flag.SUSPECT, "flat_line"),
    ("water_depth", [0.4] * MINUTES, Flag.FAIL, "flat_line"),
    ("water_depth", [0.4] * 30 + [0.4 - 0.1 * n for n in range(4)] + [0.0] * 26, Flag.SUSPECT, "flat_line"),
    ("water_depth", [0.02] * MINUTES, Flag.PASS, "gross_range"),
    ("rain_rate", [0.0] * MINUTES, Flag.PASS, "gross_range"),
]  # fmt: skip


@pytest.mark.parametrize(("quantity", "values", "flag", "test"), BROKEN)
def test_verdict_is_the_worst_flag_and_names_its_test(quantity, values, flag, test):
    assert judged(quantity, values) == (flag, test)


@pytest.mark.parametrize(("count", "flag"), [(14, Flag.MISSING), (15, Flag.PASS)])
def test_series_with_less_than_a_quarter_of_its_readings_is_missing(count, flag):
    assert judged("temperature", RISING[:count], expected=60.0).flag is flag


def test_flat_line_is_not_looked_for_in_a_series_with_gaps():
    assert judged("water_depth", [0.4] * 53, expected=60.0).flag is Flag.PASS
    assert judged("water_depth", [0.4] * 54, expected=60.0).flag is Flag.SUSPECT


def test_hourly_reading_is_tested_for_its_range_alone():
    assert judged("pm25", [80.0]) == (Flag.PASS, "gross_range")
    assert judged("pm25", [1001.0]) == (Flag.FAIL, "gross_range")


def quality(*aggregates):
    return SIGNS["device_quality"].formula(inputs(*aggregates))


def test_share_of_series_that_pass_and_those_that_do_not():
    good = aggregate("temperature", RISING, "a")
    flat = aggregate("water_depth", [0.4] * MINUTES, "b")
    doubtful = aggregate("temperature", [21.5] * MINUTES, "a2")
    measure = quality(good, flat, doubtful, aggregate("humidity", [50.0], "c", expected=60.0))
    assert measure.value == 25
    assert [(w["terminal"], w["quantity"], w["flag"], w["test"]) for w in measure.detail["worst"]] == [
        ("c", "humidity", 9, "missing"), ("b", "water_depth", 4, "flat_line"), ("a2", "temperature", 3, "flat_line"),
    ]  # fmt: skip
    assert (measure.detail["series"], measure.detail["bad"], measure.detail["untested"]) == (
        4,
        3,
        0,
    )
    assert SIGNS["device_quality"].remark[0].format(**measure.detail) == "4个序列中3个存疑"


def test_at_most_eight_bad_series_are_named():
    measure = quality(*(aggregate("water_depth", [0.4] * MINUTES, f"t{n}") for n in range(12)))
    assert (measure.value, measure.detail["bad"], len(measure.detail["worst"])) == (0, 12, 8)


def test_series_that_no_test_can_judge_count_for_nothing():
    short = aggregate("river_level", [3.0, 3.0], expected=4.0)
    assert quality(short).reason == "not_evaluated"
    measure = quality(short, aggregate("temperature", RISING, "a"))
    assert (measure.value, measure.detail["untested"]) == (100, 1)


@pytest.mark.parametrize(
    ("share", "level"),
    [(100, None), (99.1, None), (99, "DQ4"), (80.1, "DQ4"), (80, "DQ3"), (50.1, "DQ3"), (50, "DQ2"), (0, "DQ2")],
)  # fmt: skip
def test_levels_of_quality_begin_at_their_edges(share, level):
    assert SIGNS["device_quality"].level_of(share) == level


@pytest.mark.parametrize("quantity", sorted(SETTINGS.quality))
def test_limits_lie_within_what_the_intake_lets_through(quantity):
    limits, about = SETTINGS.quality[quantity], CATALOGUE[quantity]
    assert about.low <= (about.low if limits.low is None else limits.low)
    assert about.high >= (about.high if limits.high is None else limits.high)
    assert limits.spike_fail is None or (
        limits.spike is not None and limits.spike < limits.spike_fail
    )


def test_city_may_test_another_quantity():
    settings = DeviceSettings(quality={"smoke": SeriesLimits(high=50.0)})
    sign = {sign.id: sign for sign in device_signs(settings)}["device_quality"]
    assert sign.inputs == ("smoke",)
    assert sign.formula(inputs(aggregate("smoke", [60.0]))).value == 0
