"""A published sentence says what an official needs, by names and not by ids."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from indicators.health.signs import health_sign
from indicators.registry import SIGNS
from indicators.sentence import naming, sentence
from indicators.vital_sign import Quality, VitalValue
from sensors.city import Place, Zone, build_city

CITY = build_city(
    [Zone(id="dip", name="下穿隧道", name_en="Underpass", town="t1", district="d1"), Zone(id="x")],
    [],
    [Place("t1", "云东海街道", "Yundonghai", "d1")],
)
LABEL_OF = naming(SIGNS, CITY.label_of)
INDEX = health_sign(list(SIGNS.values()))


def a_value(**changes: Any) -> VitalValue:
    value = VitalValue(
        at=0, zone="dip", indicator="health_index", window_start=0, window_end=300_000,
        value=38.0, unit="1", level="HI4", coverage=1.0, revision=0, quality=Quality.PASS,
    )  # fmt: skip
    return msgspec.structs.replace(value, **changes)


def test_index_of_a_zone_names_its_signs_by_label() -> None:
    detail = {
        "worst": "water_depth", "low": 33.0, "high": 40.0, "cap": 40.0, "capped_by": "water_hazard",
        "unknown": ["gas_ch4", "gas_h2s"],
    }  # fmt: skip
    assert sentence(INDEX, a_value(detail=detail, quality=Quality.SUSPECT), LABEL_OF) == (
        "健康指数 38（不健康），最差体征：积水深度，权重变动时在33.0至40.0之间，"
        "因洪水危险等级最高为40，生命安全体征未知：甲烷爆炸下限百分比、硫化氢浓度，数据存疑。",
        "Health index 38 (poor), worst sign: Water depth, between 33.0 and 40.0 if weights vary, "
        "at most 40 because of Flood hazard class, life-safety signs unknown: "
        "CH4, share of the lower explosive limit and H2S concentration, doubtful.",
    )


def test_index_of_a_district_names_its_worst_place_by_label() -> None:
    detail = {
        "worst_place": "dip",
        "worst_value": 38.2,
        "worst_sign": "water_depth",
        "low": 31.0,
        "high": 44.5,
    }
    zh, en = sentence(INDEX, a_value(zone="d1", place="district", detail=detail), LABEL_OF)
    assert (
        zh
        == "健康指数 38（不健康），最差处：下穿隧道（38），该处最差体征：积水深度，权重变动时在31.0至44.5之间。"
    )
    assert (
        en
        == "Health index 38 (poor), worst: Underpass (38), its worst sign: Water depth, between 31.0 and 44.5 if weights vary."
    )


def test_index_that_is_not_available_names_the_unknown_signs() -> None:
    detail = {"fresh_share": 0.2, "unknown": ["water_depth"]}
    value = a_value(value=None, level=None, reason="too_few_fresh_signs", detail=detail)
    assert sentence(INDEX, value, LABEL_OF)[0] == (
        "健康指数暂无数值：有效体征不足，生命安全体征未知：积水深度。"
    )


def test_place_without_a_name_is_called_by_its_id() -> None:
    detail = {"worst_place": "x", "worst_value": 38.2}
    assert "worst: x (38)" in sentence(INDEX, a_value(detail=detail), LABEL_OF)[1]


@given(st.dictionaries(st.sampled_from([*INDEX.names, "low", "high", "cap"]),
                       st.sampled_from([*SIGNS, "dip", "t1"])))  # fmt: skip
def test_no_detail_lets_an_id_that_has_a_name_into_the_sentence(detail: dict[str, Any]) -> None:
    fields = {name: 1.0 if name not in INDEX.names else id_ for name, id_ in detail.items()}
    said = " ".join(sentence(INDEX, a_value(detail=fields), LABEL_OF))
    # `smoke` and `dip` are words, too; an id with an underscore is none.
    assert [id_ for id_ in SIGNS if "_" in id_ and id_ in said] == []
