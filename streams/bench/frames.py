"""The lines of a schedule, and frames of them as a gateway cuts them."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from sensors.line import join_frame
from streams.bench.packs import PackMaker
from streams.bench.schedule import Schedule

FRAME_BYTES: Final = 256 * 1024
"""Length that a frame of the gateway does not exceed: what it has at a high rate."""
_CHUNK: Final = 50_000


class Reception(NamedTuple):
    """One line: number of the terminal, event time (Unix ms), the pack, and the line around it."""

    terminal: int
    at_ms: int
    body: bytes
    line: bytes


class Frame(NamedTuple):
    """A record of `readings`: its partition, its lines joined, and how many they are."""

    partition: int
    body: bytes
    lines: int


def receptions(run: Schedule, seed: int) -> Iterator[Reception]:
    """The lines of a run in the order of reception.

    Args:
        run: Who sends when.
        seed: Of the values.
    """
    maker = PackMaker(run.places, seed)
    texts = maker.draw(np.random.default_rng(seed), len(run))
    heads = [f'{{"terminal":"{name}","received":'.encode() for name in run.places.terminals]
    for start in range(0, len(run), _CHUNK):
        part = slice(start, start + _CHUNK)
        first, second = texts[run.row[part]].T.tolist()
        columns = (run.terminal[part], run.at_ms[part], run.received_ms[part])
        rows = zip(*(column.tolist() for column in columns), first, second, strict=True)
        for terminal, at_ms, received_ms, one, two in rows:
            body = maker.body(terminal, at_ms, one, two)
            stamp = repr(received_ms / 1000).encode()
            line = b"%b%b,\"pack\":%b}" % (heads[terminal], stamp, body)  # fmt: skip
            yield Reception(terminal, at_ms, body, line)


def frames(run: Schedule, seed: int, limit: int = FRAME_BYTES) -> Iterator[Frame]:
    """The frames of a run, each when it is full; the last ones at the end.

    Args:
        run: Who sends when.
        seed: Of the values.
        limit: Bytes that a frame does not exceed unless one line alone does.
    """
    places = run.places
    partition = [places.partition_of(number) for number in range(places.shape.terminals)]
    waiting: list[list[bytes]] = [[] for _ in range(places.shape.partitions)]
    sizes = [0] * places.shape.partitions
    for reception in receptions(run, seed):
        target, line = partition[reception.terminal], reception.line
        if sizes[target] + len(line) > limit and waiting[target]:
            yield _joined(target, waiting[target])
            waiting[target], sizes[target] = [], 0
        waiting[target].append(line)
        sizes[target] += len(line) + 1
    for target, lines in enumerate(waiting):
        if lines:
            yield _joined(target, lines)


def _joined(partition: int, lines: list[bytes]) -> Frame:
    return Frame(partition, join_frame(lines), len(lines))
