"""Slow signs: means, sums, stocks, and how their windows follow the data."""

import pytest

from indicators.planning import plan_zone
from indicators.registry import SIGNS
from indicators.services.settings import ServiceSettings
from indicators.services.signs import service_signs
from indicators.vital_sign import Level
from tests.builders import a_city, a_terminal
from tests.formula_inputs import aggregate, inputs

SUMS = ["service_cases", "hotline_calls", "clinic_visits", "park_power"]


@pytest.mark.parametrize("sign", SUMS)
def test_amounts_of_all_terminals_add_up(sign):
    measure = SIGNS[sign].formula(
        inputs(aggregate(sign, [10, 20], "a"), aggregate(sign, [10], "b"))
    )
    assert (measure.value, measure.detail) == (40, {"terminals": 2})
    assert measure.weights == {"a": 0.75, "b": 0.25}


@pytest.mark.parametrize("sign", [*SUMS, "order_backlog"])
def test_sum_without_a_part_is_doubtful_and_says_how_many_reported(sign):
    halls = [a_terminal(name, "z", {sign: 600.0}) for name in "abc"]
    slow = a_terminal("d", "z", {sign: 86_400.0})
    measure = SIGNS[sign].formula(
        inputs(aggregate(sign, [10], "a"), aggregate(sign, [5], "b"), terminals=[*halls, slow])
    )
    assert (measure.value, measure.is_suspect) == (15, True)
    assert SIGNS[sign].remark[0].format(**measure.detail) == "2处已报，1处未报"


@pytest.mark.parametrize("sign", SUMS)
def test_nothing_that_happened_is_zero_and_not_unknown(sign):
    measure = SIGNS[sign].formula(inputs(aggregate(sign, [0])))
    assert (measure.value, measure.reason, measure.weights) == (0, None, {})


def test_backlog_is_what_each_reported_last():
    stocks = [aggregate("order_backlog", [90, 50, 30], "a"), aggregate("order_backlog", [10], "b")]
    measure = SIGNS["order_backlog"].formula(inputs(*stocks))
    assert (measure.value, measure.weights) == (40, {"a": 0.75, "b": 0.25})


def test_waiting_time_is_the_mean_of_all_readings():
    halls = [aggregate("waiting_time", [10, 20, 30], "a"), aggregate("waiting_time", [60], "b")]
    measure = SIGNS["service_waiting_time"].formula(inputs(*halls))
    assert (measure.value, measure.weights) == (30, {"a": 0.75, "b": 0.25})
    assert SIGNS["service_waiting_time"].remark[0].format(**measure.detail) == "最长60分钟"


@pytest.mark.parametrize(
    ("minutes", "level"),
    [(14.9, None), (15, "WT4"), (15.1, "WT4"), (29.9, "WT4"), (30, "WT3"), (59.9, "WT3"), (60, "WT2"), (61, "WT2")],
)  # fmt: skip
def test_waiting_has_levels_at_15_30_and_60_minutes(minutes, level):
    assert SIGNS["service_waiting_time"].level_of(minutes) == level


@pytest.mark.parametrize("sign", [*SUMS, "order_backlog"])
def test_counts_have_no_levels_until_a_city_gives_them(sign):
    assert not SIGNS[sign].levels


def test_city_may_give_levels():
    busy = (Level("HC3", 500.0, "来电激增", "many calls", "yellow"),)
    signs = {sign.id: sign for sign in service_signs(ServiceSettings(call_levels=busy))}
    assert signs["hotline_calls"].level_of(500) == "HC3"
    assert not signs["service_cases"].levels


@pytest.mark.parametrize(
    ("cadence", "hours"), [(60, 1), (3600, 1), (3601, 24), (86_400, 24)], ids=str
)
def test_window_is_an_hour_or_the_day_of_a_daily_number(cadence, hours):
    city = a_city([a_terminal("t", "z", {"hotline_calls": float(cadence)})])
    plan = plan_zone(city, city.zones["z"], SIGNS.values()).signs["hotline_calls"]
    assert (plan.window, plan.hop) == (hours * 3_600_000, hours * 3_600_000)
