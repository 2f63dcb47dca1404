"""Water that rises and falls, from the published depths of the last minutes."""

import pytest

from indicators.registry import SIGNS
from indicators.water.settings import WaterSettings
from indicators.water.trend import Depth, change, since_peak, slope, water_drain_down, water_rise
from tests.builders import MINUTE_MS, T0_MS, a_value
from tests.formula_inputs import inputs

OURS = WaterSettings()


def history(*depths, minutes=10, every=1):
    """Depths of windows that end every so many minutes, the last with the window."""
    first = minutes - every * (len(depths) - 1)
    values = [
        a_value(first + every * n, depth, weights={"g": 1.0}) for n, depth in enumerate(depths)
    ]
    return inputs(history={"water_depth": values}, end=T0_MS + minutes * MINUTE_MS)


def rise(*depths, **changes):
    return water_rise(OURS, history(*depths, **changes))


def drain(*depths, **changes):
    return water_drain_down(OURS, history(*depths, minutes=30, **changes))


def line(first, step, count):
    return [round(first + step * n, 6) for n in range(count)]


def test_change_is_taken_at_the_pace_of_the_depths():
    assert change([Depth(0, 0.1), Depth(60, 0.5), Depth(540, 0.145)], 600) == pytest.approx(0.05)


def test_slope_is_that_of_the_nearest_line():
    assert slope([Depth(0, 1.0), Depth(1, 0.0), Depth(2, 2.0)]) == pytest.approx(0.5)


def test_peak_is_the_latest_of_equal_ones():
    depths = [Depth(0, 0.2), Depth(1, 0.3), Depth(2, 0.1), Depth(3, 0.3), Depth(4, 0.2)]
    assert since_peak(depths) == depths[3:]


def test_ten_minutes_of_half_a_centimetre_each_are_five_centimetres():
    measure = rise(*line(0.10, 0.005, 10))
    assert measure.value == 0.05
    assert measure.detail["depth_cm"] == pytest.approx(14.5)
    assert measure.weights == {"g": 1.0}


def test_fall_is_a_negative_rise():
    assert rise(*line(0.2, -0.005, 10)).value == -0.05


@pytest.mark.parametrize(
    ("first", "last", "level"),
    [(0.0550, 0.1, "U1"), (0.0549, 0.0999, "U2"), (0.0551, 0.1, "U2"), (0.3, 0.345, "U1"),
     (0.3, 0.3449, "U2"), (0.3, 0.318, "U2"), (0.3, 0.3179, None), (0.0, 0.09, "U2"), (0.3, 0.1, None)],
)  # fmt: skip
def test_fast_rise_needs_rate_and_depth(first, last, level):
    """Nine minutes apart, 4.5 cm are 5 cm in ten."""
    measure = rise(first, last, every=9)
    assert (measure.level or SIGNS["water_rise"].level_of(measure.value)) == level


@pytest.mark.parametrize(
    ("depths", "every", "span_s"),
    [([0.1], 1, 0), ([0.1, 0.2], 4, 240), (line(0.1, 0.1, 5), 1, 240)],
)
def test_rise_over_less_than_half_the_window_is_not_available(depths, every, span_s):
    measure = rise(*depths, every=every)
    assert (measure.value, measure.reason) == (None, "too_short")
    assert measure.detail == {"span_s": span_s}


def test_gauge_of_five_minutes_has_a_rise():
    assert rise(0.10, 0.13, every=5).value == pytest.approx(0.06)


def test_gaps_are_passed_over_and_a_silent_end_is_suspect():
    assert rise(0.1, None, None, *line(0.115, 0.005, 7)).value == 0.05
    known = rise(*line(0.1, 0.005, 9), None)
    assert (known.value, known.is_suspect) == (0.05, True)
    assert not rise(*line(0.1, 0.005, 10)).is_suspect


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
     ([*line(0.2, 0.01, 20), 0.38, 0.37], "rising"), ([*[0.3] * 20, 0.299], "steady"),
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
