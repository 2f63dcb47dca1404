"""Speed, its ratio to free flow, flow and occupancy."""

import msgspec
import pytest

from indicators.bound import bound
from indicators.registry import SIGNS
from indicators.traffic.congestion import traffic_congested_share
from indicators.traffic.flow import traffic_flow, traffic_occupancy
from indicators.traffic.settings import TrafficSettings
from indicators.traffic.speed import traffic_speed, traffic_speed_ratio
from sensors.city import Zone
from tests.formula_inputs import aggregate, inputs

SETTINGS = TrafficSettings()


def test_speed_is_the_mean_of_all_readings():
    detectors = [aggregate("traffic_speed", [30, 60], "a"), aggregate("traffic_speed", [90], "b")]
    measure = traffic_speed(SETTINGS, inputs(*detectors))
    assert (measure.value, measure.weights) == (60, {"a": 2 / 3, "b": 1 / 3})


def test_speed_ratio_uses_the_packs_free_flow():
    zone = Zone(id="z", free_flow_speed=80.0)
    found = traffic_speed_ratio(SETTINGS, inputs(aggregate("traffic_speed", [40]), zone=zone))
    assert found.value == 0.5


def test_detectors_share_in_the_ratio_by_their_readings():
    detectors = [aggregate("traffic_speed", [30] * 3, "a"), aggregate("traffic_speed", [90], "b")]
    zone = Zone(id="z", free_flow_speed=80.0)
    measure = traffic_speed_ratio(SETTINGS, inputs(*detectors, zone=zone))
    assert measure.weights == {"a": 0.75, "b": 0.25}


def test_time_index_is_of_times_and_not_of_mean_speeds():
    detectors = [aggregate("traffic_speed", [10], "a"), aggregate("traffic_speed", [50], "b")]
    zone = Zone(id="z", free_flow_speed=50.0)
    measure = traffic_speed_ratio(SETTINGS, inputs(*detectors, zone=zone))
    assert measure.value == pytest.approx(0.6)
    assert measure.detail["time_index"] == pytest.approx(3.0)


def test_time_index_counts_detectors_by_what_passes_them():
    readings = [
        aggregate("traffic_speed", [10], "a"), aggregate("traffic_speed", [50], "b"),
        aggregate("traffic_flow", [3], "a"), aggregate("traffic_flow", [9], "b"),
    ]  # fmt: skip
    zone = Zone(id="z", free_flow_speed=50.0)
    by_flow = traffic_speed_ratio(SETTINGS, inputs(*readings, zone=zone))
    assert by_flow.detail["time_index"] == pytest.approx((3 * 5 + 9 * 1) / 12)
    alike = traffic_speed_ratio(SETTINGS, inputs(*readings[:3], zone=zone))
    assert alike.detail["time_index"] == pytest.approx(3.0)


def test_flow_weighs_detectors_alike():
    detectors = [aggregate("traffic_flow", [10, 10, 10], "a"), aggregate("traffic_flow", [30], "b")]
    measure = traffic_flow(inputs(*detectors))
    assert measure.value == 20.0
    assert measure.detail == {"detectors": 2, "total": 40.0}
    assert measure.weights == {"a": 0.5, "b": 0.5}


def test_occupancy_is_the_mean_of_all_readings():
    detectors = [aggregate("occupancy", [10, 10, 10], "a"), aggregate("occupancy", [30], "b")]
    measure = traffic_occupancy(inputs(*detectors))
    assert (measure.value, measure.weights) == (15.0, {"a": 0.75, "b": 0.25})


@pytest.mark.parametrize(
    ("ratio", "level"),
    [(1.2, "T1"), (0.7, "T1"), (0.69, "T2"), (0.5, "T2"), (0.49, "T3"), (0.4, "T3"), (0.39, "T4"),
     (0.3, "T4"), (0.29, "T5"), (0.01, "T5")],
)  # fmt: skip
def test_ratio_has_the_better_level_at_each_edge(ratio, level):
    zone = Zone(id="z", free_flow_speed=100.0)
    measure = traffic_speed_ratio(
        SETTINGS, inputs(aggregate("traffic_speed", [100 * ratio]), zone=zone)
    )
    assert measure.value == pytest.approx(ratio)
    assert measure.level == level
    assert measure.level in {known.id for known in SIGNS["traffic_speed_ratio"].levels}


def detected(speeds, flows=None, lanes=None, terminal="a"):
    given = {"traffic_speed": speeds, "traffic_flow": flows, "occupancy": lanes}
    return [aggregate(name, values, terminal) for name, values in given.items() if values]


@pytest.mark.parametrize(
    "formula",
    [
        bound(traffic_speed, SETTINGS),
        bound(traffic_speed_ratio, SETTINGS),
        bound(traffic_congested_share, SETTINGS),
    ],
)
def test_empty_road_has_no_speed(formula):
    zone = Zone(id="z", free_flow_speed=50.0, road_class="arterial")
    measure = formula(inputs(*detected([0, 0], [0, 0], [0, 0]), zone=zone))
    assert (measure.value, measure.level, measure.reason) == (None, None, "no_vehicles")


@pytest.mark.parametrize(
    ("flows", "lanes"),
    [(None, None), ([0, 0], None), (None, [0, 0]), ([0, 0], [100, 100]), ([1, 1], [0, 0])],
)
def test_standstill_is_not_an_empty_road(flows, lanes):
    assert traffic_speed(SETTINGS, inputs(*detected([0, 0], flows, lanes))).value == 0.0


def test_minutes_without_a_vehicle_do_not_slow_the_others():
    measure = traffic_speed(SETTINGS, inputs(*detected([50, 0, 0, 40], [3, 0, 0, 2], [4, 0, 0, 5])))
    assert (measure.value, measure.detail) == (45.0, {"readings": 2})


def test_standing_minutes_among_driving_ones_count():
    measure = traffic_speed(
        SETTINGS, inputs(*detected([50, 0, 0, 40], [3, 0, 1, 2], [4, 80, 0, 5]))
    )
    assert measure.value == 22.5


@pytest.mark.parametrize(("lanes", "value"), [([0, 0, 0], 40.0), ([0, 9, 0], 20.0)])
def test_where_readings_cannot_be_paired_the_whole_window_decides(lanes, value):
    assert traffic_speed(SETTINGS, inputs(*detected([0, 40], [0, 0], lanes))).value == value


@pytest.mark.parametrize(("count", "reason"), [(2, "low_coverage"), (3, None)])
def test_speeds_are_judged_by_their_own_number_alone(count, reason):
    """Ten were promised, and a thousand flows of which none came."""
    declared = {"traffic_speed": {"a": 360.0}, "traffic_flow": {"a": 3.6}}
    given = inputs(aggregate("traffic_speed", [40] * count, "a"), declared=declared)
    assert traffic_speed(SETTINGS, given).reason == reason


def test_empty_detector_has_no_share_in_the_ratio():
    zone = Zone(id="z", free_flow_speed=50.0)
    readings = [*detected([0], [0], [0], "a"), *detected([40], [2], [5], "b")]
    measure = traffic_speed_ratio(SETTINGS, inputs(*readings, zone=zone))
    assert (measure.value, measure.weights) == (0.8, {"b": 1.0})


def test_settings_can_be_written_in_a_file_and_refuse_what_they_do_not_know():
    read = msgspec.json.decode(b'{"tpi_points": [[0, 0], [30, 10]]}', type=TrafficSettings)
    assert list(read.tpi_points) == [(0, 0), (30, 10)]
    with pytest.raises(msgspec.ValidationError, match="unknown"):
        msgspec.json.decode(b'{"unheard_of": 1}', type=TrafficSettings)
