"""Several signals at once: what never went together so is unusual, and each is told its share."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anomaly.detector import ALARM
from anomaly.joint import JOINTS, Joint, JointSignals
from anomaly.joint_scores import JointScores
from indicators.registry import SIGNS

MEMBERS = ("rain", "water", "speed")
MINUTE_MS = 60_000


def together(source):
    """Rain raises the water and slows the traffic."""
    common = source.gauss(0, 1)
    return {
        "rain": 0.9 * common + source.gauss(0, 0.4),
        "water": 0.9 * common + source.gauss(0, 0.4),
        "speed": -0.9 * common + source.gauss(0, 0.4),
    }


def taught(length=3000, seed=1):
    source, joint = random.Random(seed), Joint(MEMBERS)
    for n in range(length):
        joint.step(n * 5 * MINUTE_MS, together(source))
    return joint


def judged(joint, *values):
    verdict = joint.step(10**9, dict(zip(MEMBERS, values, strict=True)))
    assert verdict is not None
    return verdict


def test_nothing_is_said_while_learning():
    source, joint = random.Random(1), Joint(MEMBERS)
    found = [joint.step(n, together(source)) for n in range(120)]
    assert [verdict is None for verdict in found] == [True] * 100 + [False] * 20


def test_usual_values_that_never_went_together_are_unusual():
    assert judged(taught(), 1.2, 1.2, -1.2).score < ALARM
    assert judged(taught(), 1.5, -1.5, -1.5).score > ALARM


def test_the_odd_one_has_the_largest_share_and_shares_are_one_in_all():
    verdict = judged(taught(), 1.5, -2.5, -1.5)
    assert max(verdict.shares, key=verdict.shares.__getitem__) == "water"
    assert sum(verdict.shares.values()) == pytest.approx(1.0)


def test_what_is_extreme_together_is_unusual_and_shared_by_all():
    verdict = judged(taught(), 6.0, 6.0, -6.0)
    assert verdict.score > ALARM
    assert verdict.is_record
    assert all(0.1 < share < 0.6 for share in verdict.shares.values())


def test_missing_signal_is_left_out():
    verdict = taught().step(10**9, {"rain": 3.0, "water": -3.0})
    assert verdict is not None
    assert set(verdict.shares) == {"rain", "water"}
    assert verdict.score > ALARM


def test_constant_signals_give_numbers():
    joint = Joint(MEMBERS)
    *_, verdict = [joint.step(n, dict.fromkeys(MEMBERS, 0.0)) for n in range(300)]
    assert verdict is not None
    assert (verdict.score, set(verdict.shares.values())) == (0.0, {0.0})


@given(st.integers(0, 300), st.integers(0, 99))
def test_restored_joint_goes_on_identically(cut, seed):
    source = random.Random(seed)
    whole, restored = Joint(MEMBERS), Joint(MEMBERS)
    for n in range(cut):
        whole.step(n * MINUTE_MS, together(source))
    restored.load(whole.dump())
    for n in range(cut, cut + 50):
        moment = together(source)
        assert restored.step(n * MINUTE_MS, moment) == whole.step(n * MINUTE_MS, moment)
    assert restored.dump() == whole.dump()


# -- moments of a zone ---------------------------------------------------------------------------

PAIR = JointSignals("both", "两者", "Both", ("quick", "slow"))
QUICK, SLOW = 5, 10


def moments(scores, *arrivals):
    """The verdicts on each arrival: (signal, minute of the window's end, deviation)."""
    for signal, minute, deviation in arrivals:
        length = {"quick": QUICK, "slow": SLOW}[signal] * MINUTE_MS
        end = minute * MINUTE_MS
        yield [v for _, v in scores.step(signal, end - length, (end - length, end), deviation)]


def test_moment_is_that_of_the_slowest_signal():
    arrivals = ("quick", 5, 1.0), ("quick", 10, 2.0), ("slow", 10, 3.0), ("quick", 15, 4.0)
    assert [len(found) for found in moments(JointScores({}, (PAIR,)), *arrivals)] == [0, 0, 1, 0]


def test_signal_that_fell_silent_is_left_out_and_one_alone_is_no_moment():
    scores = JointScores({}, (PAIR,))
    assert not any(moments(scores, ("quick", 5, 1.0), ("slow", 60, 3.0), ("slow", 70, 3.0)))


def test_newest_deviation_of_the_others_counts():
    source, scores = random.Random(1), JointScores({}, (PAIR,))
    for n in range(1, 400):
        one = source.gauss(0, 1)
        arrivals = ("quick", 10 * n - 5, 9.0), ("quick", 10 * n, one), ("slow", 10 * n, one)
        assert any(moments(scores, *arrivals))
    *_, (agreeing,) = moments(scores, ("quick", 4000, 1.5), ("slow", 4000, 1.5))
    *_, (opposed,) = moments(scores, ("quick", 4010, -1.5), ("slow", 4010, 1.5))
    assert agreeing.score < ALARM < opposed.score


def test_members_are_scored_signs_and_named_in_both_languages():
    for joint in JOINTS:
        assert joint.zh
        assert joint.en
        assert joint.id not in SIGNS
        assert all(SIGNS[member].is_scored for member in joint.members)


def test_moment_that_another_signal_judged_in_a_gap_is_not_judged_again():
    three = JointSignals("all", "三者", "All", ("quick", "third", "slow"))
    scores, source = JointScores({}, (three,)), random.Random(1)
    seen = []
    for n in range(1, 300):
        arrivals = [("quick", 5 * (2 * n - 1)), ("quick", 10 * n), ("third", 10 * n)]
        if source.random() > 0.2:
            arrivals.append(("slow", 10 * n))
        for signal, minute in arrivals:
            length = {"quick": 5, "third": 10, "slow": 10}[signal] * MINUTE_MS
            end = minute * MINUTE_MS
            seen += [end for _ in scores.step(signal, end - length, (end - length, end), 1.0)]
    assert len(seen) == len(set(seen))
