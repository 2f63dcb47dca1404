"""Water that rises and falls, from the published depths of the last minutes."""

import pytest

from indicators.registry import SIGNS
from indicators.water.settings import WaterSettings
from indicators.water.trend import Depth, since_peak, slope, water_drain_down, water_rise
from tests.builders import MINUTE_MS, T0_MS
from tests.formula_inputs import inputs
from tests.past_values import a_past

OURS = WaterSettings()


def history(*depths, minutes=11, every=1, suspect=()):
    """Depths of windows that end every so many minutes, the last with the window."""
    first = minutes - every * (len(depths) - 1)
    values = [
        a_past(first + every * n, depth, weights={"g": 1.0}, is_suspect=n in suspect)
        for n, depth in enumerate(depths)
    ]
    return inputs(history={"water_depth": values}, end=T0_MS + minutes * MINUTE_MS)


def rise(*depths, **changes):
    return water_rise(OURS, history(*depths, **changes))


def drain(*depths, **changes):
    return water_drain_down(OURS, history(*depths, minutes=30, **changes))


def line(first, step, count):
    return [round(first + step * n, 6) for n in range(count)]


def test_slope_is_that_of_the_nearest_line():
    assert slope([Depth(0, 1.0), Depth(1, 0.0), Depth(2, 2.0)]) == pytest.approx(0.5)


def test_peak_is_the_latest_of_equal_ones():
    depths = [Depth(0, 0.2), Depth(1, 0.3), Depth(2, 0.1), Depth(3, 0.3), Depth(4, 0.2)]
    assert since_peak(depths) == depths[3:]


def test_ten_minutes_of_half_a_centimetre_each_are_five_centimetres():
    measure = rise(*line(0.10, 0.005, 11))
    assert measure.value == 0.05
    assert measure.detail["depth_cm"] == pytest.approx(15)
    assert (measure.weights, measure.is_suspect) == ({"g": 1.0}, False)


def test_one_step_within_the_window_is_as_high_as_it_is():
    measure = rise(*[0.3] * 5, *[0.345] * 6)
    assert measure.value == pytest.approx(0.045)
    assert SIGNS["water_rise"].level_of(measure.value) == "U2"


def test_fall_is_a_negative_rise():
    assert rise(*line(0.2, -0.005, 11)).value == -0.05


@pytest.mark.parametrize(
    ("first", "last", "level"),
    [(0.0500, 0.1, "U1"), (0.0499, 0.0999, "U2"), (0.0501, 0.1, "U2"), (0.3, 0.35, "U1"),
     (0.3, 0.3499, "U2"), (0.3, 0.32, "U2"), (0.3, 0.3199, None), (0.0, 0.09, "U2"), (0.3, 0.1, None)],
)  # fmt: skip
def test_fast_rise_needs_rate_and_depth(first, last, level):
    measure = rise(first, last, every=10)
    assert (measure.level or SIGNS["water_rise"].level_of(measure.value)) == level


@pytest.mark.parametrize(
    ("depths", "every", "span_s"),
    [([0.1], 1, 0), ([0.1, 0.2], 4, 240), (line(0.1, 0.1, 5), 1, 240)],
)
def test_rise_over_less_than_half_of_ten_minutes_is_not_available(depths, every, span_s):
    measure = rise(*depths, every=every)
    assert (measure.value, measure.reason) == (None, "too_short")
    assert measure.detail == {"span_s": span_s}


def test_rise_since_a_later_beginning_is_what_is_known_of_it_and_suspect():
    measure = rise(0.10, 0.13, every=5)
    assert (measure.value, measure.is_suspect) == (pytest.approx(0.03), True)


def test_gauge_of_a_quarter_of_an_hour_has_no_rise_of_ten_minutes():
    measure = rise(0.10, 0.13, every=15)
    assert (measure.value, measure.reason) == (None, "cadence_too_slow")


def test_gaps_are_passed_over_and_a_silent_end_is_suspect():
    gappy = rise(0.1, None, None, *line(0.115, 0.005, 8))
    assert (gappy.value, gappy.is_suspect) == (0.05, False)
    known = rise(*line(0.1, 0.005, 10), None)
    assert (known.value, known.is_suspect) == (0.045, True)


@pytest.mark.parametrize("formula", [rise, drain])
def test_trend_whose_newest_depth_is_suspect_is_suspect(formula):
    falling = line(0.40, -0.01, 11)
    assert formula(*falling, suspect=(10,)).is_suspect
    assert not formula(*falling, suspect=(3,)).is_suspect


@pytest.mark.parametrize("formula", [water_rise, water_drain_down])
@pytest.mark.parametrize("depths", [[], [None, None]])
def test_history_without_a_depth_is_not_available(formula, depths):
    assert formula(OURS, history(*depths)).reason == "no_data"
    assert formula(OURS, inputs()).reason == "no_data"


def test_water_that_falls_a_centimetre_a_minute_is_clear_in_minutes():
    measure = drain(*line(0.40, -0.01, 21))
    assert measure.value == pytest.approx((0.20 - 0.12) / 0.01)
    assert measure.detail["fall_cm_h"] == pytest.approx(60)


@pytest.mark.parametrize(("depth", "is_clear"), [(0.1199, True), (0.12, False), (0.0, True)])
def test_water_below_the_clear_depth_has_drained(depth, is_clear):
    assert (drain(*[depth] * 10).value == 0) is is_clear


def test_rate_is_that_since_the_peak_and_not_of_the_whole_half_hour():
    measure = drain(*line(0.10, 0.02, 11), *line(0.29, -0.01, 10))
    assert measure.value == pytest.approx((0.20 - 0.12) / 0.01)


@pytest.mark.parametrize(
    ("depths", "reason"),
    [(line(0.2, 0.01, 20), "rising"), ([0.3] * 20, "steady"), (line(0.3, -0.0003, 25), "steady"),
     ([0.3], "too_short"), (line(0.3, -0.01, 5), "too_short"),
     ([*line(0.2, 0.01, 20), 0.38, 0.37], "just_falling"), ([*[0.3] * 20, 0.299], "steady"),
     ([*line(0.2, 0.01, 20), 0.389], "steady"), ([*line(0.2, 0.01, 20), *line(0.38, -0.01, 4)], "just_falling"),
     (line(0.3, 0.0004, 25), "steady")],
)  # fmt: skip
def test_no_fall_to_be_seen_has_a_reason(depths, reason):
    measure = drain(*depths)
    assert (measure.value, measure.reason) == (None, reason)
    assert "depth_cm" in measure.detail


@pytest.mark.parametrize(("fall_cm", "is_fall"), [(0.99, False), (1.0, True), (1.01, True)])
def test_fall_begins_at_a_centimetre_in_half_an_hour(fall_cm, is_fall):
    measure = water_drain_down(OURS, history(0.5, 0.5 - fall_cm / 100, minutes=30, every=30))
    assert (measure.value is not None) is is_fall


def test_clear_depth_is_the_citys():
    city = WaterSettings(clear_m=0.02)
    found = water_drain_down(city, history(*line(0.40, -0.01, 21), minutes=30))
    assert found.value == pytest.approx(18)
