"""People who come and go, when a place is full, and how a crowd moves."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.crowd.flow import people_count, people_in, people_net_inflow, people_out
from indicators.crowd.forecast import crowd_time_to_capacity, minutes_to_capacity
from indicators.crowd.motion import crowd_pressure, crowd_speed, walking_flow, walking_speed
from indicators.crowd.settings import CrowdSettings
from indicators.health.subscore import subscore
from indicators.registry import SIGNS
from sensors.city import Zone
from tests.formula_inputs import HOUR, aggregate, inputs
from tests.past_values import a_past

SETTINGS = CrowdSettings()
FIVE_MINUTES = 300_000


def test_people_of_all_counters_add_up():
    counters = [aggregate("people_count", [10, 20], "a"), aggregate("people_count", [5], "b")]
    assert people_count(SETTINGS, inputs(*counters)).value == 35


def test_counters_share_by_what_they_counted():
    counters = [aggregate("people_count", [10, 20], "a"), aggregate("people_count", [10], "b")]
    assert people_count(SETTINGS, inputs(*counters)).weights == {"a": 0.75, "b": 0.25}


def test_nobody_counted_is_zero_and_nobodys_share():
    measure = people_count(SETTINGS, inputs(aggregate("people_count", [0, 0])))
    assert (measure.value, measure.weights) == (0, {})


@pytest.mark.parametrize(
    ("formula", "quantity"), [(people_in, "people_in"), (people_out, "people_out")]
)
def test_those_who_pass_are_given_per_minute(formula, quantity):
    gates = [aggregate(quantity, [30, 30], "a"), aggregate(quantity, [40], "b")]
    measure = formula(SETTINGS, inputs(*gates, window=FIVE_MINUTES))
    assert measure.value == 20.0
    assert measure.detail == {"people": 100, "counters": 2}
    assert measure.weights == {"a": 0.6, "b": 0.4}


def test_net_inflow_is_who_came_less_who_left():
    gates = [aggregate("people_in", [50], "a"), aggregate("people_out", [150], "a")]
    measure = people_net_inflow(SETTINGS, inputs(*gates, window=FIVE_MINUTES))
    assert measure.value == -20.0
    assert measure.detail == {"in_per_min": 10.0, "out_per_min": 30.0}
    assert measure.weights == {"a": 1.0}


@pytest.mark.parametrize(
    ("counted", "reason"),
    [("people_in", "no_people_out"), ("people_out", "no_people_in")],
)
def test_net_inflow_needs_both_directions(counted, reason):
    measure = people_net_inflow(SETTINGS, inputs(aggregate(counted, [5])))
    assert (measure.value, measure.reason) == (None, reason)


def test_hour_of_people_is_an_hour():
    slow = inputs(aggregate("people_count", [40]), window=24 * HOUR)
    measure = people_count(SETTINGS, slow)
    assert (measure.value, measure.reason) == (None, "cadence_too_slow")


@pytest.mark.parametrize(("arrived", "is_short"), [(8, True), (9, False), (10, False)])
@pytest.mark.parametrize(
    ("formula", "quantity"),
    [(people_count, "people_count"), (people_in, "people_in"), (people_out, "people_out")],
)
def test_sum_of_people_with_losses_is_a_lower_bound(formula, quantity, arrived, is_short):
    measure = formula(SETTINGS, inputs(aggregate(quantity, [5] * arrived, expected=10.0)))
    assert measure.is_suspect is is_short
    assert measure.detail.get("at_least", False) is is_short


def test_sum_without_one_of_its_counters_is_a_lower_bound():
    counters = {"people_count": {"a": 60.0, "b": 60.0, "c": 60.0}}
    heard = [aggregate("people_count", [1] * 60, terminal) for terminal in "ab"]
    assert people_count(SETTINGS, inputs(*heard, declared=counters)).is_suspect


@pytest.mark.parametrize(
    ("entries", "exits", "is_known"), [(10, 10, True), (9, 9, True), (10, 8, False), (8, 10, False)]
)
def test_net_inflow_needs_both_directions_to_be_complete(entries, exits, is_known):
    gates = [
        aggregate("people_in", [5] * entries, "a", expected=10.0),
        aggregate("people_out", [5] * exits, "b", expected=10.0),
    ]
    measure = people_net_inflow(SETTINGS, inputs(*gates))
    assert (measure.value is not None) is is_known
    assert measure.reason == (None if is_known else "incomplete_directions")


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


def test_place_that_empties_says_how_many_leave():
    measure = filling((1200.0,), (-5.0,))
    assert measure.detail["net_inflow"] == -5.0
    assert measure.detail["net_outflow"] == 5.0


@pytest.mark.parametrize("doubted", ["crowd_number", "people_net_inflow"])
def test_time_to_capacity_of_what_is_suspect_is_suspect(doubted):
    history = {
        sign: [a_past(4, value, is_suspect=sign == doubted)]
        for sign, value in (("crowd_number", 800.0), ("people_net_inflow", 20.0))
    }
    zone = Zone(id="z", capacity=1000.0)
    assert crowd_time_to_capacity(SETTINGS, inputs(zone=zone, history=history)).is_suspect


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


def test_camera_that_sees_free_walkers_does_not_mask_a_turbulent_crowd():
    measure = pressing(("a", 1.0, 0.5), ("b", 5.0, 0.02))
    assert measure.value == pytest.approx(0.10)
    assert (measure.detail["terminal"], measure.weights) == ("b", {"b": 1.0})
    assert SIGNS["crowd_pressure"].level_of(measure.value) == "P1"


@pytest.mark.parametrize(("density", "value"), [(2.999, 0.0), (3.0, 0.204), (6.0, 0.408)])
def test_free_walkers_are_under_no_pressure(density, value):
    """They differ in speed by 0.26 m/s, which at 1/m² is three times the onset of turbulence."""
    measure = pressing(("a", density, 0.068))
    assert measure.value == pytest.approx(value)
    assert ("free_walking" in measure.detail) is (value == 0.0)


def test_dense_crowd_whose_variance_is_not_seen_is_judged_and_suspect():
    measure = pressing(("a", 1.0, 0.01), ("b", 6.0, None))
    assert measure.value == pytest.approx(0.06)
    assert (measure.is_suspect, measure.weights) == (True, {"a": 0.5, "b": 0.5})


def test_sparse_place_whose_variance_is_not_seen_raises_no_doubt():
    measure = pressing(("a", 5.0, 0.02), ("b", 1.0, None))
    assert (measure.value, measure.is_suspect) == (pytest.approx(0.1), False)


def test_pressure_and_capacity_are_of_life_safety():
    """Turbulence is red as crowding I is, a full place orange as crowding II is."""
    red, full = SIGNS["crowd_pressure"], SIGNS["crowd_capacity_share"]
    assert red.is_life_safety
    assert full.is_life_safety
    colours: dict[str | None, str] = {
        level.id: level.colour for level in (*red.levels, *full.levels)
    }
    assert colours[red.level_of(0.02)] == "red"
    assert colours[full.level_of(100.0)] == "orange"
    assert subscore(red.utility, 0.02) <= subscore(SIGNS["crowd_density"].utility, 4.5)
    assert subscore(full.utility, 100.0) == subscore(SIGNS["crowd_density"].utility, 3.5)


@pytest.mark.parametrize(
    ("pressure", "level"), [(0.0099, "P0"), (0.01, "P2"), (0.0199, "P2"), (0.02, "P1")]
)
def test_turbulence_begins_at_its_onset(pressure, level):
    assert SIGNS["crowd_pressure"].level_of(pressure) == level
