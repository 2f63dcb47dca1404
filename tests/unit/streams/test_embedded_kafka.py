"""The embedded Kafka: a real broker that is stopped, killed and started again."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from streams.embedded import child, kafka_jars
from streams.embedded.child import ServerError
from streams.embedded.kafka import EmbeddedKafka
from streams.embedded.ports import HOST

pytestmark = pytest.mark.servers


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedKafka]:
    with EmbeddedKafka(tmp_path) as running:
        yield running


async def create(bootstrap: str, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, 1, 1)])
    finally:
        await admin.close()


async def produce(bootstrap: str, topic: str, *values: bytes) -> None:
    async with AIOKafkaProducer(
        bootstrap_servers=bootstrap, acks="all", enable_idempotence=True, max_request_size=4 << 20
    ) as producer:
        for value in values:
            await producer.send_and_wait(topic, value, timestamp_ms=1_330_000_000_000)


async def consume(bootstrap: str, topic: str, count: int) -> list[bytes]:
    partition = TopicPartition(topic, 0)
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    consumer.assign([partition])
    await consumer.start()
    try:
        assert (await consumer.end_offsets([partition]))[partition] == count
        return [(await consumer.getone()).value for _ in range(count)]
    finally:
        await consumer.stop()


async def until_gone(server: EmbeddedKafka) -> None:
    async with asyncio.timeout(10):
        while server.pid is not None:
            await asyncio.sleep(0.01)


async def test_records_survive_a_stop_and_a_restart_on_the_same_port(tmp_path: Path) -> None:
    with EmbeddedKafka(tmp_path) as server:
        first = server.bootstrap
        await create(first, "kept")
        await produce(first, "kept", b"a", b"b")
        assert await consume(first, "kept", 2) == [b"a", b"b"]
    assert server.pid is None
    with EmbeddedKafka(tmp_path) as server:
        assert server.bootstrap == first
        assert await consume(first, "kept", 2) == [b"a", b"b"]


async def test_acknowledged_records_survive_a_kill(server: EmbeddedKafka) -> None:
    await create(server.bootstrap, "kept")
    await produce(server.bootstrap, "kept", *(b"%d" % number for number in range(50)))
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    await until_gone(server)
    server.start()
    await produce(server.bootstrap, "kept", b"after")
    wanted = [b"%d" % number for number in range(50)] + [b"after"]
    assert await consume(server.bootstrap, "kept", 51) == wanted


async def test_taken_remembered_port_moves_the_server_and_keeps_the_data(tmp_path: Path) -> None:
    with EmbeddedKafka(tmp_path) as server:
        await create(server.bootstrap, "kept")
        await produce(server.bootstrap, "kept", b"a")
        first = server.bootstrap
    with socket.create_server((HOST, int(first.split(":")[1]))), EmbeddedKafka(tmp_path) as server:
        assert server.bootstrap != first
        assert await consume(server.bootstrap, "kept", 1) == [b"a"]


async def test_record_of_two_mebibytes_passes(kafka: str) -> None:
    await create(kafka, "large")
    await produce(kafka, "large", b"x" * (2 << 20))
    assert [len(value) for value in await consume(kafka, "large", 1)] == [2 << 20]


def test_taken_port_is_named_with_what_to_do(tmp_path: Path, kafka: str) -> None:
    port = int(kafka.split(":")[1])
    with pytest.raises(ServerError, match=rf"port {port} on {HOST} is taken.*port 0"):
        EmbeddedKafka(tmp_path, port=port).start()


def test_folder_in_use_is_named_with_what_to_do(server: EmbeddedKafka) -> None:
    second = EmbeddedKafka(server.folder)
    second.folder_patience = 0.2
    with pytest.raises(ServerError, match=r"another Kafka runs in .*VITALS_STATE_DIR"):
        second.start()
    assert server.pid is not None


def test_server_dies_with_a_killed_parent(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from streams.embedded.kafka import EmbeddedKafka\n"
        "server = EmbeddedKafka(Path(sys.argv[1])); server.start(); print(server.pid, flush=True)\n"
        "time.sleep(600)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + 20
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(pid)


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_remembered_class_path_needs_no_fetch(kafka: str) -> None:
    lines: list[str] = []
    paths = kafka_jars.class_path(lines.append)
    assert lines == []
    assert any(path.endswith("kafka_2.13-4.1.0.jar") for path in paths.split(":"))


def test_first_start_without_network_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("M2_REPO", str(tmp_path / "m2"))
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(
        ServerError, match=r"jars could not be fetched.*internet.*jgo\.conf.*VITALS_KAFKA"
    ):
        kafka_jars.class_path(print)


def test_description_cut_short_is_dropped_and_a_whole_one_kept(tmp_path: Path) -> None:
    broken, whole = tmp_path / "a" / "a.pom", tmp_path / "b" / "b.pom"
    for path, text in ((broken, "<project><nam"), (whole, "<project></project>")):
        path.parent.mkdir()
        path.write_text(text)
    kafka_jars.drop_broken(tmp_path)
    assert (broken.exists(), whole.exists()) == (False, True)


def test_jvm_that_ends_at_once_shows_its_log(tmp_path: Path) -> None:
    with EmbeddedKafka(tmp_path) as server:
        pass
    (server.folder / "data" / "meta.properties").write_text("version=1\nnode.id=7\ncluster.id=x\n")
    with pytest.raises(ServerError, match=r"ended while it started.*kafka\.log"):
        server.start()
    assert server.pid is None


def test_large_log_is_set_aside_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "LOG_LIMIT", 10)
    log = tmp_path / "server.log"
    log.write_text("an old and long log\n")
    assert child.spawn(["/bin/echo", "new"], log).wait(10) == 0
    assert (tmp_path / "server.log.1").read_text() == "an old and long log\n"
    assert log.read_text() == "new\n"
