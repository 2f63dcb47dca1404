"""Stream time and the wall clock, one from the other."""

import pytest

from streams.clock import Clock, wall_seconds


@pytest.mark.parametrize(
    ("anchor", "speed"), [(None, 1.0), (None, 60.0), (1.7e9, 1.0), (1.7e9, 60.0)]
)
def test_wall_clock_of_a_stream_time_is_what_it_showed_then(anchor, speed):
    clock = Clock(anchor, speed)
    assert clock.wall_at(clock.now()) == pytest.approx(wall_seconds(), abs=0.5)
    an_hour = clock.wall_at(clock.now() + 3600) - clock.wall_at(clock.now())
    assert an_hour == pytest.approx(3600 / speed, abs=0.5)
