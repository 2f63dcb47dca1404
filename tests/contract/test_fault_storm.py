"""A cloudburst of the simulator: whatever it does to water and air, a fault is only what is made."""

import json
from collections import defaultdict
from datetime import datetime

import pytest

from sensors.simulator.simulate import simulate
from streams.pack.scenarios import load_scenario
from streams.replay import replay
from tests.fault_run import judged_series
from tests.storm_recording import START, leaping, sanshui, storm_lines, with_gauge

MINUTES = 150
PACK = sanshui()


@pytest.fixture(scope="module")
def readings():
    """(terminal, quantity) → [(Unix ms, value)] of a storm, without its broken and late packs."""
    found: dict[tuple[str, str], dict] = defaultdict(dict)
    for message in simulate(PACK.city, load_scenario("storm"), START, MINUTES * 60, 3):
        try:
            pack = json.loads(message.payload)
            at = float(pack[0]["bt"])
        except (ValueError, KeyError, IndexError, TypeError):
            continue
        if message.terminal in PACK.city.terminals and abs(at - message.due) < 120:
            for record in pack:
                if "v" in record and not record.get("t"):
                    found[message.terminal, record["n"]].setdefault(round(at * 1000), record["v"])
    return {series: sorted(values.items()) for series, values in found.items()}


def deepest(readings):
    """The gauge on which the water stood highest, and how high."""
    depths = {s: max(v for _, v in r) for s, r in readings.items() if s[1] == "water_depth"}
    series = max(depths, key=depths.__getitem__)
    return series, depths[series]


def test_no_gauge_of_a_storm_is_at_fault(readings):
    assert deepest(readings)[1] > 0.2
    run = judged_series(readings, PACK.city, 300)
    assert len(run.verdicts) > 150
    assert run.with_fault() == {}


def test_gauge_that_freezes_in_the_flood_is_at_fault_within_75_minutes(readings):
    series, depth = deepest(readings)
    frozen_at = next(at for at, value in readings[series] if value > depth / 2)
    level = dict(readings[series])[frozen_at]
    frozen = [(at, value if at < frozen_at else level) for at, value in readings[series]]
    run = judged_series({**readings, series: frozen}, PACK.city, 300)
    assert set(run.with_fault()) == {series}
    first = next(v for v in run.verdicts[series] if v.verdict == "fault")
    assert first.kind == "flat_line"
    assert first.at - frozen_at <= 75 * 60_000
    assert abs(first.since - frozen_at) <= 300_000


def test_gauge_that_leaps_by_80_cm_is_at_fault_in_the_same_window(readings):
    series, _ = deepest(readings)
    at = readings[series][10][0]
    leaping = [(when, value + 0.8 * (when >= at)) for when, value in readings[series]]
    run = judged_series({**readings, series: leaping}, PACK.city, 300)
    first = next(v for v in run.verdicts[series] if v.verdict == "fault")
    assert first.kind == "impossible_rate"
    assert 0 < first.at - at <= 300_000


FROZE = 20
"""Minute from which the gauge of the underpass says the same."""
LEAPT = 15


def freezing(minute):
    """A gauge that says for ever what it said last before a minute."""
    last = 0.0

    def says(now, depth):
        nonlocal last
        last = depth if now < minute else last
        return last

    return says


def standing(minute, level):
    """A gauge of whole centimetres, and a blocked gully: from a minute on the water stands."""
    return lambda now, depth: level if now >= minute else round(depth, 2)


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What a run of the whole engine tells of the sensors of a storm of three hours, by terminal."""
    folder = tmp_path_factory.mktemp("storm")
    lines = storm_lines(PACK, load_scenario("storm"), 180)
    for terminal, says in {
        "WL-04": freezing(FROZE), "WL-09": leaping(LEAPT, 0.8), "WL-06": standing(30, 0.24),
        "WL-08": lambda _, depth: round(depth, 2),
    }.items():  # fmt: skip
        lines = with_gauge(lines, terminal, says)
    (folder / "storm.ndjson").write_bytes(b"\n".join(lines) + b"\n")
    summary = replay([folder / "storm.ndjson"], PACK, folder / "out")
    assert summary["alerts"] > 0
    found = defaultdict(list)
    for line in (folder / "out" / "faults.ndjson").read_bytes().splitlines():
        change = json.loads(line)
        found[change["terminal"]].append(change)
    assert summary["faults"] == sum(map(len, found.values()))
    return found


def minute_of(time):
    return (datetime.fromisoformat(time).timestamp() - START) / 60


def test_run_tells_the_broken_gauges_of_a_storm_and_no_flooded_one(told):
    faults = {t for t, changes in told.items() if any(c["verdict"] == "fault" for c in changes)}
    assert faults == {"WL-04", "WL-09"}


def test_run_tells_a_gauge_that_leaps_within_minutes_with_figures_in_both_languages(told):
    (leap,) = told["WL-09"]
    assert (leap["before"], leap["verdict"], leap["kind"]) == ("clear", "fault", "impossible_rate")
    assert LEAPT < minute_of(leap["at"]) < LEAPT + 6
    assert abs(minute_of(leap["since"]) - LEAPT) <= 5
    assert "within 60 s" in leap["text"]["en"]
    assert "物理上限" in leap["text"]["zh"]
    assert leap["evidence"][0]["strength"] == 1.0


def test_run_tells_a_gauge_that_freezes_in_the_flood_when_the_water_would_have_moved(told):
    (frozen,) = told["WL-04"]
    assert frozen["kind"] == "flat_line"
    assert abs(minute_of(frozen["since"]) - FROZE) <= 5
    assert 120 <= minute_of(frozen["at"]) - FROZE <= 130


def test_water_that_stands_after_rain_on_a_gauge_of_centimetres_is_not_stuck(told):
    assert told["WL-06"] == told["WL-08"] == []
