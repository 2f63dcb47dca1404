"""Incidents by the standard normal deviate of occupancy or speed."""

import pytest

from indicators.registry import SIGNS
from indicators.traffic.incident import robust_deviate, traffic_incident
from indicators.traffic.settings import TrafficSettings
from tests.formula_inputs import inputs
from tests.past_values import a_past

SETTINGS = TrafficSettings()
USUAL = (8.0, 9.0, 10.0, 11.0, 12.0, 10.0, 6.0, 14.0)
"""Median 10, median absolute deviation 1.5."""


def series(values, last=60):
    """Values of successive minutes, of which the last ends `last` minutes after T0."""
    return [a_past(last - len(values) + n + 1, value) for n, value in enumerate(values)]


def incident(**history):
    return traffic_incident(SETTINGS, inputs(history=history))


def test_deviate_is_in_robust_standard_deviations():
    assert robust_deviate(16.0, USUAL, 0.1) == pytest.approx(6 / (1.4826 * 1.5))


def test_deviate_is_not_moved_by_one_wild_value_in_the_base():
    base = [9.0, 10.0, 10.0, 10.0, 11.0, 11.0, 9.0]
    wild = [*base[:-1], 99.0]
    assert robust_deviate(20.0, wild, 0.1) == pytest.approx(robust_deviate(20.0, base, 0.1))


def test_deviate_of_a_constant_base_uses_the_least_spread():
    assert robust_deviate(16.0, [10.0] * 8, 2.0) == 3.0


def test_incident_needs_two_successive_values_beyond_the_critical_one():
    once = incident(traffic_occupancy=series([*USUAL, 10.0, 40.0]))
    twice = incident(traffic_occupancy=series([*USUAL, 40.0, 40.0]))
    assert (once.level, twice.level) == ("I1", "I2")
    assert once.value == twice.value == pytest.approx(30 / 2.2239)


def test_incident_that_is_over_has_no_level_of_its_own():
    measure = incident(traffic_occupancy=series([*USUAL, 40.0, 10.0]))
    assert (measure.value, measure.level) == (0.0, None)


def test_two_values_with_a_gap_between_them_are_not_successive():
    values = [*series([*USUAL, 40.0], last=57), a_past(59, 40.0)]
    assert incident(traffic_occupancy=values).level == "I1"


def test_critical_value_itself_is_not_beyond_it():
    steady = [10.0] * 8
    at = incident(traffic_occupancy=series([*steady, 16.0, 16.0]))
    beyond = incident(traffic_occupancy=series([*steady, 16.01, 16.01]))
    assert (at.value, at.level, beyond.level) == (3.0, "I1", "I2")


def test_incident_says_what_is_measured_and_what_is_usual():
    measure = incident(traffic_occupancy=series([*USUAL, 10.0, 40.0]))
    assert measure.detail == {"measured": 40.0, "usual": 10.0, "previous": 0.0}


def test_slow_traffic_is_positive_where_only_speed_is_known():
    measure = incident(traffic_speed=series([*[60.0] * 8, 10.0, 15.0]))
    assert (measure.value, measure.level) == (15.0, "I2")
    assert (measure.detail["measured"], measure.detail["usual"]) == (15.0, 60.0)


def test_fast_traffic_is_no_incident():
    assert incident(traffic_speed=series([*[60.0] * 8, 90.0, 90.0])).value == -10.0


def test_occupancy_goes_before_speed():
    measure = incident(traffic_occupancy=series([*USUAL, 10.0, 10.0]),
                       traffic_speed=series([*[60.0] * 8, 10.0, 10.0]))  # fmt: skip
    assert measure.value == 0.0


def test_old_occupancy_gives_way_to_speed():
    measure = incident(traffic_occupancy=series([*USUAL, 10.0, 10.0], last=49),
                       traffic_speed=series([*[60.0] * 8, 10.0, 10.0]))  # fmt: skip
    assert measure.detail["usual"] == 60.0


def test_speed_does_where_occupancy_is_missing():
    """Twelve speeds an hour beside sixty occupancies: a sixth of all that was promised."""
    sign = SIGNS["traffic_incident"]
    assert sign.min_coverage == 0
    speeds = [a_past(5 * n, v) for n, v in enumerate([*[60.0] * 10, 10.0, 10.0], start=1)]
    dead = series([None] * 60)
    measure = sign.formula(inputs(history={"traffic_occupancy": dead, "traffic_speed": speeds}))
    assert (measure.level, measure.detail["usual"]) == ("I1", 60.0)


@pytest.mark.parametrize(("doubted", "is_suspect"), [(9, True), (8, True), (3, False)])
def test_deviate_of_suspect_values_is_suspect(doubted, is_suspect):
    values = [
        a_past(51 + n, value, is_suspect=n == doubted)
        for n, value in enumerate([*USUAL, 40.0, 40.0])
    ]
    assert incident(traffic_occupancy=values).is_suspect is is_suspect


@pytest.mark.parametrize(("last", "reason"), [(50, None), (49, "source_not_available")])
def test_old_values_tell_of_no_incident(last, reason):
    measure = incident(traffic_occupancy=series([*USUAL, 40.0, 40.0], last=last))
    assert measure.reason == reason


def test_windows_without_a_value_are_left_out():
    measure = incident(traffic_occupancy=series([*USUAL, 10.0, 40.0, None]))
    assert measure.detail["measured"] == 40.0


def test_nothing_at_all_is_no_data():
    assert incident().reason == "no_data"


@pytest.mark.parametrize(("count", "reason"), [(1, "learning"), (7, "learning"), (8, None)])
def test_usual_must_be_known_first(count, reason):
    assert incident(traffic_occupancy=series([10.0] * count)).reason == reason


def test_weights_are_those_of_the_newest_value():
    values = [*series([*USUAL, 10.0], last=59), a_past(60, 40.0, weights={"a": 1.0})]
    assert incident(traffic_occupancy=values).weights == {"a": 1.0}
