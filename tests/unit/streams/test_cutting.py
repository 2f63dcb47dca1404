"""Cutting: `received` clamped, each line to its partition, whole blocks where that may be."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors.line import decode_line, split_frame
from streams.cutting import Cutter, merge_lines
from tests.builders import T0, a_city, a_command, a_config, a_line, a_terminal, a_tick

LINES = [a_line("wl-1", T0 + n, water_depth=0.1) for n in range(20)]


def test_several_recordings_merge_by_reception_then_file():
    one = [a_tick(T0 + 0.0), a_tick(T0 + 2.0)]
    other = [a_tick(T0 + 0.0), a_tick(T0 + 1.0), a_tick(T0 + 2.0)]
    assert [line.received - T0 for line in merge_lines([one, other])] == [0, 0, 1, 2, 2]


@given(st.lists(st.lists(st.integers(0, 20), max_size=8), max_size=3))
def test_merge_is_ordered_and_loses_nothing(stamps):
    files = [
        [a_line(f"t-{n}", T0, T0 + stamp, water_depth=i) for i, stamp in enumerate(file)]
        for n, file in enumerate(stamps)
    ]
    merged = list(merge_lines(files))
    received = [line.received for line in merged]
    assert all(line.head for line in merged)
    assert received == sorted(received)
    packs = sorted(bytes(decode_line(line.line).pack) for line in merged)
    assert packs == sorted(bytes(decode_line(line).pack) for file in files for line in file)
    for n, file in enumerate(files):
        own = map(decode_line, (line.line for line in merged))
        packs_of = [bytes(line.pack) for line in own if line.terminal == f"t-{n}"]
        assert packs_of == [bytes(decode_line(line).pack) for line in file]


def test_reception_that_goes_back_is_clamped_and_the_pack_stays_verbatim():
    lines = [
        a_line("wl-1", T0, T0 + 9.0, water_depth=0.1),
        a_line("wl-1", T0, T0 + 2.0, water_depth=0.2),
    ]
    _, clamped = merge_lines([lines])
    assert clamped.received == T0 + 9.0
    assert decode_line(clamped.line).received == T0 + 9.0
    assert bytes(decode_line(clamped.line).pack) == bytes(decode_line(lines[1]).pack)


@pytest.mark.parametrize(
    "broken",
    [b"x", b"{}", b"\xff", b'{"received":1e300}', b'{"received":-5}', b'{"received":1,"raw":5}',
     b'{"received":1,"terminal":"a","pack":' + b"[" * 9999 + b"]" * 9999 + b"}"],
)  # fmt: skip
def test_broken_line_keeps_its_place(broken):
    lines = [LINES[0], broken, LINES[1]]
    merged = list(merge_lines([lines]))
    assert [line.line for line in merged] == lines
    assert merged[1].head is None
    assert [line.received - T0 for line in merged] == [0.5, 0.5, 1.5]


def test_time_of_a_broken_line_counts_for_those_behind_it():
    broken = b'{"received":%d,"terminal":7}' % (T0 + 60)
    merged = list(merge_lines([[LINES[0], broken, LINES[1]]]))
    assert [line.received - T0 for line in merged] == [0.5, 60, 60]
    assert decode_line(merged[2].line).received == T0 + 60
    assert merged[1].line == broken


def cut(lines, frame_lines, partitions=(3, 2)):
    city = a_city([a_terminal("wl-1", "dip"), a_terminal("wl-2", "hill")])
    cutter = Cutter(a_config(city, partitions=partitions), frame_lines)
    return list(cutter.cut(merge_lines([lines])))


@pytest.mark.parametrize("frame_lines", [1, 2, 7, 500])
def test_every_line_is_in_exactly_one_frame_of_its_partition(frame_lines):
    lines = [
        a_line("wl-1", T0, water_depth=0.1), a_line("wl-2", T0 + 1, water_depth=0.2),
        a_line("stranger", T0 + 2, battery=1), b"broken",
        a_command(T0 + 3.0, "c", "wo", "dip", "accept"), a_tick(T0 + 9.0),
    ]  # fmt: skip
    frames = cut(lines, frame_lines)
    found = [line for frame in frames for line in split_frame(frame.body)]
    for line in lines[:-1]:
        assert found.count(line) == 1
    assert {
        frame.is_command for frame in frames for line in split_frame(frame.body) if line == lines[4]
    } == {True}


def test_every_frame_ends_with_the_tick_of_its_newest_line():
    for frame in cut(LINES[:10], 4):
        *_, last = split_frame(frame.body)
        assert set(json.loads(last)) == {"received"}


def test_last_frames_tick_is_that_of_the_last_line():
    *_, frame = cut([*LINES[:3], a_tick(T0 + 77.5)], 500)
    *_, last = split_frame(frame.body)
    assert json.loads(last) == {"received": T0 + 77.5}


def cut_in_blocks(blocks, times, partitions=(1, 2)):
    """The frames of some blocks, where the zone partition has come to these times (Unix s)."""
    cutter = Cutter(a_config(partitions=partitions))
    now = iter([round(time * 1000) for time in times])
    return [*cutter.cut_blocks(blocks, lambda: next(now))], cutter.received


def test_block_without_commands_is_a_frame_as_it_is():
    blocks = [b"\n".join(LINES[:3]), b"broken\n\n" + LINES[3]]
    frames, received = cut_in_blocks(blocks, [T0 + 2.5, T0 + 3.5])
    assert [frame.body for frame in frames if not frame.is_command] == blocks
    assert received == T0 + 3.5


def test_every_block_moves_the_clock_of_every_district_partition():
    frames, _ = cut_in_blocks([LINES[0], LINES[1]], [T0 + 0.5, T0 + 1.5])
    ticks = [(frame.partition, json.loads(frame.body)["received"] - T0)
             for frame in frames if frame.is_command]  # fmt: skip
    assert ticks == [(0, 0.5), (1, 0.5), (0, 1.5), (1, 1.5)]


@pytest.mark.parametrize("key", [b"command", b"\\u0063ommand", b"comm\\u0061nd", b"comman\\u0064"])
def test_command_among_readings_goes_to_its_district(key):
    command = a_command(T0 + 1.0, "c", "wo", "dip", "accept").replace(b"command", key)
    frames, _ = cut_in_blocks([b"\n".join([LINES[0], command, LINES[2]])], [])
    found = [(frame.is_command, line) for frame in frames for line in split_frame(frame.body)]
    assert (True, command) in found
    assert [line for is_command, line in found if not is_command][:2] == [LINES[0], LINES[2]]


def test_command_is_clamped_by_the_blocks_before_it():
    command = a_command(T0 + 1.0, "c", "wo", "dip", "accept")
    frames, received = cut_in_blocks([LINES[5], command], [T0 + 5.5])
    clamped = [decode_line(line) for frame in frames for line in split_frame(frame.body)
               if b"accept" in line]  # fmt: skip
    assert [line.received for line in clamped] == [T0 + 5.5]
    assert received == T0 + 5.5


def test_blocks_for_several_partitions_are_refused():
    with pytest.raises(ValueError, match="several zone partitions"):
        cut_in_blocks([LINES[0]], [], partitions=(2, 1))
