"""Timelines of rule files: what they compare, and how values go on between their moments."""

import pytest

from anomaly.timeline import Moment, RuleTest
from anomaly.timeline_run import Difference, run_test
from tests.builders import a_level, a_rule

RULE = a_rule(levels=(a_level("W4", 0.15, 0.12), a_level("W2", 0.40, 0.35)))


def differences(*moments, **changes):
    timeline = tuple(Moment(**moment) for moment in moments)
    return run_test(RULE, RuleTest(name="t", rule=RULE.id, timeline=timeline, **changes))


def test_nothing_differs_where_it_comes_as_expected():
    assert not differences(
        {"minute": 0, "value": 0.2, "level": "none", "says": ()},
        {"minute": 1, "level": "W4", "says": ("raised",)},
        {"minute": 3, "value": 0.5},
        {"minute": 4, "level": "W2", "says": ("escalated",)},
    )


def test_difference_tells_when_what_and_at_which_value():
    found = differences(
        {"minute": 0, "value": 0.2, "level": "W4"},
        {"minute": 2, "level": "none", "says": ()},
        {"minute": 3, "quality": "missing", "says": ("stale",)},
    )
    assert found == [
        Difference(0, "level", "W4", "none", 0.2),
        Difference(2, "level", "none", "W4", 0.2),
        Difference(2, "says", "nothing", "raised", 0.2),
        Difference(3, "says", "stale", "nothing", None),
    ]


def test_what_is_not_asked_is_not_compared():
    assert not differences({"minute": 0, "value": 0.9}, {"minute": 9})


def test_value_holds_until_the_next_one_and_in_every_window_between():
    """The second of two windows raises; with one window in all of the hour nothing does."""
    moments = {"minute": 0, "value": 0.2}, {"minute": 59, "value": 0.0, "says": ("raised",)}
    assert not differences(*moments)
    assert differences(*moments, every=3600.0)


def test_silence_holds_until_a_value_comes():
    assert not differences(
        {"minute": 0, "value": 0.2},
        {"minute": 1, "level": "W4"},
        {"minute": 2, "quality": "missing"},
        {"minute": 30, "says": ("stale",)},
        {"minute": 31, "value": 0.2, "says": ("resumed",)},
        {"minute": 32, "value": 0.0, "quality": "suspect"},
        {"minute": 90, "level": "W4"},  # what is suspect eases nothing
        {"minute": 91, "quality": "pass"},
        {"minute": 101, "level": "none"},
    )


def test_changes_between_two_moments_are_told_in_their_order():
    (found,) = differences(
        {"minute": 0, "value": 0.2},
        {"minute": 5, "value": 0.5},
        {"minute": 6, "says": ("escalated", "raised")},
    )
    assert found.found == "escalated"
    assert not differences(
        {"minute": 0, "value": 0.5, "says": ()},
        {"minute": 1, "value": 0.05},
        {"minute": 40, "says": ()},
    )


@pytest.mark.parametrize(("kind", "level"), [("other", "W4"), ("underpass", "W2")])
def test_kind_of_zone_counts(kind, level):
    rule = a_rule(levels=RULE.levels, shift={"underpass": 1})
    moments = (Moment(minute=0, value=0.2), Moment(minute=1, level=level))
    assert not run_test(rule, RuleTest(name="t", rule="r", timeline=moments, zone_kind=kind))


def test_sign_that_is_slower_than_a_minute():
    assert not differences(
        {"minute": 0, "value": 0.2, "level": "none"},
        {"minute": 10, "level": "W4", "says": ("raised",)},
        every=600.0,
    )
