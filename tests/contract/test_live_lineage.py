"""A running system leads from a value, an alert or an order down to its readings, out of Kafka."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.structs import TopicPartition
from typer.testing import CliRunner

from indicators.registry import catalogue
from streams.citypack import engine_config
from streams.cli.main import app
from streams.clock import Clock, fresh_id
from streams.cutting import Cutter, merge_lines
from streams.embedded.ports import free_port
from streams.lineage import partition_log
from streams.lineage.files import ReplayRecords
from streams.lineage.live import KafkaReadings, Limits
from streams.lineage.partition_log import PartitionLog, new_consumer
from streams.lineage.readings import Found, Picked, Wanted
from streams.lineage.tree import Lineage, Node
from streams.ops.server import serve
from streams.ops.wording import wording_of
from streams.pack.scenarios import load_scenario
from streams.replay import replay
from streams.settings import Settings
from streams.topics import ALERTS, READINGS, VITALS, WORKORDERS, partition_of
from tests.contract.test_lineage import AGAIN, by_terminal
from tests.kafka_run import KafkaRun
from tests.storm_recording import START, sanshui, storm_lines

PACK = sanshui()
ZONE = "xq-underpass"
PATIENCE_S = 60.0
NOON = round(START) * 1000
"""When the storm begins, Unix ms."""


class Live:
    """An operations process over a Kafka that holds a storm, and the replay of the same storm."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings, self.folder = settings, folder
        self.url = f"http://127.0.0.1:{settings.ops_port}"
        self.records = ReplayRecords(folder / "out", [folder / "storm.ndjson"], PACK.city)
        self.lineage = Lineage(self.records, PACK.city, catalogue(PACK.limits))

    def lines(self, name: str) -> list[dict[str, Any]]:
        text = (self.folder / "out" / f"{name}.ndjson").read_text()
        return [json.loads(line) for line in text.splitlines()]

    def newest(self, sign: str) -> list[dict[str, Any]]:
        """The newest revision of each window of a sign that has a value."""
        found = {
            (line["zone"], line["window_end"]): line
            for line in self.lines("vitals")
            if line["indicator"] == sign
        }
        return [line for line in found.values() if line["value"] is not None]

    def explained(self, id_: str) -> Node:
        answer = httpx.get(f"{self.url}/api/explain", params={"id": id_}, timeout=PATIENCE_S)
        assert answer.status_code == 200, answer.text
        return msgspec.json.decode(answer.content, type=Node)

    def replayed(self, id_: str) -> Node:
        trace = self.lineage.trace(id_)
        return trace.fill(self.records.readings(trace.leaves))


@pytest.fixture(scope="module")
def live(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Readings as the gateway frames them, and what the worker publishes of them (as replay does)."""
    folder = tmp_path_factory.mktemp("live")
    settings = Settings(
        kafka=kafka, city=PACK.folder, topic_prefix=f"lineage-{fresh_id()}.",
        store=f"sqlite:{folder}/ops.sqlite", ops_port=free_port(0),
    )  # fmt: skip
    lines = storm_lines(PACK, load_scenario("storm", PACK.city), 62)
    (folder / "storm.ndjson").write_bytes(b"\n".join(lines) + b"\n")
    replay([folder / "storm.ndjson"], PACK, folder / "out")
    asyncio.run(_publish(settings, lines, folder / "out"))
    found = Live(settings, folder)
    with _serving(settings):
        _wait_for_all(found)
        yield found


async def _publish(settings: Settings, lines: list[bytes], out: Path) -> None:
    await _feed(settings, lines)
    async with AIOKafkaProducer(bootstrap_servers=settings.kafka) as producer:
        for topic in (VITALS, ALERTS, WORKORDERS):
            bodies = (out / f"{topic}.ndjson").read_bytes().splitlines()
            at_once = 500 if topic == VITALS else 1
            for first in range(0, len(bodies), at_once):
                body = b"\n".join(bodies[first : first + at_once])
                await producer.send(settings.topic(topic), body, partition=0)
        await producer.flush()


async def _feed(settings: Settings, lines: list[bytes]) -> None:
    run = KafkaRun(settings)
    await run.prepare()
    await run.feed(Cutter(engine_config(PACK), 50).cut(merge_lines([lines])))


@contextmanager
def _serving(settings: Settings) -> Iterator[None]:
    """The operations process in a thread, ended as a signal would."""
    wording = wording_of(catalogue(PACK.limits).values(), PACK.rules, PACK.departments.values())
    loop, stopping = asyncio.new_event_loop(), asyncio.Event()
    main = serve(settings, PACK.city, wording, stopping)
    thread = threading.Thread(target=loop.run_until_complete, args=(main,))
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stopping.set)
        thread.join(PATIENCE_S)
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


def _wait_for_all(live: Live) -> None:
    wanted: dict[tuple[str, str], str] = {}
    for line in live.lines("vitals"):
        key = (line["zone"], line["indicator"])
        wanted[key] = max(wanted.get(key, ""), line["window_end"])
    orders = {event["data"]["order"] for event in live.lines("workorders")}
    deadline = time.monotonic() + PATIENCE_S
    with httpx.Client(base_url=live.url) as client:
        while time.monotonic() < deadline:
            time.sleep(0.2)
            try:
                vitals = client.get("/api/vitals").json()
                known = {order["subject"] for order in client.get("/api/orders?open=false").json()}
            except httpx.TransportError:
                continue
            if len(vitals) == len(wanted) and orders <= known:
                return
    raise AssertionError("the page never had everything")


@pytest.mark.parametrize("sign", ["water_depth", "rain_60min", "noise_hourly", "temperature"])
def test_readings_out_of_kafka_give_the_value_again(live: Live, sign: str) -> None:
    """A depth, a sum of rain, a sign of an hour, one of ten minutes."""
    lines = live.newest(sign)
    for line in lines[:: max(1, len(lines) // 3)]:
        id_ = f"{line['zone']}/{sign}/{line['window_end']}"
        node, replayed = live.explained(id_), live.replayed(id_)
        assert (node.id, node.note, node.line["revision"]) == (id_, {}, line["revision"])
        assert node.readings == replayed.readings
        again = AGAIN["noise_leq" if sign == "noise_hourly" else sign](node.readings)
        assert again == pytest.approx(line["value"], rel=2e-3, abs=1e-3)


def test_value_made_of_the_past_is_computed_again_from_readings(live: Live) -> None:
    """What the water rises by is the pace from the first depth to the last, for ten minutes."""
    risen = [line for line in live.newest("water_rise") if line["value"] > 0]
    line = max(risen, key=lambda line: line["value"])
    node = live.explained(f"{line['zone']}/water_rise/{line['window_end']}")
    depths = [_depth(below) for below in node.made_of if below.line["value"] is not None]
    (first, since), (last, until) = depths[0], depths[-1]
    assert (last - first) * 600 / (until - since) == pytest.approx(line["value"], rel=0.01)


def _depth(node: Node) -> tuple[float, float]:
    """A depth from its readings (m), and the end of its window (s)."""
    end = datetime.fromisoformat(node.line["window_end"]).timestamp()
    return max(sum(own) / len(own) for own in by_terminal(node.readings)), end


def _readings(node: Node) -> list[Found]:
    return node.readings + [found for below in node.made_of for found in _readings(below)]


def _first_order(live: Live) -> str:
    order: str = live.lines("workorders")[0]["data"]["order"]
    return order


def test_order_leads_to_what_raised_it_and_to_the_readings(live: Live) -> None:
    node = live.explained(_first_order(live))
    raised = node.made_of[0]
    assert raised.line["id"] == f"{node.line['data']['incident']}-1"
    (fired,) = raised.made_of
    assert fired.line["indicator"] == raised.line["data"]["reason"]["indicator"]
    assert _readings(raised)
    assert _readings(raised) == _readings(live.replayed(raised.id))
    assert live.replayed(_first_order(live)).made_of[0].id == raised.id


def test_index_of_a_district_leads_down_to_readings_of_its_zones(live: Live) -> None:
    node = live.explained("sanshui/health_index")
    assert node.line["kind"] == "district"
    assert {below.line["zone"] for below in node.made_of} > {ZONE}
    assert _readings(node)
    assert {unsaid for unsaid in _notes(node) if "Kafka" in unsaid} == set()


def _notes(node: Node) -> set[str]:
    below = {note for child in node.made_of for note in _notes(child)}
    return below | set(node.note.values())


def test_command_line_asks_the_page(live: Live) -> None:
    run = CliRunner().invoke(app, ["explain", f"{ZONE}/water_depth", "--ops", live.url])
    assert run.exit_code == 0, run.output
    assert "WL-" in run.output
    assert "/water_depth = " in run.output
    (order,) = {_first_order(live)}
    told = CliRunner().invoke(app, ["explain", order, "--ops", live.url, "--json"])
    assert msgspec.json.decode(told.stdout, type=Node) == live.explained(order)


def test_command_line_says_what_is_not_there(live: Live) -> None:
    run = CliRunner().invoke(app, ["explain", f"{ZONE}/no_sign", "--ops", live.url])
    assert run.exit_code == 1
    assert "no vital sign 'no_sign'" in run.output
    nobody = f"http://127.0.0.1:{free_port(0)}"
    run = CliRunner().invoke(app, ["explain", f"{ZONE}/water_depth", "--ops", nobody])
    assert run.exit_code == 1
    assert "no operations page answers" in run.output


def a_wanted(minute: int, minutes: int = 1, zone: str = ZONE) -> Wanted:
    start = NOON + minute * 60_000
    end = start + minutes * 60_000
    return Wanted(zone, ("water_depth",), start, end, end + 5000)


def asked(
    settings: Settings, *wanted: Wanted, limits: Limits | None = None
) -> dict[Wanted, Picked]:
    async def ask() -> dict[Wanted, Picked]:
        return await KafkaReadings(settings, PACK.city, Clock().wall_at, limits)(wanted)

    return asyncio.run(ask())


def test_what_retention_dropped_is_said_and_the_rest_is_there(live: Live) -> None:
    settings = live.settings.model_copy(update={"topic_prefix": f"short-{fresh_id()}."})
    lines = (live.folder / "storm.ndjson").read_bytes().splitlines()[:3000]
    asyncio.run(_feed(settings, lines))
    early, late = a_wanted(2), a_wanted(12)
    whole = asked(settings, early, late)
    assert whole == asked(live.settings, early, late)
    assert not whole[early].note
    partition = TopicPartition(
        settings.topic(READINGS), partition_of(ZONE, settings.zone_partitions)
    )
    asyncio.run(_drop_until(settings, partition, NOON + 8 * 60_000))
    found = asked(settings, early, late)
    assert found[early].readings == []
    assert "更早的已不再保留" in found[early].note["zh"]
    assert "no longer keeps those before" in found[early].note["en"]
    assert found[late] == whole[late]


def test_a_log_that_began_anew_is_not_taken_for_the_old_one(live: Live) -> None:
    settings = live.settings.model_copy(update={"topic_prefix": f"anew-{fresh_id()}."})
    asyncio.run(KafkaRun(settings).prepare())
    assert "不再保留任何读数" in asked(settings, a_wanted(2))[a_wanted(2)].note["zh"]
    lines = (live.folder / "storm.ndjson").read_bytes().splitlines()
    asyncio.run(_feed(settings, lines[2000:3000]))
    assert "no longer keeps" in asked(settings, a_wanted(2))[a_wanted(2)].note["en"]


async def _drop_until(settings: Settings, partition: TopicPartition, ms: int) -> None:
    """What retention does: the oldest records go."""
    async with new_consumer(settings.kafka) as consumer:
        log = PartitionLog(consumer, partition)
        offset, high = await log.bounds()
        while offset < high and (await log.stamp(offset) or 0) < ms:
            offset += 1
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka)
    await admin.start()
    try:
        await admin.delete_records({partition: RecordsToDelete(offset)})
    finally:
        await admin.close()


def test_kafka_away_is_said_and_nothing_fails(live: Live) -> None:
    nobody = live.settings.model_copy(update={"kafka": f"127.0.0.1:{free_port(0)}"})
    picked = asked(nobody, a_wanted(5))[a_wanted(5)]
    assert picked.readings == []
    assert "Kafka cannot be read now" in picked.note["en"]
    assert "暂时读不到 Kafka" in picked.note["zh"]


def test_reading_ends_at_its_limit_and_says_so(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partition_log, "_FETCH_BYTES", 10_000)
    wanted = [a_wanted(2), a_wanted(2, minutes=55)]
    found = asked(live.settings, *wanted, limits=Limits(nbytes=30_000))
    whole = asked(live.settings, *wanted)
    assert not whole[wanted[1]].note
    assert "ended at its limit" in found[wanted[1]].note["en"]
    assert 0 < len(found[wanted[1]].readings) < len(whole[wanted[1]].readings)
    assert found[wanted[0]] == whole[wanted[0]]


async def test_a_storm_of_clicks_is_read_for_once_and_waits_no_longer_than_told(
    live: Live,
) -> None:
    limits = Limits(seconds=5.0, at_once=1)
    readings = KafkaReadings(live.settings, PACK.city, Clock().wall_at, limits)
    wanted = [a_wanted(minute, minutes=10) for minute in (5, 15)]
    began = time.monotonic()
    first = await readings(wanted)
    once = time.monotonic() - began
    clicks = await asyncio.gather(*(readings(wanted) for _ in range(100)))
    assert time.monotonic() - began < once + 1.0
    assert all(click == first for click in clicks)
    assert all(picked.readings and not picked.note for picked in first.values())
    patient = KafkaReadings(
        live.settings, PACK.city, Clock().wall_at, Limits(seconds=0.05, at_once=1)
    )
    await patient._turns.acquire()
    busy = await patient(wanted)
    assert "ask again in a moment" in busy[wanted[0]].note["en"]
