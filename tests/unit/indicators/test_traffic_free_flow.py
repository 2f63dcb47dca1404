"""Free flow is learned while little flows; each window once, in whatever order they come."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.traffic.free_flow import free_flow_speed, is_low_flow, learned_windows
from indicators.traffic.settings import TrafficSettings
from sensors.city import Zone
from tests.builders import MINUTE_MS, T0_MS
from tests.formula_inputs import HOUR, aggregate, inputs

SETTINGS = TrafficSettings(learning_windows=3)
FIVE = 5 * MINUTE_MS
NIGHT = T0_MS + 8 * HOUR
"""One o'clock in Shanghai."""


def window(speed, memory, start=NIGHT, **measured):
    readings = [aggregate("traffic_speed", [speed])]
    readings += [aggregate(quantity, [value]) for quantity, value in measured.items()]
    return inputs(*readings, start=start, end=start + FIVE, memory=memory)


def learn(windows, settings=SETTINGS, memory=None):
    memory = {} if memory is None else memory
    found = None
    for number, speed, measured in windows:
        given_ = window(speed, memory, NIGHT + number * FIVE, **measured)
        found = free_flow_speed(settings, given_, speed)
    return found, memory


def test_speed_of_the_pack_goes_before_what_could_be_learned():
    given_ = inputs(zone=Zone(id="z", free_flow_speed=60.0))
    assert free_flow_speed(SETTINGS, given_, 30.0) == 60.0
    assert given_.memory == {}


def test_free_flow_is_the_percentile_of_the_windows_in_which_little_flows():
    few, many = {"occupancy": 3.0}, {"occupancy": 40.0}
    nights = [(n, float(50 + n % 20), few) for n in range(100)]
    jams = [(n, 12.0, many) for n in range(100, 200)]
    found, memory = learn([*nights, *jams])
    assert found == pytest.approx(67, abs=1)
    assert learned_windows(window(1.0, memory, NIGHT + 300 * FIVE)) == 100


def test_free_flow_needs_some_windows_first():
    windows = [(n, 60.0, {"traffic_flow": 1.0}) for n in range(3)]
    assert [learn(windows[:n])[0] for n in (1, 2, 3)] == [None, None, 60.5]


@pytest.mark.parametrize(
    ("measured", "is_low"),
    [
        ({"occupancy": 8.0}, True), ({"occupancy": 8.1}, False),
        ({"traffic_flow": 5.0}, True), ({"traffic_flow": 5.1}, False),
        ({"occupancy": 60.0, "traffic_flow": 1.0}, False),
        ({"occupancy": 3.0, "traffic_flow": 1.0}, True),
    ],
)  # fmt: skip
def test_little_flows_where_all_that_is_measured_says_so(measured, is_low):
    assert is_low_flow(SETTINGS, window(50.0, {}, T0_MS, **measured)) is is_low


@pytest.mark.parametrize(
    ("local_hour", "is_low"), [(23.99, False), (0, True), (5.9, True), (6, False), (17, False)]
)
def test_night_of_the_place_counts_where_neither_is_measured(local_hour, is_low):
    midnight = T0_MS + 7 * HOUR
    start = midnight + round(local_hour * HOUR) - (24 * HOUR if local_hour > 12 else 0)
    assert is_low_flow(SETTINGS, window(50.0, {}, start)) is is_low


@pytest.mark.parametrize(("hour", "is_low"), [(21, False), (22, True), (3, True), (5, False)])
def test_hours_of_night_may_reach_over_midnight(hour, is_low):
    city = TrafficSettings(low_flow_hours=(22, 5))
    start = T0_MS - 17 * HOUR + hour * HOUR
    assert is_low_flow(city, window(50.0, {}, start)) is is_low


def test_window_that_comes_again_is_learned_in_place_of_before():
    once = learn([(0, 40.0, {}), (1, 60.0, {}), (2, 60.0, {})])
    again = learn([(0, 10.0, {}), (1, 60.0, {}), (2, 60.0, {}), (1, 60.0, {}), (0, 40.0, {})])
    assert again[1] == once[1]


def test_window_that_turns_out_to_be_busy_is_forgotten():
    few, many = {"occupancy": 3.0}, {"occupancy": 40.0}
    _, memory = learn([(0, 40.0, few), (1, 60.0, few), (0, 15.0, many)])
    assert memory == learn([(1, 60.0, few)])[1]


def test_correction_does_not_know_of_windows_after_its_own():
    _, memory = learn([(n, 60.0, {}) for n in range(5)])
    assert learned_windows(window(60.0, memory, NIGHT + FIVE)) == 2
    assert free_flow_speed(SETTINGS, window(60.0, memory, NIGHT + FIVE), 60.0) is None


@given(
    st.lists(
        st.tuples(st.integers(0, 20), st.sampled_from([20.0, 40.0, 60.0]), st.booleans()),
        min_size=1, max_size=40,
    )
)  # fmt: skip
def test_only_the_last_word_of_each_window_is_learned_whatever_the_order(said):
    windows = [(n, speed, {"occupancy": 3.0 if low else 50.0}) for n, speed, low in said]
    last = {n: (n, speed, measured) for n, speed, measured in windows}
    assert learn(windows)[1] == learn([last[n] for n in sorted(last)])[1]


def test_memory_stays_bounded_and_forgets_the_oldest_speeds():
    settings = TrafficSettings(memory_windows=600)
    _, memory = learn([(n, 30.0, {"occupancy": 3.0}) for n in range(600)], settings)
    _, memory = learn(
        [(n, float(60 + n % 10), {"occupancy": 3.0}) for n in range(600, 3000)], settings, memory
    )
    buckets = {key: n for key, n in memory.items() if key[0] != "@"}
    assert sum(buckets.values()) <= 600
    assert buckets.get("30", 0) < 60
    assert len(memory) <= 26 * 12 + 100
