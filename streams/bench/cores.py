"""Where the time of all cores goes while something is measured, read from /proc; Linux only."""

import os
import time
from pathlib import Path

import msgspec

from streams.bench.processes import descendants
from streams.bench.usage import usage_of


class Look(msgspec.Struct, frozen=True):
    """What had been used at a moment, CPU seconds.

    Attributes:
        at: Seconds of the monotonic clock.
        processes: Process id → its use; the program's and its descendants'.
        broker: The broker's.
        poller: This process's, which ticks and waits for the end.
        idle: The machine's unused time, all cores together.
    """

    at: float
    processes: dict[int, float]
    broker: float
    poller: float
    idle: float


class Shares(msgspec.Struct, frozen=True):
    """Who had the cores in an interval, core seconds; they sum up to `cores` × `seconds`.

    Attributes:
        cores: Of the machine.
        seconds: Length of the interval.
        workers: Each process of the program that did something, the busiest first.
        broker: The broker.
        poller: The measuring process.
        others: Everything else on the machine, the kernel's own work included.
        idle: Nobody.
    """

    cores: int
    seconds: float
    workers: tuple[float, ...]
    broker: float
    poller: float
    others: float
    idle: float

    def left(self, processes: int) -> float:
        """Cores that broker, poller and others left to a program, at most one a process.

        A process of Python uses hardly more than one core, so more than that is of no use to it.
        """
        taken = (self.broker + self.poller + self.others) / self.seconds
        return min(float(processes), self.cores - taken)


def look(pid: int, broker: int) -> Look:
    """Look at a program, its broker and the machine.

    Raises:
        OSError: The program or the broker is gone, or there is no /proc.
    """
    found = {pid: usage_of(pid).cpu_s}
    for child in descendants(pid):
        try:
            found[child] = usage_of(child).cpu_s
        except (OSError, KeyError):  # it ended in between; a zombie has no memory
            continue
    own = usage_of(os.getpid()).cpu_s
    return Look(time.monotonic(), found, usage_of(broker).cpu_s, own, _idle())


def shares(before: Look, after: Look) -> Shares:
    """Who had the cores between two looks."""
    cores, seconds = os.cpu_count() or 1, after.at - before.at
    used = {p: cpu - before.processes.get(p, 0.0) for p, cpu in after.processes.items()}
    workers = tuple(sorted((cpu for cpu in used.values() if cpu >= 0.05), reverse=True))
    broker, poller = after.broker - before.broker, after.poller - before.poller
    idle = after.idle - before.idle
    others = cores * seconds - sum(workers) - broker - poller - idle
    # Counted in ticks of 10 ms by core: a little less than nothing is nothing.
    return Shares(cores, seconds, workers, broker, poller, max(0.0, others), idle)


def _idle() -> float:
    fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()
    return (int(fields[4]) + int(fields[5])) / os.sysconf("SC_CLK_TCK")
