"""The alert of one place: raised and cleared on evidence only, one message after the other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anomaly.alert_stage import AlertStage
from anomaly.alert_state import Change, ladder
from sensors.city import Zone
from tests.alert_place import Place, dry
from tests.builders import (
    MINUTE_MS,
    T0_MS,
    a_city,
    a_crowd_rule,
    a_rule,
    a_rule_set,
    a_terminal,
    a_value,
)


def test_breach_is_raised_when_it_has_held_and_not_before():
    place = Place().feed((1, 0.20))
    assert place.said == []
    assert place.feed((2, 0.20)).said == [(2, "raised", "W4")]


@pytest.mark.parametrize(("value", "raised"), [(0.1499, False), (0.15, True), (0.1501, True)])
def test_level_is_reached_at_its_value(value, raised):
    assert bool(Place().feed((1, value), (2, value)).said) == raised


def test_onset_is_the_first_breach():
    (event,) = Place().feed((1, 0.0), (2, 0.2), (3, 0.2)).events
    assert event.onset == T0_MS + 2 * MINUTE_MS


def test_onset_of_a_jump_is_the_first_breach_of_any_level():
    (event,) = Place(a_rule(raise_hold=90.0)).feed((1, 0.2), (2, 0.3), (4, 0.3)).events
    assert (event.level.level, event.onset) == ("W3", T0_MS + MINUTE_MS)


def test_dip_below_the_raise_value_starts_the_hold_anew():
    assert Place().feed((1, 0.2), (2, 0.14), (3, 0.2)).said == []


def test_alert_stays_between_clear_and_raise_value():
    place = Place().feed((1, 0.2), (2, 0.2), *[(n, 0.13) for n in range(3, 60)])
    assert place.said == [(2, "raised", "W4")]


def test_alert_clears_after_its_clear_hold_and_not_before():
    place = Place().feed((1, 0.2), (2, 0.2), *dry(3, 12))
    assert place.said == [(2, "raised", "W4")]
    assert place.feed((13, 0.0)).said[1:] == [(13, "cleared", "W4")]


@pytest.mark.parametrize(("value", "clears"), [(0.1199, True), (0.12, False)])
def test_clear_value_itself_is_not_clear(value, clears):
    place = Place().feed((1, 0.2), (2, 0.2), *[(n, value) for n in range(3, 30)])
    assert (len(place.said) == 2) == clears


def test_splash_during_the_clear_run_starts_it_anew():
    place = Place().feed((1, 0.2), (2, 0.2), *dry(3, 11), (12, 0.13), *dry(13, 22))
    assert len(place.said) == 1
    assert place.feed((23, 0.0)).said[-1] == (23, "cleared", "W4")


def test_not_available_never_clears_and_is_said_once():
    place = Place().feed((1, 0.2), (2, 0.2), *[(n, None) for n in range(3, 60)])
    assert place.said == [(2, "raised", "W4"), (5, "stale", "W4")]


def test_one_missing_value_is_not_worth_a_message():
    place = Place().feed((1, 0.2), (2, 0.2), (3, None), (4, 0.2), (5, None), (6, None), (7, 0.2))
    assert place.said == [(2, "raised", "W4")]


def test_data_that_come_back_are_told():
    place = Place().feed((1, 0.2), (2, 0.2), (3, None), (4, None), (5, None), (6, 0.2), (7, 0.2))
    assert [change for _, change, _ in place.said] == ["raised", "stale", "resumed"]


def test_late_value_before_a_missing_one_raises_nothing():
    place = Place().feed((1, 0.0), *[(n, None) for n in range(2, 11)], (5, 0.5), (6, 0.5))
    assert place.said == []


def test_breach_of_three_days_ago_is_no_hold():
    place = Place().feed((1, 0.2), (4321, 0.2))
    assert place.said == []
    assert place.feed((4322, 0.2)).said == [(4322, "raised", "W4")]


def test_not_available_breaks_the_clear_run():
    place = Place().feed((1, 0.2), (2, 0.2), *dry(3, 11), (12, None), *dry(13, 22))
    assert "cleared" not in {change for _, change, _ in place.said}
    assert place.feed((23, 0.0)).said[-1] == (23, "cleared", "W4")


def test_gap_breaks_the_clear_run():
    place = Place().feed((1, 0.2), (2, 0.2), (3, 0.0), (30, 0.0), *dry(31, 39))
    assert len(place.said) == 1
    assert place.feed((40, 0.0)).said[-1] == (40, "cleared", "W4")


def test_three_windows_without_a_value_are_no_gap():
    place = Place().feed((1, 0.2), (2, 0.2), (3, 0.0), (6, 0.0), (9, 0.0), (12, 0.0), (13, 0.0))
    assert place.said[-1] == (13, "cleared", "W4")


def test_not_available_without_an_alert_says_nothing():
    assert Place().feed((1, None), (2, None)).said == []


def test_hold_needs_evidence_at_its_end():
    place = Place().feed((1, 0.2), (2, None), (3, None), (4, None))
    assert place.said == []
    assert place.feed((5, 0.2)).said == [(5, "raised", "W4")]


def test_rising_water_escalates_and_falling_water_eases_level_by_level():
    place = Place(a_rule(clear_hold=60.0)).feed(
        (1, 0.2), (2, 0.2), (3, 0.3), (4, 0.3), (5, 0.7), (6, 0.7),
        (7, 0.45), (8, 0.45), (9, 0.30), (10, 0.30), (11, 0.0), (12, 0.0),
    )  # fmt: skip
    assert place.said == [
        (2, "raised", "W4"), (4, "escalated", "W3"), (6, "escalated", "W1"),
        (8, "eased", "W2"), (10, "eased", "W3"), (12, "cleared", "W3"),
    ]  # fmt: skip
    assert [e.previous for e in place.events] == [None, "W4", "W3", "W1", "W2", "W3"]
    assert [e.number for e in place.events] == [1, 2, 3, 4, 5, 6]
    assert [e.threshold for e in place.events] == [0.15, 0.27, 0.60, 0.50, 0.35, 0.12]


def test_water_that_vanishes_clears_at_once_with_the_mildest_clear_value():
    place = Place(a_rule(clear_hold=60.0)).feed((1, 0.7), (2, 0.7), (3, 0.0), (4, 0.0))
    assert place.said == [(2, "raised", "W1"), (4, "cleared", "W1")]
    assert place.events[-1].threshold == 0.12


def test_underpass_is_one_level_more_severe():
    rungs = ladder(a_rule(), "underpass")
    assert [(r.level.level, r.raise_at, r.clear_at) for r in rungs] == [
        ("W3", 0.15, 0.12), ("W2", 0.27, 0.23), ("W1", 0.40, 0.35),
    ]  # fmt: skip


def test_shift_beyond_the_ladder_leaves_the_most_severe_level():
    rungs = ladder(a_rule(shift={"underpass": 9}), "underpass")
    assert [(r.level.level, r.raise_at) for r in rungs] == [("W1", 0.15)]


def test_place_without_a_shift_has_the_rules_own_ladder():
    assert [r.level.level for r in ladder(a_rule(), "square")] == ["W4", "W3", "W2", "W1"]


def test_correction_of_an_older_window_is_said_and_changes_nothing():
    place = Place().feed((1, 0.2), (2, 0.2), (3, 0.2), (4, 0.2))
    place.feed((3, 0.05), revision=1, at=T0_MS + 9 * MINUTE_MS)
    event = place.events[-1]
    assert place.said == [(2, "raised", "W4"), (3, "corrected", "W4")]
    assert (event.at, event.value, event.corrected_from) == (T0_MS + 9 * MINUTE_MS, 0.05, 0.2)


def test_correction_that_stays_on_its_level_is_not_worth_a_message():
    place = Place().feed((1, 0.2), (2, 0.2), (3, 0.2), (4, 0.2))
    assert len(place.feed((3, 0.21), revision=1).said) == 1


def test_correction_of_an_older_window_raises_nothing():
    place = Place().feed((1, 0.0), (2, 0.0), (3, 0.0))
    assert place.feed((1, 0.9), (2, 0.9), revision=1).said == []


def test_correction_of_the_newest_window_is_judged_from_now_on():
    place = Place().feed((1, 0.2), (2, 0.0))
    assert place.feed((2, 0.2), revision=1).said == []
    assert place.feed((3, 0.2)).said == [(3, "raised", "W4")]


def test_incident_that_a_correction_clears_and_raises_again_counts_on():
    place = Place(a_rule(raise_hold=0.0, clear_hold=0.0)).feed((1, 0.2))
    place.feed((1, 0.0), revision=1).feed((1, 0.2), revision=2)
    assert [change for _, change, _ in place.said] == ["raised", "cleared", "raised"]
    assert [event.number for event in place.events] == [1, 2, 3]


def test_history_of_an_endless_alert_stays_bounded():
    place = Place().feed(*[(minute, 0.2) for minute in range(2000)])
    assert len(place.state.history) <= 512


_streams = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 1, 1, 2, 5, 30, -1, -3]),
        st.sampled_from([None, 0.0, 0.0, 0.11, 0.13, 0.16, 0.25, 0.3, 0.45, 0.7]),
    ),
    max_size=80,
)
_rules = st.builds(
    lambda up, down, on, off, flaps: a_rule(
        raise_hold=up, clear_hold=down, min_on=on, min_off=off, flap_begin=flaps
    ),
    st.sampled_from([0.0, 60.0, 150.0]),
    st.sampled_from([0.0, 60.0, 600.0]),
    st.sampled_from([0.0, 300.0]),
    st.sampled_from([0.0, 300.0]),
    st.sampled_from([0.3, 0.5, 2.0]),
)


@given(_rules, st.sampled_from(["segment", "underpass"]), _streams)
def test_any_stream_tells_a_consistent_story(rule, kind, stream):
    place, minute, newest = Place(rule, kind), 10, 0
    for later, value in stream:
        minute = max(minute + later, 1)
        before = len(place.events)
        place.feed((minute, value))
        if minute < newest:
            assert {e.change for e in place.events[before:]} <= {Change.CORRECTED}
        # What is not available is no evidence: a value from before it is still the newest.
        newest = newest if value is None else max(newest, minute)
    active, onset, number, level = False, -1, 0, ""
    names = [rung.level.level for rung in place.rungs]
    for event in place.events:
        if event.change is Change.RAISED:
            assert not active
            assert event.previous is None
            number = number if event.onset == onset else 0
            active, onset = True, event.onset
        else:
            assert active
            assert event.onset == onset
        number += 1
        assert event.number == number
        if event.change is Change.ESCALATED:
            assert names.index(event.level.level) > names.index(level)
        if event.change is Change.EASED:
            assert names.index(event.level.level) < names.index(level)
        if event.change not in {Change.RAISED, Change.ESCALATED, Change.EASED}:
            assert event.level.level == level
        if event.change in {Change.RAISED, Change.ESCALATED}:
            assert event.value >= event.threshold
        if event.change in {Change.CLEARED, Change.EASED}:
            assert event.value < event.threshold
        level = event.level.level
        active = event.change is not Change.CLEARED


@given(_rules, _streams)
def test_onsets_of_different_alerts_differ(rule, stream):
    place, minute = Place(rule), 10
    for later, value in stream:
        minute = max(minute + later, 1)
        place.feed((minute, value))
    firsts = [e.onset for e in place.events if e.change is Change.RAISED and e.number == 1]
    assert len(firsts) == len(set(firsts))


def city():
    zones = [Zone(id="dip", kind="underpass"), Zone(id="road")]
    return a_city([a_terminal("a", "dip"), a_terminal("b", "road")], zones)


def test_stage_keeps_places_and_kinds_apart():
    stage = AlertStage(a_rule_set(), city(), {})
    events = []
    for minute in (1, 2):
        events += stage.step(a_value(minute, 0.2))
        events += stage.step(a_value(minute, 0.2, zone="road"))
        events += stage.step(a_value(minute, 1.6, zone="road", indicator="crowd_density"))
    assert sorted((e.zone, e.kind, e.level.level) for e in events) == [
        ("dip", "waterlogging", "W3"), ("road", "crowd", "C4"), ("road", "waterlogging", "W4"),
    ]  # fmt: skip


def test_stage_ignores_signs_without_a_rule():
    assert AlertStage(a_rule_set(), city(), {}).step(a_value(1, 99.0, indicator="noise_leq")) == []


def test_two_rules_of_one_kind_are_refused():
    with pytest.raises(ValueError, match="same kind"):
        AlertStage(a_rule_set(a_rule(), a_rule(id="other")), city(), {})


def test_mildest_rung_is_the_one_that_clears_the_place():
    stage = AlertStage(a_rule_set(a_rule(), a_crowd_rule()), city(), {})
    rung = stage.mildest("depth", "dip")
    assert (rung.level.level, rung.clear_at) == ("W3", 0.12)
