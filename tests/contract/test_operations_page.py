"""The operations process as a whole: a real Kafka behind it, HTTP in front."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from prometheus_client import CollectorRegistry

from sensors.city import Zone, build_city
from sensors.line import decode_line
from streams.clock import Clock, fresh_id
from streams.embedded.ports import free_port
from streams.kafka_topics import ensure_topics
from streams.ops.projection import Projection, ProjectionMetrics
from streams.ops.server import serve
from streams.ops.wording import Wording
from streams.settings import Settings
from streams.stores.sqlite import SqliteStore
from streams.stores.store import Store, StoreRefusedError, StoreUnavailableError
from streams.topics import partition_of

NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)
CITY = build_city([Zone(id="a", name="甲路", district="north")], [])
PATIENCE_S = 30.0


@pytest.fixture
async def settings(kafka: str, tmp_path: Path) -> Any:
    settings = Settings.model_validate({
        "kafka": kafka, "topic_prefix": f"{fresh_id()}.", "store": f"sqlite:{tmp_path}/ops.sqlite",
        "ops_port": free_port(0), "clock_anchor": NOON.timestamp(),
    })  # fmt: skip
    await ensure_topics(settings)
    return settings


def a_vital(number: Any = 0, **changes: Any) -> bytes:
    end = NOON + timedelta(minutes=number)
    return msgspec.json.encode({
        "at": end, "zone": "a", "indicator": "water_depth", "window_start": end - timedelta(minutes=1),
        "window_end": end, "value": 0.5, "unit": "m", "level": "W2", "coverage": 1.0, "revision": 0,
        "reason": None, "detail": {}, "kind": "zone", **changes,
    })  # fmt: skip


def an_event(type_: Any, **data: Any) -> bytes:
    return msgspec.json.encode({
        "specversion": "1.0", "id": fresh_id(), "source": "/test", "type": type_, "subject": "a",
        "time": NOON, "datacontenttype": "application/json", "data": {"zone": "a", **data},
    })  # fmt: skip


async def publish(settings: Settings, **values: Any) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=settings.kafka, acks="all")
    await producer.start()
    try:
        for topic, records in values.items():
            for record in records:
                await producer.send_and_wait(settings.topic(topic), record, key=b"0", partition=0)
    finally:
        await producer.stop()


async def until(condition: Any) -> Any:
    """Wait until an awaitable condition holds, and return what it gave."""
    async with asyncio.timeout(PATIENCE_S):
        while not (found := await condition()):
            await asyncio.sleep(0.05)
    return found


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[Any]:
    """The whole process, in this loop; ended as a signal would."""
    stopping = asyncio.Event()
    task = asyncio.create_task(serve(settings, CITY, Wording(), stopping))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{settings.ops_port}") as client:

        async def is_up() -> Any:
            if task.done():
                task.result()
            try:
                return (await client.get("/healthz")).status_code == 200
            except httpx.TransportError:
                return False

        try:
            await until(is_up)
            yield client
        finally:
            stopping.set()
            await asyncio.wait_for(task, PATIENCE_S)


async def test_published_records_are_seen_over_http_and_actions_reach_kafka(
    settings: Settings,
) -> Any:
    order = {"order": "o1", "state": "dispatched", "priority": "P1", "history": 1}
    alert = {"incident": "i1", "kind": "waterlogging", "level": "W2", "msgType": "Alert"}
    account = {"received": 2, "accepted": 2}
    chunk = {"partition": 0, "at": NOON, "chunk": 0, "terminals": {"T": account}}
    total = {"partition": 0, "at": NOON, "reasons": {}, "total": account}
    await publish(
        settings,
        vitals=[a_vital(0) + b"\n" + a_vital(1), b"not json"],
        scores=[b'{"at":1,"zone":"a","indicator":"water_depth","window_end":"2026-06-01T12:00:00+08:00","score":0.9,"revision":0}'],
        alerts=[an_event("cn.cityvitals.alert.v1", **alert)],
        workorders=[an_event("cn.cityvitals.workorder.dispatched.v1", **order)],
        ledger=[msgspec.json.encode(chunk), msgspec.json.encode(total)],
    )  # fmt: skip
    async with serving(settings) as client:

        async def get(path: Any) -> Any:
            return (await client.get(path)).json()

        async def all_there() -> Any:
            lists = [await get(f"/api/{name}") for name in ("vitals", "scores", "alerts", "orders")]
            return all(lists) and (await get("/api/ledger"))["received"] == 2

        await until(all_there)
        assert [v["window_end"] for v in await get("/api/vitals")] == ["2026-06-01T04:01:00Z"]
        assert (
            len(await get("/api/series?zone=a&indicator=water_depth&since=2026-06-01T00:00:00Z"))
            == 2
        )
        metrics = (await client.get("/metrics")).text
        assert 'vitals_ops_poisoned_total{topic="vitals"} 1.0' in metrics
        assert "vitals_ledger_unbalanced 0.0" in metrics
        page = (await client.get("/")).text
        assert "甲路" in page
        assert 'data-action="accept"' in page

        sent = await client.post("/api/orders/o1/accept", json={"actor": "Li"}, timeout=20)
        assert sent.status_code == 202
    record = await the_command(settings)
    command = decode_line(record.value).command
    assert command is not None
    assert (command.id, command.order, command.actor) == (sent.json()["command"], "o1", "Li")
    assert record.partition == partition_of("north", settings.district_partitions)
    assert 0 <= Clock(NOON.timestamp()).now() - decode_line(record.value).received < PATIENCE_S


async def the_command(settings: Settings) -> Any:
    consumer = AIOKafkaConsumer(
        settings.topic("commands"), bootstrap_servers=settings.kafka, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        return await asyncio.wait_for(consumer.getone(), PATIENCE_S)
    finally:
        await consumer.stop()


class Faulty(SqliteStore):
    """A real store that is away for its first writes, and refuses one zone for ever."""

    def __init__(self, path: Any, absences: Any = 0) -> None:
        super().__init__(path)
        self.absences, self.writes = absences, 0

    def write(self, rows: Any) -> None:
        self.writes += 1
        if self.absences > 0:
            self.absences -= 1
            raise StoreUnavailableError("away")
        if any(row.zone == "poison" for row in rows):
            raise StoreRefusedError("poison")
        super().write(rows)


async def seen_after_projection(settings: Settings, store: Store, expected: Any) -> Any:
    """Project until the series has `expected` rows; then stop and return the series."""
    stopping = asyncio.Event()
    metrics = ProjectionMetrics(CollectorRegistry())
    task = asyncio.create_task(Projection(settings, store, metrics, stopping).run())

    async def rows() -> Any:
        if task.done():
            task.result()
        found = store.series("a", "water_depth", NOON, NOON + timedelta(days=1))
        return found if len(found) >= expected else None

    try:
        return await until(rows), metrics
    finally:
        stopping.set()
        await asyncio.wait_for(task, PATIENCE_S)


async def test_store_that_was_away_misses_nothing(settings: Settings, tmp_path: Path) -> None:
    await publish(settings, vitals=[a_vital(n) for n in range(20)])
    store = Faulty(tmp_path / "f.sqlite", absences=3)
    found, metrics = await seen_after_projection(settings, store, 20)
    store.close()
    assert len(found) == 20
    assert metrics.retries._value.get() == 3


async def test_refused_row_is_passed_and_its_neighbours_are_kept(
    settings: Settings, tmp_path: Path
) -> None:
    records = [a_vital(n, zone="poison" if n == 7 else "a") for n in range(20)]
    await publish(settings, vitals=records)
    store = Faulty(tmp_path / "f.sqlite")
    found, metrics = await seen_after_projection(settings, store, 19)
    store.close()
    assert len(found) == 19
    assert metrics.poisoned.labels("store")._value.get() == 1


async def test_projection_continues_where_the_store_is_and_begins_anew_for_an_empty_one(
    settings: Settings, tmp_path: Path
) -> None:
    await publish(settings, vitals=[a_vital(n) for n in range(5)])
    first = Faulty(tmp_path / "first.sqlite")
    await seen_after_projection(settings, first, 5)
    await publish(settings, vitals=[a_vital(5)])
    _, metrics = await seen_after_projection(settings, first, 6)
    assert metrics.records.labels("vitals")._value.get() == 1
    first.close()
    empty = Faulty(tmp_path / "empty.sqlite")
    found, _ = await seen_after_projection(settings, empty, 6)
    empty.close()
    assert len(found) == 6


async def test_stopping_while_the_store_is_away_ends_at_once_and_commits_nothing(
    settings: Settings, tmp_path: Path
) -> Any:
    await publish(settings, vitals=[a_vital(n) for n in range(3)])
    store = Faulty(tmp_path / "f.sqlite", absences=10**6)
    stopping = asyncio.Event()
    projection = Projection(settings, store, ProjectionMetrics(CollectorRegistry()), stopping)
    task = asyncio.create_task(projection.run())

    async def has_tried() -> Any:
        return store.writes >= 2

    await until(has_tried)
    stopping.set()
    await asyncio.wait_for(task, 10)
    store.absences = 0
    found, _ = await seen_after_projection(settings, store, 3)
    store.close()
    assert len(found) == 3
