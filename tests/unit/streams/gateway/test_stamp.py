"""Stamps: never back, slewed towards a wall clock that was set."""

from hypothesis import given
from hypothesis import strategies as st

from streams.gateway.stamp import SLEW, Stamper


class Instruments:
    """A monotonic stream clock and a wall clock that somebody sets."""

    def __init__(self) -> None:
        self.stream = 1_760_000_000.0
        self.wall = 1_760_000_000.0

    def pass_time(self, seconds: float) -> None:
        self.stream += seconds
        self.wall += seconds


@given(
    st.lists(st.tuples(st.floats(0, 2), st.sampled_from([0, 0, 0, -3600, 3600, -0.5, 0.3]))),
)
def test_wall_clock_that_is_set_never_turns_stamps_back(steps: list[tuple[float, float]]) -> None:
    clocks = Instruments()
    stamper = Stamper(lambda: clocks.stream, lambda: clocks.wall)
    stamps = []
    for seconds, step in steps:
        clocks.pass_time(seconds)
        clocks.wall += step
        stamper.slew()
        stamps.append(stamper.stamp())
    assert stamps == sorted(stamps)
    assert all(stamp == round(stamp, 3) for stamp in stamps)


def test_step_of_the_wall_clock_is_followed_at_the_slew_rate() -> None:
    clocks = Instruments()
    stamper = Stamper(lambda: clocks.stream, lambda: clocks.wall)
    clocks.wall += 0.1
    for _ in range(50):  # 50 s repair 25 ms
        clocks.pass_time(1.0)
        stamper.slew()
    assert abs(stamper.deviation - (0.1 - 50 * SLEW)) < 1e-6
    for _ in range(160):
        clocks.pass_time(1.0)
        stamper.slew()
    assert abs(stamper.deviation) < 1e-6


def test_stream_time_that_is_not_wall_time_is_left_alone() -> None:
    clocks = Instruments()
    stamper = Stamper(lambda: clocks.stream)
    clocks.pass_time(5.0)
    clocks.wall += 3600
    stamper.slew()
    assert stamper.stamp() == 1_760_000_005.0
    assert stamper.deviation == 0


def test_clock_that_steps_back_repeats_the_last_stamp() -> None:
    clocks = Instruments()
    stamper = Stamper(lambda: clocks.stream)
    first = stamper.stamp()
    clocks.stream -= 7
    assert stamper.stamp() == first
