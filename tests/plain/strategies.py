"""What Hypothesis draws: a city, a stream, and how it is cut into frames and restarts."""

from typing import NamedTuple

from hypothesis import strategies as st

from tests.plain.cities import CITIES
from tests.plain.picks import HOUR_MS, MINUTE_MS
from tests.plain.scene import Move, lines_of

KINDS = (
    ["rest"] + ["tick"] + ["run"] * 6 + ["pack"] * 6 + ["batch"] * 4 + ["faulty"] * 4
    + ["again"] * 4 + ["backlog"] * 2 + ["twice"] * 2 + ["broken"] * 2 + ["stranger"]
)  # fmt: skip
GAPS = (
    [0] * 8 + [1, 500] * 2 + [1000, 5000] * 6 + [10_000, 30_000] * 6 + [MINUTE_MS] * 8
    + [5 * MINUTE_MS] * 3 + [15 * MINUTE_MS, HOUR_MS]
)  # fmt: skip
SILENCES = [None] * 8 + [2 * HOUR_MS, 2 * HOUR_MS, 5 * HOUR_MS, 27 * HOUR_MS, 60 * HOUR_MS]


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


_seeds = st.integers(0, 2**32 - 1)
_moves = st.builds(Move, st.sampled_from(KINDS), st.sampled_from(GAPS), _seeds)


@st.composite
def streams(draw: st.DrawFn) -> Stream:
    """Any stream; about half of it well-formed, the rest wrong in one way or another."""
    city = draw(st.sampled_from(sorted(CITIES)))
    moves = draw(st.lists(_moves, min_size=12, max_size=60))
    silence = draw(st.sampled_from(SILENCES))
    if silence is not None:
        moves[draw(st.integers(0, len(moves) - 1))] = Move("tick", silence, 0)
    moves.append(Move("tick", draw(st.sampled_from([0, MINUTE_MS, 15 * MINUTE_MS])), 0))
    cuts = draw(st.lists(st.sampled_from([1, 2, 3, 5, 8, 20]), min_size=1, max_size=4))
    restarts = draw(st.lists(st.booleans(), min_size=1, max_size=4))
    return Stream(city, lines_of(CITIES[city], moves), cuts, restarts)
