"""The state folder of a run: held against a second run, writable, with room."""

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from streams.settings import Settings
from streams.up.stack_error import StackError

LOCK: Final = "up.lock"
"""The file in the state folder whose lock a run holds; it says the run's process id."""
ROOM: Final = 200 << 20
"""Free bytes below which no run is begun: Kafka ends when its disk is full."""


@contextmanager
def held(folder: Path, room: int = ROOM) -> Iterator[None]:
    """Keep a state folder for this run alone; made if missing.

    Args:
        folder: The state folder.
        room: Bytes that must be free on its disk.

    The lock goes with the process, however it ends; the file stays.

    Raises:
        StackError: Another run holds it, it cannot be written, or its disk is full.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise StackError(unusable(folder, error)) from error
    try:
        _take(folder, descriptor)
        free = shutil.disk_usage(folder).free
        if free < room:
            raise StackError(
                f"the disk of {folder} has only {free >> 20} MiB free; Kafka would end when it is "
                f"full. Free at least {room >> 20} MiB, or set VITALS_STATE_DIR to a folder on "
                "another disk."
            )
        yield
    finally:
        os.close(descriptor)


def _take(folder: Path, descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
        raise StackError(
            f"another `vitals up` (pid {owner}) uses the state folder {folder}. Stop it "
            f"(Ctrl-C there, or: kill -INT {owner}), or give this one a folder of its own: "
            "VITALS_STATE_DIR=…"
        ) from None
    try:
        os.pwrite(descriptor, f"{os.getpid():<20}\n".encode("ascii"), 0)
    except OSError as error:
        raise StackError(unusable(folder, error)) from error


def unusable(folder: Path, error: OSError) -> str:
    """Why a state folder cannot be used, and what to do."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        what = f"the disk of the state folder {folder} is full"
        mend = "Free some space there"
    else:
        what = f"cannot write in the state folder {folder} ({error.strerror})"
        mend = "Give this user the right to write there"
    return f"{what}. {mend}, or set VITALS_STATE_DIR to another folder."


def full_disk(folder: Path) -> str:
    """A sentence for the message of a failure when the folder's disk is (nearly) full, or empty."""
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return ""
    if free >= ROOM // 4:
        return ""
    return f"\nThe disk of {folder} is nearly full ({free >> 20} MiB free): free some space."


def rehearsal(settings: Settings) -> Settings:
    """An accelerated run keeps its own, fresh state: its stream time runs ahead of the wall.

    To be called while the state folder is held: it deletes the state of an earlier rehearsal.
    """
    if settings.speed == 1.0:
        return settings
    folder = settings.state_dir / "rehearsal"
    try:
        if folder.exists():
            shutil.rmtree(folder)
    except OSError as error:
        raise StackError(unusable(folder, error)) from error
    return settings.model_copy(update={"state_dir": folder})


def refuse_shared_rehearsal(settings: Settings) -> None:
    """A rehearsal needs servers of its own.

    Raises:
        StackError: The speed is not 1, and a server of somebody else's is to be used.
    """
    shared = [
        f"VITALS_{name.upper()}" for name in ("kafka", "mqtt", "store") if getattr(settings, name)
    ]
    if settings.speed == 1.0 or not shared:
        return
    raise StackError(
        f"--speed {settings.speed:g} is a rehearsal, but {', '.join(shared)} is set: a rehearsal's "
        "clock leaves the wall's, and its readings would put the time of a real system ahead, "
        "which then refuses true readings as late. Unset "
        f"{' '.join(shared)} (a rehearsal has embedded servers of its own), or leave --speed out."
    )
