"""Recordings: what is cut is told with its line, what is broken keeps its place."""

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors.line import decode_line, split_frame
from streams.recording import Cutter, RecordingError, merge_lines, read_lines
from tests.builders import T0, a_city, a_command, a_config, a_line, a_terminal, a_tick

LINES = [a_line("wl-1", T0 + n, water_depth=0.1) for n in range(3000)]


def written(path, lines):
    content = b"\n".join(lines) + b"\n"
    path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)
    return path


@pytest.mark.parametrize("name", ["a.ndjson.gz", "a.ndjson"])
def test_recording_gives_its_lines(tmp_path, name):
    assert list(read_lines(written(tmp_path / name, LINES))) == LINES


def test_empty_lines_and_line_ends_of_windows_are_read_over(tmp_path):
    path = tmp_path / "a.ndjson"
    path.write_bytes(b"\n\r\n" + LINES[0] + b"\r\n\n" + LINES[1])
    assert list(read_lines(path)) == LINES[:2]


def test_cut_gzip_names_file_and_line_after_giving_what_it_has(tmp_path):
    path = written(tmp_path / "a.ndjson.gz", LINES)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    got: list[bytes] = []
    with pytest.raises(RecordingError, match=r"a\.ndjson\.gz: damaged after line \d+") as caught:
        got.extend(read_lines(path))
    assert 0 < len(got) < len(LINES)
    assert got == LINES[: len(got)]
    assert f"after line {len(got)} " in str(caught.value)


def test_flipped_byte_in_the_middle_is_a_recording_error(tmp_path):
    path = written(tmp_path / "a.ndjson.gz", LINES)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(bytes(content))
    with pytest.raises(RecordingError):
        list(read_lines(path))


@pytest.mark.parametrize("content", [b"", b"no gzip at all"])
def test_file_that_is_no_gzip_is_a_recording_error_or_empty(tmp_path, content):
    path = tmp_path / "a.ndjson.gz"
    path.write_bytes(content)
    if content:
        with pytest.raises(RecordingError, match="after line 0"):
            list(read_lines(path))
    else:
        assert list(read_lines(path)) == []


def test_missing_recording_says_so(tmp_path):
    with pytest.raises(RecordingError, match="check the path"):
        list(read_lines(tmp_path / "none.ndjson.gz"))


def test_progress_ends_with_the_size_of_the_file(tmp_path):
    path = written(tmp_path / "a.ndjson.gz", LINES)
    told: list[int] = []
    list(read_lines(path, told.append))
    assert told == sorted(told)
    assert told[-1] == path.stat().st_size


def test_several_recordings_merge_by_reception_then_file():
    one = [a_tick(T0 + 0.0), a_tick(T0 + 2.0)]
    other = [a_tick(T0 + 0.0), a_tick(T0 + 1.0), a_tick(T0 + 2.0)]
    merged = [received - T0 for received, _ in merge_lines([iter(one), iter(other)]) if received]
    assert merged == [0, 0, 1, 2, 2]


@given(st.lists(st.lists(st.integers(0, 20), max_size=8), max_size=3))
def test_merge_is_ordered_and_loses_nothing(stamps):
    files = [
        [a_line(f"t-{n}", T0, T0 + stamp, water_depth=i) for i, stamp in enumerate(file)]
        for n, file in enumerate(stamps)
    ]
    merged = list(merge_lines(iter(file) for file in files))
    received = [r for r, _ in merged if r is not None]
    assert len(received) == len(merged)
    assert received == sorted(received)
    packs = sorted(bytes(decode_line(line).pack) for _, line in merged)
    assert packs == sorted(bytes(decode_line(line).pack) for file in files for line in file)
    for n, file in enumerate(files):
        own = [line for _, line in merged if decode_line(line).terminal == f"t-{n}"]
        packs_of = [bytes(decode_line(line).pack) for line in own]
        assert packs_of == [bytes(decode_line(line).pack) for line in file]


def test_reception_that_goes_back_is_clamped_and_the_pack_stays_verbatim():
    lines = [
        a_line("wl-1", T0, T0 + 9.0, water_depth=0.1),
        a_line("wl-1", T0, T0 + 2.0, water_depth=0.2),
    ]
    (_, _), (received, line) = merge_lines([iter(lines)])
    assert received == T0 + 9.0
    assert decode_line(line).received == T0 + 9.0
    assert bytes(decode_line(line).pack) == bytes(decode_line(lines[1]).pack)


@pytest.mark.parametrize(
    "broken",
    [b"x", b"{}", b"\xff", b'{"received":1e300}', b'{"received":-5}', b'{"received":1,"raw":5}',
     b'{"received":1,"terminal":"a","pack":' + b"[" * 9999 + b"]" * 9999 + b"}"],
)  # fmt: skip
def test_broken_line_keeps_its_place(broken):
    lines = [LINES[0], broken, LINES[1]]
    merged = list(merge_lines([iter(lines)]))
    assert [line for _, line in merged] == lines
    assert merged[1][0] is None


def cut(lines, frame_lines, partitions=(3, 2)):
    city = a_city([a_terminal("wl-1", "dip"), a_terminal("wl-2", "hill")])
    cutter = Cutter(a_config(city, partitions=partitions), frame_lines)
    return list(cutter.cut(merge_lines([iter(lines)])))


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
