"""One replay in a process of its own: `python -m streams.bench.replay_case SPEC`, result on stdout.

A process of its own, because its peak memory is the question.
"""

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import msgspec

from indicators.registry import SignSet
from streams.bench.usage import usage_of
from streams.citypack import engine_config, load_pack
from streams.memory import keep_freed_memory, spare_the_collector
from streams.replay import replay

QUARTERS: Final = (25, 50, 75, 100)


class ReplaySpec(msgspec.Struct, frozen=True):
    """What to replay.

    Attributes:
        recordings: Files; several merge.
        city: Folder of the city pack.
        signs: windows or catalogue.
    """

    recordings: tuple[str, ...]
    city: str
    signs: SignSet


class ReplayFigures(msgspec.Struct, frozen=True):
    """What a replay took.

    Attributes:
        readings: Readings received.
        balanced: Whether the ledger accounts for all of them.
        stopped: Why it ended early, or None.
        seconds: From the first byte read to the last output written.
        cpu_s: CPU seconds in that time.
        peak_bytes: Largest resident size up to 25, 50, 75 and 100 % of the recordings.
        digest: SHA-256 over the outputs.
    """

    readings: int
    balanced: bool
    stopped: str | None
    seconds: float
    cpu_s: float
    peak_bytes: tuple[int, ...]
    digest: str


class _Watch:
    """Notes the peak of memory whenever another quarter of the recordings is read."""

    def __init__(self, paths: tuple[Path, ...]) -> None:
        self._total = sum(path.stat().st_size for path in paths)
        self._done: dict[Path, int] = {}
        self.peaks: list[int] = []

    def __call__(self, path: Path, done: int) -> None:
        self._done[path] = done
        share = 100 * sum(self._done.values()) / max(1, self._total)
        # The last quarter is noted when the outputs are written.
        while len(self.peaks) < len(QUARTERS) - 1 and share >= QUARTERS[len(self.peaks)]:
            self.peaks.append(self._peak())

    def end(self) -> tuple[int, ...]:
        peak = self._peak()
        return (*self.peaks, *[peak] * (len(QUARTERS) - len(self.peaks)))

    def _peak(self) -> int:
        # With more than one thread the kernel's count wavers by some pages.
        return max([usage_of(os.getpid()).peak_bytes, *self.peaks])


def run_case(spec: ReplaySpec) -> ReplayFigures:
    """Replay in this process.

    Raises:
        streams.pack.problem.PackError: The city pack is wrong.
        OSError: A file cannot be read or written.
    """
    pack = load_pack(Path(spec.city))
    paths = tuple(Path(name) for name in spec.recordings)
    watch = _Watch(paths)
    engine_config(pack, signs=spec.signs)  # imports what is needed, before the first byte is read
    keep_freed_memory()
    spare_the_collector()
    with tempfile.TemporaryDirectory(prefix="vitals-bench-") as out:
        started, cpu = time.monotonic(), time.process_time()
        summary = replay(paths, pack, Path(out), signs=spec.signs, progress=watch)
        return ReplayFigures(
            readings=summary["received"],
            balanced=summary["balanced"],
            stopped=summary["stopped"],
            seconds=time.monotonic() - started,
            cpu_s=time.process_time() - cpu,
            peak_bytes=watch.end(),
            digest=summary["digest"],
        )


if __name__ == "__main__":
    figures = run_case(msgspec.json.decode(sys.argv[1], type=ReplaySpec))
    sys.stdout.write(msgspec.json.encode(figures).decode() + "\n")
