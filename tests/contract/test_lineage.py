"""A value leads down to exactly the readings that it was made of: computed from them again."""

import json
import math
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from indicators.registry import catalogue
from streams.lineage.files import ReplayRecords
from streams.lineage.readings import Found
from streams.lineage.tree import Lineage, LineageError, Node
from streams.pack.scenarios import load_scenario
from streams.replay import replay
from tests.storm_recording import sanshui, storm_lines

PACK = sanshui()


def by_terminal(readings: list[Found]) -> list[list[float]]:
    found = defaultdict(list)
    for reading in readings:
        found[reading.terminal].append(reading.value)
    return list(found.values())


def mean_of(readings: list[Found], quantity: str) -> float:
    """Of one quantity: with the others an empty road is told from a jam."""
    values = [reading.value for reading in readings if reading.quantity == quantity]
    return sum(values) / len(values)


def energy_mean(values: list[float]) -> float:
    return 10 * math.log10(sum(10 ** (value / 10) for value in values) / len(values))


AGAIN: dict[str, Callable[[list[Found]], float]] = {
    "water_depth": lambda r: max(sum(own) / len(own) for own in by_terminal(r)),
    "rain_60min": lambda r: max(sum(own) for own in by_terminal(r)),
    "traffic_speed": lambda r: mean_of(r, "traffic_speed"),
    "noise_leq": lambda r: energy_mean([x.value for x in r]),
    "temperature": lambda r: sum(sum(o) / len(o) for o in by_terminal(r)) / len(by_terminal(r)),
}
"""Vital sign → its value, from the readings that lineage names."""


@pytest.fixture(scope="module")
def storm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A storm with every fault of terminals in it, and what a replay of it wrote."""
    folder = tmp_path_factory.mktemp("lineage")
    lines = storm_lines(PACK, load_scenario("storm"), 40)
    (folder / "storm.ndjson").write_bytes(b"\n".join(lines) + b"\n")
    replay([folder / "storm.ndjson"], PACK, folder / "out")
    return folder


Explain = Callable[[str], Node]


@pytest.fixture(scope="module")
def explain(storm: Path) -> Explain:
    records = ReplayRecords(storm / "out", [storm / "storm.ndjson"], PACK.city)
    lineage = Lineage(records, PACK.city, catalogue(PACK.limits))

    def explained(id_: str) -> Node:
        trace = lineage.trace(id_)
        return trace.fill(records.readings(trace.leaves))

    return explained


def lines_of(storm: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (storm / "out" / name).read_text().splitlines()]


@pytest.mark.parametrize("sign", AGAIN)
def test_readings_give_the_value_again(storm, explain, sign):
    newest = {}
    for line in lines_of(storm, "vitals.ndjson"):
        if line["indicator"] == sign:
            newest[line["zone"], line["window_end"]] = line
    checked = 0
    for (zone, end), line in newest.items():
        node = explain(f"{zone}/{sign}/{end}")
        assert node.line == line
        if line["value"] is None:
            continue
        assert AGAIN[sign](node.readings) == pytest.approx(line["value"], rel=2e-3, abs=1e-3)
        checked += 1
    assert checked > 5


def test_alert_leads_to_the_value_that_fired_it_and_its_readings(storm, explain):
    events = lines_of(storm, "alerts.ndjson")
    assert events
    for event in events:
        node = explain(event["id"])
        (fired,) = node.made_of
        reason = event["data"]["reason"]
        assert (fired.line["value"], fired.line["window_end"]) == (
            reason["value"],
            reason["window_end"],
        )
        if reason["indicator"] in AGAIN:
            assert fired.readings


def test_index_of_a_district_leads_to_its_zones_signs_and_readings(storm, explain):
    district = next(
        line
        for line in reversed(lines_of(storm, "vitals.ndjson"))
        if line["kind"] == "district" and line["value"] is not None
    )
    node = explain(f"{district['zone']}/health_index/{district['window_end']}")
    assert node.made_of[0].line["zone"] == district["detail"]["worst_place"]
    worst = node.made_of[0]
    signs = {below.line["indicator"] for below in worst.made_of}
    assert worst.line["detail"]["worst"] in signs
    assert any(below.readings for below in worst.made_of)


def test_value_made_of_others_leads_to_those_of_its_window(storm, explain):
    made = [
        line
        for line in lines_of(storm, "vitals.ndjson")
        if line["indicator"] == "water_rise" and line["value"] is not None
    ]
    line = made[-1]
    node = explain(f"{line['zone']}/water_rise/{line['window_end']}")
    ends = [below.line["window_end"] for below in node.made_of]
    assert ends == sorted(ends)
    assert line["window_start"] < ends[0]
    assert ends[-1] == line["window_end"]
    assert {below.line["indicator"] for below in node.made_of} == {"water_depth"}


def test_newest_value_needs_no_end(storm, explain):
    lines = [line for line in lines_of(storm, "vitals.ndjson") if line["zone"] == "xq-underpass"]
    depths = [line for line in lines if line["indicator"] == "water_depth"]
    newest = max(depths, key=lambda line: line["window_end"])
    node = explain("xq-underpass/water_depth")
    assert node.line["window_end"] == newest["window_end"]


@pytest.mark.parametrize(
    ("id_", "said"),
    [
        ("nonsense", "is no id of a value"),
        ("xq-underpass/no_sign", "no vital sign 'no_sign'"),
        ("nowhere/water_depth", "no place 'nowhere'"),
        ("xq-underpass/water_depth/2001-01-01T00:00:00+08:00", "leave the end out"),
    ],
)
def test_what_is_not_there_is_said_with_the_mend(explain, id_, said):
    with pytest.raises(LineageError, match=said):
        explain(id_)
