"""Child processes that end with their parent and leave a log."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Final

LOG_LIMIT: Final = 5 << 20
"""Bytes a log may have at a start; a larger one moves to `<name>.1` first."""

# Linux ends the child when its parent dies (PR_SET_PDEATHSIG = 1, SIGTERM), even by kill -9; the
# setting survives the exec. A wrapper instead of `preexec_fn`, which is unsafe among threads.
_WRAPPER: Final = """
import ctypes, os, signal, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)
if os.getppid() != int(sys.argv[1]):
    sys.exit("the parent died first")
os.execv(sys.argv[2], sys.argv[2:])
"""

# The kernel means the parent's *thread*: a child started from a short-lived one would die with it,
# so all are started from this thread, which lives as long as the process.
_SPAWNER: Final = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spawner")


class ServerError(RuntimeError):
    """An embedded server could not be started; the message says what to do."""


def spawn(
    argv: Sequence[str],
    log: Path | None,
    keep: Sequence[int] = (),
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, so that Ctrl-C reaches only the supervisor.

    Args:
        argv: The program by its full path, and its arguments.
        log: File to which its standard output and error are appended; None leaves them this one's.
        keep: Open file descriptors that the child inherits.
        environment: Variables that it has beside this process's.

    Raises:
        OSError: The process could not be started.
    """
    env = None if environment is None else {**os.environ, **environment}
    if log is None:
        return _SPAWNER.submit(_popen, argv, None, keep, env).result()
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_name(f"{log.name}.1"))
    with log.open("ab") as out:
        return _SPAWNER.submit(_popen, argv, out, keep, env).result()


def _popen(
    argv: Sequence[str], out: IO[bytes] | None, keep: Sequence[int], env: dict[str, str] | None
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _WRAPPER, str(os.getpid()), *argv],
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=None if out is None else subprocess.STDOUT,
        start_new_session=True,
        pass_fds=tuple(keep),
        env=env,
    )


def end(process: subprocess.Popen[bytes], patience: float = 15.0) -> None:
    """Ask a child to end (SIGTERM), and kill it after `patience` seconds. Safe to call twice."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()


def last_lines(log: Path, count: int = 8) -> str:
    """The last `count` lines of a log, for the message of an error; empty without a log."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text("utf-8", errors="replace").splitlines()[-count:])
