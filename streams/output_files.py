"""The canonical output files of a run: ordered NDJSON, and the digest over them."""

import hashlib
from bisect import bisect_left
from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from streams.engine.published import DIGESTED, FAULTS, REJECTS, Published

STREAMS: Final = (*DIGESTED, FAULTS, REJECTS)
_at: Final = attrgetter("at")


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
        self._waiting: dict[str, list[Published]] = {stream: [] for stream in STREAMS}
        self.counts: dict[str, int] = dict.fromkeys(STREAMS, 0)

    def add(self, outputs: Iterable[Published]) -> None:
        """Keep outputs until their time is settled."""
        for output in outputs:
            self._waiting[output.stream].append(output)

    def release(self, until: int | None) -> None:
        """Write everything with `at` < `until` (Unix ms), or everything there is."""
        for stream, waiting in self._waiting.items():
            if not waiting:
                continue
            # Of one stream, so plain comparison is that by `order`, then by the bytes; as outputs
            # come nearly in order, sorting them is little more than one comparison each.
            waiting.sort()
            ready = len(waiting) if until is None else bisect_left(waiting, until, key=_at)
            if ready:
                self._write(stream, waiting[:ready])
                del waiting[:ready]

    def _write(self, stream: str, outputs: list[Published]) -> None:
        # The same output twice (a crash, a repeated line) is one output.
        lines = [output.body for output, _ in groupby(outputs)]
        self.counts[stream] += len(lines)
        lines.append(b"")
        self._files[stream].write(b"\n".join(lines))

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
        for file in self._files.values():
            file.close()

    def digest(self) -> str:
        """SHA-256 (hex) of the closed files `vitals … workorders`, concatenated in that order."""
        digest = hashlib.sha256()
        for stream in DIGESTED:
            with (self._folder / f"{stream}.ndjson").open("rb") as file:
                while chunk := file.read(1 << 20):
                    digest.update(chunk)
        return digest.hexdigest()
