"""What a process has used, read from /proc; Linux only."""

import os
from pathlib import Path

import msgspec


class Usage(msgspec.Struct, frozen=True):
    """What a process has used since its start.

    Attributes:
        cpu_s: CPU seconds, user and system, all threads.
        peak_bytes: Largest resident size so far.
    """

    cpu_s: float
    peak_bytes: int


def usage_of(pid: int) -> Usage:
    """What a running process has used.

    Raises:
        OSError: There is no such process, or no /proc.
    """
    folder = Path("/proc") / str(pid)
    # The name of the command may hold blanks; it ends at the last parenthesis.
    fields = (folder / "stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    status = dict(
        line.split(":", 1) for line in (folder / "status").read_text().splitlines() if ":" in line
    )
    return Usage(ticks / os.sysconf("SC_CLK_TCK"), int(status["VmHWM"].split()[0]) << 10)
