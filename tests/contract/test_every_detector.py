"""What every detector of the registry keeps."""

import math
import random

import pytest

from anomaly.registry import DEFAULT, DETECTORS, detector_for

HOUR_MS = 3_600_000
MINUTE_MS = 60_000
every_detector = pytest.mark.parametrize("make", DETECTORS.values(), ids=DETECTORS.keys())


def a_series(length, seed=1, step=5 * MINUTE_MS):
    """A daily wave with noise and a few spikes."""
    source = random.Random(seed)
    for n in range(length):
        at = n * step
        value = 50 + 20 * math.sin(at / HOUR_MS / 24 * 2 * math.pi) + source.gauss(0, 2)
        yield at, value + (80 if source.random() < 0.002 else 0)


def verdicts(detector, series):
    out = []
    for at, value in series:
        out.append(detector.score_one(at, value))
        detector.learn_one(at, value)
    return out


def test_default_detector_is_registered():
    assert DEFAULT in DETECTORS
    assert type(detector_for("water_depth")) is type(DETECTORS[DEFAULT]())


@every_detector
def test_score_while_learning_is_null(make):
    verdict = make().score_one(0, 1.0)
    assert (verdict.score, verdict.expected, verdict.deviation, verdict.scale) == (None,) * 4


@every_detector
def test_scores_lie_within_0_and_1_and_are_numbers(make):
    found = [v for v in verdicts(make(), a_series(5000)) if v.score is not None]
    assert len(found) > 4000
    for verdict in found:
        assert 0 <= verdict.score <= 1
        assert math.isfinite(verdict.expected)
        assert math.isfinite(verdict.deviation)
        assert verdict.scale > 0


@every_detector
@pytest.mark.parametrize("value", [0.0, 1e-300, -1e300, 1e300])
def test_extreme_value_after_a_plain_series_scores_a_number(make, value):
    detector = make()
    verdicts(detector, a_series(2000))
    verdict = detector.score_one(2000 * 5 * MINUTE_MS, value)
    assert 0 <= verdict.score <= 1


@every_detector
def test_spike_scores_above_what_is_usual(make):
    detector = make()
    usual = verdicts(detector, a_series(3000))[-1]
    assert detector.score_one(3000 * 5 * MINUTE_MS, 500.0).score > 0.9 > usual.score


@every_detector
@pytest.mark.parametrize("constant", [0.0, 7.25, -3.0, 1e6])
def test_constant_series_scores_0_for_its_constant(make, constant):
    found = verdicts(make(), ((n * HOUR_MS, constant) for n in range(24 * 21)))
    assert {v.score for v in found if v.score is not None} == {0.0}


@every_detector
def test_constant_series_scores_another_value_high(make):
    detector = make()
    verdicts(detector, ((n * HOUR_MS, 7.25) for n in range(24 * 21)))
    assert detector.score_one(24 * 21 * HOUR_MS, 8.25).score > 0.9


@every_detector
def test_scoring_does_not_learn(make):
    one, other = make(), make()
    for at, value in a_series(1500):
        for wild in (value, value + 1000, -value):
            one.score_one(at, wild)
        assert one.score_one(at, value) == other.score_one(at, value)
        one.learn_one(at, value)
        other.learn_one(at, value)
    assert one.dump() == other.dump()


@every_detector
def test_future_changes_no_score_of_the_past(make):
    series = list(a_series(2000))
    changed = series[:1000] + [(at, value * 3 + 7) for at, value in series[1000:]]
    assert verdicts(make(), series)[:1000] == verdicts(make(), changed)[:1000]


@every_detector
@pytest.mark.parametrize("cut", [0, 1, 2, 5, 6, 7, 59, 60, 61, 500, 1999])
def test_snapshot_continues_identically(make, cut):
    series = list(a_series(2000, step=MINUTE_MS))
    whole, part = make(), make()
    expected = verdicts(whole, series)
    found = verdicts(part, series[:cut])
    resumed = make()
    resumed.load(part.dump())
    found += verdicts(resumed, series[cut:])
    assert found == expected
    assert resumed.dump() == whole.dump()


@every_detector
def test_snapshot_of_a_long_series_stays_below_16_kb(make):
    detector = make()
    for at, value in a_series(100_000):
        detector.learn_one(at, value)
    assert len(detector.dump()) <= 16 * 1024


@every_detector
def test_snapshot_of_another_version_is_refused(make):
    with pytest.raises(ValueError, match=r".+"):
        make().load(b"\x95\x63\xc4\x00\xc4\x00\xc4\x00\x00")


@every_detector
def test_score_of_a_deviation_is_that_of_the_verdict(make):
    detector = make()
    for verdict in verdicts(detector, a_series(1000)):
        if verdict.score is not None:
            assert detector.score_of(verdict.deviation) == verdict.score


@every_detector
def test_score_rises_with_the_deviation_on_both_sides(make):
    scores = [make().score_of(d) for d in (0, 1, 2, 4, 8, 1e3, 1e9)]
    assert scores == sorted(scores)
    assert [make().score_of(-d) for d in (0, 1, 2, 4, 8, 1e3, 1e9)] == scores
