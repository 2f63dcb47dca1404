"""Skill: forecasts are scored by what came, and persistence speaks where it has been better."""

import math
import random

import pytest
from msgspec.structs import replace

from anomaly.forecast_skill import PERSISTENCE, HorizonSkill, Skills
from anomaly.forecaster import Outlook

MINUTE_MS = 60_000
STEP_MS = 10 * MINUTE_MS
LIMITS = (12.0,)


def a_wave(n):
    return 10.0 + 5.0 * math.sin(n / 3)


def an_outlook(p50, width=1.0):
    return Outlook(600, p50 - width, p50, p50 + width, (0.5,), method="ours")


def judged(skill, length, said, came=a_wave, seed=1):
    """(judged, the value it was made at, what came) of a series of ten minutes."""
    source, found = random.Random(seed), []
    for n in range(length):
        value = came(n)
        skill.arrive(n * STEP_MS, value)
        outlook = skill.judged(n * STEP_MS, an_outlook(said(n, source)), LIMITS, value)
        found.append((outlook, value, came(n + 1)))
    return found


def foreseen(n, source):
    return a_wave(n + 1) + source.gauss(0, 0.3)


def far_off(n, source):
    return a_wave(n + 1) + source.choice((-30.0, 30.0))


def test_forecast_that_beats_persistence_stays_and_is_given_its_skill():
    *_, (outlook, _, _) = judged(HorizonSkill(600), 300, foreseen)
    assert outlook.method == "ours"
    assert 0.4 < outlook.skill <= 1.0
    assert outlook.cover == pytest.approx(1.0, abs=0.05)


def test_persistence_is_used_and_said_where_the_forecast_has_been_worse():
    found = judged(HorizonSkill(600), 300, far_off)
    for outlook, last, _ in found[31:]:
        assert outlook.method == PERSISTENCE
        assert outlook.p50 == last
        assert outlook.p10 <= last <= outlook.p90
        assert outlook.skill < 0.0
        assert outlook.horizon == 600


def test_forecast_speaks_again_once_it_has_become_better():
    skill, source, methods = HorizonSkill(600), random.Random(2), []
    judged(skill, 60, far_off)
    for n in range(60, 4000):
        skill.arrive(n * STEP_MS, a_wave(n))
        made = skill.judged(n * STEP_MS, an_outlook(foreseen(n, source)), LIMITS, a_wave(n))
        methods.append(made.method)
    assert methods[0] == PERSISTENCE
    assert methods[-1] == "ours"


def test_interval_of_persistence_is_right_four_times_of_five():
    found = judged(HorizonSkill(600), 6000, far_off)[1000:]
    inside = sum(o.p10 <= truth <= o.p90 for o, _, truth in found)
    assert {o.method for o, _, _ in found} == {PERSISTENCE}
    assert 0.75 <= inside / len(found) <= 0.87


def test_nothing_is_said_of_skill_before_thirty_truths():
    found = judged(HorizonSkill(600), 40, far_off)
    assert [o.skill is None for o, _, _ in found] == [True] * 30 + [False] * 10
    assert {o.method for o, _, _ in found[:30]} == {"ours"}


def test_persistence_is_never_below_the_least():
    source, skill = random.Random(1), HorizonSkill(600, least=0.0)
    outlook = an_outlook(50.0)
    for n in range(200):
        value = max(0.0, source.gauss(0.0, 1.0))
        skill.arrive(n * STEP_MS, value)
        outlook = skill.judged(n * STEP_MS, an_outlook(50.0), LIMITS, value)
        assert 0.0 <= outlook.p10 <= outlook.p50 <= outlook.p90
    assert outlook.method == PERSISTENCE
    unbound = HorizonSkill(600)
    unbound.load(skill.dump())
    assert unbound.judged(200 * STEP_MS, an_outlook(50.0), LIMITS, 0.0).p10 < 0.0


def test_bound_that_turns_out_to_be_none_is_given_up_for_all_horizons():
    skills, source = Skills((600, 1200), least=0.0), random.Random(1)
    bad = [an_outlook(50.0), replace(an_outlook(50.0), horizon=1200)]
    for n in range(200):
        value = max(0.0, source.gauss(0.0, 1.0))
        skills.arrive(n * STEP_MS, value)
        list(skills.judged(n * STEP_MS, bad, (0.0,), value))
    outlooks = list(skills.judged(200 * STEP_MS, bad, (0.0,), 0.0))
    assert [o.method for o in outlooks] == [PERSISTENCE, PERSISTENCE]
    assert all(o.p10 == 0.0 and o.exceed == (1.0,) for o in outlooks)
    skills.bound(-math.inf)
    for outlook in skills.judged(200 * STEP_MS, bad, (0.0,), 0.0):
        assert outlook.p10 < 0.0
        assert outlook.exceed[0] < 1.0


@pytest.mark.parametrize("least", [-math.inf, 0.0])
def test_probabilities_of_persistence_are_those_of_its_own_errors(least):
    skill, source, said = HorizonSkill(600, least=least), random.Random(5), []
    for n in range(3000):
        value = source.gauss(10.0, 1.0)
        skill.arrive(n * STEP_MS, value)
        outlook = skill.judged(n * STEP_MS, an_outlook(90.0), (0.0, 10.5), value)
        said.append((*outlook.exceed, value))
    for _, often, value in said[500:]:
        assert (often > 0.5) == (value >= 10.5) or abs(value - 10.5) < 0.3
    beyond = [below for below, *_ in said[500:]]
    assert min(beyond) >= (1.0 if least == 0.0 else 0.9)


def test_what_never_moved_is_certain_to_stay():
    skill, outlook = HorizonSkill(600), an_outlook(0.0)
    for n in range(60):
        skill.arrive(n * STEP_MS, 12.5)
        outlook = skill.judged(n * STEP_MS, an_outlook(0.0), (12.5, 13.0), 12.5)
    assert outlook.method == PERSISTENCE
    assert (outlook.p10, outlook.p50, outlook.p90) == (12.5, 12.5, 12.5)
    assert outlook.exceed == (1.0, 0.0)
    assert outlook.skill is None


def test_forecast_that_loses_little_goes_on_speaking():
    """A dry street in drizzle: persistence is perfect, and the forecast all but that."""
    strict, lenient = HorizonSkill(600), HorizonSkill(600, tolerance=0.02)
    for n in range(60):
        for skill, method in ((strict, PERSISTENCE), (lenient, "ours")):
            skill.arrive(n * STEP_MS, 0.0)
            outlook = skill.judged(n * STEP_MS, an_outlook(0.0, width=0.1), LIMITS, 0.0)
            assert outlook.method == (method if n >= 30 else "ours")


def test_truth_comes_within_a_minute_of_its_time():
    def known(late_ms):
        skill = HorizonSkill(600)
        skill.judged(0, an_outlook(1.0), LIMITS, 1.0)
        skill.arrive(600_000 + late_ms, 1.0)
        return skill.dump().known

    assert [known(late) for late in (-60_001, -60_000, 0, 60_000, 60_001)] == [0, 1, 1, 1, 0]


def test_truth_comes_as_near_to_its_time_as_the_series_has_values():
    def known(late_ms, within_ms):
        skills = Skills((600,))
        list(skills.judged(0, [an_outlook(1.0)], LIMITS, 1.0))
        skills.arrive(600_000 + late_ms, 1.0, within_ms)
        return skills.dump()[0].known

    assert known(300_000, 300_000) == known(-300_000, 300_000) == 1
    assert known(300_001, 300_000) == known(1, 0) == 0


def test_gap_drops_the_forecasts_whose_truth_it_holds():
    skill = HorizonSkill(600)
    for n in range(5):
        skill.judged(n * MINUTE_MS, an_outlook(1.0), LIMITS, 1.0)
    assert len(skill.dump().waiting) == 5
    skill.arrive(86_400_000, 1.0)
    assert (len(skill.dump().waiting), skill.dump().known) == (0, 0)


def test_asking_again_scores_nothing_twice():
    once, often = HorizonSkill(600), HorizonSkill(600)
    for n in range(100):
        for skill in (once, often):
            skill.arrive(n * MINUTE_MS, a_wave(n))
        expected = once.judged(n * MINUTE_MS, an_outlook(10.0), LIMITS, a_wave(n))
        for _ in range(3):
            assert often.judged(n * MINUTE_MS, an_outlook(10.0), LIMITS, a_wave(n)) == expected
    assert often.dump() == once.dump()


def test_no_more_than_a_dozen_forecasts_wait():
    skill = HorizonSkill(3600)
    for n in range(600):
        skill.arrive(n * 10_000, 1.0)
        skill.judged(n * 10_000, an_outlook(1.0), LIMITS, 1.0)
    assert 11 <= len(skill.dump().waiting) <= 13


@pytest.mark.parametrize("cut", [0, 1, 2, 29, 30, 31, 150])
@pytest.mark.parametrize("said", [foreseen, far_off])
def test_state_continues_identically(cut, said):
    whole, resumed, source = Skills((600, 1200)), Skills((600, 1200)), random.Random(1)
    for n in range(200):
        if n == cut:
            resumed.load(whole.dump())
        value, first = a_wave(n), an_outlook(said(n, source))
        outlooks = [first, replace(first, horizon=1200)]
        whole.arrive(n * STEP_MS, value)
        expected = list(whole.judged(n * STEP_MS, outlooks, LIMITS, value))
        if n >= cut:
            resumed.arrive(n * STEP_MS, value)
            assert list(resumed.judged(n * STEP_MS, outlooks, LIMITS, value)) == expected
            assert resumed.dump() == whole.dump()


def test_each_horizon_is_judged_by_itself():
    skills, source = Skills((600, 1200)), random.Random(1)
    near = far = an_outlook(0.0)
    for n in range(200):
        value = a_wave(n)
        skills.arrive(n * STEP_MS, value)
        good, bad = an_outlook(foreseen(n, source)), replace(an_outlook(90.0), horizon=1200)
        near, far = skills.judged(n * STEP_MS, [good, bad], LIMITS, value)
    assert (near.horizon, near.method) == (600, "ours")
    assert (far.horizon, far.method) == (1200, PERSISTENCE)
    assert near.skill is not None
    assert far.skill is not None
    assert near.skill > 0.0 > far.skill


def test_what_has_faded_to_nothing_errs_by_nothing():
    """A gauge that is stuck for half a year, then moves: no number becomes infinite."""
    skill, outlook = HorizonSkill(600), an_outlook(0.0)
    for n in range(12_000):
        value = 0.05 if n in (5, 11_990) else 0.0
        skill.arrive(n * STEP_MS, value)
        outlook = skill.judged(n * STEP_MS, an_outlook(0.0, width=0.0), LIMITS, value)
    assert all(map(math.isfinite, (outlook.p10, outlook.p90, outlook.skill, *outlook.exceed)))
    assert all(map(math.isfinite, skill.dump().numbers))


def test_skill_is_never_worse_than_twice_the_loss_of_persistence():
    *_, (outlook, _, _) = judged(HorizonSkill(600), 300, far_off)
    assert outlook.skill == -1.0
