"""What every test of evidence keeps, alone and in the judge that weighs it."""

import math
import random
import re

import msgspec
import pytest

from anomaly.faults.judge import FaultJudge
from anomaly.faults.physics import PHYSICS
from anomaly.faults.registry import TESTS
from anomaly.faults.series_window import ALONE, Around
from tests.fault_series import (
    BUSY,
    CALM,
    HOUR_MS,
    a_learnt_wave,
    a_wave,
    a_window,
    judge_all,
    provoking,
    said,
    windows,
)

every_test = pytest.mark.parametrize("kind", TESTS)
QUANTITIES = [*sorted(PHYSICS), "a_quantity_of_a_stranger"]
PROVOKING = provoking()
MOST_BYTES = 4096


def test_every_test_has_a_series_that_provokes_it():
    assert set(PROVOKING) == set(TESTS)


@every_test
def test_it_speaks_where_it_must_and_says_it_with_figures_in_both_languages(kind):
    quantity, steps = PROVOKING[kind]
    found = [evidence for window in said(quantity, steps, kind) for evidence in window]
    assert found
    for evidence in found:
        assert 0 < evidence.strength <= 1
        assert re.search(r"\d", evidence.en)
        assert re.search(r"\d", evidence.zh)
        assert re.search(r"[\u4e00-\u9fff]", evidence.zh)
        assert 0 <= evidence.since <= steps[-1][0].end


def a_series_with_gaps():
    """A plain series of irregular cadence, with an outage of a week."""
    source = random.Random(5)
    steps = [step for step in windows(a_wave(24 * 60)) if source.random() < 0.6]
    return steps[:300] + steps[450:]


@pytest.mark.parametrize("steps", [windows(a_wave(24 * 60)), a_series_with_gaps()])
def test_plain_series_has_no_evidence_but_for_chance_and_no_fault(steps):
    verdicts = judge_all(FaultJudge("people_count"), steps)
    found = [evidence.kind for verdict in verdicts for evidence in verdict.evidence]
    # One value in some hundreds is far off by chance, and then alone with it.
    assert set(found) <= {"neighbours"}
    assert len(found) < len(steps) / 100
    assert {verdict.verdict for verdict in verdicts} == {"usual", "unknown"}


@every_test
def test_future_changes_no_evidence_of_the_past(kind):
    quantity, steps = PROVOKING[kind]
    for cut in (len(steps) // 2, len(steps) - 2):
        changed = [(a_window(10**6 + n, 7.0 + n), BUSY) for n in range(5)]
        whole = said(quantity, steps, kind)
        assert said(quantity, [*steps[:cut], *changed], kind)[:cut] == whole[:cut]


@every_test
@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.97, 0.995, 1.0])
def test_snapshot_continues_identically(kind, share):
    quantity, steps = PROVOKING[kind]
    cut = round(share * len(steps))
    whole, part, resumed = (FaultJudge(quantity) for _ in range(3))
    expected = judge_all(whole, steps)
    found = judge_all(part, steps[:cut])
    resumed.load(part.dump())
    found += judge_all(resumed, steps[cut:])
    assert found == expected
    assert resumed.dump() == whole.dump()
    assert resumed.is_at_fault == whole.is_at_fault


def test_state_of_a_long_wild_series_stays_below_4_kb_and_all_its_strengths_are_shares():
    source = random.Random(8)
    judge, number = FaultJudge("water_depth"), 0
    for _ in range(20_000):
        number += source.choice((1, 1, 1, 2, 50))
        value = source.choice((0.0, 0.0, source.gauss(0, 1), 1e300, -1e300, 1e-300, 6.0))
        around = Around(tuple(source.gauss(0, 5) for _ in range(8)), source.choice((None, 0, 30)))
        window = a_window(number, value, 300_000, count=3, step=source.gauss(0, 1), lag_s=source.gauss(0, 200))  # fmt: skip
        for evidence in judge.step(window, around).evidence:
            assert 0 < evidence.strength <= 1
    assert len(judge.dump()) <= MOST_BYTES


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_constant_zero_is_no_fault_where_nothing_else_was_ever_expected(quantity):
    verdicts = judge_all(FaultJudge(quantity), windows([0.0] * 24 * 30))
    may_rest = PHYSICS.get(quantity)
    if may_rest is None or (may_rest.resting is None and may_rest.flat_readings is not None):
        # Never at rest: a temperature or a level of exactly 0 for a month is a dead gauge.
        assert verdicts[-1].verdict == "fault"
    else:
        assert {v.verdict for v in verdicts} <= {"usual", "unknown"}


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_plain_noise_in_the_middle_of_the_range_is_no_fault_of_any_quantity(quantity):
    source = random.Random(2)
    values = [round(20 + source.gauss(0, 0.5), 2) for _ in range(24 * 30)]
    verdicts = judge_all(FaultJudge(quantity), windows(values))
    beyond = PHYSICS.get(quantity) is not None and (PHYSICS[quantity].high or 1e9) < 20
    if not beyond and quantity != "pressure":
        assert {v.verdict for v in verdicts} <= {"usual", "unknown"}
        assert verdicts[-1].verdict == "usual"


@pytest.mark.parametrize("field", ["value", "low", "high", "first", "last", "step"])
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_refused_and_changes_nothing(field, bad):
    judge = FaultJudge("people_count")
    judge_all(judge, a_learnt_wave())
    before = judge.dump()
    with pytest.raises(ValueError, match="no number"):
        judge.step(a_window(504, 1.0, **{field: bad}))
    assert judge.dump() == before


@pytest.mark.parametrize("number", [503, 502, 0])
def test_window_that_is_not_later_is_refused_and_changes_nothing(number):
    judge = FaultJudge("people_count")
    judge_all(judge, a_learnt_wave())
    before = judge.dump()
    with pytest.raises(ValueError, match=str(504 * HOUR_MS)):
        judge.step(a_window(number, 300.0))
    assert judge.dump() == before


def test_asking_for_a_deviation_changes_nothing():
    one, other = FaultJudge("people_count"), FaultJudge("people_count")
    for window, around in a_learnt_wave():
        one.deviation(a_window(10**6, 5.0))
        one.deviation(window)
        assert one.step(window, around) == other.step(window, around)
    assert one.dump() == other.dump()


def test_snapshot_of_another_version_is_refused():
    with pytest.raises(ValueError, match="version 99"):
        FaultJudge("rain").load(msgspec.msgpack.encode((99, b"", [], None, ("usual", "", 0))))


def test_while_it_learns_nothing_is_known():
    verdict = FaultJudge("people_count").step(a_window(0, 300.0), ALONE)
    assert (verdict.verdict, verdict.evidence) == ("unknown", ())
    assert FaultJudge("people_count").step(a_window(0, 300.0), CALM).verdict == "unknown"
