"""Levels of congestion, travel-time index and performance index, with the tables' edges."""

import math

import pytest

from indicators.registry import SIGNS
from indicators.traffic.congestion import (
    level_by_speed,
    performance_index,
    traffic_congested_share,
    traffic_level,
    traffic_time_index,
    traffic_tpi,
)
from indicators.traffic.settings import TrafficSettings
from indicators.traffic.speed import level_by_ratio, time_index
from sensors.city import Zone
from tests.builders import T0_MS
from tests.formula_inputs import HOUR, aggregate, inputs
from tests.past_values import a_past

SETTINGS = TrafficSettings()
CLASSES = {
    "expressway": (65, 50, 35, 20),
    "arterial": (40, 30, 20, 15),
    "secondary": (35, 25, 15, 10),
    "branch": (35, 25, 15, 10),
}
SPEED_EDGES = [(c, n, e) for c, edges in CLASSES.items() for n, e in enumerate(edges, start=1)]


@pytest.mark.parametrize(("road_class", "level", "edge"), SPEED_EDGES)
def test_level_by_speed_changes_at_each_edge_of_the_table(road_class, level, edge):
    assert level_by_speed(math.nextafter(edge, 999), road_class) == level
    assert level_by_speed(edge, road_class) == level + 1
    assert level_by_speed(math.nextafter(edge, 0), road_class) == level + 1


@pytest.mark.parametrize(("level", "edge"), [(1, 0.7), (2, 0.5), (3, 0.4), (4, 0.3)])
def test_level_by_ratio_changes_at_each_edge(level, edge):
    assert level_by_ratio(math.nextafter(edge, 9), SETTINGS.level_ratios) == level
    assert level_by_ratio(edge, SETTINGS.level_ratios) == level
    assert level_by_ratio(math.nextafter(edge, 0), SETTINGS.level_ratios) == level + 1


def driven(speed, ratio, road_class=None, **changes):
    """What the signs of speed said of a place."""
    history = {}
    if speed is not None:
        history["traffic_speed"] = [a_past(0, 99.0), a_past(5, speed)]
    if ratio is not None:
        history["traffic_speed_ratio"] = [a_past(0, 0.99), a_past(5, ratio, **changes)]
    return inputs(zone=Zone(id="z", road_class=road_class), history=history)


@pytest.mark.parametrize(
    ("speed", "ratio", "road_class", "level"),
    [
        (50, 0.9, "arterial", 1),
        (22, 0.9, "arterial", 3),
        (50, 0.35, "arterial", 4),
        (12, 0.35, "arterial", 5),
        (12, 0.35, None, 4),
        (12, 0.35, "footpath", 4),
        (22, None, "arterial", 3),
        (None, 0.6, "arterial", 2),
    ],
)
def test_level_is_the_worse_of_speed_and_ratio(speed, ratio, road_class, level):
    measure = traffic_level(SETTINGS, driven(speed, ratio, road_class))
    assert measure.value == level


def test_level_says_what_it_is_made_of():
    measure = traffic_level(SETTINGS, driven(22, 0.6, "arterial", weights={"a": 1.0}))
    assert measure.detail == {"by_speed": 3, "by_ratio": 2, "speed": 22, "ratio": 0.6}
    assert measure.weights == {"a": 1.0}


def test_level_of_a_classless_road_waits_for_its_free_flow_speed():
    learning = {"traffic_speed": [a_past(5, 30.0)],
                "traffic_speed_ratio": [a_past(5, None)]}  # fmt: skip
    measure = traffic_level(SETTINGS, inputs(history=learning))
    assert (measure.value, measure.reason) == (None, "source_not_available")


def test_levels_are_called_from_smooth_to_severe():
    sign = SIGNS["traffic_level"]
    assert [level.zh for level in sign.levels] == [
        "畅通",
        "基本畅通",
        "轻度拥堵",
        "中度拥堵",
        "严重拥堵",
    ]
    assert [sign.level_of(n) for n in range(1, 6)] == ["T1", "T2", "T3", "T4", "T5"]


@pytest.mark.parametrize(
    ("ratio", "index"),
    [(1.0, 1.0), (0.5, 2.0), (1.25, 0.8), (0.05, 20.0), (0.04, 20.0), (0.0, 20.0)],
)
def test_time_index_is_the_reciprocal_ratio_and_has_a_limit(ratio, index):
    assert time_index(ratio, 20.0) == pytest.approx(index)


def ratio(minute, value, **changes):
    detail = {} if value is None else {"time_index": 3.0}
    return a_past(minute, value, **{"detail": detail, **changes})


def timed(*ratios):
    return traffic_time_index(inputs(history={"traffic_speed_ratio": ratios}))


def test_time_index_of_a_place_goes_by_its_newest_ratio():
    measure = timed(ratio(0, 0.9, detail={"time_index": 1.1}), ratio(5, 0.6, weights={"a": 1.0}))
    assert (measure.value, measure.detail, measure.weights) == (3.0, {"ratio": 0.6}, {"a": 1.0})


def test_time_index_does_not_go_by_an_older_ratio():
    measure = timed(ratio(0, 0.5), ratio(5, None))
    assert (measure.value, measure.reason) == (None, "source_not_available")


def test_signs_made_of_a_suspect_value_are_suspect():
    doubted = ratio(5, 0.6, is_suspect=True)
    assert timed(doubted).is_suspect
    assert not timed(ratio(5, 0.6)).is_suspect
    history = {"traffic_speed_ratio": [doubted], "traffic_speed": [a_past(5, 30.0)]}
    assert traffic_level(SETTINGS, inputs(history=history)).is_suspect
    assert performed(6.0, is_suspect=True).is_suspect


@pytest.mark.parametrize(
    ("index", "level"),
    [(1.49, None), (1.5, "TD2"), (1.79, "TD2"), (1.8, "TD3"), (2.19, "TD3"), (2.2, "TD4")],
)
def test_time_index_has_its_levels(index, level):
    assert SIGNS["traffic_time_index"].level_of(index) == level


def detectors(*speeds, **place):
    readings = [aggregate("traffic_speed", [speed], f"d{n}") for n, speed in enumerate(speeds)]
    return inputs(*readings, zone=Zone(id="z", **place))


@pytest.mark.parametrize(
    ("speeds", "place", "share"),
    [
        ((60, 60), {"free_flow_speed": 60.0}, 0),
        ((60, 23.9), {"free_flow_speed": 60.0}, 50),
        ((60, 24.0), {"free_flow_speed": 60.0}, 0),
        ((18, 17, 60, 60), {"free_flow_speed": 60.0}, 50),
        ((20.1, 60), {"road_class": "arterial"}, 0),
        ((20, 60), {"road_class": "arterial"}, 50),
        ((20, 15), {"road_class": "arterial", "free_flow_speed": 20.0}, 100),
    ],
)
def test_congested_share_counts_detectors_at_levels_4_and_5(speeds, place, share):
    assert traffic_congested_share(SETTINGS, detectors(*speeds, **place)).value == share


def test_chatty_detector_does_not_count_double():
    readings = [
        aggregate("traffic_speed", [10.0] * 9, "a"),
        aggregate("traffic_speed", [60.0], "b"),
    ]
    zone = Zone(id="z", free_flow_speed=60.0, length_m=520.0)
    measure = traffic_congested_share(SETTINGS, inputs(*readings, zone=zone))
    assert measure.value == 50.0
    assert measure.detail == {
        "congested": 1, "detectors": 2, "severe_percent": 50.0, "length_m": 520.0,
    }  # fmt: skip
    assert measure.weights == {"a": 0.5, "b": 0.5}


def test_congested_share_learns_the_free_flow_speed_where_nothing_tells():
    memory: dict[str, int] = {}
    settings = TrafficSettings(learning_windows=3)
    found = [
        traffic_congested_share(
            settings,
            inputs(
                aggregate("traffic_speed", [60.0]),
                aggregate("traffic_flow", [1.0]),
                end=T0_MS + n * HOUR,
                memory=memory,
            ),
        )
        for n in (1, 2, 3)
    ]
    assert [measure.reason for measure in found] == ["learning_free_flow"] * 2 + [None]
    assert found[-1].value == 0.0


@pytest.mark.parametrize(
    ("speeds", "severe"),
    [((60, 60), 0), ((60, 20), 0), ((60, 18), 0), ((60, 17.9), 50), ((10, 10), 100)],
)
def test_severe_congestion_is_that_of_level_5(speeds, severe):
    measure = traffic_congested_share(SETTINGS, detectors(*speeds, free_flow_speed=60.0))
    assert measure.detail["severe_percent"] == severe


def test_severe_congestion_is_weighted_by_vehicle_kilometres():
    readings = [
        aggregate("traffic_speed", [10.0], "a"), aggregate("traffic_speed", [60.0], "b"),
        aggregate("traffic_flow", [1.0], "a"), aggregate("traffic_flow", [9.0], "b"),
    ]  # fmt: skip
    zone = Zone(id="z", free_flow_speed=60.0)
    measure = traffic_congested_share(SETTINGS, inputs(*readings, zone=zone))
    assert (measure.value, measure.detail["severe_percent"]) == (50.0, 10.0)
    alike = traffic_congested_share(SETTINGS, inputs(*readings[:3], zone=zone))
    assert alike.detail["severe_percent"] == 50.0


@pytest.mark.parametrize(
    ("share", "index"),
    [(0, 0), (2, 1), (3.9, 1.95), (4, 2), (4.1, 2.05), (8, 4), (8.3, 4.2), (9.5, 5), (11, 6),
     (12.5, 7), (14, 8), (14.1, 8.02), (19, 9), (24, 10), (24.1, 10), (100, 10)],
)  # fmt: skip
def test_performance_index_is_linear_between_the_mappings_points(share, index):
    assert performance_index(share, SETTINGS.tpi_points) == pytest.approx(index)


@pytest.mark.parametrize(
    ("index", "level"),
    [(0, "T1"), (1.99, "T1"), (2, "T2"), (3.99, "T2"), (4, "T3"), (5.99, "T3"), (6, "T4"),
     (7.99, "T4"), (8, "T5"), (10, "T5")],
)  # fmt: skip
def test_performance_index_has_its_levels(index, level):
    assert SIGNS["traffic_tpi"].level_of(index) == level


def performed(severe, minute=5, **changes):
    share = a_past(minute, 100.0, detail={"severe_percent": severe}, **changes)
    history = [a_past(0, 100.0, detail={"severe_percent": 99.0}), share]
    return traffic_tpi(SETTINGS, inputs(history={"traffic_congested_share": history}))


def test_performance_index_goes_by_the_newest_share_of_severe_congestion():
    """All detectors are congested, 6 % of the vehicle kilometres severely."""
    measure = performed(6.0, weights={"a": 1.0})
    assert measure.value == pytest.approx(3.0)
    assert (measure.detail, measure.weights) == ({"share_percent": 6.0}, {"a": 1.0})


def test_performance_index_without_a_share_says_why():
    shares = [a_past(5, None)]
    measure = traffic_tpi(SETTINGS, inputs(history={"traffic_congested_share": shares}))
    assert (measure.value, measure.reason) == (None, "source_not_available")
