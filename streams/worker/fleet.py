"""Several worker processes of one machine under one parent, which stands for them all.

The parent computes nothing. Whoever supervises it (`vitals up`, systemd, Kubernetes) sees one
process: it ends when all have ended, passes signals on, and if one dies it stops the others and
ends with that one's code, as a single worker would have.
"""

import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from types import FrameType
from typing import Final

import structlog

from streams.embedded.child import end, spawn

log = structlog.get_logger("worker")

_POLL_S: Final = 0.1


class Fleet:
    """Processes that live and end together.

    Args:
        argv: The program by its full path, and its arguments; the same for all.
        environments: What each process has in its environment beside the parent's.
    """

    def __init__(self, argv: Sequence[str], environments: Sequence[dict[str, str]]) -> None:
        self._argv = argv
        self._environments = environments
        self._processes: list[subprocess.Popen[bytes]] = []
        self._is_stopping = False

    def run(self) -> int:
        """Start all and wait until all have ended.

        Returns:
            0 after SIGTERM or SIGINT and a clean stop of all; else the exit code of the first that
            died, 128 + the signal's number if it was killed.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._pass_on)
        for environment in self._environments:
            self._processes.append(spawn(self._argv, None, environment=environment))
        if self._is_stopping:  # one that was being started has not heard of it
            self._terminate()
        log.info("started", pids=[process.pid for process in self._processes])
        codes = self._wait()
        return self._finish(codes)

    def _wait(self) -> list[int | None]:
        """Wait for the end of all, or of one that nobody stopped; the exit codes so far."""
        while True:
            codes = [process.poll() for process in self._processes]
            if None not in codes:
                return codes
            if not self._is_stopping and any(code is not None for code in codes):
                return codes
            time.sleep(_POLL_S)

    def _finish(self, codes: list[int | None]) -> int:
        """Stop what still runs; whoever did not end well decides on the code."""
        if not self._is_stopping:
            for process, code in zip(self._processes, codes, strict=True):
                if code is not None:
                    log.critical("a worker process ended", pid=process.pid, code=code)
        self._terminate()
        for process in self._processes:
            end(process)
        first = next((code for code in codes if code), 0)
        return 128 - first if first < 0 else first

    def _pass_on(self, _number: int, _frame: FrameType | None) -> None:
        """A signal; a second one is passed on too, and ends the wait for what is under way."""
        self._is_stopping = True
        self._terminate()

    def _terminate(self) -> None:
        for process in self._processes:
            if process.poll() is None:
                process.terminate()


def run_fleet(processes: int, metrics_port: int) -> int:
    """Run worker processes with this one's settings.

    Args:
        processes: How many, from 2.
        metrics_port: Port of the first; the others have those that follow. 0 is none.

    Returns:
        The exit code, see `Fleet.run`.
    """
    environments = [
        {"VITALS_METRICS_PORT": str(metrics_port + number if metrics_port else 0)}
        for number in range(processes)
    ]
    argv = [sys.executable, "-m", "streams.cli", "worker", "--processes", "1"]
    return Fleet(argv, environments).run()
