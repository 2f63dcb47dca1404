from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from anomaly.rule import RuleSet
from indicators.registry import SIGNS
from indicators.topics import TOPICS
from sensors.city import Place, Zone, build_city
from sensors.ledger import Account, Ledger
from streams.ops.order_views import alert_views, ledger_view, order_views
from streams.ops.views import places
from streams.ops.wording import NOT_GRADED, RANKS, UNKNOWN, LevelLook, Wording, wording_of
from streams.stores.store import Event, Family, State, Vital

NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)
CITY = build_city(
    [
        Zone(id="a", name="甲路", name_en="A Road", town="t", district="d"),
        Zone(id="b", name="乙桥", town="t", district="d"),
        Zone(id="la", name="LA", timezone="America/Los_Angeles", town="t", district="d"),
    ],
    [],
    [Place("t", "某镇", "Town T", "d")],
    [Place("d", "某区", "District D")],
)
LEVELS = {
    name: LevelLook((f"{name}级", name), colour, RANKS[colour])
    for name, colour in [("W4", "blue"), ("W2", "orange"), ("W1", "red"), ("C3", "yellow")]
}
WORDING = Wording(
    signs={"water_depth": ("积水深度", "Water depth"), "noise_leq": ("等效声级", "Leq")},
    levels=LEVELS,
    departments={"drainage": ("排水", "Drainage")},
)


def a_vital(zone: Any = "a", indicator: Any = "water_depth", **changes: Any) -> Vital:
    fields: dict[str, Any] = {
        "window_start": NOON - timedelta(minutes=1), "window_end": NOON, "value": 0.2, "unit": "m",
        "level": None,
    }  # fmt: skip
    return Vital(**{"zone": zone, "indicator": indicator, **fields, **changes})


def zones_of(*vitals: Any, now: Any = NOON) -> Any:
    return places(vitals, CITY, WORDING, now)[1]


def test_worst_zone_comes_first() -> None:
    shown = zones_of(a_vital("a", level="W4"), a_vital("b", level="W1"), a_vital("la"))
    assert [(zone.id, zone.look.colour) for zone in shown] == [
        ("b", "red"), ("a", "blue"), ("la", "green"),
    ]  # fmt: skip


def test_zones_of_one_level_go_by_health_the_lowest_first() -> None:
    health = {"indicator": "health_index", "unit": "1"}
    shown = zones_of(
        a_vital("a", level="W4"), a_vital("a", value=80.0, **health),
        a_vital("b", level="W4"), a_vital("b", value=9.5, **health),
        a_vital("la", level="W4"), a_vital("la", value=None, **health),
    )  # fmt: skip
    assert [zone.id for zone in shown] == ["b", "a", "la"]


def signs_of(place: Any) -> Any:
    return [sign for topic in place.topics for sign in topic.signs]


def test_first_screen_has_levels_and_unknown_dangers_and_nothing_else() -> None:
    (zone,) = zones_of(
        a_vital(indicator="noise_leq"), a_vital(level="W2"),
        a_vital(indicator="temperature", value=None, reason="low_coverage"),
        a_vital(indicator="gas_ch4", value=None, reason="no_data"),
    )  # fmt: skip
    assert [sign.indicator for sign in zone.notable] == ["water_depth", "gas_ch4"]
    assert zone.dangers == 1
    assert len(signs_of(zone)) == zone.count == 4


def test_signs_stand_under_the_topics_of_the_command_centre_in_its_order() -> None:
    (zone,) = zones_of(*(a_vital(indicator=id_) for id_ in SIGNS if id_ != "health_index"))
    assert [view.topic for view in zone.topics] == list(TOPICS)
    assert len(signs_of(zone)) == len(SIGNS) - 1
    (other,) = zones_of(a_vital(), a_vital(indicator="window_of_something"))
    assert [view.topic.id for view in other.topics] == ["flood", "other"]
    assert [topic.id for topic in other.absent] == [topic.id for topic in TOPICS[1:]]


@pytest.mark.parametrize("indicator", ["water_depth", "temperature", "window_of_something"])
def test_what_is_not_known_never_looks_clear(indicator: Any) -> None:
    (zone,) = zones_of(a_vital(indicator=indicator, value=None, reason="no_data"))
    (topic,) = zone.topics
    assert {zone.look, topic.look, topic.signs[0].look} == {UNKNOWN}
    assert topic.unknown == 1


def test_old_value_does_not_keep_a_place_clear_but_keeps_it_in_alarm() -> None:
    later = NOON + timedelta(hours=1)
    (quiet,) = zones_of(a_vital(), now=later)
    assert (quiet.look, quiet.dangers, quiet.topics[0].unknown) == (UNKNOWN, 1, 1)
    (flooded,) = zones_of(a_vital(level="W1"), now=later)
    assert flooded.look.colour == "red"


def test_value_of_a_sign_without_levels_is_not_called_normal() -> None:
    (zone,) = zones_of(a_vital(indicator="temperature"), a_vital(indicator="humidity"))
    assert signs_of(zone)[0].look is NOT_GRADED
    assert zone.look is NOT_GRADED
    (both,) = zones_of(a_vital(indicator="temperature"), a_vital())
    assert both.look.label == ("正常", "Normal")


def test_unknown_danger_goes_before_what_is_clear() -> None:
    shown = zones_of(a_vital("a"), a_vital("b", value=None))
    assert [zone.id for zone in shown] == ["b", "a"]


def test_every_level_of_the_catalogue_is_told_by_a_word_in_both_languages() -> None:
    wording = wording_of(SIGNS.values(), RuleSet("1", ()), ())
    for sign in SIGNS.values():
        for level in sign.levels:
            look = wording.level(level.id)
            assert look.label == (level.zh, level.en)
            assert all(look.label)
            assert look.colour in RANKS


def test_value_is_shown_in_the_unit_that_officials_use() -> None:
    (zone,) = zones_of(a_vital(), a_vital(indicator="crowd_density", unit="1/m2", value=3.2))
    shown = {s.indicator: (s.value, s.unit) for s in signs_of(zone)}
    assert shown["water_depth"] == ("20", ("cm", "cm"))
    assert shown["crowd_density"] == ("3.2", ("人/㎡", "people/m²"))


def test_missing_value_is_na_with_its_reason() -> None:
    (zone,) = zones_of(a_vital(value=None, reason="low_coverage", coverage=0.1))
    (sign,) = zone.notable
    assert (sign.value, sign.unit, sign.coverage) == ("NA", ("", ""), 10)
    assert sign.reason == ("数据不足", "too few readings")


def test_number_is_not_rounded_across_the_edge_of_its_level() -> None:
    (zone,) = zones_of(a_vital(indicator="crowd_pressure", value=0.016, unit="1/s2", level="P2"))
    assert [(sign.value, sign.unit) for sign in zone.notable] == [("0.016", ("/s²", "/s²"))]


def test_unknown_reason_is_shown_in_its_own_words() -> None:
    (zone,) = zones_of(a_vital(value=None, reason="moon_phase"))
    assert zone.notable[0].reason == ("moon_phase", "moon phase")


def test_unknown_level_needs_attention_under_its_own_name() -> None:
    (zone,) = zones_of(a_vital(level="Z9"))
    assert zone.look == LevelLook(("Z9", "Z9"), "blue", 1)


def test_window_end_is_local_to_its_zone() -> None:
    shown = {zone.id: signs_of(zone)[0].ended for zone in zones_of(a_vital("a"), a_vital("la"))}
    assert shown == {"a": "12:00", "la": "21:00"}


def test_silent_sign_becomes_stale() -> None:
    later = NOON + timedelta(minutes=11)
    (zone,) = zones_of(a_vital(), now=later)
    assert zone.notable[0].stale == ("11分钟", "11 min")
    assert zones_of(a_vital(), now=later - timedelta(minutes=2))[0].notable == ()


def test_hourly_sign_is_not_stale_within_three_hours() -> None:
    hourly = a_vital(window_start=NOON - timedelta(hours=1))
    assert zones_of(hourly, now=NOON + timedelta(hours=3))[0].notable == ()
    assert zones_of(hourly, now=NOON + timedelta(hours=4))[0].notable != ()


def test_zone_that_the_city_does_not_know_is_shown_by_id() -> None:
    (zone,) = zones_of(a_vital("ghost"))
    assert (zone.label, zone.context) == (("ghost", "ghost"), ("", ""))


def test_districts_come_before_towns_apart_from_zones() -> None:
    rows = [
        a_vital("t", "health_index", kind="town"),
        a_vital("d", "health_index", kind="district"),
    ]
    above, zones = places([*rows, a_vital()], CITY, WORDING, NOON)
    assert [(place.id, place.label[1]) for place in above] == [("d", "District D"), ("t", "Town T")]
    assert [zone.id for zone in zones] == ["a"]


def a_state(
    subject: Any,
    family: Any = Family.ALERT,
    zone: Any = "a",
    since: Any = NOON,
    time: Any = NOON,
    **data: Any,
) -> State:
    body = msgspec.json.encode({"data": data}).decode()
    event = Event(
        id=f"{subject}-{family}", family=family, subject=subject, zone=zone, kind="waterlogging",
        time=time, body=body,
    )  # fmt: skip
    return State(event, since)


def test_alerts_are_ordered_by_level_then_by_age() -> None:
    states = [
        a_state("i1", level="W4"), a_state("i2", level="W1", since=NOON - timedelta(hours=2)),
        a_state("i3", level="W1", since=NOON - timedelta(hours=1)),
    ]  # fmt: skip
    shown = alert_views(states, CITY, WORDING, NOON)
    assert [alert.incident for alert in shown] == ["i3", "i2", "i1"]
    assert (shown[0].since, shown[0].lasting) == ("11:00", ("1小时", "1 h"))


def test_headline_is_taken_by_language() -> None:
    info = [{"language": "en-US", "headline": "Water"}, {"language": "zh-CN", "headline": "积水"}]
    (alert,) = alert_views([a_state("i", level="W4", info=info)], CITY, WORDING, NOON)
    assert alert.headline == ("积水", "Water")


@pytest.mark.parametrize("info", [None, 3, [], [5], [{"language": "zh-CN"}]])
def test_alert_without_headline_is_called_by_its_kind(info: Any) -> None:
    (alert,) = alert_views([a_state("i", info=info)], CITY, WORDING, NOON)
    assert alert.headline == ("道路积水", "Waterlogging")


def an_order(
    subject: Any = "o1",
    state: Any = "dispatched",
    priority: Any = "P3",
    time: Any = NOON,
    **data: Any,
) -> State:
    fields: dict[str, Any] = {
        "state": state, "priority": priority, "department": "drainage",
        "accept_by": "2026-06-01T12:05:00+08:00", "done_by": "2026-06-01T11:00:00+08:00",
    }  # fmt: skip
    return a_state(subject, Family.WORKORDER, time=time, **{**fields, **data})


def shown_orders(*states: Any, refusals: Any = ()) -> Any:
    return order_views(states, refusals, CITY, WORDING, NOON)


@pytest.mark.parametrize(
    ("state", "action", "deadlines"),
    [
        ("new", None, 2), ("dispatched", "accept", 2), ("accepted", "start", 1),
        ("in_progress", "done", 1), ("verifying", None, 0),
    ],
)  # fmt: skip
def test_state_decides_action_and_running_deadlines(
    state: Any, action: Any, deadlines: Any
) -> None:
    (order,) = shown_orders(an_order(state=state))
    assert (order.action, len(order.deadlines)) == (action, deadlines)


def test_deadlines_tell_remaining_and_overdue_time() -> None:
    (order,) = shown_orders(an_order())
    accept, done = order.deadlines
    assert (accept.at, accept.left, accept.is_over) == ("12:05", ("剩5分钟", "5 min left"), False)
    assert (done.left, done.is_over) == (("超时1小时", "1 h overdue"), True)


def test_orders_go_by_priority_then_by_deadline() -> None:
    soon = {"accept_by": "2026-06-01T10:00:00+08:00"}
    shown = shown_orders(an_order("o1"), an_order("o2", priority="P1"), an_order("o3", **soon))
    assert [order.order for order in shown] == ["o2", "o3", "o1"]
    assert [order.is_urgent for order in shown] == [True, False, False]


def test_order_without_deadlines_or_title_is_still_shown() -> None:
    (order,) = shown_orders(a_state("o", Family.WORKORDER, state="dispatched", priority=2))
    assert (order.priority, order.deadlines, order.title[1]) == ("P2", (), "Waterlogging")


def test_refusal_is_shown_until_the_order_moves_on() -> None:
    refusal = a_state("o1", Family.REFUSAL, time=NOON, reason="not dispatched")
    before, after = NOON - timedelta(minutes=1), NOON + timedelta(minutes=1)
    assert shown_orders(an_order(time=before), refusals=[refusal])[0].refusal == "not dispatched"
    assert shown_orders(an_order(time=after), refusals=[refusal])[0].refusal == ""


def test_ledger_differences_of_two_terminals_do_not_cancel_out() -> None:
    ledger = Ledger({"a": Account(received=3, accepted=2), "b": Account(2, 3)})
    view = ledger_view(ledger, ledger.total())
    assert (view.account.received, view.account.accepted, view.difference) == (5, 5, 2)
