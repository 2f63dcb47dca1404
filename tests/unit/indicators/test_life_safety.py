"""What lives depend on is never told as clear because a gauge is silent, slow or late."""

import pytest

from anomaly.alert import step
from anomaly.alert_state import AlertState, Change, ladder
from indicators.vital_sign import Quality
from tests.builders import MINUTE_MS, T0_MS, a_city, a_rule, a_terminal, a_value
from tests.zone_run import Reading, ZoneRun

RULE = a_rule()


def city_of(cadences, quantity):
    return a_city([a_terminal(name, "dip", {quantity: s}) for name, s in cadences.items()])


def played(cadences, depth_of, minutes, *, delay_s=1.0, quantity="water_depth"):
    """Values of a place whose gauges send `depth_of(name, minute)`; None is silence."""
    run, out, lines = ZoneRun(city_of(cadences, quantity), "dip"), [], []
    for name, cadence in cadences.items():
        for number in range(round(minutes * 60 / cadence)):
            at = number * cadence
            value = depth_of(name, at / 60)
            if value is not None:
                late = delay_s(name, at / 60) if callable(delay_s) else delay_s
                lines.append((at + late, Reading(name, quantity, T0_MS + round(at * 1000), value)))
    for received, reading in sorted(lines):
        out += run.feed(T0_MS + round(received * 1000), [reading])
    return out + run.advance(T0_MS + minutes * MINUTE_MS + 10_000)


def at_minutes(values, sign):
    """Minute of its end → the newest revision of each window."""
    found = {}
    for value in values:
        if value.indicator == sign:
            found[(value.window_end - T0_MS) // MINUTE_MS] = value
    return found


THREE = dict.fromkeys(("a", "b", "c"), 60.0)


def deepest_dies(name, minute):
    if name != "c":
        return 0.01
    return 0.7 if minute < 20 else None


def test_depth_is_a_bound_and_suspect_once_the_deepest_gauge_is_silent():
    depths = at_minutes(played(THREE, deepest_dies, 40), "water_depth")
    assert (depths[20].value, depths[20].quality) == (0.7, Quality.PASS)
    assert (depths[25].value, depths[25].quality) == (0.01, Quality.SUSPECT)


def test_alert_stays_and_is_told_stale_while_the_gauge_that_raised_it_is_silent():
    depths = at_minutes(played(THREE, deepest_dies, 90), "water_depth")
    state, changes = AlertState(), []
    for minute in sorted(depths):
        event = step(RULE, ladder(RULE, ""), state, depths[minute])
        changes += [event.change] if event else []
    assert changes == [Change.RAISED, Change.STALE]
    assert state.active >= 0


def test_index_keeps_the_cap_of_a_flood_whose_gauge_has_died():
    values = played(THREE, deepest_dies, 60)
    index = at_minutes(values, "health_index")
    assert index[19].value <= 40
    for minute in (25, 59):
        assert index[minute].value <= 40
        assert index[minute].detail["capped_by"] in {"water_depth", "water_hazard"}
        assert index[minute].quality is Quality.SUSPECT
    assert "water_depth" in index[59].detail["unknown"]


def test_dry_gauge_that_dies_is_unknown_and_never_clear():
    values = played({"a": 60.0}, lambda _, minute: 0.0 if minute < 20 else None, 60)
    index = at_minutes(values, "health_index")
    assert index[19].detail["domains"]["flood"] == 100.0
    assert index[40].value is None
    assert "water_depth" in index[40].detail["unknown"]


def test_slow_gauge_counts_in_every_window_until_it_speaks_again():
    cadences = {"fast": 60.0, "slow": 600.0}
    values = played(cadences, lambda name, _: 0.0 if name == "fast" else 0.7, 60)
    depths = at_minutes(values, "water_depth")
    known = [depths[minute] for minute in range(10, 60)]
    assert {value.value for value in known} == {0.7}
    assert {value.quality for value in known} == {Quality.PASS}


def test_fast_gauge_counts_with_its_newest_word_beside_a_slow_one():
    cadences = {"fast": 60.0, "slow": 600.0}
    values = played(cadences, lambda name, minute: minute / 100 if name == "fast" else 0.0, 60)
    depths = at_minutes(values, "water_depth")
    assert [depths[minute].value for minute in (30, 31, 32)] == [0.29, 0.3, 0.31]


@pytest.mark.parametrize("slow", [300.0, 900.0, 3600.0])
def test_quick_gauge_that_dies_beside_a_slow_one_is_missed_within_two_windows(slow):
    cadences = {"fast": 60.0, "slow": slow}

    def depth_of(name, minute):
        if name == "slow":
            return 0.0
        return 0.7 if minute < 130 else None

    depths = at_minutes(played(cadences, depth_of, 180), "water_depth")
    assert {depths[minute].value for minute in range(70, 131)} == {0.7}
    assert {depths[minute].quality for minute in range(70, 131)} == {Quality.PASS}
    assert {depths[minute].value for minute in range(132, 180)} == {0.0}
    assert {depths[minute].quality for minute in range(132, 180)} == {Quality.SUSPECT}


def test_one_full_camera_of_five_is_known_and_suspect():
    cameras = dict.fromkeys("abcde", 10.0)
    values = played(
        cameras, lambda name, _: 6.0 if name == "a" else None, 20, quantity="people_density"
    )
    density = at_minutes(values, "crowd_density")[10]
    assert (density.value, density.level) == (pytest.approx(6.0, abs=0.06), "C1")
    assert density.quality is Quality.SUSPECT
    assert at_minutes(values, "health_index")[12].value <= 40


def test_flood_that_is_always_reported_late_is_in_the_index_as_if_never_on_time_before():
    """Whether the gauge was punctual before it became slow must not matter."""

    def depth_of(_, minute):
        return 0.0 if minute < 10 else 0.7

    punctual = played({"a": 60.0}, depth_of, 60, delay_s=lambda _, m: 1.0 if m < 10 else 130.0)
    never = played({"a": 60.0}, depth_of, 60, delay_s=130.0)
    for values in (punctual, never):
        index = at_minutes(values, "health_index")[50]
        assert index.value <= 40
        assert index.detail["capped_by"] in {"water_depth", "water_hazard"}


def test_suspect_value_raises_and_worsens_but_never_eases():
    state, rungs = AlertState(), ladder(RULE, "")
    changes = []
    for minute in range(1, 40):
        value = 0.7 if minute < 10 else 0.0
        doubtful = a_value(minute, value, quality=Quality.SUSPECT)
        event = step(RULE, rungs, state, doubtful)
        changes += [event.change] if event else []
    assert changes == [Change.RAISED, Change.STALE]
