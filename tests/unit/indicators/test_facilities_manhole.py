"""Manholes: covers, water in the shaft, gas."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.facilities.manhole import persisted_change
from indicators.facilities.shaft import fill
from indicators.registry import SIGNS
from tests.builders import a_terminal
from tests.formula_inputs import aggregate, inputs

MINUTE = 60_000


def cover(*tilts, terminal="t", cadence=1.0, window=MINUTE):
    return aggregate("cover_tilt", tilts, terminal, expected=window / 1000 / cadence)


def state(*covers, window=MINUTE, **changes):
    return SIGNS["manhole_state"].formula(
        inputs(*covers, window=window, **{"memory": {}, **changes})
    )


@pytest.mark.parametrize(
    ("seconds", "change"), [(9, 0.0), (10, 40.0), (11, 40.0)], ids=["short", "just", "longer"]
)
def test_tilt_counts_once_it_lasted_ten_seconds(seconds, change):
    tilts = [1.0] * 20 + [41.0] * seconds + [1.0] * 20
    assert persisted_change(np.array(tilts), 1.0, 1, 10) == change


@pytest.mark.parametrize(("spacing", "change"), [(60, 40.0), (9.9, 0.0), (10, 40.0), (3600, 40.0)])
def test_reading_stands_for_its_cadence(spacing, change):
    assert persisted_change(np.array([1.0, 41.0, 1.0]), 1.0, spacing, 10) == change


def test_too_few_readings_to_last_tell_nothing():
    assert persisted_change(np.array([1.0, 90.0]), 1.0, 1, 10) is None
    measure = state(cover(1.0, 90.0))
    assert (measure.value, measure.reason) == (None, "too_few_readings")


def test_cover_that_cannot_be_judged_leaves_the_others_in_doubt():
    measure = state(cover(*[0.0] * 60, terminal="a"), cover(1.0, 90.0, terminal="b"))
    assert (measure.value, measure.detail["unknown"], measure.is_suspect) == (0.0, 1, True)


def test_cover_that_is_silent_leaves_the_others_in_doubt():
    city = [a_terminal(name, "z", {"cover_tilt": 1.0}) for name in "ab"]
    measure = state(cover(*[0.0] * 60, terminal="a"), terminals=city)
    assert (measure.value, measure.detail["unknown"], measure.is_suspect) == (0.0, 1, True)


@pytest.mark.parametrize(
    ("closed", "tilt", "change"),
    [(2, -62, 64), (-12, 12, 24), (-12, -12, 0), (170, -170, 20), (0, 180, 180), (5, 5, 0)],
)
def test_change_is_the_angle_between_the_cover_and_its_closed_self(closed, tilt, change):
    assert persisted_change(np.array([tilt], float), closed, 60, 10) == change


def test_tilt_while_it_moves_counts_by_the_least_of_ten_seconds():
    assert persisted_change(np.arange(0.0, 21.0), 0.0, 1, 10) == 11.0


@given(st.lists(st.integers(-180, 180), min_size=1, max_size=30), st.integers(-180, 180))
def test_change_lies_within_half_a_turn_and_grows_with_every_reading(tilts, closed):
    found = [persisted_change(np.array(tilts[:n], float), closed, 60, 10) for n in range(1, 31)]
    changes = [change for change in found if change is not None]
    assert len(changes) == len(found)
    assert all(0 <= change <= 180 for change in changes)
    assert changes == sorted(changes)


def test_cover_that_turned_over_to_the_other_side_is_open():
    measure = state(cover(*[-9.0] * 30, *[9.0] * 30))
    assert measure.value == 18.0


def test_cover_that_lies_askew_by_less_than_ten_degrees_is_measured_against_itself():
    assert state(cover(*[9.0] * 60)).value == 0.0


def test_declared_tilt_is_that_of_the_closed_cover():
    ratings = {("t", "cover_tilt"): 12.0}
    assert state(cover(*[12.0] * 60), ratings=ratings).value == 0.0
    assert state(cover(*[-12.0] * 60), ratings=ratings).value == 24.0


def test_cover_that_is_open_when_first_heard_is_open():
    assert state(cover(*[70.0] * 60)).value == 60.0


def test_cover_is_open_as_long_as_it_is_open():
    memory: dict[str, float] = {}
    state(cover(*[1.5] * 60), memory=memory)
    later = [state(cover(*[61.5] * 60), memory=memory).value for _ in range(500)]
    assert set(later) == {60.0}


@pytest.mark.parametrize("cadence", [3600.0, 7200.0])
def test_cover_that_reports_hourly_or_slower_can_open(cadence):
    window = round(cadence * 1000)
    memory: dict[str, float] = {}
    closed, opened = (
        state(cover(tilt, cadence=cadence, window=window), window=window, memory=memory)
        for tilt in (1.0, 70.0)
    )
    assert (closed.value, opened.value) == (0.0, 69.0)


@given(st.permutations([3.0, -2.0, 8.0, 60.0]))
def test_flattest_tilt_ever_seen_does_not_depend_on_the_order(tilts):
    memory: dict[str, float] = {}
    for tilt in tilts:
        state(cover(*[tilt] * 60), memory=memory)
    assert memory == {"t": -2.0}


@pytest.mark.parametrize(
    ("change", "level"),
    [(7.9, None), (8, "MH2"), (14.9, "MH2"), (15, "MH1"), (15.1, "MH1"), (90, "MH1")],
)
def test_cover_is_open_from_fifteen_degrees(change, level):
    measure = state(cover(*[0.0] * 30, *[change] * 30))
    assert measure.value == change
    assert SIGNS["manhole_state"].level_of(change) == level
    assert measure.detail["open"] == (change >= 15)


def test_cover_that_moved_most_counts():
    measure = state(
        cover(*[0.0] * 30, *[20.0] * 30, terminal="a"), cover(*[0.0] * 60, terminal="b")
    )
    assert (measure.value, measure.weights) == (20.0, {"a": 1.0})
    assert measure.detail == {"terminal": "a", "covers": 2, "open": 1}
    assert SIGNS["manhole_state"].remark[0].format(**measure.detail) == "2个井盖中1个打开"


def shaft(*levels, terminal="t"):
    return aggregate("shaft_level", levels, terminal)


def rated(**depths):
    return {(terminal, "shaft_level"): depth for terminal, depth in depths.items()}


def fill_of(*shafts, **depths):
    return SIGNS["shaft_fill"].formula(inputs(*shafts, ratings=rated(**depths)))


@pytest.mark.parametrize(("level", "share"), [(0.0, 0.0), (1.5, 50.0), (3.0, 100.0), (-0.1, 0.0)])
def test_fill_is_the_share_under_water(level, share):
    assert fill(level, 3.0) == share


@pytest.mark.parametrize(
    ("level", "level_id"),
    [(7.99, None), (8.0, "SF3"), (8.01, "SF3"), (9.69, "SF3"), (9.7, "SF2"), (9.71, "SF2"),
     (9.99, "SF2"), (10.0, "SF1"), (10.2, "SF1")],
)  # fmt: skip
def test_deep_shaft_goes_by_share_then_by_distance_to_the_cover(level, level_id):
    measure = fill_of(shaft(level), t=10.0)
    assert (measure.value, measure.level) == (pytest.approx(10 * level), level_id)


def test_shaft_below_four_fifths_has_no_level_by_its_share_either():
    assert SIGNS["shaft_fill"].level_of(79.9) is None


@pytest.mark.parametrize(("level", "level_id"), [(0.69, None), (0.7, "SF2"), (1.0, "SF1")])
def test_shallow_shaft_is_orange_before_it_is_four_fifths_full(level, level_id):
    assert fill_of(shaft(level), t=1.0).level == level_id


def test_margin_is_met_exactly_where_floats_are_not():
    assert 2.0 - 1.7 > 0.3
    assert fill_of(shaft(1.7), t=2.0).level == "SF2"


def test_shaft_that_is_worst_off_counts_not_the_fullest():
    measure = fill_of(shaft(0.75, terminal="a"), shaft(8.5, terminal="b"), a=1.0, b=10.0)
    assert (measure.value, measure.level, measure.weights) == (75.0, "SF2", {"a": 1.0})
    assert measure.detail == {"terminal": "a", "below_cover_m": 0.25, "shafts": 2}


def test_shaft_of_unknown_depth_has_no_fill_but_a_level():
    measure = fill_of(shaft(2.0))
    assert (measure.value, measure.reason) == (None, "no_rating")
    assert SIGNS["shaft_level"].formula(inputs(shaft(1.0, 3.0))).value == 2.0


def test_shaft_of_unknown_depth_beside_another_is_counted_and_in_doubt():
    measure = fill_of(shaft(0.5, terminal="a"), shaft(2.9, terminal="b"), a=3.0)
    assert (measure.detail["shafts"], measure.detail["unrated"]) == (1, 1)
    assert measure.is_suspect
    assert not fill_of(shaft(0.5), t=3.0).is_suspect


def test_deepest_water_counts():
    measure = SIGNS["shaft_level"].formula(inputs(shaft(1.0, terminal="a"), shaft(2, terminal="b")))
    assert (measure.value, measure.weights) == (2.0, {"b": 1.0})


@pytest.mark.parametrize(
    ("sign", "value", "level"),
    [("gas_h2s", 9.99, None), ("gas_h2s", 10, "HS2"), ("gas_h2s", 99, "HS2"), ("gas_h2s", 100, "HS1"),
     ("gas_ch4", 9.99, None), ("gas_ch4", 10, "CH2"), ("gas_ch4", 10.01, "CH2"), ("gas_ch4", 19.99, "CH2"),
     ("gas_ch4", 20, "CH1"), ("gas_ch4", 20.01, "CH1")],
)  # fmt: skip
def test_gas_is_judged_by_its_highest_reading(sign, value, level):
    quantity = SIGNS[sign].inputs[0]
    measure = SIGNS[sign].formula(inputs(aggregate(quantity, [0, value, 1])))
    assert measure.value == value
    assert SIGNS[sign].level_of(value) == level
