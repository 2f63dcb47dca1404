"""The canonical output files of a run: ordered NDJSON, and the digest over them."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, groupby
from operator import attrgetter
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from streams.engine.outputs import Run, runs_of
from streams.engine.published import DIGESTED, FAULTS, REJECTS, Published
from streams.interrupts import undivided

STREAMS: Final = (*DIGESTED, FAULTS, REJECTS)
_first: Final = attrgetter("first")


class OutputFiles:
    """Writes `vitals.ndjson … rejects.ndjson` into a folder, ordered whatever the order of arrival.

    Args:
        folder: Created where it does not exist; files of an earlier run are replaced.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._files: dict[str, BinaryIO] = {
            stream: (folder / f"{stream}.ndjson").open("wb") for stream in STREAMS
        }
        # Of what is written first; a thread, as there are many bytes and Python need not wait.
        self._hash, self._hasher = hashlib.sha256(), ThreadPoolExecutor(1, "hashing")
        self._waiting: dict[str, list[Run]] = {stream: [] for stream in STREAMS}
        self.counts: dict[str, int] = dict.fromkeys(STREAMS, 0)

    def add(self, outputs: Iterable[Published]) -> None:
        """Keep outputs until their time is settled."""
        for run in runs_of(outputs):
            self._waiting[run.stream].append(run)

    def release(self, until: int | None) -> None:
        """Write what stands before `until` (Unix ms), or everything there is.

        Of outputs that were published together nothing is written until all of it stands before.
        """
        with undivided():
            for stream in STREAMS:
                self._release(stream, until)

    def _release(self, stream: str, until: int | None) -> None:
        waiting = self._waiting[stream]
        # Outputs come nearly in order: sorting them is little more than one comparison each.
        waiting.sort(key=_first)
        parts, written = [], 0
        for runs in _overlapping(waiting):
            if until is not None and max(run.last for run in runs)[0] >= until:
                break
            lines, size = _merged(runs)
            parts.append(lines)
            self.counts[stream] += size
            written += len(runs)
        if parts:
            del waiting[:written]
            self._write(stream, b"\n".join((*parts, b"")))

    def _write(self, stream: str, lines: bytes) -> None:
        self._files[stream].write(lines)
        if stream == DIGESTED[0]:
            self._hasher.submit(self._hash.update, lines)

    def close(self) -> None:
        """Write what is left and close the files."""
        self.release(None)
        for file in self._files.values():
            file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._hasher.shutdown()
        for file in self._files.values():
            file.close()

    def digest(self) -> str:
        """SHA-256 (hex) of the closed files `vitals … workorders`, concatenated in that order."""
        self._hasher.shutdown()
        digest = self._hash.copy()
        for stream in DIGESTED[1:]:
            with (self._folder / f"{stream}.ndjson").open("rb") as file:
                while chunk := file.read(1 << 20):
                    digest.update(chunk)
        return digest.hexdigest()


def _overlapping(runs: Sequence[Run]) -> Iterator[Sequence[Run]]:
    """Cut runs, sorted by their first, where no earlier one reaches beyond the next."""
    begin = 0
    while begin < len(runs):
        last, end = runs[begin].last, begin + 1
        while end < len(runs) and runs[end].first <= last:
            last = max(last, runs[end].last)
            end += 1
        yield runs[begin:end]
        begin = end


def _merged(runs: Sequence[Run]) -> tuple[bytes, int]:
    """The lines of runs that overlap, and how many they are."""
    if len(runs) == 1:
        return runs[0].lines, runs[0].size
    outputs = sorted(chain.from_iterable(run.one_by_one() for run in runs))
    # The same output twice (a crash, a repeated line) is one output.
    bodies = [output.body for output, _ in groupby(outputs)]
    return b"\n".join(bodies), len(bodies)
