"""The river and the pumps."""

import pytest

from indicators.registry import SIGNS
from indicators.water.works import pump_running, river_level
from tests.formula_inputs import aggregate, inputs


def rivers(**warnings):
    gauges = [aggregate("river_level", [3.0, 5.0], "a"), aggregate("river_level", [2.0], "b")]
    ratings = {(terminal, "river_level"): stage for terminal, stage in warnings.items()}
    return river_level(inputs(*gauges, ratings=ratings))


def test_highest_river_counts_where_no_gauge_has_a_warning_stage():
    measure = rivers()
    assert (measure.value, measure.detail, measure.weights) == (4.0, {"terminal": "a"}, {"a": 1.0})


def test_gauge_nearest_to_its_warning_stage_counts():
    measure = rivers(a=8.0, b=2.5)
    assert (measure.value, measure.weights) == (2.0, {"b": 1.0})
    assert measure.detail == {"terminal": "b", "below_warning_m": 0.5}


@pytest.mark.parametrize(
    ("warning", "detail"),
    [(4.25, {"below_warning_m": 0.25}), (4.0, {"above_warning_m": 0.0}), (3.75, {"above_warning_m": 0.25})],
)  # fmt: skip
def test_river_at_its_warning_stage_is_above_it(warning, detail):
    assert rivers(a=warning).detail == {"terminal": "a", **detail}


def test_only_a_river_above_warning_is_remarked():
    zh, en = SIGNS["river_level"].remark
    assert en.format(**rivers(a=3.5).detail) == "0.50 m above warning"
    with pytest.raises(KeyError):
        zh.format(**rivers(a=8.0).detail)


def test_pumps_weigh_equally_however_often_they_report():
    pumps = [
        aggregate("pump_running", [1.0] * 9 + [0.0], "a"),
        aggregate("pump_running", [0.0], "b"),
    ]
    measure = pump_running(inputs(*pumps))
    assert measure.value == pytest.approx(0.45)
    assert measure.detail == {"pumps": 2, "running": 1}
    assert measure.weights == {"a": 0.5, "b": 0.5}


@pytest.mark.parametrize("formula", [river_level, pump_running])
def test_silent_works_are_not_available(formula):
    assert formula(inputs()).reason == "no_data"
