"""Lines of a partition's output streams that wait to share a record. Pure."""

from collections.abc import Iterable, Iterator
from typing import Final

RECORD_BYTES: Final = 512 * 1024
"""Where a record of lines or indications is cut: Kafka refuses large ones, and a worker whose
record is refused cannot go on. What one input gives has no bound: a tick ends every silence."""

_PIECE_BYTES: Final = RECORD_BYTES // 8


class HeldLines:
    """Lines by stream, in the order of publication.

    Attributes:
        size: Bytes that wait, all streams together.
    """

    def __init__(self) -> None:
        self._lines: dict[str, list[bytes]] = {}
        self.size = 0

    def add(self, stream: str, lines: bytes) -> None:
        """Let a line, or several that LF separates, wait behind those of their stream."""
        # Records are cut between what was added: to the line where that would be large.
        pieces = [lines] if len(lines) <= _PIECE_BYTES else lines.split(b"\n")
        self._lines.setdefault(stream, []).extend(pieces)
        self.size += len(lines) + 1

    def let_go(self) -> Iterator[tuple[str, bytes]]:
        """Stream and body of each record; nothing waits any more."""
        lines, self._lines, self.size = self._lines, {}, 0
        for stream, bodies in lines.items():
            for body in joined(bodies):
                yield stream, body


def joined(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Lines joined to bodies of at most `RECORD_BYTES`; a line larger than that stands alone."""
    held: list[bytes] = []
    size = 0
    for line in lines:
        if held and size + len(line) > RECORD_BYTES:
            yield b"\n".join(held)
            held, size = [], 0
        held.append(line)
        size += len(line) + 1
    if held:
        yield b"\n".join(held)
