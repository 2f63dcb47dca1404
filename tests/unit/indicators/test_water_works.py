"""The river and the pumps."""

import pytest

from indicators.registry import SIGNS
from indicators.water.works import pump_running, river_above_warning, river_level
from tests.formula_inputs import aggregate, inputs


def rivers(formula=river_level, **warnings):
    gauges = [aggregate("river_level", [3.0, 5.0], "a"), aggregate("river_level", [2.0], "b")]
    ratings = {(terminal, "river_level"): stage for terminal, stage in warnings.items()}
    return formula(inputs(*gauges, ratings=ratings))


def test_highest_river_counts_where_no_gauge_has_a_warning_stage():
    measure = rivers()
    assert (measure.value, measure.detail, measure.weights) == (
        4.0,
        {"terminal": "a", "unjudged": 2},
        {"a": 1.0},
    )


def test_gauge_nearest_to_its_warning_stage_counts():
    measure = rivers(a=8.0, b=2.5)
    assert (measure.value, measure.weights) == (2.0, {"b": 1.0})
    assert measure.detail == {"terminal": "b", "below_warning_m": 0.5}


@pytest.mark.parametrize(
    ("warning", "detail"),
    [(4.25, {"below_warning_m": 0.25}), (4.0, {"above_warning_m": 0.0}), (3.75, {"above_warning_m": 0.25})],
)  # fmt: skip
def test_river_at_its_warning_stage_is_above_it(warning, detail):
    assert rivers(a=warning).detail == {"terminal": "a", "unjudged": 1, **detail}


def test_only_a_river_above_warning_is_remarked():
    zh, en = SIGNS["river_level"].remark
    assert en.format(**rivers(a=3.5).detail) == "0.50 m above warning"
    with pytest.raises(KeyError):
        zh.format(**rivers(a=8.0).detail)


def test_worst_gauge_counts_and_those_without_a_warning_stage_are_unjudged():
    both = rivers(river_above_warning, a=3.75, b=2.5)
    assert (both.value, both.weights, both.detail["unjudged"]) == (0.25, {"a": 1.0}, 0)
    one = rivers(river_above_warning, b=2.5)
    assert (one.value, one.weights) == (-0.5, {"b": 1.0})
    assert one.detail == {"terminal": "b", "stage_m": 2.0, "unjudged": 1}


def test_river_without_any_warning_stage_is_unjudged():
    measure = rivers(river_above_warning)
    assert (measure.value, measure.reason) == (None, "no_warning_stage")
    assert measure.detail == {"unjudged": 2}


@pytest.mark.parametrize(
    ("above", "level"),
    [(-0.51, None), (-0.5, "RV3"), (-0.01, "RV3"), (0.0, "RV2"), (0.99, "RV2"), (1.0, "RV1")],
)
def test_river_has_our_levels_by_its_warning_stage(above, level):
    assert SIGNS["river_above_warning"].level_of(above) == level


def test_pumps_weigh_equally_however_often_they_report():
    pumps = [
        aggregate("pump_running", [1.0] * 9 + [0.0], "a"),
        aggregate("pump_running", [0.0], "b"),
    ]
    measure = pump_running(inputs(*pumps))
    assert measure.value == pytest.approx(0.45)
    assert measure.detail == {"pumps": 2, "running": 1}
    assert measure.weights == {"a": 0.5, "b": 0.5}


@pytest.mark.parametrize("formula", [river_level, river_above_warning, pump_running])
def test_silent_works_are_not_available(formula):
    assert formula(inputs()).reason == "no_data"
