"""A cloudburst of the simulator: whatever it does to water and air, a fault is only what is made."""

import json
from collections import defaultdict

import pytest

from sensors.simulator.simulate import simulate
from streams.pack.scenarios import load_scenario
from tests.fault_run import judged_series
from tests.storm_recording import START, sanshui

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
