"""Real recordings of four cities: balanced ledgers, reproducible digests, an index checked by hand."""

import gzip
import hashlib
import json
import math
import random
from datetime import datetime
from fractions import Fraction
from pathlib import Path

import pytest

from indicators.air.hj633 import BREAKPOINTS, IAQI
from streams.citypack import CityPack, load_pack
from streams.engine.published import DIGESTED
from streams.replay import replay

RECORDINGS = Path(__file__).resolve().parents[2].parent / "shared" / "recordings"
TRAFFIC_LINES = 30_000
NAMES = {
    "air": "air-beijing-2016.ndjson.gz",
    "noise": "noise-montreal-2025.ndjson.gz",
    "crowd": "crowd-auckland-2019.ndjson.gz",
    "traffic": "traffic-los-angeles-week.ndjson.gz",
}
pytestmark = pytest.mark.skipif(
    not (RECORDINGS / "terminals.json").is_file(),
    reason=f"the recordings are not beside the project ({RECORDINGS})",
)


@pytest.fixture(scope="module")
def pack() -> CityPack:
    return load_pack(RECORDINGS)


@pytest.fixture(scope="module")
def run_of(pack, tmp_path_factory):
    """Replays each recording once: name → (summary, folder, lines)."""
    done = {}

    def run(name):
        if name not in done:
            folder = tmp_path_factory.mktemp(name)
            with gzip.open(RECORDINGS / NAMES[name]) as file:
                lines = [line for _, line in zip(range(TRAFFIC_LINES), file, strict=False)] if name == "traffic" else list(file)  # fmt: skip
            recording = folder / "recording.ndjson"
            recording.write_bytes(b"".join(lines))
            done[name] = (replay([recording], pack, folder / "out"), folder / "out", lines)
        return done[name]

    return run


@pytest.mark.parametrize("name", NAMES)
def test_every_reading_is_accepted_and_the_ledger_balances(run_of, name):
    summary, _, lines = run_of(name)
    readings = sum(len(json.loads(line)["pack"]) for line in lines)
    assert summary["balanced"]
    assert summary["stopped"] is None
    # The recordings' own description: no packet is late, doubled or out of range.
    assert (summary["received"], summary["accepted"]) == (readings, readings)
    assert summary["reasons"] == {}
    assert sum(row["received"] for row in summary["terminals"].values()) == readings


@pytest.mark.parametrize("name", NAMES)
def test_printed_digest_is_that_of_the_concatenated_files(run_of, name):
    summary, out, _ = run_of(name)
    joined = b"".join((out / f"{stream}.ndjson").read_bytes() for stream in DIGESTED)
    assert hashlib.sha256(joined).hexdigest() == summary["digest"]
    assert summary["vitals"] == (out / "vitals.ndjson").read_bytes().count(b"\n") > 0
    assert json.loads((out / "summary.json").read_text())["digest"] == summary["digest"]


def test_replay_again_gives_the_digest_again(run_of, pack, tmp_path):
    summary, out, _ = run_of("noise")
    recording = out.parent / "recording.ndjson"
    again = replay([recording], pack, tmp_path, frame_lines=37, partitions=(3, 1))
    assert again["digest"] == summary["digest"]


@pytest.mark.parametrize("name", NAMES)
def test_scores_are_null_or_within_0_and_1(run_of, name):
    _, out, _ = run_of(name)
    scores = [
        json.loads(line)["score"] for line in (out / "scores.ndjson").read_bytes().splitlines()
    ]
    numbers = [score for score in scores if score is not None]
    assert len(numbers) > len(scores) / 10
    assert all(0 <= score <= 1 for score in numbers)


def by_hand(pollutant, value):
    """The sub-index of HJ 633-2026 in exact fractions."""
    exact = Fraction(str(value))
    rounded = Fraction(round(exact * 10), 10) if pollutant == "co" else Fraction(round(exact))
    edges = BREAKPOINTS[pollutant]
    for n in range(1, len(edges)):
        if rounded <= edges[n]:
            slope = Fraction(IAQI[n] - IAQI[n - 1], edges[n] - edges[n - 1])
            return math.ceil(slope * (rounded - edges[n - 1]) + IAQI[n - 1])
    return IAQI[len(edges) - 1]


def test_hourly_index_of_the_year_is_that_of_its_raw_hours(run_of):
    _, out, lines = run_of("air")
    published = {}
    for line in (out / "vitals.ndjson").read_bytes().splitlines():
        value = json.loads(line)
        if value["indicator"] == "aqi_hourly":
            published[datetime.fromisoformat(value["window_start"]).timestamp()] = value
    for line in random.Random(633).sample(lines, 30):
        pack = json.loads(line)["pack"]
        means = {r["n"]: r["v"] for r in pack if r["n"] in BREAKPOINTS}
        index = max([1, *(by_hand(p, v) for p, v in means.items())])
        missing = len(means) < len(BREAKPOINTS)
        expected = None if not means or (missing and index <= 100) else index
        assert published[pack[0]["bt"]]["value"] == expected


def test_minute_levels_make_the_ten_minute_level(run_of):
    _, out, lines = run_of("noise")
    raw: dict[float, list[float]] = {}
    for line in lines:
        record = json.loads(line)["pack"][0]
        raw.setdefault(record["bt"] // 600 * 600, []).append(record["v"])
    published = {}
    for line in (out / "vitals.ndjson").read_bytes().splitlines():
        value = json.loads(line)
        if value["indicator"] == "noise_leq":
            published[datetime.fromisoformat(value["window_start"]).timestamp()] = value["value"]
    for start in random.Random(7).sample(sorted(published), 30):
        energy = sum(10 ** (level / 10) for level in raw[start]) / len(raw[start])
        assert math.isclose(published[start], 10 * math.log10(energy), abs_tol=1e-5)


def test_hourly_people_are_the_counters_of_the_street(run_of, pack):
    _, out, lines = run_of("crowd")
    raw: dict[tuple[str, float], float] = {}
    for line in lines:
        packet = json.loads(line)
        zone = pack.city.terminals[packet["terminal"]].zone
        key = (zone, packet["pack"][0]["bt"])
        raw[key] = raw.get(key, 0) + packet["pack"][0]["v"]
    values = (out / "vitals.ndjson").read_bytes().splitlines()
    counts = [v for v in map(json.loads, values) if v["indicator"] == "people_count"]
    for value in random.Random(7).sample([v for v in counts if v["value"] is not None], 50):
        end = datetime.fromisoformat(value["window_end"]).timestamp()
        assert value["value"] == raw[value["zone"], end]


def told(out):
    """The changes of verdict of a run: (terminal, verdict, kind, when it began, window end)."""
    for line in (out / "faults.ndjson").read_bytes().splitlines():
        found = json.loads(line)
        yield tuple(found[k] for k in ("terminal", "verdict", "kind", "since", "window_end"))


def test_dead_and_copied_counters_are_told_and_no_other_is_at_fault_in_a_year(run_of):
    faults = [found for found in told(run_of("crowd")[1]) if found[1] == "fault"]
    assert {terminal for terminal, *_ in faults} == {
        "akl-107-quay-street", "akl-commerce-street-west"
    }  # fmt: skip
    assert [found for found in faults if found[0] == "akl-107-quay-street"] == [
        ("akl-107-quay-street", "fault", "flat_line",
         "2019-04-01T06:00:00+13:00", "2019-04-01T12:00:00+13:00"),
    ]  # fmt: skip
    assert {kind for terminal, _, kind, _, _ in faults if "commerce" in terminal} == {
        "flat_line", "echo"
    }  # fmt: skip


def test_dead_counter_is_never_cleared(run_of):
    of_it = [found for found in told(run_of("crowd")[1]) if found[0] == "akl-107-quay-street"]
    assert of_it[-1][1:3] == ("fault", "flat_line")


def test_midday_of_15_march_and_new_years_eve_are_events(run_of):
    events = [found for found in told(run_of("crowd")[1]) if found[1] == "event"]
    march = {t for t, _, _, _, end in events if "2019-03-15T11" < end < "2019-03-15T15"}
    assert march >= {f"akl-{number}-queen-street" for number in (210, 261, 297)}
    eve = {t for t, _, _, _, end in events if "2019-12-31T20" < end < "2020-01-01T03"}
    assert len(eve) >= 10


def test_stuck_and_filled_loop_is_told_with_what_was_found(pack, tmp_path):
    zone = pack.city.terminals["la-718076"].zone
    own = {t.id for t in pack.city.terminals_of(zone)}
    with gzip.open(RECORDINGS / NAMES["traffic"]) as file:
        lines = [line for line in file if json.loads(line)["terminal"] in own]
    (tmp_path / "zone.ndjson").write_bytes(b"".join(lines))
    replay([tmp_path / "zone.ndjson"], pack, tmp_path / "out")
    found = [(kind, since) for terminal, verdict, kind, since, _ in told(tmp_path / "out")
             if terminal == "la-718076" and verdict == "fault"]  # fmt: skip
    assert {kind for kind, _ in found} == {"flat_line", "straight_line"}
    assert ("flat_line", "2012-03-01T09:50:00-08:00") in found
