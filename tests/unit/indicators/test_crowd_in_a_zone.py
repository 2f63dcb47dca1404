"""Signs of crowds as a zone publishes them, from readings in time."""

import pytest

from indicators.vital_sign import Quality
from sensors.city import Zone
from tests.builders import a_city, a_terminal, in_words
from tests.zone_history import each_minute, published

CAMERA = {"people_density": 60.0, "people_speed_variance": 60.0}
SQUARE = Zone(id="z", area_m2=400.0, capacity=1000.0)


def cameras(seen, zone=SQUARE, quantities=CAMERA, minutes=12):
    """Cameras that see the same (density, variance) all the time."""
    city = a_city([a_terminal(name, "z", quantities) for name in seen], [zone])
    readings = [
        reading
        for name, values in seen.items()
        for quantity, value in zip(quantities, values, strict=False)
        for reading in each_minute(name, quantity, [value] * minutes)
    ]
    return published(city, readings, minutes + 1)


def test_turbulent_crowd_is_red_beside_a_camera_of_free_walkers_and_caps_the_index():
    values = cameras({"a": (1.0, 0.5), "b": (5.0, 0.02)})
    value = values["crowd_pressure", 10]
    assert (value.value, value.level, value.weights) == (0.1, "P1", {"b": 1.0})
    index = values["health_index", 10]
    assert index.detail["cap"] == 40.0


def test_free_walkers_are_calm_and_cost_the_index_nothing():
    value = cameras({"a": (1.0, 0.5)})["crowd_pressure", 10]
    assert (value.value, value.level) == (0.0, "P0")


@pytest.mark.parametrize(
    ("density", "level", "cap"), [(1.0, None, 100.0), (2.4, "CA3", 100.0), (2.5, "CA2", 60.0)]
)
def test_place_at_its_approved_number_caps_the_index(density, level, cap):
    """No density is orange here; the place is full all the same."""
    values = cameras({"a": (density, 0.001)})
    assert values["crowd_capacity_share", 10].level == level
    assert values["health_index", 10].detail["cap"] == cap


def test_place_without_approved_number_is_not_unknown_to_the_index():
    values = cameras({"a": (1.0,)}, Zone(id="z"), {"people_density": 60.0})
    assert values["crowd_capacity_share", 10].reason == "no_capacity"
    assert ("crowd_pressure", 10) not in values
    index = values["health_index", 10]
    assert "unknown" not in index.detail
    assert (index.value is not None, index.quality) == (True, Quality.PASS)


def gates(exits):
    """A square of 600 people; 20 a minute enter, 5 leave, whose counter sends some minutes only."""
    city = a_city(
        [
            a_terminal("cam", "z", {"people_density": 60.0}),
            a_terminal("in", "z", {"people_in": 60.0}),
            a_terminal("out", "z", {"people_out": 60.0}),
        ],
        [SQUARE],
    )
    readings = [
        *each_minute("cam", "people_density", [1.5] * 15),
        *each_minute("in", "people_in", [20.0] * 15, first=1),
        *each_minute(
            "out", "people_out", [5.0 if n in exits else None for n in range(15)], first=1
        ),
    ]
    return published(city, readings, 16)


def test_net_inflow_of_complete_directions_tells_when_the_place_is_full():
    values = gates(range(15))
    assert values["people_net_inflow", 10].value == 15.0
    assert values["crowd_time_to_capacity", 10].value == pytest.approx((1000 - 610) / 15, abs=1)


def test_net_inflow_of_unequal_losses_is_not_available_nor_what_is_made_of_it():
    values = gates(range(0, 15, 2))
    assert values["people_out", 10].quality is Quality.SUSPECT
    value = values["people_net_inflow", 10]
    assert (value.value, value.reason) == (None, "incomplete_directions")
    zh, _ = in_words(value)
    assert zh == "每分钟净流入人数暂无数值：进出计数不完整。"
    assert values["crowd_time_to_capacity", 10].value is None


def test_camera_that_loses_half_makes_the_time_to_capacity_doubtful():
    city = a_city(
        [
            a_terminal("cam", "z", {"people_density": 60.0}),
            a_terminal("in", "z", {"people_in": 60.0, "people_out": 60.0}),
        ],
        [SQUARE],
    )
    readings = [
        *each_minute("cam", "people_density", [1.5 if n % 5 < 2 else None for n in range(15)]),
        *each_minute("in", "people_in", [20.0] * 15, first=1),
        *each_minute("in", "people_out", [5.0] * 15, first=1),
    ]
    values = published(city, readings, 16)
    assert values["people_net_inflow", 10].quality is Quality.PASS
    value = values["crowd_time_to_capacity", 10]
    assert value.coverage > 0.5
    assert value.quality is Quality.SUSPECT
