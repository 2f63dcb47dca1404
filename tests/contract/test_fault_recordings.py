"""Fault or event in real recordings: dead and stuck sensors, a copied week, a march, New Year's Eve."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from streams.citypack import load_pack
from tests.fault_run import judged

RECORDINGS = Path(__file__).resolve().parents[2].parent / "shared" / "recordings"
pytestmark = pytest.mark.skipif(
    not (RECORDINGS / "terminals.json").is_file(),
    reason=f"the recordings are not beside the project ({RECORDINGS})",
)
HOUR_MS = 3_600_000
QUAY, COMMERCE = "akl-107-quay-street", "akl-commerce-street-west"


@pytest.fixture(scope="module")
def city():
    return load_pack(RECORDINGS).city


@pytest.fixture(scope="module")
def crowd(city):
    return judged(RECORDINGS / "crowd-auckland-2019.ndjson.gz", city, 3600, stamped_end=True)


@pytest.fixture(scope="module")
def traffic(city):
    zones = {city.terminals[name].zone for name in ("la-718076", "la-772669")}
    return judged(RECORDINGS / "traffic-los-angeles-week.ndjson.gz", city, 300, zones=zones)


@pytest.fixture(scope="module")
def air(city):
    # The series whose constant runs are the longest.
    quantities = {"so2", "o3", "co"}
    return judged(RECORDINGS / "air-beijing-2016.ndjson.gz", city, 3600, quantities=quantities)


def auckland(year, month, day, hour):
    local = datetime(year, month, day, hour, tzinfo=ZoneInfo("Pacific/Auckland"))
    return round(local.timestamp() * 1000)


def crowd_of(run, terminal):
    return run.verdicts[terminal, "people_count"]


def events(run, terminal, since, until):
    """Ends of the hours within (since, until] in which a terminal has an event verdict."""
    found = crowd_of(run, terminal)
    return [v.at for v in found if since < v.at <= until and v.verdict == "event"]


def test_dead_counter_is_at_fault_within_half_a_day_and_stays_so(crowd):
    died = auckland(2019, 4, 1, 6)
    verdicts = crowd_of(crowd, QUAY)
    first = next(v for v in verdicts if v.kind == "flat_line")
    assert (first.verdict, first.since) == ("fault", died)
    assert first.at - died <= 12 * HOUR_MS
    assert {v.verdict for v in verdicts if v.at >= first.at} == {"fault"}
    assert sum(v.at > died for v in verdicts) > 6500


def test_counter_that_halved_three_weeks_before_it_died_is_a_drift_for_some_hours(crowd):
    # 168,000 people a week until 3 March, then 89,000, while its neighbours stayed as they were.
    early = [v for v in crowd_of(crowd, QUAY) if v.verdict == "fault" and v.kind != "flat_line"]
    assert {v.kind for v in early} == {"drift"}
    assert {v.since for v in early} == {auckland(2019, 3, 6, 20)}
    assert len(early) < 48


def test_rows_of_zeros_of_commerce_street_are_faults_before_they_end(crowd):
    flat = [v for v in crowd_of(crowd, COMMERCE) if v.kind == "flat_line"]
    assert {v.since for v in flat} == {auckland(2019, 4, 5, 23), auckland(2019, 4, 6, 19)}
    assert all(v.verdict == "fault" for v in flat)
    # The row of twelve hours is known as such at half time, its last six hours are faults.
    assert sum(v.since == auckland(2019, 4, 6, 19) for v in flat) >= 6


def test_week_that_the_source_copied_is_an_echo(crowd):
    echo = {v.at: v for v in crowd_of(crowd, COMMERCE) if v.kind == "echo"}
    assert all(v.verdict == "fault" for v in echo.values())
    assert min(echo) < auckland(2019, 1, 19, 0)
    # Each of those hours is what it was a week before, to the last visitor.
    values = dict(crowd.readings[COMMERCE, "people_count"])
    assert len(echo) > 100
    for at in echo:
        assert values[at] == values[at - 168 * HOUR_MS]


def test_no_other_counter_has_a_fault_verdict_in_a_year(crowd):
    assert set(crowd.with_fault()) == {(QUAY, "people_count"), (COMMERCE, "people_count")}
    assert crowd.series_days > 6900


def test_march_of_15_march_is_an_event_on_queen_street(crowd):
    noon = auckland(2019, 3, 15, 11), auckland(2019, 3, 15, 15)
    for terminal in ("akl-261-queen-street", "akl-297-queen-street", "akl-210-queen-street"):
        assert events(crowd, terminal, *noon)
    assert len(events(crowd, "akl-261-queen-street", *noon)) >= 3


def test_new_years_eve_is_an_event_everywhere_and_a_fault_nowhere(crowd):
    evening = auckland(2019, 12, 31, 21), auckland(2020, 1, 1, 2)
    for terminal, quantity in crowd.verdicts:
        if terminal != QUAY:
            assert events(crowd, terminal, *evening), terminal
            night = [v for v in crowd.verdicts[terminal, quantity] if evening[0] < v.at]
            assert all(v.verdict != "fault" for v in night)


def test_events_are_rare(crowd):
    share = np.mean([v.verdict == "event" for found in crowd.verdicts.values() for v in found])
    assert 0.001 < share < 0.01


def test_stuck_and_filled_detector_is_at_fault(traffic):
    faults = [v for v in traffic.verdicts["la-718076", "traffic_speed"] if v.verdict == "fault"]
    assert {v.kind for v in faults} == {"flat_line", "straight_line"}
    assert len(faults) > 150


def test_detector_at_the_cap_is_not_dead(traffic):
    verdicts = traffic.verdicts["la-772669", "traffic_speed"]
    values = dict(traffic.readings["la-772669", "traffic_speed"])
    assert sum(value == 112.7 for value in values.values()) > 400
    assert [v for v in verdicts if v.verdict == "fault"] == []


def test_every_other_fault_of_the_highway_is_a_line_to_the_digit(traffic):
    for (terminal, quantity), verdicts in traffic.verdicts.items():
        faults = [v for v in verdicts if v.verdict == "fault"]
        assert {v.kind for v in faults} <= {"flat_line", "straight_line"}
        if not faults:
            continue
        values = dict(traffic.readings[terminal, quantity])
        for verdict in faults:
            strongest = verdict.evidence[0]
            stretch = [v for at, v in values.items() if strongest.since <= at < verdict.at]
            assert len(stretch) >= 36
            # Speeds were rounded in miles and again in km/h.
            assert np.abs(np.diff(stretch, 2)).max() <= 0.25


def test_long_constant_runs_of_air_are_no_faults(air):
    assert air.series_days > 1000
    assert air.with_fault() == {}


def test_street_noise_is_no_fault(city):
    run = judged(RECORDINGS / "noise-montreal-2025.ndjson.gz", city, 600)
    assert run.with_fault() == {}
    assert run.series_days == 12
    assert (
        datetime.fromtimestamp(run.verdicts["mtl-sound-1", "laeq"][0].at / 1000, UTC).year == 2025
    )


def test_states_are_small(crowd, traffic, air):
    assert max(run.largest_state for run in (crowd, traffic, air)) <= 4096
