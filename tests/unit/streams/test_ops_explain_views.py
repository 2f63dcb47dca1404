"""What a page says of the lineage of a value."""

from datetime import UTC, datetime
from typing import Any

from sensors.city import Terminal, Zone, build_city
from streams.lineage.readings import Found
from streams.lineage.tree import Node
from streams.ops.explain_views import READINGS_SHOWN, explain_view
from streams.ops.wording import Wording

NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)
CITY = build_city(
    [Zone(id="a", name="甲路", name_en="A Road")],
    [Terminal(id="WL-07", zone="a", quantities=(), name="七号测点", name_en="Gauge 7")],
)


def a_line(indicator: str = "water_depth", **changes: Any) -> dict[str, Any]:
    return {
        "zone": "a", "kind": "zone", "indicator": indicator, "value": 0.31, "unit": "m",
        "level": None, "coverage": 1.0, "revision": 0, "reason": None, "detail": {},
        "window_start": "2026-06-01T11:59:00+08:00", "window_end": "2026-06-01T12:00:00+08:00",
        **changes,
    }  # fmt: skip


def view_of(node: Node) -> Any:
    return explain_view(node, CITY, Wording(), NOON)


def test_terminals_are_named_with_their_shares() -> None:
    view = view_of(Node("x", a_line(weights={"WL-07": 0.75, "gone": 0.25})))
    assert [(s.id, s.label, s.percent) for s in view.terminals] == [
        ("WL-07", ("七号测点", "Gauge 7"), 75), ("gone", ("", ""), 25),
    ]  # fmt: skip


def test_index_tells_what_each_topic_takes_away_the_most_first() -> None:
    detail = {"domains": {"air": 90.0, "flood": 20.0}, "contributions": {"air": 0.1, "flood": 0.9}}
    view = view_of(Node("x", a_line("health_index", unit="1", detail=detail)))
    assert [(s.label[0], s.score, s.percent) for s in view.topics] == [
        ("防汛", 20.0, 90), ("空气", 90.0, 10),
    ]  # fmt: skip


def test_levels_tell_their_edges_in_the_unit_of_the_page() -> None:
    assert [step.edge for step in view_of(Node("x", a_line())).steps][-1] == "≥ 60 cm"
    assert view_of(Node("x", a_line("health_index", unit="1"))).steps[0].edge == "≤ 80"


def test_parts_lead_to_their_own_pages() -> None:
    view = view_of(Node("x", a_line("health_index", unit="1"), [Node("y", a_line())]))
    assert [part.sign.path for part in view.below] == ["a/water_depth/2026-06-01T12:00:00+08:00"]


def test_order_leads_to_its_alerts() -> None:
    info = [{"headline": "甲路积水"}, {"headline": "A Road"}]
    alert = Node("i-1", {"specversion": "1.0", "id": "i-1", "data": {"info": info}})
    data = {"title": {"zh": "甲路道路积水", "en": "Waterlogging"}}
    view = view_of(Node("o-1", {"specversion": "1.0", "id": "o-1", "data": data}, [alert]))
    assert view.title == ("甲路道路积水", "Waterlogging")
    assert view.events == (("i-1", ("甲路积水", "A Road")),)
    assert view.below == ()


def test_long_list_of_readings_is_cut_and_counted() -> None:
    found = [Found("WL-07", "water_depth", "2026-06-01T12:00:00+08:00", 0.3, "m")] * 500
    view = view_of(Node("x", a_line(), readings=found))
    assert (len(view.readings), view.count) == (READINGS_SHOWN, 500)


def test_note_is_told_in_both_languages() -> None:
    note = {"zh": "读数已不再保存", "en": "no longer kept"}
    assert view_of(Node("x", a_line(), note=note)).note == ("读数已不再保存", "no longer kept")
    assert view_of(Node("x", a_line())).note == ("", "")
