"""What officials read: numbers that do not cross a level's edge, lower bounds, signs of change."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.registry import SIGNS
from indicators.words import figure
from tests.builders import a_value, in_words


def said(sign, value, **changes):
    about = SIGNS[sign]
    fields = {"indicator": sign, "unit": about.unit, "level": about.level_of(value), **changes}
    return in_words(a_value(0, value, **fields))


@pytest.mark.parametrize(
    ("sign", "value", "zh"),
    [
        ("crowd_pressure", 0.016, "人群压力 0.016 /s²（人群压力偏高）。"),
        ("crowd_pressure", 0.02, "人群压力 0.02 /s²（可能出现湍流）。"),
        ("crowd_density", 4.497, "人群密度 4.497 人/㎡（Ⅱ级拥挤）。"),
        ("crowd_density", 4.502, "人群密度 4.502 人/㎡（Ⅰ级拥挤）。"),
        ("crowd_density", 4.25, "人群密度 4.25 人/㎡（Ⅱ级拥挤）。"),
        ("water_depth", 0.149999, "积水深度 14.9999 cm（湿）。"),
        ("water_depth", 0.15, "积水深度 15 cm（Ⅳ级积水）。"),
        ("water_depth", 0.314, "积水深度 31.4 cm（Ⅲ级积水）。"),
    ],
)
def test_number_stands_on_its_own_side_of_each_edge(sign, value, zh):
    assert said(sign, value)[0] == zh


@given(
    st.floats(-1000, 1000).map(lambda v: round(v, 6)),
    st.lists(st.floats(-100, 100).map(lambda v: round(v, 3)), max_size=4),
)
def test_written_number_is_near_and_on_the_same_side_of_every_edge(value, edges):
    written = float(figure(value, edges))
    assert math.isclose(written, value, abs_tol=0.5 if abs(value) >= 100 else 0.05)
    assert [written >= edge for edge in edges] == [value >= edge for edge in edges]
    assert [written <= edge for edge in edges] == [value <= edge for edge in edges]


def test_place_that_empties_is_not_said_to_fill_by_less_than_nothing():
    detail = {"people": 1200, "capacity": 1000, "net_inflow": -5.0, "net_outflow": 5.0}
    zh, en = said("crowd_time_to_capacity", 0.0, detail=detail)
    assert "在场1200人，每分钟净减5人" in zh
    assert "1200 people, 5 fewer per minute" in en
    filling, _ = said("crowd_time_to_capacity", 10.0, detail={"people": 800, "net_inflow": 20.0})
    assert "每分钟净增20人" in filling


@pytest.mark.parametrize(
    ("sign", "zh"),
    [
        ("people_in", "每分钟进入人数 20。"),
        ("people_out", "每分钟离开人数 20。"),
        ("people_net_inflow", "每分钟净流入人数 20。"),
    ],
)
def test_unit_that_stands_in_the_name_is_not_said_twice(sign, zh):
    assert said(sign, 20.0)[0] == zh


def test_lower_bound_is_called_one():
    zh, en = said("people_count", 36.0, detail={"at_least": True})
    assert zh.startswith("小时人流量至少 36")
    assert en.startswith("People per hour at least 36")


@pytest.mark.parametrize(
    ("value", "detail", "zh", "en"),
    [
        (0.0, {"range": "below", "least_years": 1.0}, "不足1年一遇", "less than 1 year."),
        (0.4, {"range": "below", "least_years": 1.0}, "不足1年一遇", "less than 1 year."),
        (2.4, {"range": "within"}, "2.4 年", "2.4 years"),
        (100.0, {"range": "capped"}, "超过100年", "more than 100 years"),
    ],
)
def test_return_period_beyond_the_table_is_not_a_number(value, detail, zh, en):
    found = said("rain_return_period", value, detail=detail)
    assert found[0].startswith(f"降雨重现期 {zh}")
    assert found[1].startswith(f"Return period of the rain {en}")


def test_hourly_grade_is_not_taken_for_the_one_of_a_day():
    zh, en = said("rain_60min", 12.0)
    assert zh == "60分钟雨量 12 mm（暴雨，按1小时等级）。"
    assert en == "Rain in 60 minutes 12 mm (rainstorm by the hourly grade)."
    assert said("rain_24h", 60.0)[0] == "24小时雨量 60 mm（暴雨）。"
