"""The recorder's order: each line has the time at which the engine saw it."""

import pytest

from sensors.line import decode_line, join_frame, received_ms
from streams.engine.zone_partition import ZonePartition
from streams.recorder import Sequencer
from tests.builders import T0, a_config, a_line, a_tick

ABSURD = [
    b'{"received":1e300,"terminal":"wl-1","pack":[]}',
    b'{"received":-5.0,"terminal":"wl-1","pack":[]}',
    b'{"received":NaN,"terminal":"wl-1","pack":[]}',
    b'{"received":1e999,"terminal":"wl-1","pack":[]}',
    b'{"received":1e300}',
]


@pytest.mark.parametrize("line", ABSURD)
def test_absurd_time_is_no_clock_and_the_line_stays_as_it_is(line):
    sequencer = Sequencer(1)
    good = [a_line("wl-1", T0 + n, T0 + n + 0.5, water_depth=0.1) for n in range(3)]
    sequencer.take(0, 0, join_frame([good[0], line, *good[1:]]))
    assert sequencer.stream_time == T0 + 2.5
    assert list(sequencer.rest()) == [good[0], line, *good[1:]]


def test_line_that_is_broken_but_for_its_time_moves_the_clock():
    sequencer = Sequencer(1)
    broken = b'{"received":%d.5,"terminal":"wl-1","raw":7}' % (T0 + 9)
    sequencer.take(0, 0, join_frame([broken, a_line("wl-1", T0, T0 + 1.0, water_depth=0.1)]))
    assert sequencer.stream_time == T0 + 9.5
    first, second = sequencer.rest()
    assert first == broken
    assert decode_line(second).received == T0 + 9.5


@pytest.mark.parametrize("line", [*ABSURD, b"x", b'{"received":%d.25,"raw":7}' % (T0 + 7)])
def test_clock_is_that_of_the_engine(line):
    frame = join_frame([a_tick(T0 + 1.25), line, a_tick(T0 + 0.5)])
    engine, sequencer = ZonePartition(a_config()), Sequencer(1)
    engine.step(frame)
    sequencer.take(0, 0, frame)
    assert received_ms(sequencer.stream_time) == engine.now
