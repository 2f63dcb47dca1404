"""Figures of a city by which a formula would divide by nothing are named before anything runs."""

import msgspec
import pytest

from indicators.settings import SignSettings
from streams.pack.limit_checks import check_limits


def findings(subject, **figures):
    changed = msgspec.convert({subject: figures}, SignSettings)
    return list(check_limits(changed))


def test_our_own_figures_are_right():
    assert list(check_limits(SignSettings())) == []


@pytest.mark.parametrize(
    ("subject", "name", "value", "mend"),
    [
        ("health", "power", 0, "below 0"),
        ("health", "power", 1, "below 0"),
        ("health", "freshness_hops", 0, "above 0"),
        ("health", "spread", 0, "above 0"),
        ("health", "draws", 19, "20 at least"),
        ("traffic", "occupancy_spread", 0, "above 0"),
        ("traffic", "speed_spread", 0, "above 0"),
        ("traffic", "incident_least", 0, "above 0"),
        ("traffic", "incident_levels", [], "one entry"),
        ("traffic", "tpi_points", [], "one entry"),
        ("crowd", "pressure_levels", [], "one entry"),
        ("crowd", "walking_jam", 0, "above 0"),
        ("crowd", "service_facility", "que", "write 'queue'"),
        ("water", "fall_min_span_s", 0, "above 0"),
        ("water", "fall_min_m", 0, "above 0"),
    ],
)
def test_figure_that_a_formula_cannot_work_with_is_named(subject, name, value, mend):
    (found,) = findings(subject, **{name: value})
    assert found.steps == (subject, name)
    assert mend in found.mend


def test_weight_of_nothing_and_points_that_do_not_rise_are_named_where_they_stand():
    (weight,) = findings("health", domain_weights={"flood": 0})
    assert weight.steps == ("health", "domain_weights", "flood")
    (point,) = findings("traffic", tpi_points=[[0, 0], [4, 2], [4, 4]])
    assert point.steps == ("traffic", "tpi_points", 2)
    (ratio,) = findings("traffic", level_ratios=[0.7, 0.5, 0.5, 0.3])
    assert ratio.steps == ("traffic", "level_ratios", 2)


def scale(*edges, ids=("X1", "X2", "X3"), colour="red"):
    return [
        {"id": id_, "edge": edge, "zh": f"级{id_}", "en": id_, "colour": colour}
        for id_, edge in zip(ids, edges, strict=False)
    ]


@pytest.mark.parametrize(
    ("subject", "name", "levels", "steps", "mend"),
    [
        ("crowd", "density_levels", scale(0.6, 0.15), (1, "edge"), "above 0.6"),
        ("crowd", "density_levels", scale(0.1, 0.1), (1, "edge"), "above 0.1"),
        ("devices", "battery_levels", scale(10, 20), (1, "edge"), "below 10"),
        ("crowd", "density_levels", scale(float("nan")), (0, "edge"), "write a number"),
        ("crowd", "density_levels", scale(0.1, colour="rot"), (0, "colour"), "red"),
        ("crowd", "density_levels", scale(0.1, 0.2, ids="XX"), (1, "id"), "choose another"),
        ("water", "rise_levels", scale(0.1, ids=["W4"]), (0, "id"), "water.depth_levels has"),
    ],
)
def test_level_that_cannot_be_meant_is_named(subject, name, levels, steps, mend):
    (found,) = findings(subject, **{name: levels})
    assert found.steps == (subject, name, *steps)
    assert mend in found.mend
