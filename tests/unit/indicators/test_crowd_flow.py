"""People who come and go, when a place is full, and how a crowd moves."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.crowd.flow import people_count, people_in, people_net_inflow, people_out
from indicators.crowd.forecast import crowd_time_to_capacity, minutes_to_capacity
from indicators.crowd.motion import crowd_pressure, crowd_speed, walking_flow, walking_speed
from indicators.crowd.settings import CrowdSettings
from indicators.registry import SIGNS
from sensors.city import Zone
from tests.formula_inputs import aggregate, inputs
from tests.past_values import a_past

SETTINGS = CrowdSettings()
FIVE_MINUTES = 300_000


def test_people_of_all_counters_add_up():
    counters = [aggregate("people_count", [10, 20], "a"), aggregate("people_count", [5], "b")]
    assert people_count(inputs(*counters)).value == 35


def test_counters_share_by_what_they_counted():
    counters = [aggregate("people_count", [10, 20], "a"), aggregate("people_count", [10], "b")]
    assert people_count(inputs(*counters)).weights == {"a": 0.75, "b": 0.25}


def test_nobody_counted_is_zero_and_nobodys_share():
    measure = people_count(inputs(aggregate("people_count", [0, 0])))
    assert (measure.value, measure.weights) == (0, {})


@pytest.mark.parametrize(
    ("formula", "quantity"), [(people_in, "people_in"), (people_out, "people_out")]
)
def test_those_who_pass_are_given_per_minute(formula, quantity):
    gates = [aggregate(quantity, [30, 30], "a"), aggregate(quantity, [40], "b")]
    measure = formula(inputs(*gates, window=FIVE_MINUTES))
    assert measure.value == 20.0
    assert measure.detail == {"people": 100, "counters": 2}
    assert measure.weights == {"a": 0.6, "b": 0.4}


def test_net_inflow_is_who_came_less_who_left():
    gates = [aggregate("people_in", [50], "a"), aggregate("people_out", [150], "a")]
    measure = people_net_inflow(inputs(*gates, window=FIVE_MINUTES))
    assert measure.value == -20.0
    assert measure.detail == {"in_per_min": 10.0, "out_per_min": 30.0}
    assert measure.weights == {"a": 1.0}


@pytest.mark.parametrize(
    ("counted", "reason"),
    [("people_in", "no_people_out"), ("people_out", "no_people_in")],
)
def test_net_inflow_needs_both_directions(counted, reason):
    measure = people_net_inflow(inputs(aggregate(counted, [5])))
    assert (measure.value, measure.reason) == (None, reason)


@pytest.mark.parametrize(
    ("people", "net", "minutes"),
    [(800, 20, 10), (999, 0.5, 2), (1000, 20, 0), (1200, -5, 0), (800, 0, None), (800, -1, None)],
)
def test_place_is_full_when_what_is_left_has_come(people, net, minutes):
    assert minutes_to_capacity(people, 1000, net) == minutes


def filling(number, net, capacity: float | None = 1000.0):
    history = {}
    if number is not None:
        history["crowd_number"] = [a_past(3, 1.0), a_past(4, *number)]
    if net is not None:
        history["people_net_inflow"] = [a_past(4, *net)]
    zone = Zone(id="z", capacity=capacity)
    return crowd_time_to_capacity(SETTINGS, inputs(zone=zone, history=history))


def test_time_to_capacity_goes_by_the_newest_values():
    measure = filling((800.0,), (20.0,))
    assert measure.value == 10.0
    assert measure.detail == {"people": 800.0, "capacity": 1000.0, "net_inflow": 20.0}


@pytest.mark.parametrize(
    ("number", "net", "capacity", "reason"),
    [
        ((800.0,), (0.0,), 1000.0, "not_filling"),
        ((800.0,), (-3.0,), 1000.0, "not_filling"),
        ((800.0,), (0.1,), 1000.0, "beyond_horizon"),
        ((800.0,), (5.0,), None, "no_capacity"),
        ((800.0,), None, 1000.0, "no_data"),
        (None, (5.0,), 1000.0, "no_data"),
        ((None,), (5.0,), 1000.0, "source_not_available"),
        ((800.0,), (None,), 1000.0, "source_not_available"),
    ],
)
def test_time_to_capacity_says_why_it_is_not_available(number, net, capacity, reason):
    measure = filling(number, net, capacity)
    assert (measure.value, measure.reason) == (None, reason)


@pytest.mark.parametrize("net", [None, (None,), (-5.0,), (5.0,)])
def test_full_place_is_full_whoever_comes(net):
    assert filling((1000.0,), net).value == 0.0


@pytest.mark.parametrize(
    ("minutes", "level"),
    [(30.1, None), (30, "CT4"), (15.1, "CT4"), (15, "CT3"), (0.1, "CT3"), (0, "CT2")],
)
def test_time_to_capacity_has_our_levels(minutes, level):
    assert SIGNS["crowd_time_to_capacity"].level_of(minutes) == level


def test_walkers_flow_has_its_maximum_where_weidmann_has_it():
    flows = {density / 100: walking_flow(density / 100, SETTINGS) for density in range(1, 540)}
    densest = max(flows, key=lambda density: flows[density])
    assert 1.5 <= densest <= 2.0
    assert round(flows[densest]) == 73


@pytest.mark.parametrize(
    ("density", "speed"), [(0.0, 1.34), (5.4, 0.0), (math.nextafter(5.4, 9), 0.0), (9.0, 0.0)]
)
def test_walking_speed_at_both_ends(density, speed):
    assert walking_speed(density, SETTINGS) == speed


@given(st.floats(0, 15), st.floats(0, 15))
def test_walkers_never_speed_up_in_a_denser_crowd(one, other):
    low, high = sorted((one, other))
    assert walking_speed(low, SETTINGS) >= walking_speed(high, SETTINGS) >= 0


def test_walking_speed_is_the_mean_of_all_readings():
    cameras = [
        aggregate("people_speed", [1.0, 2.0, 3.0], "a"),
        aggregate("people_speed", [4.0], "b"),
    ]
    measure = crowd_speed(inputs(*cameras))
    assert (measure.value, measure.weights) == (2.5, {"a": 0.75, "b": 0.25})


def pressing(*cameras):
    readings = [
        aggregate(quantity, [value], terminal)
        for terminal, density, variance in cameras
        for quantity, value in (("people_density", density), ("people_speed_variance", variance))
        if value is not None
    ]
    return crowd_pressure(SETTINGS, inputs(*readings))


def test_pressure_is_the_largest_of_the_cameras():
    measure = pressing(("a", 6.0, 0.004), ("b", 4.0, 0.01))
    assert measure.value == pytest.approx(0.04)
    assert measure.detail == {"density": 4.0, "variance": 0.01, "terminal": "b"}
    assert (measure.weights, measure.is_suspect, measure.level) == ({"b": 1.0}, False, None)


def test_pressure_of_cameras_that_see_different_things_is_suspect():
    measure = pressing(("a", 6.0, None), ("b", None, 0.01))
    assert measure.value == pytest.approx(0.06)
    assert (measure.weights, measure.is_suspect) == ({"a": 0.5, "b": 0.5}, True)


@pytest.mark.parametrize(
    ("density", "variance", "reason"),
    [(5.0, None, "no_speed_variance"), (None, 0.1, "no_density"), (None, None, "no_data")],
)
def test_pressure_needs_density_and_variance(density, variance, reason):
    measure = pressing(("a", density, variance))
    assert (measure.value, measure.reason) == (None, reason)


@pytest.mark.parametrize(("density", "level"), [(2.999, "P0"), (3.0, None), (6.0, None)])
def test_free_walkers_are_not_called_turbulent(density, level):
    """They differ in speed by 0.26 m/s, which at 1/m² is three times the onset of turbulence."""
    assert pressing(("a", density, 0.26**2)).level == level


@pytest.mark.parametrize(
    ("pressure", "level"), [(0.0099, "P0"), (0.01, "P2"), (0.0199, "P2"), (0.02, "P1")]
)
def test_turbulence_begins_at_its_onset(pressure, level):
    assert SIGNS["crowd_pressure"].level_of(pressure) == level
