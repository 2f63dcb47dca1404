"""`vitals up` as a user runs it: the whole chain, in a folder of its own, until it stops by itself."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.servers

SPEED = 120
SECONDS = 46
"""The scenarios are told in 90 minutes; a little more, so that the last order is closed."""


def _up(folder: Path, *options: str) -> subprocess.Popen[str]:
    env = {k: v for k, v in os.environ.items() if not k.startswith("VITALS_")}
    command = [sys.executable, "-m", "streams.cli", "up", *options]
    root = Path(__file__).resolve().parents[2]
    env["PYTHONPATH"] = str(root)
    return subprocess.Popen(
        command, cwd=folder, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


SCENARIOS = {
    "storm": ("xq-underpass", "waterlogging", "drainage", "W2"),
    "fair": ("xq-square", "crowd", "police", "C2"),
}


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, str, str]]:
    """Both scenarios side by side, as two cities on one machine: exit code, summary, messages."""
    options = ("--speed", str(SPEED), "--for", str(SECONDS), "--json")
    running = {
        name: _up(tmp_path_factory.mktemp(name), "--scenario", name, *options) for name in SCENARIOS
    }
    out = {}
    for name, process in running.items():
        summary, messages = process.communicate(timeout=200)
        out[name] = (process.returncode, summary, messages)
    return out


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_scenario_ends_with_a_closed_order_and_a_balanced_ledger(
    ended: dict[str, tuple[int, str, str]], scenario: str
) -> None:
    zone, kind, department, level = SCENARIOS[scenario]
    code, out, err = ended[scenario]
    assert code == 0, err[-4000:]
    summary = json.loads(out)
    assert summary["balanced"]
    total = {name: summary[name] for name in ("accepted", "duplicate", "late", "rejected")}
    assert summary["received"] == sum(total.values())
    assert summary["rejected"] > 0
    assert summary["duplicate"] > 0
    for account in summary["terminals"].values():
        assert account["received"] == sum(account[name] for name in total)
    published = summary["published"]
    assert published["unconfirmed"] == 0
    assert summary["received"] == published["records"] + summary["redelivered"]
    assert summary["redelivered"] >= 0
    (order,) = [o for o in summary["orders"] if (o["zone"], o["kind"]) == (zone, kind)]
    assert (order["department"], order["level"], order["state"]) == (department, level, "closed")
    assert summary["incidents"]
    assert not any(summary["incidents"].values()), "an alert is still active"
    assert "first vital sign after" in err


def test_interrupted_run_stops_in_order_and_a_second_one_keeps_its_data(tmp_path: Path) -> None:
    first = _up(tmp_path, "--scenario", "quiet", "--json")
    second = None
    try:
        _wait_for(first, "what runs where")
        time.sleep(6)
        first.send_signal(signal.SIGINT)
        out, err = first.communicate(timeout=90)
        assert first.returncode == 0, err[-3000:]
        one = json.loads(out)
        assert one["received"] > 0
        second = _up(tmp_path, "--scenario", "quiet", "--for", "3", "--json")
        out, err = second.communicate(timeout=90)
        assert second.returncode == 0, err[-3000:]
        two = json.loads(out)
        assert two["received"] == two["published"]["records"] + two["redelivered"]
        assert two["first"] == one["first"], "the second run began with an empty ledger"
    finally:
        for process in (first, second):
            if process is not None and process.poll() is None:
                process.kill()
                process.communicate()


def _wait_for(process: subprocess.Popen[str], text: str) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if text in line:
            return
    raise AssertionError(f"{text!r} never came")
