"""What the page says beside a value: the forecast made from it, and how unusual it is."""

from datetime import timedelta
from typing import Any

import pytest

from streams.ops.outlook_views import Beside, beside
from streams.ops.views import places
from streams.stores.store import Forecast, Score
from tests.unit.streams.test_ops_views import CITY, NOON, WORDING, a_vital

SIGN = ("a", "water_depth")


def a_forecast(horizon=600, p50=0.12, **changes):
    fields: dict[str, Any] = {
        "zone": "a",
        "indicator": "water_depth",
        "made_at": NOON,
        "method": "ponding",
    }
    fields |= {"p10": p50 - 0.04, "p90": p50 + 0.05, "p_exceed": {}}
    return Forecast(horizon=horizon, p50=p50, **fields | changes)


def a_score(score=0.83, **changes):
    fields: dict[str, Any] = {
        "zone": "a",
        "indicator": "water_depth",
        "window_end": NOON,
        "view": "range",
    }
    return Score(score=score, **fields | {"low": 0.0, "high": 0.02} | changes)


def shown(*rows, value=0.2, level=None, now=NOON, **changes):
    """The sign as the page shows it, with forecasts and scores beside."""
    forecasts = [row for row in rows if isinstance(row, Forecast)]
    scores = [row for row in rows if isinstance(row, Score)]
    vital = a_vital(value=value, level=level, **changes)
    _, (zone,) = places([vital], CITY, WORDING, now, beside(forecasts, scores))
    return zone.topics[0].signs[0], zone


def test_nearest_and_farthest_forecast_are_told_in_the_unit_of_the_page():
    sign, _ = shown(a_forecast(3600, 0.2), a_forecast(600, 0.12), a_forecast(1200, 0.15))
    assert sign.outlook == (
        "预计10分钟后 12 cm（8–17）、1小时后 20 cm（16–25）",
        "Expected 12 cm (8–17) in 10 min, 20 cm (16–25) in 1 h",
    )


def test_likely_level_is_told_with_its_time_and_belongs_on_the_first_screen():
    chances = {"W4": 0.9, "W2": 0.62, "W1": 0.1}
    rows = [
        a_forecast(600, p_exceed={"W4": 0.8, "W2": 0.2}),
        a_forecast(1800, p_exceed=chances, reached_in={"W2": (300.0, 720.0, None)}),
    ]
    sign, zone = shown(*rows)
    assert sign.outlook[0].endswith("；达到“W2级”的概率62%，约12分钟后")
    assert sign.outlook[1].endswith("; W2 with a probability of 62 %, in about 12 min")
    assert zone.notable == (sign,)


@pytest.mark.parametrize(("chance", "is_told"), [(0.09, False), (0.1, True), (0.49, True)])
def test_next_level_is_told_where_it_is_possible_but_nobody_is_called(chance, is_told):
    sign, zone = shown(a_forecast(p_exceed={"W4": chance, "W2": chance / 2}))
    assert ("W4" in sign.outlook[1]) is is_told
    assert zone.notable == ()


def test_level_that_holds_already_is_not_forecast():
    sign, _ = shown(a_forecast(p_exceed={"W4": 1.0, "W2": 0.05}), level="W4")
    assert "W4" not in sign.outlook[1]
    assert not sign.is_worse_ahead


def test_certainty_is_never_claimed():
    sign, _ = shown(a_forecast(p_exceed={"W1": 1.0}))
    assert "99 %" in sign.outlook[1]


def test_persistence_is_called_what_it_is():
    sign, _ = shown(a_forecast(method="persistence"))
    assert sign.outlook[0].endswith("（按现状推算）")
    assert sign.outlook[1].endswith("(as if nothing changed)")


def test_forecast_is_told_from_now_on_and_for_half_of_its_time():
    rows = [
        a_forecast(600, 0.12),
        a_forecast(3600, 0.2, p_exceed={"W2": 0.8}, reached_in={"W2": (60.0, 1500.0, None)}),
    ]
    after = {"window_end": NOON + timedelta(minutes=5), "now": NOON + timedelta(minutes=5)}
    sign, zone = shown(*rows, **after)
    assert sign.outlook[1] == (
        "Expected 12 cm (8–17) in 5 min, 20 cm (16–25) in 55 min;"
        " W2 with a probability of 80 %, in about 20 min"
    )
    assert zone.notable == (sign,)
    later = {"window_end": NOON + timedelta(minutes=28), "now": NOON + timedelta(minutes=28)}
    assert shown(*rows, **later)[0].outlook[1] == (
        "Expected 20 cm (16–25) in 32 min; W2 with a probability of 80 %, in about < 1 min"
    )
    past = {"window_end": NOON + timedelta(minutes=31), "now": NOON + timedelta(minutes=31)}
    assert shown(*rows, **past)[0].outlook == ("", "")


@pytest.mark.parametrize(
    "told", [{"value": None, "reason": "no_data"}, {"now": NOON + timedelta(hours=2)}]
)
def test_nothing_is_expected_from_what_is_unknown_or_old(told):
    sign, zone = shown(a_forecast(10800, p_exceed={"W1": 0.9}), a_score(), **told)
    assert sign.outlook == sign.unusual == ("", "")
    assert not sign.is_worse_ahead
    assert [s.indicator for s in zone.notable] == ["water_depth"]  # life safety, not known


def test_score_of_another_window_is_not_told():
    assert shown(a_score(), window_end=NOON + timedelta(minutes=1))[0].unusual == ("", "")


def test_ranges_can_be_read_where_figures_are_negative_or_alike():
    assert shown(a_score(low=-0.03, high=0.05))[0].unusual[1].endswith("usually -3 to 5")
    assert shown(a_score(low=-0.03, high=0.05))[0].unusual[0].endswith("平时 -3 至 5")
    assert shown(a_score(low=0.0, high=0.0))[0].unusual[1].endswith("usually 0")


def test_corrected_value_has_no_view_of_its_own():
    assert shown(a_score(view=None))[0].unusual == (
        "异常度0.83，平时 0–2", "Unusual (0.83), usually 0–2",
    )  # fmt: skip


def test_unusual_value_says_why_and_what_was_usual():
    sign, _ = shown(a_score(new_regime=True))
    assert sign.unusual == (
        "异常度0.83：从未见过的数值，平时 0–2；多日如此，正在重新学习",
        "Unusual (0.83): a value never seen, usually 0–2; so for days, being learnt anew",
    )
    assert shown(a_score(low=None, high=None))[0].unusual[1] == "Unusual (0.83): a value never seen"


@pytest.mark.parametrize("score", [None, 0.0, 0.49])
def test_usual_value_or_one_that_is_being_learnt_says_nothing(score):
    assert shown(a_score(score))[0].unusual == ("", "")


def test_signs_that_never_went_together_so_are_told_of_the_zone():
    shares = {"rain_10min": 0.1, "water_depth": 0.95, "traffic_speed_ratio": -0.05}
    joint = a_score(0.9, indicator="joint_flood", view="joint", shares=shares)
    _, zone = shown(joint)
    assert zone.unusual == (
        (
            "雨水路况联合异常度0.90：主要是积水深度、rain_10min",
            "Rain, water and traffic together: unusual (0.90), mostly Water depth, rain_10min",
        ),
    )
    assert shown(joint, now=NOON + timedelta(minutes=61))[1].unusual == ()
    assert shown(a_score(0.4, indicator="joint_flood", shares=shares))[1].unusual == ()


def test_forecasts_and_scores_meet_by_place_and_sign():
    found = beside([a_forecast(3600), a_forecast(600)], [a_score()])
    assert [f.horizon for f in found[SIGN].forecasts] == [600, 3600]
    assert found[SIGN].score == a_score()
    assert beside([], [a_score()]) == {SIGN: Beside((), a_score())}
