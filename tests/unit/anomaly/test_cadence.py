"""The cadence: the usual step, whatever single ones are."""

from anomaly.cadence import Cadence


def taught(*steps):
    cadence = Cadence()
    for step in steps:
        cadence.learn_one(step)
    return cadence


def test_cadence_is_unknown_before_the_second_value():
    assert Cadence().ms == 0
    assert taught(60).ms == 60


def test_cadence_is_the_usual_step_and_survives_gaps():
    assert taught(60, 60, 61, 60, 99_999, 59, 60, 60, 60).ms == 60
    assert taught(*[60] * 9, 10**9, 10**9, 10**9, 10**9).ms == 60


def test_cadence_that_changes_is_known_after_five_values():
    assert taught(*[3600] * 20, *[60] * 4).ms == 3600
    assert taught(*[3600] * 20, *[60] * 5).ms == 60


def test_state_continues_identically_and_stays_small():
    whole, resumed = taught(*range(1, 50)), Cadence()
    resumed.load(whole.dump())
    assert resumed.ms == whole.ms
    for cadence in (whole, resumed):
        cadence.learn_one(7)
    assert (resumed.dump(), resumed.ms) == (whole.dump(), whole.ms)
    assert len(whole.dump()) == 9
