"""Scores: revision 0 teaches, corrections are judged against what was expected then."""

import pytest

from anomaly.day_kind import WORKING
from anomaly.stage import Series, ZoneScores
from indicators.registry import SIGNS
from tests.builders import SHANGHAI, T0_MS, a_value

DAY_MS = 86_400_000

KEEP = {"water_depth": 3_600_000}


def stage(series=None):
    return ZoneScores(SHANGHAI, SIGNS, KEEP, {} if series is None else series)


def scores(zone, *values):
    return [score for value in values for score in zone.step(value)]


def usual(minute):
    return a_value(minute, 0.1 + 0.001 * (minute % 7))


def test_scores_are_null_while_learning_and_then_numbers():
    found = scores(stage(), *[usual(n) for n in range(60)])
    assert [s.score is None for s in found] == [True] * 50 + [False] * 10
    assert all((s.expected is None) == (s.score is None) for s in found)
    assert all(s.low < s.expected < s.high for s in found[50:])


def test_something_new_is_an_onset_and_names_the_view_that_saw_it():
    zone = stage()
    scores(zone, *[usual(n) for n in range(200)])
    first, second = scores(zone, a_value(200, 0.9), a_value(201, 0.9))
    assert first.score >= 0.5
    assert (first.onset, second.onset) == (True, False)
    assert first.view == "range"


def test_days_of_rest_come_from_the_calendar():
    asked: list[int] = []

    def day_kind(day: int) -> int:
        asked.append(day)
        return WORKING

    zone = ZoneScores(SHANGHAI, SIGNS, KEEP, {}, day_kind=day_kind)
    # T0 is 17:00 in Shanghai and 09:00 in UTC: local days are asked for.
    scores(zone, usual(1), usual(7 * 60))
    assert set(asked) == {T0_MS // DAY_MS}
    scores(zone, usual(7 * 60 + 1))
    assert set(asked) == {T0_MS // DAY_MS, T0_MS // DAY_MS + 1}


def test_not_available_is_not_scored():
    assert stage().step(a_value(0, None)) == []


def test_signs_that_are_not_scored_are_left_out():
    assert stage().step(a_value(0, 1.0, indicator="device_availability")) == []
    assert stage().step(a_value(0, 1.0, indicator="unheard_of")) == []


def test_correction_is_scored_against_the_expectation_of_its_window():
    zone = stage()
    found = scores(zone, *[usual(n) for n in range(90)])
    (again,) = zone.step(a_value(60, 0.9, revision=1))
    assert (again.expected, again.low) == (found[60].expected, found[60].low)
    assert again.score > 2 * found[60].score
    assert again.revision == 1
    assert not again.onset


def test_correction_to_what_was_published_scores_nearly_as_that_did():
    zone = stage()
    found = scores(zone, *[usual(n) for n in range(90)])
    (again,) = zone.step(a_value(80, usual(80).value, revision=1))
    assert again.score == pytest.approx(found[80].score, abs=0.05)


def test_correction_teaches_nothing():
    one, other = stage(), stage()
    for n in range(90):
        one.step(usual(n))
        other.step(usual(n))
        other.step(a_value(n, 9.0, revision=1))
    assert one.step(usual(90)) == other.step(usual(90))


def test_correction_of_a_window_that_was_never_scored_is_null():
    (score,) = stage().step(a_value(3, 0.5, revision=1))
    assert (score.score, score.expected, score.deviation) == (None, None, None)


def test_expectations_are_forgotten_after_their_horizon():
    zone = stage()
    for n in range(2000):
        zone.step(usual(n))
    kept = zone.dump()["water_depth"].expectations
    assert 60 <= len(kept) <= 60 * 1.5 + 2


def test_snapshot_continues_identically():
    whole = stage()
    for n in range(80):
        whole.step(usual(n))
    dumped = {
        name: Series(s.detector, dict(s.expectations), s.learned_to)
        for name, s in whole.dump().items()
    }
    resumed = stage(dumped)
    later = [a_value(65, 0.7, revision=1), *[usual(n) for n in range(80, 160)]]
    assert scores(resumed, *later) == scores(whole, *later)
