"""Flowing water: hazard classes, safe driving speed, stability of people."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.registry import SIGNS
from indicators.water.hazard import (
    danger,
    hazard_class,
    hazard_rating,
    pedestrian_stability,
    safe_driving_speed,
    water_hazard,
    water_safe_speed,
)
from indicators.water.settings import WaterSettings
from tests.formula_inputs import aggregate, inputs

OURS = WaterSettings()


def gauge(depth=None, speed=None, terminal="t"):
    found = []
    if depth is not None:
        found.append(aggregate("water_depth", [depth], terminal))
    if speed is not None:
        found.append(aggregate("flow_speed", [speed], terminal))
    return found


@pytest.mark.parametrize(
    ("edge", "at", "above"), [(0.3, 1, 2), (0.5, 2, 3), (1.2, 3, 4), (2.0, 4, 5), (4.0, 5, 6)]
)
def test_class_by_depth_alone_changes_above_the_edge(edge, at, above):
    assert hazard_class(edge - 1e-6, 0.0) == at
    assert hazard_class(edge, 0.0) == at
    assert hazard_class(edge + 1e-6, 0.0) == above


@pytest.mark.parametrize(("edge", "at", "above"), [(2.0, 1, 5), (4.0, 5, 6)])
def test_class_by_speed_changes_above_the_edge(edge, at, above):
    assert hazard_class(0.01, edge - 1e-6) == at
    assert hazard_class(0.01, edge) == at
    assert hazard_class(0.01, edge + 1e-6) == above


@pytest.mark.parametrize(
    ("flow", "depth", "at", "above"),
    [(0.3, 0.2, 1, 2), (0.6, 0.5, 2, 4), (1.0, 0.5, 4, 5), (4.0, 2.0, 5, 6)],
)
def test_class_by_depth_times_speed_changes_above_the_edge(flow, depth, at, above):
    assert hazard_class(depth, flow / depth - 1e-6) == at
    assert hazard_class(depth, flow / depth) == at
    assert hazard_class(depth, flow / depth + 1e-6) == above


def test_product_at_an_edge_is_not_above_it_for_want_of_a_bit():
    assert 0.2 * 1.5 > 0.3
    assert hazard_class(0.2, 1.5) == 1


@pytest.mark.parametrize("depth", [0.0, -0.05])
def test_no_water_is_no_hazard_however_fast_it_is_said_to_flow(depth):
    assert hazard_class(depth, 9.0) == 1


@given(st.floats(0, 6), st.floats(0, 10), st.floats(0, 2), st.floats(0, 2))
def test_class_never_falls_with_depth_or_speed(depth, speed, deeper, faster):
    found = hazard_class(depth, speed)
    assert 1 <= found <= hazard_class(depth + deeper, speed + faster) <= 6


@pytest.mark.parametrize(
    ("depth_mm", "speed"),
    [(0, 86.9448), (50, 61.5498), (100, 40.6548), (150, 24.2598), (200, 12.3648), (270, 3.2718)],
)
def test_safe_speed_agrees_with_the_vectors(depth_mm, speed):
    assert safe_driving_speed(depth_mm) == pytest.approx(speed, abs=1e-9)


@pytest.mark.parametrize(("depth_mm", "passable"), [(299.9, True), (300, False), (301, False)])
def test_nobody_drives_from_300_mm_on(depth_mm, passable):
    assert (safe_driving_speed(depth_mm) > 0) is passable


def test_gauge_below_its_zero_is_a_dry_road():
    assert safe_driving_speed(-30) == safe_driving_speed(0)


@given(st.floats(0, 400), st.floats(0, 100))
def test_safe_speed_never_rises_with_depth_and_is_never_negative(depth_mm, more):
    assert safe_driving_speed(depth_mm) >= safe_driving_speed(depth_mm + more) >= 0


@pytest.mark.parametrize(
    ("edge", "at", "above"),
    [(0.6, "low", "moderate"), (0.8, "moderate", "significant"), (1.2, "significant", "extreme")],
)
def test_adults_stand_up_to_depth_times_speed(edge, at, above):
    assert pedestrian_stability(OURS.adults, 1.0, edge - 1e-6) == at
    assert pedestrian_stability(OURS.adults, 1.0, edge) == at
    assert pedestrian_stability(OURS.adults, 1.0, edge + 1e-6) == above


@pytest.mark.parametrize(
    ("who", "depth", "speed", "word"),
    [("adults", 1.2, 0.1, "low"), ("adults", 1.21, 0.0, "extreme"), ("adults", 0.1, 3.0, "low"),
     ("adults", 0.1, 3.01, "extreme"), ("children", 0.5, 0.8, "low"), ("children", 0.4, 1.0, "low"),
     ("children", 0.4, 1.01, "extreme"), ("children", 0.51, 0.0, "extreme"), ("adults", -0.1, 1.0, "low")],
)  # fmt: skip
def test_depth_and_speed_have_limits_of_their_own(who, depth, speed, word):
    assert pedestrian_stability(getattr(OURS, who), depth, speed) == word


def test_product_of_children_at_the_edge_is_low():
    assert pedestrian_stability(OURS.children, 0.1, 3.0) == "low"
    assert pedestrian_stability(OURS.children, 0.2, 2.0) == "low"


@pytest.mark.parametrize(
    ("depth", "speed", "rating"),
    [(0.2, 1.0, 0.3), (0.25, 1.0, 0.375), (0.26, 1.0, 1.39), (1.0, 0.0, 1.5), (0.0, 3.0, 0.0), (-0.1, 3.0, 0.0)],
)  # fmt: skip
def test_rating_adds_debris_in_deeper_water(depth, speed, rating):
    assert hazard_rating(OURS, depth, speed) == pytest.approx(rating)


@pytest.mark.parametrize(
    ("rating", "whom"),
    [(0.7499, "caution"), (0.75, "some"), (0.7501, "some"), (1.2499, "some"), (1.25, "most"),
     (1.2501, "most"), (1.9999, "most"), (2.0, "most"), (2.0001, "all")],
)  # fmt: skip
def test_danger_begins_at_its_rating(rating, whom):
    assert danger(OURS, rating) == whom


def test_hazard_takes_the_speed_of_the_gauges_own_terminal():
    gauges = [*gauge(0.6, 0.1, "a"), *gauge(0.2, 2.5, "b")]
    measure = water_hazard(OURS, inputs(*gauges))
    assert (measure.value, measure.detail["terminal"]) == (5, "b")
    assert measure.weights == {"b": 1.0}


def test_gauge_without_a_speed_takes_the_fastest_of_the_place():
    gauges = [*gauge(0.4, None, "a"), *gauge(None, 1.0, "b"), *gauge(None, 1.8, "c")]
    measure = water_hazard(OURS, inputs(*gauges))
    assert (measure.value, measure.detail["speed_m_s"]) == (4, 1.8)


def test_hazard_without_any_speed_goes_by_depth_and_says_so():
    measure = water_hazard(OURS, inputs(*gauge(0.6)))
    assert measure.value == 3
    assert measure.detail == {"terminal": "t", "depth_m": 0.6, "flow": "not_measured"}


@pytest.mark.parametrize(("depth", "found"), [(0.019, 1), (0.02, 5)])
def test_speed_over_a_dry_road_is_noise(depth, found):
    assert water_hazard(OURS, inputs(*gauge(depth, 2.5))).value == found


def test_hazard_says_for_whom():
    detail = water_hazard(OURS, inputs(*gauge(0.5, 1.5))).detail
    assert (detail["adults"], detail["children"], detail["danger"]) == (
        "moderate",
        "extreme",
        "most",
    )


def test_speed_without_a_depth_gives_no_class():
    measure = water_hazard(OURS, inputs(*gauge(None, 1.0)))
    assert (measure.value, measure.reason) == (None, "no_depth")


def test_every_class_has_a_level_and_the_worst_three_are_red():
    sign = SIGNS["water_hazard"]
    assert [sign.level_of(n) for n in range(1, 7)] == ["H1", "H2", "H3", "H4", "H5", "H6"]
    assert [level.colour for level in sign.levels[3:]] == ["red"] * 3


def test_safe_speed_is_that_of_the_deepest_gauge():
    gauges = [*gauge(0.05, terminal="a"), *gauge(0.15, terminal="b")]
    measure = water_safe_speed(inputs(*gauges))
    assert measure.value == pytest.approx(24.2598)
    assert measure.weights == {"b": 1.0}


def test_only_an_impassable_road_has_a_level_of_speed():
    sign = SIGNS["water_safe_speed"]
    assert sign.level_of(0.0) == "V0"
    assert sign.level_of(math.nextafter(0.0, 1.0)) is None
    assert sign.formula(inputs(*gauge(0.3))).value == 0
