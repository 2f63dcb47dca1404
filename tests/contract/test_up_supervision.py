"""`vitals up` when something goes wrong: servers die, users interrupt, folders are taken."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from streams.up.folder import held

pytestmark = pytest.mark.servers

ROOT = Path(__file__).resolve().parents[2]


class Run:
    """A `vitals up` in a folder of its own, with what it said."""

    def __init__(self, folder: Path, *options: str, **env: str) -> None:
        self.folder = folder
        self.said = folder / "said.txt"
        kept = {k: v for k, v in os.environ.items() if not k.startswith("VITALS_")}
        with self.said.open("wb") as err, (folder / "out.json").open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "streams.cli", "up", *options],
                cwd=folder, env=kept | {"PYTHONPATH": str(ROOT)} | env, stdout=out, stderr=err,
            )  # fmt: skip

    @property
    def text(self) -> str:
        return self.said.read_text("utf-8")

    @property
    def summary(self) -> dict:
        tree: dict = json.loads((self.folder / "out.json").read_text("utf-8"))
        return tree

    def wait_for(self, text: str, seconds: float = 60) -> None:
        self._wait(lambda: text in self.text, seconds, text)

    def pid(self, part: str) -> int:
        """Process id of a part, as the table tells it."""
        found = re.search(rf"^  {part} .* (\d+) +\S+$", self.text, re.MULTILINE)
        assert found, self.text
        return int(found[1])

    def living(self, word: str = "") -> list[int]:
        """Processes that work in the folder and have a word in their command."""
        found = []
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and (entry / "cwd").readlink() == self.folder:
                    command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                    if command and word in command:
                        found.append(int(entry.name))
            except OSError:  # it has just ended
                continue
        return found

    def end(self, seconds: float) -> int:
        return self.process.wait(seconds)

    def _wait(self, done: Callable[[], bool], seconds: float, what: str) -> None:
        deadline = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < deadline, f"{what!r} never came:\n{self.text[-3000:]}"
            assert self.process.poll() is None, f"ended before {what!r}:\n{self.text[-3000:]}"
            time.sleep(0.1)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    runs: list[Run] = []

    def begin(*options: str, **env: str) -> Run:
        runs.append(Run(tmp_path, *options, **env))
        return runs[-1]

    yield begin
    for run in runs:
        if run.process.poll() is None:
            run.process.kill()
            run.process.wait()


@pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")
@pytest.mark.parametrize("part", ["Kafka", "MQTT"])
def test_killed_server_comes_back_and_the_run_ends_complete(
    start: Callable[..., Run], part: str
) -> None:
    run = start("--scenario", "quiet", "--for", "16", "--json", COLUMNS="40")
    run.wait_for("store")
    time.sleep(4)
    for name in ("gateway", "worker", "ops"):
        assert f".vitals/logs/{name}.log\n" in run.text
    os.kill(run.pid(part), signal.SIGKILL)
    run.wait_for("restarted")
    assert run.end(150) == 0, run.text[-3000:]
    assert run.summary["balanced"]
    assert run.summary["complete"]
    assert run.summary["published"]["unconfirmed"] == 0
    assert re.search(rf"restarting .*server={part}", run.text)
    assert "Traceback" not in run.text
    assert run.living() == []


@pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")
def test_process_that_keeps_dying_ends_the_run_at_once_with_its_log(
    start: Callable[..., Run],
) -> None:
    run = start("--scenario", "quiet", "--json")
    run.wait_for("what runs where")
    for _ in range(6):
        run._wait(lambda: bool(run.living("streams.cli worker")), 20, "a worker")
        for pid in run.living("streams.cli worker"):
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.8)
    began = time.monotonic()
    assert run.end(45) == 1
    assert time.monotonic() - began < 40
    assert "worker keeps dying; see .vitals/logs/worker.log" in run.text
    assert "draining" not in run.text
    assert "Traceback" not in run.text.partition("vitals up: worker keeps dying")[0]
    assert run.living() == []


@pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")
@pytest.mark.parametrize("seconds", [1, 2.5, 4.5])
def test_interrupt_during_the_start_stops_everything_soon(
    start: Callable[..., Run], seconds: float
) -> None:
    run = start("--scenario", "quiet")
    time.sleep(seconds)
    has_started = "what runs where" in run.text  # on a fast machine: then it ends in order
    run.process.send_signal(signal.SIGINT)
    assert run.end(60 if has_started else 10) == (0 if has_started else 130)
    assert "Traceback" not in run.text
    assert run.living() == []


@pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")
def test_second_interrupt_ends_the_wait_and_stops_the_children(start: Callable[..., Run]) -> None:
    run = start("--scenario", "quiet", "--json")
    run.wait_for("store")
    time.sleep(4)
    os.kill(run.pid("worker"), signal.SIGSTOP)  # so that nothing is booked, and the wait is long
    time.sleep(3)
    run.process.send_signal(signal.SIGINT)
    run.wait_for("draining")
    time.sleep(1)
    assert run.process.poll() is None
    run.process.send_signal(signal.SIGINT)
    assert run.end(15) == 1
    assert not run.summary["complete"]
    assert "Traceback" not in run.text
    assert run.living() == []


def test_folder_of_another_run_is_refused_and_left_alone(
    start: Callable[..., Run], tmp_path: Path
) -> None:
    data = tmp_path / ".vitals" / "rehearsal" / "kafka"
    data.mkdir(parents=True)
    with held(tmp_path / ".vitals"):
        run = start("--scenario", "quiet", "--speed", "60", "--for", "5")
        assert run.end(30) == 1
    assert f"pid {os.getpid()})" in run.text
    assert "Traceback" not in run.text
    assert data.exists()


@pytest.mark.parametrize(
    ("options", "env", "words"),
    [
        (("--speed", "60"), {"VITALS_KAFKA": "127.0.0.1:1"}, "VITALS_KAFKA is set"),
        ((), {"VITALS_STATE_DIR": "/dev/null/state"}, "cannot write in the state folder"),
        ((), {"VITALS_KAFKA": "127.0.0.1:1", "VITALS_MQTT": "127.0.0.1:1"}, "Check that it runs"),
    ],
)
def test_run_that_cannot_begin_says_why_and_what_to_do(
    start: Callable[..., Run], options: tuple[str, ...], env: dict[str, str], words: str
) -> None:
    run = start(*options, **env)
    assert run.end(60) == 1
    assert words in run.text
    assert "Traceback" not in run.text


def test_help_shows_two_examples() -> None:
    command = [sys.executable, "-m", "streams.cli", "up", "--help"]
    text = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert text.count("vitals up --scenario storm") + text.count("seeds/sanshui vitals up") == 2
