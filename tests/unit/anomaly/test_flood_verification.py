"""What forecasts of waterlogging are worth: each measure on cases that are reckoned by hand."""

import numpy as np
import pytest

from anomaly.flood_verification import (
    Forecasts,
    brier,
    crps_of_members,
    crps_of_normal,
    scores,
    warned,
)

MINUTES = np.arange(0.0, 7200.0, 60.0)


def an_event(reaching, crossing=None):
    """Forecasts every ten minutes; 15 cm are reached at `crossing` s."""
    truth = np.where((crossing or np.inf) <= MINUTES, 0.2, 0.1)
    made_at = np.arange(0.0, len(reaching) * 600.0, 600.0)
    return Forecasts(made_at, np.array(reaching), MINUTES, truth)


def test_a_warning_leads_from_when_it_was_raised():
    found = warned(an_event([0.1, 0.6, 0.4, 0.9, 1.0], 2400.0), 0.15)
    assert found == (2400.0, 1800.0, 1, 0)


def test_without_patience_the_last_run_leads_and_both_came_true():
    found = warned(an_event([0.1, 0.6, 0.4, 0.9, 1.0], 2400.0), 0.15, release=0.5)
    assert found == (2400.0, 600.0, 2, 0)


def test_a_warning_that_was_taken_back_before_the_flood_is_no_hit():
    assert warned(an_event([0.6, 0.1, 0.1, 0.1], 1200.0), 0.15).lead == 0.0


def test_a_warning_that_is_older_than_it_holds_is_false():
    found = warned(an_event([0.6] * 10, 4200.0), 0.15, valid_s=3600.0)
    assert found == (4200.0, 0.0, 0, 1)


def test_a_warning_without_a_flood_is_false():
    assert warned(an_event([0.6, 0.1, 0.7]), 0.15) == (None, None, 0, 2)


def test_a_flood_is_no_warning_of_itself():
    assert warned(an_event([0.0, 0.0, 1.0, 1.0], 1200.0), 0.15) == (1200.0, 0.0, 0, 0)


def test_scores_of_a_hit_a_miss_a_false_alarm_and_a_quiet_event():
    events = [
        warned(an_event([0.6, 0.6, 0.6], 1200.0), 0.15),
        warned(an_event([0.0, 0.0, 0.0], 1200.0), 0.15),
        warned(an_event([0.9, 0.0, 0.9]), 0.15),
        warned(an_event([0.0, 0.0, 0.0]), 0.15),
    ]
    found = scores(events)
    assert (found.floods, found.hits, found.false_alarms) == (2, 1, 1)
    assert (found.pod, found.far, found.csi) == pytest.approx((0.5, 0.5, 1 / 3))
    assert found.median_lead == 600.0
    assert (found.warnings, found.false_warnings, found.false_share) == (3, 2, 2 / 3)


def test_what_has_no_cases_is_none():
    found = scores([])
    assert (found.pod, found.far, found.csi, found.median_lead, found.false_share) == (None,) * 5


def test_brier():
    assert brier(np.array([0.0, 0.5, 1.0]), np.array([False, True, False])) == pytest.approx(
        1.25 / 3
    )


def test_crps_of_members_by_all_pairs():
    members = np.array([[0.3, 0.0, 0.1], [0.2, 0.2, 0.2]])
    found = crps_of_members(members, np.array([0.2, 0.5]))
    pairs = np.abs(members[0][:, None] - members[0]).mean() / 2
    assert found == pytest.approx([(0.1 + 0.2 + 0.1) / 3 - pairs, 0.3])


@pytest.mark.parametrize(
    ("mean", "sd", "truth"), [(0.1, 0.05, 0.2), (0.0, 0.1, 0.0), (-0.1, 0.1, 0.05), (0.5, 0.1, 0.4)]
)
def test_crps_of_a_normal_with_a_floor_is_that_of_many_members(mean, sd, truth):
    drawn = np.maximum(0.0, mean + sd * np.random.default_rng(0).standard_normal((1, 100_000)))
    expected = crps_of_members(drawn, np.array([truth]))
    found = crps_of_normal(np.array([mean]), np.array([sd]), np.array([truth]))
    assert found == pytest.approx(expected, rel=0.02)
