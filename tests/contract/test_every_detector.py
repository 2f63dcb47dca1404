"""What every detector of the registry keeps."""

import math
import os
import random
import tracemalloc
from functools import partial

import pytest

from anomaly.day_kind import RESTING, WORKING, by_weekday
from anomaly.detector import ALARM, RESIDUAL
from anomaly.registry import DEFAULT, DETECTORS, detector_for

HOUR_MS = 3_600_000
MINUTE_MS = 60_000
LONG = int(os.environ.get("VITALS_LONG_SERIES", "60000"))
"""Values of a long series; a million take some minutes."""
every_detector = pytest.mark.parametrize(
    "make", [partial(make, by_weekday) for make in DETECTORS.values()], ids=DETECTORS.keys()
)


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
    assert type(detector_for("water_depth")) is type(DETECTORS[DEFAULT](by_weekday))


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
    spike = detector.score_one(3000 * 5 * MINUTE_MS, 500.0)
    assert spike.score > ALARM > 2 * usual.score
    assert spike.is_record


@every_detector
@pytest.mark.parametrize("constant", [0.0, 7.25, -3.0, 1e6])
def test_constant_series_scores_0_for_its_constant(make, constant):
    found = verdicts(make(), ((n * HOUR_MS, constant) for n in range(24 * 21)))
    assert {v.score for v in found if v.score is not None} == {0.0}


@every_detector
def test_constant_series_scores_another_value_high(make):
    detector = make()
    verdicts(detector, ((n * HOUR_MS, 7.25) for n in range(24 * 21)))
    assert detector.score_one(24 * 21 * HOUR_MS, 8.25).score > ALARM


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
@pytest.mark.parametrize("snapshot", [b"", b"\x95\x63\xc4\x00\xc4\x00\xc4\x00\x00", b"\x01"])
def test_snapshot_of_another_version_is_refused(make, snapshot):
    with pytest.raises(ValueError, match="snapshot"):
        make().load(snapshot)


@every_detector
@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_refused_and_teaches_nothing(make, number):
    detector = make()
    verdicts(detector, a_series(500))
    before = detector.dump()
    for act in (detector.score_one, detector.learn_one):
        with pytest.raises(ValueError, match=str(number)):
            act(500 * 5 * MINUTE_MS, number)
    assert detector.dump() == before


@every_detector
def test_score_is_that_of_its_views(make):
    detector = make()
    for verdict in verdicts(detector, a_series(1000)):
        if verdict.score is not None:
            others = verdict.severity - verdict.views[RESIDUAL]
            assert 0 <= others <= verdict.severity
            assert (verdict.view is None) == (verdict.severity == 0)


@every_detector
def test_correction_scores_more_the_farther_it_is_on_either_side(make):
    detector = make()
    verdicts(detector, a_series(1000))
    away = (0, 1, 2, 4, 8, 1e3, 1e9)
    scores = [detector.score_again(d, 0.0) for d in away]
    assert scores == sorted(scores)
    assert [detector.score_again(-d, 0.0) for d in away] == scores
    assert detector.score_again(0.0, 4.0) < detector.score_again(8.0, 4.0) <= 1


@every_detector
@pytest.mark.parametrize("factor", [1000.0, 0.001, 3.6])
def test_another_unit_changes_no_score(make, factor):
    usual = verdicts(make(), a_series(3000))
    scaled = verdicts(make(), ((at, value * factor) for at, value in a_series(3000)))
    for one, other in zip(usual, scaled, strict=True):
        assert (one.score is None) == (other.score is None)
        if one.score is not None:
            # Rounding may move a value into the next bin of a tail, 12 % beside it.
            assert other.score == pytest.approx(one.score, abs=0.02)


@every_detector
def test_gap_of_a_week_and_clocks_that_step_back_score_numbers(make):
    detector = make()
    series = list(a_series(2000))
    later = [(at + 7 * 24 * HOUR_MS, value) for at, value in series[1000:]]
    back = [(at - 3 * HOUR_MS, value) for at, value in later[500:]]
    for verdict in verdicts(detector, series[:1000] + later[:500] + back)[100:]:
        assert 0 <= verdict.score <= 1


@every_detector
def test_irregular_cadence_changes_little(make):
    source = random.Random(3)
    ragged = ((at + source.randrange(4 * MINUTE_MS), value) for at, value in a_series(3000))
    even, odd = verdicts(make(), a_series(3000)), verdicts(make(), ragged)
    alarms = [sum(v.score is not None and v.score >= ALARM for v in found) for found in (even, odd)]
    assert abs(alarms[0] - alarms[1]) <= 3


@every_detector
def test_what_goes_on_is_no_onset_until_it_is_worse(make):
    detector = make()
    length = 3000
    verdicts(detector, a_series(length))
    found = []
    for n in range(30):
        at, value = (length + n) * 5 * MINUTE_MS, 300.0 if n < 20 else 900.0
        found.append(detector.score_one(at, value))
        detector.learn_one(at, value)
    onsets = [n for n, v in enumerate(found) if v.is_record and v.score >= ALARM]
    assert onsets[0] == 0
    assert 20 in onsets
    assert len(onsets) <= 6


@every_detector
def test_kinds_of_days_come_from_the_calendar(make):
    """A holiday on a Tuesday is quiet like a Sunday: to who knows, that is nothing."""

    def quiet(day):
        return RESTING if day % 7 == 3 or day == 75 else WORKING

    def series():
        source = random.Random(5)
        for n in range(76 * 24):
            day, hour = divmod(n, 24)
            level = 20 if quiet(day) == RESTING else 100
            yield n * HOUR_MS, level + hour + source.gauss(0, 3)

    knowing, ignorant = make.func(quiet), make.func(lambda day: int(day % 7 == 3))
    told, untold = (verdicts(d, series())[-24:] for d in (knowing, ignorant))
    assert max(abs(v.deviation) for v in told) < 6
    assert min(abs(v.deviation) for v in untold) > 6
    assert sum(v.severity for v in untold) > 1.5 * sum(v.severity for v in told)


@every_detector
def test_memory_stays_the_same_over_a_long_series(make):
    detector = make()
    sizes = []
    tracemalloc.start()
    try:
        for n, (at, value) in enumerate(a_series(LONG)):
            detector.learn_one(at, value)
            if n in (LONG // 3, LONG - 1):
                sizes.append((tracemalloc.get_traced_memory()[0], len(detector.dump())))
    finally:
        tracemalloc.stop()
    # A year of days is remembered; after that nothing grows.
    assert sizes[1][0] <= sizes[0][0] + 16 * 1024
    assert sizes[1][1] <= sizes[0][1] + 4 * 1024


@every_detector
def test_series_that_begins_still_is_judged_by_how_it_moves_later(make):
    """A counter that is put up at night: its first movement is not the measure of all others."""
    still = [(n * 5 * MINUTE_MS, 50.0) for n in range(60)]
    alive = [(at + 60 * 5 * MINUTE_MS, value) for at, value in a_series(4000)]
    detector = make()
    verdicts(detector, still + alive)
    at = (4060 + 1) * 5 * MINUTE_MS
    usual = detector.score_one(at, 50.0).expected
    assert detector.score_one(at, usual).views[RESIDUAL] < 0.1
    assert detector.score_one(at, usual + 80).views[RESIDUAL] > 1.0  # without a bound: 0
