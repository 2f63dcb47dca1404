"""Runs one case of a measurement in a process of its own: a spec as JSON in, figures out."""

import subprocess
import sys
from typing import TypeVar

import msgspec

from streams.bench.report import BenchError

Figures = TypeVar("Figures")
_SHOWN_LINES = 8


def run_in_process(module: str, spec: msgspec.Struct, kind: type[Figures]) -> Figures:
    """Run `python -m streams.bench.MODULE SPEC` and read what it prints.

    Args:
        module: A module of `streams.bench`.
        spec: Its only argument, as JSON.
        kind: What it prints, as JSON.

    Raises:
        BenchError: It failed; with the last lines that it wrote.
    """
    argv = [sys.executable, "-m", f"streams.bench.{module}", msgspec.json.encode(spec).decode()]
    done = subprocess.run(argv, capture_output=True, check=False)
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines()[-_SHOWN_LINES:]
        raise BenchError(f"{module} failed for {spec}:\n" + "\n".join(lines))
    return msgspec.json.decode(done.stdout, type=kind)
