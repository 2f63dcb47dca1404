import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from sensors.city import Zone, build_city
from sensors.line import Command
from streams.ops.app import create_app
from streams.ops.commands import CommandNotSentError
from streams.ops.ledger import MeteredLedger
from streams.ops.pages import ZONES_SHOWN
from streams.stores.sqlite import SqliteStore
from streams.stores.store import Event, Family, Forecast, Score, Store, Vital
from streams.stores.verdict import Verdict

NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)
CITY = build_city([Zone(id="a", name="甲路", district="north")], [])


class Sent:
    """Remembers commands; refuses them while Kafka is said to be away."""

    def __init__(self) -> None:
        self.commands: list[tuple[Command, str]] = []
        self.is_away = False

    async def __call__(self, command: Command, district: str) -> None:
        if self.is_away:
            raise CommandNotSentError("no broker")
        self.commands.append((command, district))


def a_vital(minute: Any = 0, **changes: Any) -> Vital:
    end = NOON + timedelta(minutes=minute)
    fields: dict[str, Any] = {
        "zone": "a",
        "indicator": "water_depth",
        "value": 0.5,
        "unit": "m",
        "level": "W2",
    }
    return Vital(window_start=end - timedelta(minutes=1), window_end=end, **{**fields, **changes})


def an_order(
    subject: Any = "o1", zone: Any = "a", state: Any = "dispatched", **changes: Any
) -> Event:
    body = msgspec.json.encode({"data": {"order": subject, "state": state, "district": "south"}})
    fields: dict[str, Any] = {"id": f"{subject}-{state}", "family": Family.WORKORDER, "time": NOON}
    return Event(subject=subject, zone=zone, body=body.decode(), **{**fields, **changes})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Any]:
    store = SqliteStore(tmp_path / "ops.sqlite")
    yield store
    store.close()


@pytest.fixture
def sent() -> Any:
    return Sent()


@pytest.fixture
async def client(store: Store, sent: Sent) -> AsyncIterator[Any]:
    app = create_app(store, MeteredLedger(), CITY, sent, clock=NOON.timestamp)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://ops") as client:
        yield client


async def test_page_shows_the_sign_with_its_place(client: httpx.AsyncClient, store: Store) -> None:
    store.write([a_vital()])
    answer = await client.get("/")
    assert answer.status_code == 200
    assert "甲路" in answer.text
    assert '<b>50</b> <span class="unit">cm</span>' in answer.text
    assert "default-src 'self'" in answer.headers["content-security-policy"]


async def test_page_loads_nothing_from_elsewhere(client: httpx.AsyncClient) -> None:
    text = (await client.get("/")).text
    for name in ("ops.css", "ops.js", "icon.svg"):
        assert f'"/static/{name}"' in text
        asset = await client.get(f"/static/{name}")
        assert asset.status_code == 200
        assert "//" not in asset.text.replace("http://www.w3.org/2000/svg", "").replace("// ", "")
    assert "http://" not in text
    assert "https://" not in text


async def test_text_from_outside_is_escaped(client: httpx.AsyncClient, store: Store) -> None:
    store.write([a_vital(zone="<script>x</script>", level="<b>")])
    text = (await client.get("/board")).text
    assert "<script>x" not in text
    assert "&lt;script&gt;x" in text


def a_verdict(verdict: str = "fault", minute: int = 0, **changes: Any) -> Verdict:
    end = NOON + timedelta(minutes=minute)
    fields: dict[str, Any] = {
        "zone": "a", "terminal": "wl-1", "quantity": "water_depth", "before": "clear",
        "kind": "" if verdict == "clear" else "flat_line", "since": end, "at": end,
    }  # fmt: skip
    return Verdict(window_end=end, verdict=verdict, **{**fields, **changes})


async def test_what_is_at_fault_now_and_what_was_told_of_a_terminal(
    client: httpx.AsyncClient, store: Store
) -> None:
    store.write([
        a_verdict(), a_verdict(quantity="battery"), a_verdict("clear", 5, quantity="battery"),
        a_verdict("event", terminal="wl-2"),
    ])  # fmt: skip

    async def told(path: str) -> list[tuple[str, str, str]]:
        rows = (await client.get(path)).json()
        return [(row["terminal"], row["quantity"], row["verdict"]) for row in rows]

    at_fault = ("wl-1", "water_depth", "fault")
    cleared = ("wl-1", "battery", "clear")
    assert await told("/api/faults") == [at_fault]
    assert await told("/api/faults?active=false") == [
        cleared, at_fault, ("wl-2", "water_depth", "event")
    ]  # fmt: skip
    assert await told("/api/faults/wl-1") == [("wl-1", "battery", "fault"), at_fault, cleared]
    assert (await client.get("/api/faults/nobody")).status_code == 404


async def test_series_is_bounded_and_in_order(client: httpx.AsyncClient, store: Store) -> None:
    store.write([a_vital(minute=n) for n in (0, -2, -1)])
    query = {"zone": "a", "indicator": "water_depth", "since": "2026-06-01T11:59:00+08:00"}
    rows = (await client.get("/api/series", params=query)).json()
    assert [row["window_end"] for row in rows] == ["2026-06-01T03:59:00Z", "2026-06-01T04:00:00Z"]


async def test_series_bound_without_offset_is_refused(client: httpx.AsyncClient) -> None:
    query = {"zone": "a", "indicator": "x", "since": "2026-06-01T11:59:00"}
    answer = await client.get("/api/series", params=query)
    assert answer.status_code == 422
    assert "offset" in answer.json()["detail"]


async def test_orders_are_open_unless_asked_for_all(
    client: httpx.AsyncClient, store: Store
) -> None:
    store.write([an_order("o1"), an_order("o2", state="closed", active=False)])
    open_ = (await client.get("/api/orders")).json()
    all_ = (await client.get("/api/orders", params={"open": "false"})).json()
    assert [order["subject"] for order in open_] == ["o1"]
    assert sorted(order["subject"] for order in all_) == ["o1", "o2"]
    assert open_[0]["event"]["data"]["order"] == "o1"


async def test_order_tells_its_history_and_refusals(
    client: httpx.AsyncClient, store: Store
) -> None:
    later = NOON + timedelta(minutes=1)
    refusal = an_order(state="x", family=Family.REFUSAL, time=later)
    store.write([an_order(), an_order(state="accepted", time=later), refusal])
    told = (await client.get("/api/orders/o1")).json()
    assert [event["data"]["state"] for event in told["events"]] == ["dispatched", "accepted"]
    assert len(told["refusals"]) == 1


@pytest.mark.parametrize("action", ["accept", "start", "done"])
async def test_action_becomes_a_command_for_the_zones_district(
    client: httpx.AsyncClient, store: Store, sent: Sent, action: Any
) -> None:
    store.write([an_order()])
    asked = {"actor": "李工", "note": "ok", "command": "c1"}
    answer = await client.post(f"/api/orders/o1/{action}", json=asked)
    assert (answer.status_code, answer.json()["command"]) == (202, "c1")
    ((command, district),) = sent.commands
    assert (command.id, command.order, command.zone, command.action) == ("c1", "o1", "a", action)
    assert (command.actor, command.note, district) == ("李工", "ok", "north")


async def test_command_without_body_gets_an_id_of_its_own(
    client: httpx.AsyncClient, store: Store, sent: Sent
) -> None:
    store.write([an_order()])
    first = (await client.post("/api/orders/o1/accept")).json()["command"]
    second = (await client.post("/api/orders/o1/accept")).json()["command"]
    assert first
    assert first != second
    assert [command.id for command, _ in sent.commands] == [first, second]


async def test_order_of_an_unknown_zone_goes_to_the_district_it_names(
    client: httpx.AsyncClient, store: Store, sent: Sent
) -> None:
    store.write([an_order(zone="ghost")])
    await client.post("/api/orders/o1/accept")
    assert sent.commands[0][1] == "south"


async def test_unknown_order_is_not_found(client: httpx.AsyncClient, sent: Sent) -> None:
    answer = await client.post("/api/orders/nope/accept")
    assert answer.status_code == 404
    assert "nope" in answer.json()["detail"]
    assert (await client.get("/api/orders/nope")).status_code == 404
    assert sent.commands == []


async def test_unknown_action_names_those_there_are(
    client: httpx.AsyncClient, store: Store, sent: Sent
) -> None:
    store.write([an_order()])
    answer = await client.post("/api/orders/o1/explode")
    assert answer.status_code == 422
    assert answer.json()["detail"] == "unknown action 'explode': use accept, start, done"
    assert sent.commands == []


async def test_another_site_cannot_act_through_a_browser(
    client: httpx.AsyncClient, store: Store, sent: Sent
) -> None:
    store.write([an_order()])
    headers = {"sec-fetch-site": "cross-site"}
    assert (await client.post("/api/orders/o1/accept", headers=headers)).status_code == 403
    assert sent.commands == []


async def test_command_that_kafka_did_not_take_is_no_success(
    client: httpx.AsyncClient, store: Store, sent: Sent
) -> None:
    store.write([an_order()])
    sent.is_away = True
    answer = await client.post("/api/orders/o1/accept")
    assert answer.status_code == 503
    assert "no broker" in answer.json()["detail"]


async def test_store_that_is_away_is_said_to_be(client: httpx.AsyncClient, store: Store) -> None:
    store.close()
    assert (await client.get("/healthz")).status_code == 503
    assert (await client.get("/api/vitals")).status_code == 503
    page = await client.get("/")
    assert page.status_code == 200
    assert "数据库暂不可用" in page.text


async def test_health_metrics_and_ledger_answer(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).json()["status"] == "ok"
    assert "vitals_ledger_unbalanced 0.0" in (await client.get("/metrics")).text
    ledger = (await client.get("/api/ledger")).json()
    assert (ledger["received"], ledger["difference"], ledger["terminals"]) == (0, 0, {})


async def test_value_is_explained_by_what_it_is_made_of(
    client: httpx.AsyncClient, store: Store
) -> None:
    store.write([a_vital(minute, value=0.1 * minute) for minute in range(1, 4)])
    answer = await client.get("/api/explain", params={"id": "a/water_depth"})
    assert answer.status_code == 200
    assert answer.json()["line"]["value"] == pytest.approx(0.3)


async def test_what_cannot_be_explained_is_not_found_and_said_why(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/api/explain", params={"id": "a/no_such_sign"})
    assert answer.status_code == 404
    assert "no vital sign 'no_such_sign'" in answer.json()["detail"]


TEXT = {"zh": "积水深度 50 cm（Ⅱ级积水），贡献最大：WL-07。", "en": "Water depth 50 cm."}


async def test_value_is_said_in_its_published_words_and_leads_to_its_explanation(
    client: httpx.AsyncClient, store: Store
) -> None:
    store.write([a_vital(text=TEXT, weights={"WL-07": 1.0}, quality="suspect", coverage=0.42)])
    for path in ("/board", "/places/a", "/explain?id=a/water_depth"):
        text = (await client.get(path)).text
        assert TEXT["zh"] in text
        assert TEXT["en"] in text
        assert "42%" in text
        assert "存疑" in text
    link = re.search(r'href="(/explain[^"]+)"', (await client.get("/places/a")).text)
    assert link is not None
    explained = await client.get(link[1])
    assert explained.status_code == 200
    assert "<code>WL-07</code>" in explained.text


async def test_place_shows_its_signs_under_their_topics(
    client: httpx.AsyncClient, store: Store
) -> None:
    store.write([a_vital(), a_vital(indicator="noise_leq", level=None, unit="dB")])
    text = (await client.get("/places/a")).text
    assert re.findall(r'id="topic-(\w+)"', text) == ["flood", "noise"]
    assert "此处无终端的专题" in text
    assert "<!doctype" not in (await client.get("/places/a?part=true")).text


async def test_district_lists_its_zones(client: httpx.AsyncClient, store: Store) -> None:
    index = {"indicator": "health_index", "unit": "1", "level": None, "value": 71.0}
    store.write([a_vital(), a_vital(**index), a_vital(zone="north", kind="district", **index)])
    assert 'href="/places/a"' in (await client.get("/places/north")).text
    assert "甲路" in (await client.get("/explain?id=north/health_index")).text


async def test_alert_leads_to_the_value_that_fired_it(
    client: httpx.AsyncClient, store: Store
) -> None:
    fired = a_vital()
    end = fired.window_end.isoformat()
    data = {
        "incident": "i", "msgType": "Alert", "zone": "a", "level": "W2",
        "info": [{"language": "zh-CN", "headline": "甲路积水"}, {"language": "en", "headline": "W"}],
        "reason": {"indicator": "water_depth", "window_end": end},
    }  # fmt: skip
    body = {"specversion": "1.0", "id": "i-1", "time": end, "type": "t", "data": data}
    event = Event(
        id="i-1", family=Family.ALERT, subject="i", zone="a", time=NOON,
        body=msgspec.json.encode(body).decode(),
    )  # fmt: skip
    store.write([fired, event])
    assert 'href="/explain?id=i-1"' in (await client.get("/board")).text
    text = (await client.get("/explain?id=i-1")).text
    assert "甲路积水" in text
    assert "<b>50</b>" in text


@pytest.mark.parametrize("path", ["/places/<x>", "/explain?id=a/<x>", "/explain?id=<x>"])
async def test_page_of_what_is_not_there_says_so(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 404
    assert "&lt;x&gt;" in answer.text
    assert "<x>" not in answer.text


async def test_page_of_a_place_says_that_the_store_is_away(
    client: httpx.AsyncClient, store: Store
) -> None:
    store.close()
    assert (await client.get("/places/a")).status_code == 503
    assert (await client.get("/explain?id=a/water_depth")).status_code == 503


class Counting(SqliteStore):
    """A store that counts how often it is asked."""

    asked = 0

    def _read(self, *arguments: Any) -> Any:
        self.asked += 1
        return super()._read(*arguments)


@pytest.mark.parametrize("path", ["/board", "/places/z0"])
async def test_number_of_queries_does_not_grow_with_the_city(tmp_path: Path, path: str) -> None:
    asked = []
    for count in (1, 40):
        store = Counting(tmp_path / f"{count}.sqlite")
        store.write([a_vital(zone=f"z{n}") for n in range(count)])
        app = create_app(store, MeteredLedger(), CITY, Sent(), clock=NOON.timestamp)
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://ops") as client:
            assert (await client.get(path)).status_code == 200
        asked.append(store.asked)
        store.close()
    assert asked[0] == asked[1] <= 6


async def test_many_who_look_cost_one_reading_of_the_store(tmp_path: Path) -> None:
    store = Counting(tmp_path / "many.sqlite")
    app = create_app(store, MeteredLedger(), CITY, Sent(), clock=NOON.timestamp)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://ops") as client:
        await asyncio.gather(*(client.get("/board") for _ in range(20)))
    assert store.asked < 20
    store.close()


async def test_large_city_has_cards_for_the_worst_and_names_for_all(
    client: httpx.AsyncClient, store: Store
) -> None:
    store.write([a_vital(zone=f"z{n}", level="W1" if n == 77 else None) for n in range(80)])
    text = (await client.get("/board")).text
    cards = re.findall(r'<article class="[^"]+" id="place-(\w+)"', text)
    assert len(cards) == ZONES_SHOWN
    assert cards[0] == "z77"
    assert {f"z{n}" for n in range(80)} <= set(re.findall(r'href="/places/(\w+)"', text))


@pytest.mark.parametrize("path", ["/board", "/places/a"])
async def test_what_comes_next_and_what_is_unusual_stands_beside_the_value(
    client: httpx.AsyncClient, store: Store, path: str
) -> None:
    store.write([
        a_vital(level=None),
        Forecast(zone="a", indicator="water_depth", horizon=600, made_at=NOON, p10=0.5, p50=0.6,
                 p90=0.7, p_exceed={"W1": 0.8}, reached_in={"W1": (None, 540.0, None)}),
        Score(zone="a", indicator="water_depth", window_end=NOON, score=0.9, view="range"),
        Score(zone="a", indicator="joint_flood", window_end=NOON, score=0.8, view="joint",
              shares={"water_depth": 1.0}),
    ])  # fmt: skip
    text = (await client.get(path)).text
    assert "预计10分钟后 60 cm（50–70）；达到“W1”的概率80%，约9分钟后" in text
    assert "Unusual (0.90): a value never seen" in text
    assert "雨水路况联合异常度0.80" in text
