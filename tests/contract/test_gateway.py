"""The gateway between a real MQTT broker and a real Kafka."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from sensors.line import decode_line, encode_reception
from sensors.outgoing import Outgoing
from streams.clock import Clock, wall_seconds
from streams.embedded.kafka import EmbeddedKafka
from streams.embedded.mqtt import EmbeddedMqtt
from streams.embedded.ports import free_port
from streams.gateway.gateway import Gateway
from streams.settings import Settings
from streams.terminals.counts import PublishedCounts
from streams.terminals.play import PlayOptions, play
from streams.topics import partition_of
from tests.gateway_run import (
    CITY,
    create_topics,
    gateway_process,
    gateway_running,
    pack_number,
    read_lines,
    receptions,
    settings_for,
    until,
)

pytestmark = pytest.mark.servers

NO_RESEND = PlayOptions(resend=(60.0, 60.0), patience=60.0)
GARBAGE = [
    b"",
    b"not json",
    b'{"half":',
    b'[\n{"n":"T-0/water_depth","v":1}\n]',
    b"\x00\xff\xfe\n\r",
    bytes(range(256)) * 8192,            # 2 MiB
    b"[" * 5000,
    b'"' + b"x" * (256 * 1024 - 2) + b'"',
    b'{"a":1}',
    "[\"水位\"]".encode(),
]  # fmt: skip


FIRST, LAST = (Outgoing(0.0, "T-0", f'["{word}"]'.encode(), 1) for word in ("first", "last"))


async def receipt_for(outgoing: Outgoing, broker: str) -> None:
    """Send one pack until its receipt comes: the gateway is subscribed and Kafka is there."""
    often = PlayOptions(resend=(0.5, 0.5), patience=30.0)
    counts = await play([outgoing], CITY, Clock(), broker, often)
    assert counts.receipts == 1


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with EmbeddedMqtt(tmp_path_factory.mktemp("mqtt")) as server:
        yield server.address


@pytest.fixture(scope="module")
def second_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedKafka]:
    with EmbeddedKafka(tmp_path_factory.mktemp("fragile")) as server:
        yield server


@pytest.fixture
def fragile(second_kafka: EmbeddedKafka) -> EmbeddedKafka:
    """A Kafka that the test may stop; it runs when the test begins."""
    second_kafka.start()
    return second_kafka


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """The city of these tests as a pack on the disk."""
    folder = tmp_path / "pack"
    folder.mkdir()
    depth = {"name": "water_depth", "unit": "m", "cadence": 60}
    terminals = [
        {"id": t.id, "zone": t.zone, "quantities": [depth]} for t in CITY.terminals.values()
    ]
    zones = [{"id": z.id, "district": z.district} for z in CITY.zones.values()]
    (folder / "terminals.json").write_text(json.dumps({"zones": zones, "terminals": terminals}))
    return folder


@pytest.fixture
async def settings(kafka: str, broker: str, tmp_path: Path) -> Settings:
    settings = settings_for(kafka, broker, tmp_path)
    await create_topics(settings)
    return settings


def assert_each_arrived(packs: list[Outgoing], lines: list[list[bytes]]) -> None:
    """Every pack became a line exactly as the format says, in its partition, and nothing else."""
    expected: Counter[bytes] = Counter()
    stamps: dict[tuple[str, bytes], list[float]] = {}
    candidates = {(p.terminal, p.payload) for p in packs}
    by_key = {encode_reception(t, 0.0, payload): (t, payload) for t, payload in candidates}
    for raw, line in receptions(lines):
        key = raw.replace(repr(line.received).encode(), b"0.0", 1)
        stamps.setdefault(by_key[key], []).append(line.received)
        expected[key] += 1
    wanted = Counter(encode_reception(p.terminal, 0.0, p.payload) for p in packs)
    assert expected == wanted
    for partition, its in enumerate(lines):
        for _, line in receptions([its]):
            terminal = CITY.terminals.get(line.terminal or "")
            place = terminal.zone if terminal else line.terminal or ""
            assert partition_of(place, len(lines)) == partition


def assert_time_never_goes_back(lines: list[list[bytes]]) -> None:
    for its in lines:
        stamps = [decode_line(raw).received for raw in its]
        assert stamps == sorted(stamps)


def assert_in_order(packs: list[Outgoing], lines: list[list[bytes]]) -> None:
    """Packs of a terminal stand in the order in which they were published."""
    got: dict[str, list[bytes]] = {}
    for _, line in receptions(lines):
        got.setdefault(str(line.terminal), []).append(bytes(line.pack))
    for terminal, payloads in got.items():
        assert payloads == [p.payload for p in packs if p.terminal == terminal]


async def test_payloads_of_every_kind_arrive_as_they_came_with_receipts(settings: Settings) -> None:
    now = wall_seconds()
    packs = [pack_number(n % 6, n, now) for n in range(200)]
    packs += [Outgoing(now, f"T-{n % 6}", payload, 1) for n, payload in enumerate(GARBAGE)]
    packs += [Outgoing(now, "stranger", b'{"who":"knows"}', 1, "no-such-zone")]
    packs += [packs[3], packs[3]]  # repeated on purpose
    async with gateway_running(settings) as gateway:
        counts = await play(packs, CITY, Clock(), settings.mqtt, NO_RESEND)
        await until(lambda: gateway.counts.receipts == len(packs), 10, "all receipts")
    assert counts == PublishedCounts(
        packs=len(packs), records=sum(p.records for p in packs), unique=len(packs) - 2,
        receipts=len(packs) - 2,
    )  # fmt: skip
    lines = await read_lines(settings)
    assert_each_arrived(packs, lines)
    assert_time_never_goes_back(lines)
    done = gateway.counts
    assert done.messages == done.lines == done.acks == len(packs)
    assert done.bytes == sum(len(p.payload) for p in packs)
    assert done.spooled == 0


async def test_silent_partitions_get_five_ticks_a_second(settings: Settings) -> None:
    async with gateway_running(settings) as gateway:
        await until(lambda: gateway.counts.ticks >= 5 * 12, 20, "ticks")
    for topic in ("readings", "commands"):
        for its in await read_lines(settings, topic):
            stamps = [decode_line(raw).received for raw in its]
            assert len(stamps) >= 9
            gaps = [b - a for a, b in pairwise(stamps)]
            assert sorted(gaps)[len(gaps) // 2] == pytest.approx(0.2, abs=0.05)


async def test_kafka_away_spools_in_order_and_gives_receipts_only_afterwards(
    fragile: EmbeddedKafka, broker: str, tmp_path: Path
) -> None:
    settings = settings_for(fragile.bootstrap, broker, tmp_path)
    await create_topics(settings)
    before = [pack_number(n % 6, n) for n in range(120)]
    during = [pack_number(n % 6, 1000 + n) for n in range(300)]
    async with gateway_running(settings) as gateway:
        await play(before, CITY, Clock(), broker, NO_RESEND)
        await asyncio.to_thread(fragile.stop)
        publishing = asyncio.create_task(play(during, CITY, Clock(), broker, NO_RESEND))
        await until(lambda: gateway.counts.acks == 420, 30, "PUBACKs from the spool")
        assert gateway.counts.spooled == 300
        assert gateway.counts.receipts == 120
        await asyncio.to_thread(fragile.start)
        counts = await publishing
        await until(lambda: gateway.counts.receipts == 420, 20, "receipts")
    assert (counts.receipts, counts.resent, counts.unconfirmed) == (300, 0, 0)
    lines = await read_lines(settings)
    assert_each_arrived(before + during, lines)
    assert_in_order(before + during, lines)
    assert_time_never_goes_back(lines)
    assert list((settings.state_dir / "spool").glob("*/*.spool")) == []


async def test_full_spool_leaves_messages_with_the_broker_and_loses_none(
    fragile: EmbeddedKafka, broker: str, tmp_path: Path
) -> None:
    settings = settings_for(fragile.bootstrap, broker, tmp_path, spool_bytes=1 << 20)
    await create_topics(settings)
    filler = '"' + "x" * 20_000 + '"'
    packs = [
        Outgoing(wall_seconds(), f"T-{n % 6}", f"[{n},{filler}]".encode(), 1) for n in range(200)
    ]
    async with gateway_running(settings) as gateway:
        await until(lambda: gateway.counts.ticks > 0, 20, "Kafka")
        await asyncio.to_thread(fragile.stop)
        publishing = asyncio.create_task(play(packs, CITY, Clock(), broker, NO_RESEND))
        await until(lambda: gateway.counts.spooled > 20, 30, "a filled spool")
        await asyncio.sleep(2.5)
        assert gateway.counts.spooled < 60
        assert gateway.counts.acks <= gateway.counts.spooled
        assert gateway.counts.messages < 200  # the broker stops at its own window
        await asyncio.to_thread(fragile.start)
        counts = await publishing
    assert counts.receipts == 200
    lines = await read_lines(settings)
    assert_each_arrived(packs, lines)
    assert_in_order(packs, lines)


async def test_stop_while_kafka_is_away_keeps_everything_for_the_next_run(
    fragile: EmbeddedKafka, broker: str, tmp_path: Path
) -> None:
    settings = settings_for(fragile.bootstrap, broker, tmp_path)
    await create_topics(settings)
    packs = [pack_number(n % 6, n) for n in range(60)]
    async with gateway_running(settings) as gateway:
        await until(lambda: gateway.counts.ticks > 0, 20, "Kafka")
        await asyncio.to_thread(fragile.stop)
        publishing = asyncio.create_task(play(packs, CITY, Clock(), broker, NO_RESEND))
        await until(lambda: gateway.counts.messages == 60, 20, "messages")
    assert gateway.counts.acks == gateway.counts.spooled == 60
    await asyncio.to_thread(fragile.start)
    async with gateway_running(settings):
        counts = await publishing
    assert counts.receipts == 60
    lines = await read_lines(settings)
    assert_each_arrived(packs, lines)
    assert_in_order(packs, lines)


async def test_gateway_killed_while_spooling_loses_nothing(
    fragile: EmbeddedKafka, broker: str, tmp_path: Path, pack: Path
) -> None:
    settings = settings_for(fragile.bootstrap, broker, tmp_path)
    await create_topics(settings)
    packs = [pack_number(n % 6, n, wall_seconds() + n / 300) for n in range(1200)]
    spool = settings.state_dir / "spool" / settings.gateway_id
    process = gateway_process(settings, pack)
    try:
        await receipt_for(FIRST, broker)
        publishing = asyncio.create_task(play(packs, CITY, Clock(), broker, NO_RESEND))
        await asyncio.sleep(0.8)
        await asyncio.to_thread(fragile.stop)
        await until(
            lambda: sum(f.stat().st_size for f in spool.glob("*.spool")) > 20_000, 20, "spool"
        )
        process.kill()
        process.wait()
        await asyncio.to_thread(fragile.start)
        process = gateway_process(settings, pack)
        counts = await publishing
    finally:
        process.terminate()
        process.wait(20)
    assert counts.unconfirmed == 0
    assert counts.receipts == 1200
    lines = await read_lines(settings)
    arrived = {(line.terminal, bytes(line.pack)) for _, line in receptions(lines)}
    assert arrived == {(p.terminal, p.payload) for p in [FIRST, *packs]}


async def test_gateway_killed_in_full_flow_loses_nothing_that_nobody_sends_again(
    settings: Settings, pack: Path
) -> None:
    packs = [pack_number(n % 6, n, wall_seconds() + 3 + n / 600) for n in range(1800)]
    process = gateway_process(settings, pack)
    try:
        await receipt_for(FIRST, settings.mqtt)
        # Receipts die with the gateway; what the broker has must arrive without them.
        patience = PlayOptions(resend=(60.0, 60.0), patience=3.0)
        publishing = asyncio.create_task(play(packs, CITY, Clock(), settings.mqtt, patience))
        for _ in range(2):
            await asyncio.sleep(1.3)
            process.kill()
            process.wait()
            process = gateway_process(settings, pack)
        counts = await publishing
        assert counts.resent == 0
        await receipt_for(LAST, settings.mqtt)
    finally:
        process.terminate()
        process.wait(20)
    lines = await read_lines(settings)
    arrived = {(line.terminal, bytes(line.pack)) for _, line in receptions(lines)}
    assert arrived == {(p.terminal, p.payload) for p in [FIRST, *packs, LAST]}


async def test_two_gateways_of_one_id_are_refused(settings: Settings) -> None:
    async with gateway_running(settings):
        with pytest.raises(Exception, match="another gateway"):
            Gateway(settings, CITY)


async def test_broker_that_restarts_and_forgets_is_survived_by_sending_again(
    kafka: str, tmp_path: Path
) -> None:
    packs = [pack_number(n % 6, n, wall_seconds() + 1 + n / 200) for n in range(600)]
    with EmbeddedMqtt(tmp_path / "mqtt") as restarted:
        settings = settings_for(kafka, restarted.address, tmp_path)
        await create_topics(settings)
        async with gateway_running(settings) as gateway:
            await receipt_for(FIRST, restarted.address)
            again = PlayOptions(resend=(1.0, 2.0), patience=40.0)
            playing = asyncio.create_task(play(packs, CITY, Clock(), restarted.address, again))
            await asyncio.sleep(2.5)
            await asyncio.to_thread(restarted.stop)
            await asyncio.sleep(0.5)
            await asyncio.to_thread(restarted.start)
            counts = await playing
        assert counts.unconfirmed == 0
        assert gateway.counts.messages >= 601
    lines = await read_lines(settings)
    arrived = {(line.terminal, bytes(line.pack)) for _, line in receptions(lines)}
    assert arrived == {(p.terminal, p.payload) for p in [FIRST, *packs]}


async def test_counts_are_served_to_prometheus(settings: Settings) -> None:
    port = free_port(0)
    served = settings.model_copy(update={"metrics_port": port})
    async with gateway_running(served) as gateway:
        await receipt_for(FIRST, settings.mqtt)
        await until(lambda: gateway.counts.receipts >= 1, 5, "the receipt's PUBACK")
        async with httpx.AsyncClient() as client:
            text = (await client.get(f"http://127.0.0.1:{port}/metrics")).text
    values = dict(line.split() for line in text.splitlines() if not line.startswith("#"))
    assert float(values["vitals_gateway_messages_total"]) >= 1
    assert float(values["vitals_gateway_receipts_total"]) >= 1
    assert float(values["vitals_gateway_mqtt_connected"]) == 1
    assert float(values["vitals_gateway_spool_bytes"]) == 0
