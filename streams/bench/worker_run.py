"""Runs our worker as a user starts it, over topics that are full, and measures it."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from streams.bench.completion import Completion, completion
from streams.bench.contender import Row
from streams.bench.cores import Look, look, shares
from streams.bench.feed import closing_tick
from streams.bench.ledger_check import check
from streams.bench.processes import tree_usage
from streams.bench.program import START_S, Site
from streams.bench.report import BenchError
from streams.bench.schedule import Schedule
from streams.bench.usage import Usage
from streams.embedded.child import end, last_lines, spawn
from streams.settings import Settings

_POLL_S: Final = 0.01
_STOP_S: Final = 30.0
_PASSED_ON: Final = (
    *("kafka", "city", "topic_prefix", "zone_partitions", "district_partitions", "replication"),
    *("signs", "checkpoint_seconds"),
)


class Taken(NamedTuple):
    """The moment of an event of the worker's log.

    Attributes:
        at: Unix seconds, by the worker's log.
        used: What the worker had used soon after.
        look: What everything had used, each by itself.
    """

    at: float
    used: Usage
    look: Look


class Worker:
    """A running `vitals worker`.

    Args:
        settings: What it is told by its environment.
        site: Where.
        name: Of its log.
        processes: How many processes it shall run in.
    """

    def __init__(self, settings: Settings, site: Site, name: str, processes: int = 1) -> None:
        self._site = site
        self.log = site.folder / f"{name}.log"
        self.process: subprocess.Popen[bytes] = spawn(
            _command(settings, processes), self.log, environment={"TMPDIR": str(site.folder)}
        )

    def alive(self) -> None:
        """Raise where it has ended.

        Raises:
            BenchError: It has; with the last lines of its log.
        """
        if self.process.poll() is not None:
            raise BenchError(f"the worker ended by itself:\n{last_lines(self.log)}")

    def taken(self, event: str = "rebalanced", count: int = 1) -> Taken:
        """Wait for an event of its log that names a partition of the readings.

        Args:
            event: rebalanced, restored, or first input.
            count: The how manieth of them.

        Raises:
            BenchError: It ended, or nothing happens.
        """
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            times = list(_times(self.log, event))
            if len(times) >= count:
                at = times[count - 1]
                return Taken(at, tree_usage(self.process.pid), self.look())
            self.alive()
            time.sleep(_POLL_S)
        raise BenchError(f"the worker took nothing in {START_S:.0f} s:\n{last_lines(self.log)}")

    def look(self) -> Look:
        """Who has used the cores so far."""
        return look(self.process.pid, self._site.broker)

    def skew(self) -> float:
        """Seconds from the first input of the first partition of readings to that of the last."""
        times = list(_times(self.log, "first input"))
        return max(times) - min(times)

    def stop(self) -> None:
        """Ask it to stop.

        Raises:
            BenchError: It did not stop cleanly.
        """
        end(self.process, _STOP_S)
        if self.process.returncode:
            raise BenchError(
                f"the worker ended with {self.process.returncode}:\n{last_lines(self.log)}"
            )


@contextmanager
def worker(settings: Settings, site: Site, name: str, processes: int = 1) -> Iterator[Worker]:
    """A worker that is ended with the context, whatever happens."""
    running = Worker(settings, site, name, processes)
    try:
        yield running
    finally:
        end(running.process)


def run_worker(settings: Settings, run: Schedule, site: Site, processes: int = 1) -> Row:
    """Let a worker take a whole run, from its first frame to the checkpoint with everything.

    Args:
        settings: Kafka, city and topics, the input in `readings`.
        run: What stands there.
        site: Where.
        processes: How many processes the worker shall run in.

    Raises:
        BenchError: The worker failed, or its ledger is not what the run's must be.
    """
    readings = run.expected.total().received
    name = "ours" if processes == 1 else f"ours, {processes} processes"
    with worker(settings, site, f"worker-{processes}", processes) as running:
        first = running.taken("first input")
        done = asyncio.run(completion(settings, readings, closing_tick(run), running.alive))
        used, found = tree_usage(running.process.pid), shares(first.look, running.look())
        skew_s = running.skew()
        running.stop()
    check(done.ledger, run.expected)
    return Row(
        name=name,
        packs=len(run),
        readings=run.places.shape.quantities,
        seconds=_seconds(first, done),
        cpu_s=used.cpu_s - first.used.cpu_s,
        cpu_total_s=used.cpu_s,
        broker_cpu_s=found.broker,
        peak_bytes=used.peak_bytes,
        processes=processes,
        keeps="memory, snapshots in Kafka",
        shares=found,
        skew_s=skew_s,
        tail_s=done.tail_s,
    )


def _seconds(first: Taken, done: Completion) -> float:
    # Both are times of this machine's wall clock; a step of it would spoil the figure.
    if done.at <= first.at:
        raise BenchError("the machine's clock was set back during the run; measure again")
    return done.at - first.at


def _command(settings: Settings, processes: int) -> list[str]:
    """The worker's command line, in an environment without settings of the user's own."""
    env = shutil.which("env")
    if env is None:
        raise BenchError("the program env is not there")
    drop = [part for name in os.environ if name.startswith("VITALS_") for part in ("-u", name)]
    told = [f"VITALS_{name.upper()}={getattr(settings, name)}" for name in _PASSED_ON]
    told += ["VITALS_LOG_JSON=true", "VITALS_LOG_LEVEL=info"]
    many = ["--processes", str(processes)] if processes > 1 else []
    return [env, *drop, *told, sys.executable, "-m", "streams.cli", "worker", *many]


def _times(log: Path, event: str) -> Iterator[float]:
    """Unix seconds of the log's lines with an event that names a partition of readings."""
    if not log.exists():
        return
    for line in log.read_text("utf-8", errors="replace").splitlines():
        if not line.startswith("{") or event not in line:
            continue
        tree = json.loads(line)
        about = "".join(str(tree.get(name, "")) for name in ("assigned", "snapshots", "topic"))
        if tree.get("event") == event and ("readings" in about or "zone-snapshots" in about):
            yield datetime.fromisoformat(tree["timestamp"]).timestamp()
