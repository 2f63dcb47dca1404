"""Plans and timers: lengths that fit the data, and the order in which things fall due."""

from hypothesis import given
from hypothesis import strategies as st

from indicators.planning import plan_zone, remembered
from indicators.registry import SIGNS
from indicators.rounding import local_offset, rfc3339, significant
from indicators.timers import Timer, Timers
from tests.builders import T0_MS, a_city, a_terminal


def plan(**cadences):
    city = a_city([a_terminal("t", "z", cadences)])
    return plan_zone(city, city.zones["z"], SIGNS.values())


def test_zone_has_the_signs_its_terminals_can_feed():
    signs = set(plan(water_depth=30.0).signs)
    assert {"water_depth", "water_rise", "device_availability", "health_index"} <= signs
    assert not signs & {"rain_60min", "aqi_hourly", "noise_leq"}


def test_slow_gauge_stretches_window_and_hop():
    rain = plan(rain=900.0).signs["rain_10min"]
    assert (rain.window, rain.hop) == (900_000, 900_000)
    hour = plan(rain=900.0).signs["rain_60min"]
    assert (hour.window, hour.hop) == (3_600_000, 900_000)


@given(st.floats(1, 86400), st.sampled_from(["rain", "people_density", "laeq", "water_depth"]))
def test_hops_divide_windows_and_panes_divide_hops(cadence, quantity):
    zone = plan(**{quantity: cadence})
    for sign in zone.by_quantity[quantity]:
        assert sign.window % sign.hop == 0
        kept, span = remembered(zone.by_quantity[quantity])
        assert kept >= sign.horizon + sign.window + sign.grace
        assert span >= sign.window + sign.hop + sign.grace


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.sampled_from("ab"), st.sampled_from("xy"), st.integers(0, 2))))  # fmt: skip
def test_timers_fire_by_due_rank_zone_kind_key(entries):
    timers = Timers()
    for entry in entries:
        timers.set(Timer(*entry))
    fired = []
    while (timer := timers.next_due(10)) is not None:
        fired.append(tuple(timer))
    assert fired == sorted(entries)


def test_timer_fires_at_its_due_time_and_not_before():
    timers = Timers()
    timers.set(Timer(100, 0, "z", "k", 0))
    assert timers.next_due(99) is None
    assert timers.next_due(100) == Timer(100, 0, "z", "k", 0)
    assert timers.next_due(1000) is None


def test_times_have_a_numeric_offset():
    assert rfc3339(T0_MS, "Asia/Shanghai") == "2025-10-09T17:00:00+08:00"
    assert rfc3339(T0_MS + 5, "UTC") == "2025-10-09T09:00:00.005+00:00"
    assert rfc3339(1330588800000, "America/Los_Angeles") == "2012-03-01T00:00:00-08:00"


def test_offset_follows_summer_time():
    assert local_offset(1742529600000, "America/Toronto") == -4 * 3_600_000
    assert local_offset(1730000000000 + 86400000 * 30, "America/Toronto") == -5 * 3_600_000


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_published_number_is_a_fixed_point_of_rounding(value):
    assert significant(significant(value)) == significant(value)


def test_zone_has_a_sign_only_where_all_that_it_needs_is_declared():
    assert "crowd_pressure" not in plan(people_density=10.0).signs
    assert "crowd_pressure" not in plan(people_speed_variance=10.0).signs
    assert "crowd_pressure" in plan(people_density=10.0, people_speed_variance=10.0).signs


def test_windows_follow_what_the_sign_needs_and_not_what_it_may_have_besides():
    speed = plan(traffic_speed=600.0, traffic_flow=60.0).signs["traffic_speed"]
    assert speed.window == 600_000
    assert speed.quantities == ("traffic_flow", "traffic_speed")
    assert "traffic_speed" not in plan(traffic_flow=60.0).signs
