"""Runs a program that says when it had its first and its last pack, and measures it meanwhile."""

import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from streams.bench.contender import Row
from streams.bench.peers.marks import DONE, FIRST
from streams.bench.processes import tree_usage
from streams.bench.report import BenchError
from streams.bench.usage import Usage, usage_of
from streams.embedded.child import end, last_lines, spawn

_POLL_S: Final = 0.01
START_S: Final = 120.0
"""How long a program may take to its first pack."""


class Site(NamedTuple):
    """Where programs are measured: the broker's address and process id, and a folder for logs."""

    kafka: str
    broker: int
    folder: Path


class _Moment(NamedTuple):
    at: float
    used: Usage
    broker_s: float


def run_program(name: str, argv: Sequence[str], site: Site, limit: float, keeps: str = "") -> Row:
    """Run a program until it is done.

    Args:
        name: What the row is called.
        argv: The program by its full path, and its arguments.
        site: Where.
        limit: Seconds that it may take from its first pack to its last.
        keeps: Where it has its state.

    Raises:
        BenchError: It ended before it was done, or takes too long.
    """
    log = site.folder / f"{name.replace(' ', '-')}.log"
    # Whatever it leaves behind goes with the folder.
    process = spawn(argv, log, environment={"TMPDIR": str(site.folder)})
    try:
        first = _wait(process, site, log, FIRST, START_S)
        last = _wait(process, site, log, DONE, limit)
        packs = int(_marked(log, DONE).split()[-1])
    finally:
        end(process)
    return Row(
        name=name,
        packs=packs,
        seconds=last.at - first.at,
        cpu_s=last.used.cpu_s - first.used.cpu_s,
        cpu_total_s=last.used.cpu_s,
        broker_cpu_s=last.broker_s - first.broker_s,
        peak_bytes=last.used.peak_bytes,
        keeps=keeps,
    )


def _wait(
    process: subprocess.Popen[bytes], site: Site, log: Path, mark: str, patience: float
) -> _Moment:
    """The moment at which a mark is in the log."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if _marked(log, mark):
            # A program that is done stays for a second, so that it can still be looked at.
            used = tree_usage(process.pid)
            return _Moment(time.monotonic(), used, usage_of(site.broker).cpu_s)
        if process.poll() is not None:
            raise BenchError(f"{log.stem} ended before it was done:\n{last_lines(log)}")
        time.sleep(_POLL_S)
    raise BenchError(f"{log.stem} did not say {mark!r} within {patience:.0f} s:\n{last_lines(log)}")


def _marked(log: Path, mark: str) -> str:
    """The line of the log with a mark, or nothing."""
    if not log.exists():
        return ""
    lines = log.read_text("utf-8", errors="replace").splitlines(keepends=True)
    return next((ln for ln in lines if ln.startswith(mark) and ln.endswith("\n")), "")
