"""Scores: revision 0 teaches, corrections are judged against what was expected then."""

from anomaly.stage import Series, ZoneScores
from indicators.registry import SIGNS
from tests.builders import SHANGHAI, a_value

KEEP = {"water_depth": 3_600_000}


def stage(series=None):
    return ZoneScores(SHANGHAI, SIGNS, KEEP, {} if series is None else series)


def scores(zone, *values):
    return [zone.step(value) for value in values]


def usual(minute):
    return a_value(minute, 0.1 + 0.001 * (minute % 7))


def test_scores_are_null_while_learning_and_then_numbers():
    found = scores(stage(), *[usual(n) for n in range(1, 13)])
    assert [s.score is None for s in found] == [True] * 5 + [False] * 7


def test_not_available_is_not_scored():
    assert stage().step(a_value(0, None)) is None


def test_signs_that_are_not_scored_are_left_out():
    assert stage().step(a_value(0, 1.0, indicator="device_availability")) is None
    assert stage().step(a_value(0, 1.0, indicator="unheard_of")) is None


def test_correction_is_scored_against_the_expectation_of_its_window():
    zone = stage()
    found = scores(zone, *[usual(n) for n in range(30)])
    again = zone.step(a_value(20, 0.9, revision=1))
    assert again.expected == found[20].expected
    assert again.score > 0.9
    assert again.revision == 1


def test_correction_teaches_nothing():
    one, other = stage(), stage()
    for n in range(30):
        one.step(usual(n))
        other.step(usual(n))
        other.step(a_value(n, 9.0, revision=1))
    assert one.step(usual(30)) == other.step(usual(30))


def test_correction_of_a_window_that_was_never_scored_is_null():
    score = stage().step(a_value(3, 0.5, revision=1))
    assert (score.score, score.expected, score.deviation) == (None, None, None)


def test_expectations_are_forgotten_after_their_horizon():
    zone = stage()
    for n in range(2000):
        zone.step(usual(n))
    kept = zone.dump()["water_depth"].expectations
    assert 60 <= len(kept) <= 60 * 1.5 + 2


def test_snapshot_continues_identically():
    whole = stage()
    for n in range(40):
        whole.step(usual(n))
    dumped = {
        name: Series(s.detector, dict(s.expectations), s.learned_to)
        for name, s in whole.dump().items()
    }
    resumed = stage(dumped)
    later = [a_value(35, 0.7, revision=1), *[usual(n) for n in range(40, 80)]]
    assert scores(resumed, *later) == scores(whole, *later)
