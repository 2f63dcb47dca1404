"""What a measurement depends on beside the program: machine, versions, commit, command."""

import os
import platform
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import msgspec

from sensors import native
from streams.embedded.kafka_jars import VERSION as KAFKA_VERSION

_PACKAGES: Final = (
    *("city-vitals", "faust-streaming", "aiokafka", "msgspec", "numpy", "uvloop"),
    *("quixstreams", "bytewax", "orjson", "paho-mqtt"),
)


class Facts(msgspec.Struct, frozen=True):
    """Where and with what something was measured.

    Attributes:
        cpu: Model of the processor.
        cores: Processors that this process may use.
        memory_gb: Main memory, GB.
        system: Operating system and its release.
        python: Version of Python.
        hot_path: "compiled" or "numpy".
        versions: Package → version; packages that are not installed are left out.
        commit: Of the checkout, "+" where files differ from it; empty outside a checkout.
        command: As it was typed.
    """

    cpu: str
    cores: int
    memory_gb: float
    system: str
    python: str
    hot_path: str
    versions: dict[str, str]
    commit: str
    command: str


def facts() -> Facts:
    """The facts of this machine and process."""
    return Facts(
        cpu=_cpu(),
        cores=len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1,
        memory_gb=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        system=f"{platform.system()} {platform.release()}",
        python=f"{platform.python_implementation()} {platform.python_version()}",
        hot_path="numpy" if native.library() is None else "compiled",
        versions={"Apache Kafka": KAFKA_VERSION} | _versions(),
        commit=_commit(),
        command=" ".join(["vitals", *sys.argv[1:]]),
    )


def _cpu() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _versions() -> dict[str, str]:
    found = {}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _commit() -> str:
    if shutil.which("git") is None:
        return ""
    root = Path(__file__).parents[2]
    if not (root / ".git").exists():
        return ""
    head = _git(root, "rev-parse", "--short", "HEAD")
    return head + ("+" if _git(root, "status", "--porcelain", "--untracked-files=no") else "")


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False
    )
    return done.stdout.strip()
