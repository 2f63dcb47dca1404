"""What a process and its descendants have used together."""

import os
from pathlib import Path

from streams.bench.usage import Usage, usage_of


def tree_usage(pid: int) -> Usage:
    """CPU and peak memory of a process and its living descendants, summed.

    Shared pages count once for each process that has them.

    Raises:
        OSError: There is no such process, or no /proc.
    """
    total = usage_of(pid)
    for child in descendants(pid):
        try:
            more = usage_of(child)
        except (OSError, KeyError):  # it ended in between; a zombie has no memory
            continue
        total = Usage(total.cpu_s + more.cpu_s, total.peak_bytes + more.peak_bytes)
    return total


def descendants(pid: int) -> list[int]:
    """Process ids of children and their children."""
    parents = _parents()
    found = [pid]
    for known in found:  # grows while it is walked
        found += [child for child, parent in parents.items() if parent == known]
    return found[1:]


def _parents() -> dict[int, int]:
    """Process id → its parent's, of every process that can be seen."""
    parents = {}
    for name in os.listdir("/proc"):  # noqa: PTH208 - names are all that is needed
        if name.isdigit():
            try:
                stat = Path("/proc", name, "stat").read_text()
            except OSError:
                continue
            parents[int(name)] = int(stat.rpartition(")")[2].split()[1])
    return parents
