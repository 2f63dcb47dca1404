"""Programs that are measured, by their marks."""

import os
import sys
from pathlib import Path

import pytest

from streams.bench.peers.marks import DONE, FIRST
from streams.bench.processes import descendants, tree_usage
from streams.bench.program import Site, run_program
from streams.bench.report import BenchError
from streams.embedded.child import end, spawn

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

COUNTS = """
from streams.bench.peers.marks import Marks
marks = Marks({packs}, {seconds})
while True:
    marks.pack()
"""


def run(source: str, folder: Path, limit: float = 20.0) -> int:
    site = Site("nowhere:1", os.getpid(), folder)
    return run_program("a program", [sys.executable, "-c", source], site, limit).packs


def test_program_is_measured_until_it_has_all_packs(tmp_path: Path) -> None:
    assert run(COUNTS.format(packs=1000, seconds=60), tmp_path) == 1000


def test_program_that_has_no_time_left_tells_how_far_it_came(tmp_path: Path) -> None:
    assert 0 < run(COUNTS.format(packs=10**9, seconds=0.05), tmp_path) < 10**9


def test_memory_and_cpu_of_a_program_are_its_own(tmp_path: Path) -> None:
    source = f"""
import time
print("{FIRST}", flush=True)
held, until = bytearray(64 << 20), time.process_time() + 0.2
while time.process_time() < until: pass
print("{DONE} 5", flush=True)
time.sleep(5)
"""
    row = run_program(
        "holds", [sys.executable, "-c", source], Site("", os.getpid(), tmp_path), 20.0
    )
    assert row.packs == 5
    assert row.peak_bytes > 64 << 20
    assert 0.1 <= row.cpu_s <= row.cpu_total_s


def test_program_that_ends_too_early_is_told_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="out of luck"):
        run("raise SystemExit('out of luck')", tmp_path)


def test_program_that_never_begins_is_given_up(tmp_path: Path) -> None:
    source = f"import time; print('{FIRST}', flush=True); time.sleep(60)"
    with pytest.raises(BenchError, match="did not say 'bench: done'"):
        run(source, tmp_path, limit=0.3)


def test_usage_of_a_tree_has_that_of_its_children(tmp_path: Path) -> None:
    child = "held = bytearray(80 << 20); print('ready', flush=True); import time; time.sleep(60)"
    parent = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {child!r}], stdout=subprocess.PIPE)
child.stdout.readline()
print("ready", flush=True)
child.wait()
"""
    log = tmp_path / "tree.log"
    process = spawn([sys.executable, "-c", parent], log)
    try:
        while "ready" not in (log.read_text() if log.exists() else ""):
            assert process.poll() is None
        (grandchild,) = descendants(process.pid)
        assert tree_usage(process.pid).peak_bytes > 80 << 20
    finally:
        end(process)
        os.kill(grandchild, 9)
