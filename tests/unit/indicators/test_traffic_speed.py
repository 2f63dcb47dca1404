"""Speed, its ratio to free flow, flow and occupancy."""

import math

import msgspec
import pytest

from indicators.registry import SIGNS
from indicators.traffic.flow import traffic_flow, traffic_occupancy
from indicators.traffic.settings import TrafficSettings
from indicators.traffic.speed import traffic_speed, traffic_speed_ratio
from sensors.city import Zone
from tests.formula_inputs import aggregate, inputs

SETTINGS = TrafficSettings()


def test_speed_is_the_mean_of_all_readings():
    detectors = [aggregate("traffic_speed", [30, 60], "a"), aggregate("traffic_speed", [90], "b")]
    assert traffic_speed(inputs(*detectors)).value == 60


def test_speed_ratio_uses_the_packs_free_flow():
    zone = Zone(id="z", free_flow_speed=80.0)
    found = traffic_speed_ratio(SETTINGS, inputs(aggregate("traffic_speed", [40]), zone=zone))
    assert found.value == 0.5


def test_detectors_share_in_the_ratio_by_their_readings():
    detectors = [aggregate("traffic_speed", [30] * 3, "a"), aggregate("traffic_speed", [90], "b")]
    zone = Zone(id="z", free_flow_speed=80.0)
    measure = traffic_speed_ratio(SETTINGS, inputs(*detectors, zone=zone))
    assert measure.weights == {"a": 0.75, "b": 0.25}


def test_free_flow_is_learned_from_a_day_of_windows():
    memory: dict[str, int] = {}
    windows = [inputs(aggregate("traffic_speed", [float(20 + n % 61)]), memory=memory)
               for n in range(SETTINGS.learning_windows)]  # fmt: skip
    measures = [traffic_speed_ratio(SETTINGS, window) for window in windows]
    assert {m.reason for m in measures[:-1]} == {"learning_free_flow"}
    assert math.isclose(measures[-1].detail["free_flow"], 71, abs_tol=1.5)


def test_memory_of_speeds_stays_bounded():
    memory: dict[str, int] = {}
    for n in range(2 * SETTINGS.memory_windows):
        window = inputs(aggregate("traffic_speed", [float(n % 100)]), memory=memory)
        traffic_speed_ratio(SETTINGS, window)
    assert sum(memory.values()) <= SETTINGS.memory_windows
    assert len(memory) <= 100


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
    [(0.71, None), (0.7, "T2"), (0.51, "T2"), (0.5, "T3"), (0.41, "T3"), (0.4, "T4"), (0.31, "T4"),
     (0.3, "T5"), (0.0, "T5")],
)  # fmt: skip
def test_ratio_has_its_levels(ratio, level):
    assert SIGNS["traffic_speed_ratio"].level_of(ratio) == level


def test_settings_can_be_written_in_a_file_and_refuse_what_they_do_not_know():
    read = msgspec.json.decode(b'{"tpi_points": [[0, 0], [30, 10]]}', type=TrafficSettings)
    assert list(read.tpi_points) == [(0, 0), (30, 10)]
    with pytest.raises(msgspec.ValidationError, match="unknown"):
        msgspec.json.decode(b'{"unheard_of": 1}', type=TrafficSettings)
