"""What Hypothesis draws: a city, a stream, and how it is cut into frames and restarts.

A stream follows from one number. Hypothesis would spend half of its examples on variations of the
ones before, and drop moves where one can drop lines; so what fails is made small by `smallest`.
"""

from collections.abc import Callable
from random import Random
from typing import NamedTuple

from hypothesis import strategies as st

from tests.plain.cities import CITIES
from tests.plain.picks import HOUR_MS, MINUTE_MS
from tests.plain.scene import Move, lines_of

KINDS = (
    ["tick"] + ["sparse"] * 2 + ["run"] * 6 + ["pack"] * 6 + ["batch"] * 4 + ["faulty"] * 4 + ["again"] * 4
    + ["backlog"] * 2 + ["twice"] * 2 + ["broken"] * 2 + ["stranger"]
)  # fmt: skip
GAPS = (
    [0] * 8 + [1, 500] * 2 + [1000, 5000] * 6 + [10_000, 30_000] * 6 + [MINUTE_MS] * 8
    + [5 * MINUTE_MS] * 2 + [15 * MINUTE_MS]
)  # fmt: skip
SILENCES = [2 * HOUR_MS, 5 * HOUR_MS, 27 * HOUR_MS, 60 * HOUR_MS]


SEEDS = st.integers(0, 2**64 - 1)
"""Hypothesis draws a seed: a failing stream is told by it, its lines would fill pages."""


class Stream(NamedTuple):
    """A stream and what interrupts it.

    Attributes:
        city: Its key in `CITIES`.
        lines: In log order.
        cuts: Lines a frame, repeated over the stream.
        restarts: After each frame, repeated: whether the partition continues from its snapshot.
    """

    city: str
    lines: list[bytes]
    cuts: list[int]
    restarts: list[bool]

    def frames(self) -> list[list[bytes]]:
        """The lines cut into frames."""
        frames, start, number = [], 0, 0
        while start < len(self.lines):
            size = self.cuts[number % len(self.cuts)]
            frames.append(self.lines[start : start + size])
            start, number = start + size, number + 1
        return frames


def stream_of(seed: int) -> Stream:
    """Any stream; about half of it well-formed, the rest wrong in one way or another."""
    random = Random(seed)
    city = random.choice(sorted(CITIES))
    kinds = random.choices(KINDS, k=random.choice([1, 3, 8, 12, 18, 18, 25]))
    moves = [Move(kind, random.choice(GAPS), random.getrandbits(32)) for kind in kinds]
    if random.random() < 0.25:
        moves.insert(random.randint(0, len(moves)), Move("tick", random.choice(SILENCES), 0))
    if random.random() < 0.1:
        moves.insert(random.randint(0, len(moves)), Move("season", 0, random.getrandbits(32)))
    moves.append(Move("tick", random.choice([0, MINUTE_MS, 15 * MINUTE_MS]), 0))
    cuts = [random.choice([1, 2, 3, 5, 8, 20]) for _ in range(random.randint(1, 4))]
    restarts = [random.random() < 0.5 for _ in range(random.randint(1, 4))]
    return Stream(city, lines_of(CITIES[city], moves), cuts, restarts)


def smallest(stream: Stream, fails: Callable[[Stream], bool]) -> Stream:
    """Leave out what is not needed for a stream to fail: cuts, restarts, and each of its lines."""
    for simple in ({"restarts": [False]}, {"cuts": [1]}):
        simpler = stream._replace(**simple)
        stream = simpler if fails(simpler) else stream
    size = len(stream.lines) // 2
    while size:
        start = 0
        while start < len(stream.lines):
            fewer = stream.lines[:start] + stream.lines[start + size :]
            if fails(stream._replace(lines=fewer)):
                stream = stream._replace(lines=fewer)
            else:
                start += size
        size //= 2
    return stream
