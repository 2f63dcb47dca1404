"""The canonical output files of a run: ordered NDJSON, and the digest over them."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from streams.engine.published import DIGESTED, REJECTS, Published

STREAMS: Final = (*DIGESTED, REJECTS)


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
            waiting.sort(key=_order)
            ready = len(waiting) if until is None else _settled(waiting, until)
            self._write(stream, waiting[:ready])
            del waiting[:ready]

    def _write(self, stream: str, outputs: list[Published]) -> None:
        previous: Published | None = None
        lines = []
        for output in outputs:
            # The same output twice (a crash, a repeated line) is one output.
            if previous is None or output != previous:
                lines.append(output.body)
            previous = output
        self.counts[stream] += len(lines)
        if lines:
            self._files[stream].write(b"\n".join(lines) + b"\n")

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


def _order(output: Published) -> tuple[tuple[int, str, str, int, int, str], bytes]:
    return output.order, output.body


def _settled(waiting: list[Published], until: int) -> int:
    """How many of the sorted outputs are before `until`."""
    low, high = 0, len(waiting)
    while low < high:
        middle = (low + high) // 2
        if waiting[middle].at < until:
            low = middle + 1
        else:
            high = middle
    return low
