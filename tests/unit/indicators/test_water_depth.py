"""Depth of water on the road: the deepest gauge, its level, and how many gauges stand in water."""

import math

import pytest

from indicators.registry import SIGNS
from indicators.vital_sign import Level
from indicators.water.depth import depth_level, water_depth, water_points
from indicators.water.settings import WaterSettings
from sensors.city import Zone
from tests.formula_inputs import aggregate, inputs

OURS = WaterSettings()
EDGES = [
    (0.03, None, "W0"),
    (0.15, "W0", "W4"),
    (0.27, "W4", "W3"),
    (0.40, "W3", "W2"),
    (0.60, "W2", "W1"),
]
UNDERPASS = [
    (0.03, None, "W0"),
    (0.15, "W0", "W3"),
    (0.27, "W3", "W2"),
    (0.40, "W2", "W1"),
    (0.60, "W1", "W1"),
]


def deep(*depths, kind="segment"):
    gauges = [aggregate("water_depth", [depth], f"g{n}") for n, depth in enumerate(depths)]
    return inputs(*gauges, zone=Zone(id="z", kind=kind))


def test_deepest_gauge_counts():
    gauges = [aggregate("water_depth", [0.1, 0.3], "a"), aggregate("water_depth", [0.1], "b")]
    measure = water_depth(OURS, inputs(*gauges))
    assert (measure.value, measure.detail) == (0.2, {"terminal": "a"})
    assert measure.weights == {"a": 1.0}


@pytest.mark.parametrize(
    ("kind", "edge", "below", "at"),
    [("segment", *row) for row in EDGES] + [("underpass", *row) for row in UNDERPASS],
)
def test_level_begins_at_its_edge_and_an_underpass_is_one_worse(kind, edge, below, at):
    assert depth_level(OURS, math.nextafter(edge, 0), kind) == below
    assert depth_level(OURS, edge, kind) == at
    assert depth_level(OURS, math.nextafter(edge, 9), kind) == at


def test_sign_carries_the_level_of_its_kind_of_zone():
    formula = SIGNS["water_depth"].formula
    assert formula(deep(0.3)).level == "W3"
    assert formula(deep(0.3, kind="underpass")).level == "W2"


def test_wet_underpass_is_not_yet_waterlogged():
    assert water_depth(OURS, deep(0.05, kind="underpass")).level == "W0"


def test_level_is_that_of_the_published_number():
    """0.1 + 0.2 in steps of a millimetre is 0.3, whatever the mean of floats says."""
    nearly = aggregate("water_depth", [0.149, 0.151])
    assert water_depth(OURS, inputs(nearly)).level == "W4"


def test_city_can_shift_by_other_kinds_and_steps():
    city = WaterSettings(depth_shift={"crossing": 2})
    assert depth_level(city, 0.15, "crossing") == "W2"
    assert depth_level(city, 0.6, "crossing") == "W1"
    assert depth_level(city, 0.15, "underpass") == "W4"


def test_shift_counts_from_the_citys_own_first_level():
    levels = (Level("A", 0.1, "浅", "shallow", "blue"), Level("B", 0.5, "深", "deep", "red"))
    city = WaterSettings(depth_levels=levels, first_level="B")
    assert depth_level(city, 0.2, "underpass") == "A"


def test_points_count_the_gauges_from_the_first_level_on():
    measure = water_points(OURS, deep(0.149, 0.15, 0.7))
    assert measure.value == 2
    assert measure.detail == {"gauges": 3, "deepest_m": 0.7}
    assert measure.weights == {"g1": 0.5, "g2": 0.5}


def test_no_point_under_water_is_zero_and_not_unknown():
    measure = water_points(OURS, deep(0.0, 0.1))
    assert (measure.value, measure.weights) == (0, {})


def test_points_do_not_depend_on_the_kind_of_zone():
    assert water_points(OURS, deep(0.05, 0.2, kind="underpass")).value == 1


@pytest.mark.parametrize("formula", [water_depth, water_points])
def test_depth_of_nothing_is_not_available(formula):
    measure = formula(OURS, inputs(aggregate("rain", [1.0])))
    assert (measure.value, measure.reason) == (None, "no_data")
