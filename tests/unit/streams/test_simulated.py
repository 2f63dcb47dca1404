"""Recordings of simulated runs: order of reception, ticks, equal bytes for equal runs."""

import gzip
import hashlib
import json
import threading
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path

import paho.mqtt.client as paho
import pytest
import typer
from typer.testing import CliRunner

from sensors.line import decode_line
from sensors.outgoing import Outgoing
from streams.citypack import seeds_dir
from streams.cli.check import check
from streams.cli.simulate import simulate
from streams.embedded.mqtt import EmbeddedMqtt
from streams.simulated import reception_lines, transport_delay

COMMANDS = typer.Typer()
COMMANDS.command()(check)
COMMANDS.command()(simulate)


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(COMMANDS, list(arguments))
    return result.exit_code, result.stdout


def test_lines_are_ordered_by_reception_although_delays_differ() -> None:
    messages = [Outgoing(100.0 + n / 20, f"T{n % 7}", b"[]", 1) for n in range(400)]
    received = [decode_line(line).received for line in reception_lines(messages, 100, 20, 1.0)]
    assert all(earlier <= later for earlier, later in pairwise(received))
    assert len(received) == 400 + 21
    assert {0.05 <= transport_delay(message) < 0.45 for message in messages} == {True}


def test_ticks_end_behind_the_last_reception() -> None:
    messages = [Outgoing(119.9, "T", b"[]", 1)]
    lines = [decode_line(line) for line in reception_lines(messages, 100, 20, 5.0)]
    assert [line.received for line in lines if line.terminal is None] == [105, 110, 115, 120]
    last = [decode_line(line) for line in reception_lines(messages, 100, 20, 0.5)][-1]
    assert (last.terminal, last.received) == (None, 121.0)


def test_recording_of_a_scenario_holds_what_its_summary_counts(tmp_path: Path) -> None:
    out = tmp_path / "r" / "storm.ndjson.gz"
    code, printed = run("simulate", "--out", str(out), "--minutes", "10", "--seed", "4", "--json")
    assert code == 0
    summary = json.loads(printed)
    lines = [decode_line(line) for line in gzip.decompress(out.read_bytes()).splitlines()]
    assert len(lines) == summary["lines"]
    assert sum(line.terminal is not None for line in lines) == summary["packs"]
    assert sum(line.terminal is None for line in lines) == 601
    parts = (summary[name] for name in ("accepted", "duplicate", "late", "rejected"))
    assert sum(parts) == summary["received"] > 2000
    assert sum(row["received"] for row in summary["terminals"].values()) == summary["received"]
    # 17:00 in Shanghai on 1 July 2026
    assert summary["start"] == 1782896400.0


def test_equal_runs_write_equal_bytes_and_other_seeds_others(tmp_path: Path) -> None:
    digests = []
    for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        path = tmp_path / f"{name}.ndjson.gz"
        options = ["--minutes", "3", "--seed", seed, "--ticks", "0", "--scenario", "quiet"]
        assert run("simulate", "--out", str(path), *options)[0] == 0
        digests.append(hashlib.sha256(path.read_bytes()).hexdigest())
    assert digests[0] == digests[1] != digests[2]


def test_unknown_scenario_fails_with_its_file(tmp_path: Path) -> None:
    out = tmp_path / "x.ndjson"
    assert run("simulate", "--out", str(out), "--scenario", "strom")[0] == 1
    assert not out.exists()


def test_check_of_the_pilot_prints_ok_and_its_size() -> None:
    code, printed = run("check", str(seeds_dir() / "sanshui"))
    assert code == 0
    assert printed.startswith("ok\n")
    assert "56" in printed


@pytest.mark.parametrize("content", ["{}", '{"zones": [], "terminals": []}', "[1]", "", "\x00"])
def test_check_of_an_unusable_pack_prints_problems_and_fails(tmp_path: Path, content: str) -> None:
    (tmp_path / "terminals.json").write_text(content)
    code, printed = run("check", str(tmp_path))
    assert code == 1
    assert str(tmp_path / "terminals.json") in printed
    assert " — " in printed


@pytest.mark.parametrize("options", [[], ["--out", "x.ndjson", "--mqtt", "127.0.0.1:1"]])
def test_simulate_wants_either_a_file_or_a_broker(options: list[str]) -> None:
    assert run("simulate", *options)[0] == 2


def test_simulate_publishes_every_pack_and_fails_without_receipts(tmp_path: Path) -> None:
    arrived: Counter[str] = Counter()
    subscribed = threading.Event()
    with EmbeddedMqtt(tmp_path / "mqtt") as broker:
        client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id="counter")
        client.on_message = lambda _c, _u, message: arrived.update([message.topic])
        client.on_subscribe = lambda *_: subscribed.set()
        host, port = broker.address.split(":")
        client.connect(host, int(port))
        client.loop_start()
        client.subscribe("vitals/v1/+/+/+/up", qos=1)
        assert subscribed.wait(10)
        options = ["--minutes", "2", "--speed", "60", "--patience", "1", "--json"]
        code, printed = run("simulate", "--mqtt", broker.address, *options)
        summary = json.loads(printed)
        deadline = time.monotonic() + 10
        while arrived.total() < summary["packs"] and time.monotonic() < deadline:
            time.sleep(0.05)
        client.disconnect()
        client.loop_stop()
    assert code == 1  # nobody gave receipts
    assert summary["published"]["packs"] == summary["packs"] > 200
    assert summary["published"]["unconfirmed"] > 0
    assert arrived.total() >= summary["packs"]
    assert "vitals/v1/nanhai-qu/xq-16/WL-10/up" in arrived
