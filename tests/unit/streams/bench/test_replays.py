"""Replays are measured, and recordings repeated."""

import gzip
from pathlib import Path

import msgspec
import pytest

from indicators.registry import SignSet
from streams.bench.places import Shape, places_of, write_city
from streams.bench.replay_case import QUARTERS, ReplaySpec, run_case
from streams.bench.replays import bench_replay
from streams.bench.report import BenchError
from streams.bench.shifted import WEEK_S, span_s, write_repeated
from tests.builders import a_line, a_tick

T0 = 1_760_000_400


def a_recording(folder: Path, hours: int = 3) -> Path:
    path = folder / "hours.ndjson"
    lines = [a_line("t00000", T0 + 60 * n, battery=50.0) for n in range(60 * hours)]
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


def unpacked(path: Path) -> list[bytes]:
    return gzip.decompress(path.read_bytes()).splitlines()


def test_repeated_recording_goes_on_whole_weeks_later(tmp_path: Path) -> None:
    source, out = a_recording(tmp_path), tmp_path / "twice.ndjson.gz"
    write_repeated(source, 3, out)
    lines = [msgspec.json.decode(line) for line in unpacked(out)]
    originals = [msgspec.json.decode(line) for line in source.read_bytes().splitlines()]
    count = len(originals)
    assert lines[:count] == originals
    for copy in (1, 2):
        for one, other in zip(originals, lines[copy * count : (copy + 1) * count], strict=True):
            assert other["received"] == one["received"] + copy * WEEK_S
            assert other["pack"][0]["bt"] == one["pack"][0]["bt"] + copy * WEEK_S


def test_span_is_rounded_up_to_whole_weeks(tmp_path: Path) -> None:
    path = tmp_path / "long.ndjson"
    path.write_bytes(a_tick(T0) + b"\n" + a_tick(T0 + WEEK_S + 1) + b"\n")
    assert span_s(path) == 2 * WEEK_S


def test_relative_time_of_a_pack_is_left_alone(tmp_path: Path) -> None:
    path, out = tmp_path / "a.ndjson", tmp_path / "b.ndjson.gz"
    path.write_bytes(b'{"terminal":"x","received":1760000000.5,"pack":[{"bt":-5,"n":"a","v":1}]}\n')
    write_repeated(path, 2, out)
    second = msgspec.json.decode(unpacked(out)[1])
    assert second["received"] == 1760000000.5 + WEEK_S
    assert second["pack"][0]["bt"] == -5


def test_repeated_recording_replays_as_often_as_it_is_repeated(tmp_path: Path) -> None:
    city, out = tmp_path / "city", tmp_path / "many.ndjson.gz"
    write_city(places_of(Shape(4, 4, cadence=60.0)), city)
    write_repeated(a_recording(tmp_path), 4, out)
    figures = run_case(ReplaySpec((str(out),), str(city), SignSet.WINDOWS))
    assert figures.readings == 4 * 180
    assert figures.balanced
    assert len(figures.peak_bytes) == len(QUARTERS)
    assert list(figures.peak_bytes) == sorted(figures.peak_bytes)


def test_made_recordings_are_replayed_with_both_sets_of_signs() -> None:
    told: list[str] = []
    report = bench_replay([], None, 300, 1, told.append)
    rows = report.figures["replay"]
    assert [(row["recording"], row["signs"], row["readings"]) for row in rows] == [
        ("10 a line", "windows", 3000),
        ("10 a line", "catalogue", 3000),
        ("1 a line", "windows", 300),
        ("1 a line", "catalogue", 300),
    ]
    assert len(told) == 6


def test_recording_without_its_city_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="--city"):
        bench_replay([a_recording(tmp_path)], None, 300, 1, print)


def test_missing_recording_is_named(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match=r"gone\.ndjson"):
        bench_replay([tmp_path / "gone.ndjson"], tmp_path, 300, 1, print)
