"""Replay gives the same bytes from whole blocks, line by line, and from several files."""

import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors.ledger import merged
from streams.cutting import Cutter
from streams.engine.pipeline import Pipeline
from streams.output_files import STREAMS, OutputFiles
from streams.recording import read_blocks
from streams.replay import replay
from tests.builders import T0, a_command, a_config, a_line, a_pack, a_raw_line, a_tick
from tests.recorded_day import a_day, outputs_of, the_city
from tests.storm_recording import sanshui


@pytest.fixture(scope="module")
def day():
    return a_day()


@pytest.fixture(scope="module")
def reference(day, tmp_path_factory):
    return outputs_of(day, tmp_path_factory.mktemp("reference"), 7)


def contents(folder):
    return {stream: (folder / f"{stream}.ndjson").read_bytes() for stream in STREAMS}


def in_blocks(path, folder, size):
    """The files' bytes, the digest and the ledger of a recording taken in blocks."""
    config = a_config(the_city(), partitions=(1, 2))
    with OutputFiles(folder) as files:
        pipeline = Pipeline(config, files.add)
        cutter = Cutter(config)
        for frame in cutter.cut_blocks(read_blocks(path, size=size), lambda: pipeline.zones[0].now):
            pipeline.feed(frame)
            files.release(pipeline.settled)
        files.close()
        return contents(folder), files.digest(), merged(zone.ledger() for zone in pipeline.zones)


def written(path, lines, end=b"\n"):
    content = end.join(lines) + end
    path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)
    return path


@pytest.mark.parametrize("size", [1, 1000, 20_000, 10**7])
def test_blocks_of_any_size_give_the_bytes_of_single_lines(day, reference, tmp_path, size):
    path = written(tmp_path / "day.ndjson.gz", day)
    files, digest, ledger = in_blocks(path, tmp_path / "out", size)
    assert (files, digest) == reference[:2]
    assert ledger == merged(zone.ledger() for zone in reference[2].zones)


def test_lines_of_windows_and_empty_lines_give_the_same_bytes(day, reference, tmp_path):
    spaced = [part for line in day for part in (line, b"")]
    path = written(tmp_path / "day.ndjson", spaced, b"\r\n")
    assert in_blocks(path, tmp_path / "out", 5000)[:2] == reference[:2]


def test_recording_without_its_last_line_end_gives_the_same_bytes(day, reference, tmp_path):
    path = tmp_path / "day.ndjson"
    path.write_bytes(b"\n".join(day))
    assert in_blocks(path, tmp_path / "out", 5000)[:2] == reference[:2]


def test_commands_with_escaped_keys_are_obeyed(day, reference, tmp_path):
    escaped = [line.replace(b'"command":', b'"c\\u006fmmand":') for line in day]
    assert escaped != day
    path = written(tmp_path / "day.ndjson", escaped)
    assert in_blocks(path, tmp_path / "out", 3000)[:2] == reference[:2]


_stamps = st.floats(0, 400).map(lambda seconds: round(T0 + seconds, 4))
_lines = st.one_of(
    st.builds(
        lambda terminal, at, delay, value: a_line(terminal, T0 + 60 * at, T0 + 60 * at + delay, **value),
        st.sampled_from(["wl-1", "wl-2", "slow-1", "stranger"]), st.integers(0, 6),
        st.sampled_from([0.5, 0.5, 0.5, 100.0, -100.0]),
        st.sampled_from([{"water_depth": 0.5}, {"water_depth": 0.1}, {"battery": 5.0}]),
    ),
    st.builds(a_tick, _stamps),
    st.builds(
        lambda stamp, action: a_command(stamp, f"c-{stamp}", "wo-x", "dip", action),
        _stamps, st.sampled_from(["accept", "done"]),
    ),
    # Broken in every way: no JSON, no time, with a time that only the engine reads, two in one.
    _stamps.map(lambda stamp: b'{"received":%r,"terminal":7}' % stamp),
    _stamps.map(lambda stamp: b'{"received":%r,"raw":7}' % stamp),
    _stamps.map(lambda stamp: b'{"received":%r,"command":7}' % stamp),
    _stamps.map(lambda stamp: b'{"received":%r,"terminal":"wl-1","command":null,"pack":[]}' % stamp),
    _stamps.map(lambda stamp: a_line("wl-1", T0, stamp, water_depth=0.2)[:-5]),
    st.sampled_from([b"x", b"{}", b" ", b"\xff", b'{"received":1e300}', b'"command"', b"\\u006f"]),
)  # fmt: skip


@settings(max_examples=150)
@given(st.lists(_lines, max_size=25), st.integers(1, 2000), st.sampled_from([1, 3, 500]))
def test_any_lines_give_the_same_bytes_in_blocks_and_one_by_one(
    tmp_path_factory, lines, size, frame_lines
):
    folder = tmp_path_factory.mktemp("any")
    path = written(folder / "any.ndjson", [*lines, a_tick(T0 + 3600.0)])
    files, digest, ledger = in_blocks(path, folder / "blocks", size)
    for partitions in ((1, 1), (3, 2)):
        expected = outputs_of(
            [*lines, a_tick(T0 + 3600.0)], folder / "lines", frame_lines, partitions
        )
        assert files == expected[0]
        assert digest == expected[1]
        assert ledger == merged(zone.ledger() for zone in expected[2].zones)


# -- the whole way --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pack():
    return sanshui()


@pytest.fixture(scope="module")
def lines(pack):
    """Half an hour of two terminals with a command and rubbish, by their time of reception."""
    one, other = list(pack.city.terminals.values())[:2]
    found = []
    for n in range(1800):
        about = (one, other)[n % 2]
        quantity = about.quantities[0].name
        found.append(a_line(about.id, T0 + n, T0 + n + 0.25, **{quantity: 0.5 + n / 10_000}))
    found[900:900] = [b"rubbish", a_command(T0 + 899.75, "c", "wo-x", one.zone, "accept")]
    found.append(a_raw_line(one.id, T0 + 1801.0, a_pack("stranger", T0, battery=1.0)))
    return [*found, a_tick(T0 + 7200.0)]


@pytest.fixture(scope="module")
def whole(pack, lines, tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    summary = replay([written(folder / "whole.ndjson.gz", lines)], pack, folder / "out")
    assert summary["vitals"] > 30
    assert summary["reasons"] == {"broken_line": 1, "terminal_mismatch": 1}
    assert summary["stopped"] is None
    assert (folder / "out" / "workorders.ndjson").read_bytes().count(b"workorder.refused") == 1
    return summary, contents(folder / "out")


@pytest.mark.parametrize(
    "way", [{"frame_lines": 1}, {"frame_lines": 7}, {"partitions": (4, 2)}, {"speed": 1e9},
            {"partitions": (1, 3)}],
)  # fmt: skip
def test_every_way_of_replaying_gives_the_same_bytes(pack, lines, whole, tmp_path, way):
    recording = written(tmp_path / "whole.ndjson", lines)
    summary = replay([recording], pack, tmp_path / "out", **way)
    assert contents(tmp_path / "out") == whole[1]
    told = ("received", "accepted", "reasons", "terminals", "digest", "vitals", "first", "last")
    assert {name: summary[name] for name in told} == {name: whole[0][name] for name in told}


@pytest.mark.parametrize("partitions", [(1, 1), (3, 2)])
def test_recording_cut_into_several_files_gives_the_same_bytes(
    pack, lines, whole, tmp_path, partitions
):
    parts = (lines[0::3], lines[1::3], lines[2::3])
    # A broken line stays behind the line before it, so it goes where that one is.
    without = [[line for line in part if line != b"rubbish"] for part in parts]
    home = next(part for part in without if lines[899] in part)
    home.insert(home.index(lines[899]) + 1, b"rubbish")
    paths = [written(tmp_path / f"{n}.ndjson.gz", part) for n, part in enumerate(without)]
    replay(paths, pack, tmp_path / "out", partitions=partitions)
    assert contents(tmp_path / "out") == whole[1]


def test_damaged_recording_gives_what_its_whole_lines_give(pack, lines, tmp_path):
    path = written(tmp_path / "cut.ndjson.gz", lines)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    told = []
    stopped = replay(
        [path], pack, tmp_path / "out", progress=lambda file, done: told.append((file, done))
    )
    number = int(stopped["stopped"].split("damaged after line ")[1].split()[0])
    assert 100 < number < len(lines)
    assert told
    assert {file for file, _ in told} == {path}
    plain = replay([written(tmp_path / "a.ndjson", lines[:number])], pack, tmp_path / "plain")
    assert contents(tmp_path / "out") == contents(tmp_path / "plain")
    assert plain["accepted"] == stopped["accepted"]
