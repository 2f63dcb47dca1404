"""Several processes that look like one to whoever supervises them."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.servers

_PARENT = """
import sys
from streams.worker.fleet import Fleet
folder, child, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
environments = [{"NUMBER": str(n), "FOLDER": folder} for n in range(count)]
sys.exit(Fleet([sys.executable, "-c", child], environments).run())
"""
_CHILD = """
import os, pathlib, signal, sys, time
number, folder = os.environ["NUMBER"], pathlib.Path(os.environ["FOLDER"])
def stop(*_):
    (folder / f"stopped-{number}").touch()
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
(folder / f"pid-{number}.new").write_text(str(os.getpid()))
(folder / f"pid-{number}.new").rename(folder / f"pid-{number}")
while True:
    time.sleep(0.05)
"""


class Started:
    """A parent and its children, all up."""

    def __init__(self, folder: Path, child: str = _CHILD, count: int = 3) -> None:
        self.folder = folder
        argv = [sys.executable, "-c", _PARENT, str(folder), child, str(count)]
        self.parent = subprocess.Popen(argv, cwd=Path(__file__).parents[3])
        self.count = count

    def pids(self) -> list[int]:
        paths = [self.folder / f"pid-{number}" for number in range(self.count)]
        deadline = time.monotonic() + 30
        while not all(path.exists() for path in paths):
            assert time.monotonic() < deadline, "the children did not start"
            time.sleep(0.02)
        return [int(path.read_text()) for path in paths]

    def stopped(self) -> list[str]:
        return sorted(path.name for path in self.folder.glob("stopped-*"))


def is_running(pid: int) -> bool:
    """Whether it runs; the dead leave no entry, for their parent has waited for them."""
    return Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_to_the_parent_stops_all_in_order(tmp_path: Path, number: signal.Signals) -> None:
    fleet = Started(tmp_path)
    fleet.pids()
    fleet.parent.send_signal(number)
    assert fleet.parent.wait(20) == 0
    assert fleet.stopped() == ["stopped-0", "stopped-1", "stopped-2"]


def test_killed_child_stops_the_others_and_decides_on_the_code(tmp_path: Path) -> None:
    fleet = Started(tmp_path)
    pids = fleet.pids()
    subprocess.run(["kill", "-9", str(pids[1])], check=True)
    assert fleet.parent.wait(20) == 137
    assert fleet.stopped() == ["stopped-0", "stopped-2"]


def test_child_that_fails_decides_on_the_code(tmp_path: Path) -> None:
    failing = _CHILD.replace("while True:", "while number != '2':") + "sys.exit(70)\n"
    fleet = Started(tmp_path, failing)
    assert fleet.parent.wait(20) == 70


@pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux tells a child of its parent's death"
)
def test_children_end_with_a_killed_parent(tmp_path: Path) -> None:
    fleet = Started(tmp_path)
    pids = fleet.pids()
    fleet.parent.kill()
    fleet.parent.wait()
    deadline = time.monotonic() + 20
    while len(fleet.stopped()) < 3:
        assert time.monotonic() < deadline, [is_running(pid) for pid in pids]
        time.sleep(0.02)
