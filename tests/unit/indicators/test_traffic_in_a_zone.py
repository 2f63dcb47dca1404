"""Signs of traffic and parking as a zone publishes them, from readings in time."""

import pytest

from indicators.vital_sign import Quality, VitalValue
from sensors.city import Zone
from tests.builders import MINUTE_MS, T0_MS, a_city, a_terminal
from tests.zone_history import each_minute, published
from tests.zone_run import Reading, ZoneRun

ROAD = Zone(id="z", free_flow_speed=50.0, road_class="arterial", length_m=500.0)
LOOP = {"traffic_speed": 60.0, "traffic_flow": 60.0, "occupancy": 60.0}


def driving(detectors, zone=ROAD, minutes=20):
    """Detectors that say the same (speed, flow, occupancy) all the time; None is never sent."""
    city = a_city([a_terminal(name, "z", LOOP) for name in detectors], [zone])
    readings = [
        reading
        for name, values in detectors.items()
        for quantity, value in zip(LOOP, values, strict=True)
        for reading in each_minute(name, quantity, [value] * minutes)
    ]
    return published(city, readings, minutes + 1)


def test_travel_time_of_a_slow_and_a_free_detector_is_three_times_the_free_one():
    values = driving({"a": (10.0, 5.0, 30.0), "b": (50.0, 5.0, 8.0)})
    assert values["traffic_speed_ratio", 15].value == 0.6
    assert (values["traffic_time_index", 15].value, values["traffic_time_index", 15].level) == (
        3.0,
        "TD4",
    )


@pytest.mark.parametrize(
    ("slow", "flow", "index"), [(18.0, 5.0, 0.0), (10.0, 5.0, 10.0), (10.0, 1.0, 6.0)]
)
def test_performance_index_goes_by_severe_congestion_and_by_what_passes(slow, flow, index):
    """18 km/h on such a road are level 4; one vehicle of ten is 10 %, half of them are 50 %."""
    flows = {5.0: 5.0, 1.0: 9.0}[flow]
    values = driving({"a": (slow, flow, 30.0), "b": (50.0, flows, 8.0)})
    assert values["traffic_congested_share", 15].value == 50.0
    expected = {0.0: 0.0, 10.0: 10.0, 6.0: pytest.approx(5 + 1 / 3)}[index]
    assert values["traffic_tpi", 15].value == expected


@pytest.mark.parametrize(
    ("speed", "level"), [(35.0, "T1"), (25.0, "T2"), (20.0, "T3"), (15.0, "T4")]
)
def test_speed_ratio_at_an_edge_has_the_better_level(speed, level):
    assert driving({"a": (speed, 5.0, 9.0)})["traffic_speed_ratio", 15].level == level


def test_empty_road_is_no_jam():
    values = driving({"a": (0.0, 0.0, 0.0)})
    for sign in ("traffic_speed", "traffic_speed_ratio", "traffic_congested_share"):
        value = values[sign, 15]
        assert (value.value, value.level, value.reason) == (None, None, "no_vehicles")
    for sign in ("traffic_level", "traffic_time_index", "traffic_tpi"):
        assert values[sign, 15].value is None


def test_standing_traffic_is_a_jam():
    values = driving({"a": (0.0, 0.0, 95.0)})
    assert (values["traffic_speed_ratio", 15].level, values["traffic_level", 15].value) == (
        "T5",
        5.0,
    )


def test_speed_is_known_where_flow_and_occupancy_are_dead():
    value = driving({"a": (30.0, None, None)})["traffic_speed_ratio", 15]
    assert (value.value, value.level) == (0.6, "T2")


def test_incident_is_seen_by_speed_where_the_occupancy_is_dead():
    city = a_city([a_terminal("a", "z", LOOP)], [ROAD])
    speeds = [60.0 + n % 3 for n in range(110)] + [8.0] * 10
    values = published(city, each_minute("a", "traffic_speed", speeds), 121)
    value = values["traffic_incident", 120]
    assert (value.level, value.quality) == ("I2", Quality.SUSPECT)
    assert value.coverage < 0.25
    assert value.value == pytest.approx(53 / 3, abs=1)


CLASSLESS = a_city([a_terminal("a", "z", dict.fromkeys(LOOP, 300.0))])


def passing(n):
    """Five minutes: 60 km/h on a road with room, each sixth time 20 km/h on a full one."""
    speed, flow, lane = (20.0, 25.0, 45.0) if n % 6 == 5 else (60.0 + n % 4, 3.0, 4.0)
    for quantity, value in zip(LOOP, (speed, flow, lane), strict=True):
        yield from each_minute("a", quantity, [value], first=5 * n)


def test_free_flow_is_learned_while_little_flows():
    values = published(CLASSLESS, [r for n in range(100) for r in passing(n)], 5 * 100 + 1)
    value = values["traffic_speed_ratio", 495]
    assert value.detail["free_flow"] == 63.5
    learning = values["traffic_speed_ratio", 5 * 60]
    assert (learning.reason, learning.detail) == ("learning_free_flow", {"windows": 50})


def test_late_windows_teach_once_what_they_would_have_taught_on_time():
    """Each fifth window comes late, one reading at a time, the last first."""
    on_time, late = ZoneRun(CLASSLESS, "z"), ZoneRun(CLASSLESS, "z")
    held: list[Reading] = []
    said: tuple[list[VitalValue], list[VitalValue]] = ([], [])
    for n in range(100):
        now, pack = T0_MS + 5 * n * MINUTE_MS + 500, list(passing(n))
        said[0].extend(on_time.feed(now, pack))
        is_held = n % 5 == 2 and n < 90
        held += pack if is_held else []
        said[1].extend(late.feed(now, [] if is_held else pack))
        if n == 90:
            for reading in reversed(held):
                said[1].extend(late.feed(now + 1, [reading]))
    ratios = [
        {v.window_end: v for v in values if v.indicator == "traffic_speed_ratio"} for values in said
    ]
    after = T0_MS + 5 * 91 * MINUTE_MS
    for end, value in ratios[0].items():
        if end > after:
            assert ratios[1][end].detail["free_flow"] == value.detail["free_flow"] == 63.5
            assert ratios[1][end].value == value.value
    memories = [run.state.signs["traffic_speed_ratio"].memory for run in (on_time, late)]
    assert memories[0] == memories[1]


def test_overfull_car_park_leaves_the_spaces_of_the_other_free():
    city = a_city(
        [
            a_terminal(name, "z", {"parking_occupied": 60.0}, {"parking_occupied": 100.0})
            for name in "ab"
        ]
    )
    readings = [
        *each_minute("a", "parking_occupied", [120.0] * 40),
        *each_minute("b", "parking_occupied", [80.0] * 40),
    ]
    values = published(city, readings, 41)
    value = values["parking_occupancy", 35]
    assert (value.value, value.detail["free"], value.quality) == (100.0, 20.0, Quality.SUSPECT)
    assert values["parking_time_to_full", 35].quality is Quality.SUSPECT


def test_fast_flow_that_is_dead_takes_no_level_away():
    quick = {**LOOP, "traffic_flow": 1.0}
    city = a_city([a_terminal("a", "z", quick)], [ROAD])
    values = published(city, each_minute("a", "traffic_speed", [10.0] * 20), 21)
    assert values["traffic_speed", 15].value == 10.0
    assert values["traffic_level", 15].value == 5.0
    assert values["traffic_time_index", 15].value == 5.0
    assert values["traffic_tpi", 15].value == 10.0
    assert values["traffic_speed", 15].quality is Quality.SUSPECT
