"""Density of a crowd, its number, Fruin's levels, and its share of the approved number."""

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.crowd.density import crowd_capacity_share, crowd_density, crowd_number
from indicators.crowd.service_level import (
    SPACES,
    SQUARE_FEET,
    crowd_los,
    service_densities,
    service_level,
)
from indicators.crowd.settings import CrowdSettings
from indicators.registry import SIGNS
from sensors.city import Zone
from tests.formula_inputs import aggregate, inputs

CAMERAS = (
    aggregate("people_density", [1.0, 1.0, 9.0], "a"),
    aggregate("people_density", [2.0, 2.0, 2.0], "b"),
)


def cameras(density, **place):
    return inputs(aggregate("people_density", [density] * 3), zone=Zone(id="z", **place))


def test_density_is_the_median_of_the_fullest_camera():
    measure = crowd_density(inputs(*CAMERAS))
    assert (measure.value, measure.detail) == (2.0, {"terminal": "b"})


def test_fullest_camera_has_the_whole_weight():
    assert crowd_density(inputs(*CAMERAS)).weights == {"b": 1.0}


def test_number_is_the_mean_of_the_cameras_medians_times_the_area():
    measure = crowd_number(inputs(*CAMERAS, zone=Zone(id="z", area_m2=200.0)))
    assert measure.value == pytest.approx((1.025 + 2.0) / 2 * 200, abs=5.1)
    assert measure.value == pytest.approx(measure.detail["density"] * 200)
    assert measure.weights == {"a": 0.5, "b": 0.5}


def test_number_of_a_place_without_area_is_not_available():
    measure = crowd_number(cameras(2.0))
    assert (measure.value, measure.reason) == (None, "no_area")


def test_share_is_of_the_approved_number():
    measure = crowd_capacity_share(cameras(2.0, area_m2=400.0, capacity=1000.0))
    assert measure.value == 80.0
    assert measure.detail == {"people": 800.0, "capacity": 1000.0}


def test_share_without_approved_number_is_not_available():
    measure = crowd_capacity_share(cameras(2.0, area_m2=400.0))
    assert (measure.value, measure.reason) == (None, "no_capacity")


def test_share_of_a_place_without_approved_number_says_so_even_without_area():
    assert crowd_capacity_share(cameras(2.0)).reason == "no_capacity"


def test_share_without_area_says_that_the_area_is_missing():
    assert crowd_capacity_share(cameras(2.0, capacity=1000.0)).reason == "no_area"


@pytest.mark.parametrize(
    ("share", "level"),
    [
        (59.9, None),
        (60, "CA4"),
        (79.9, "CA4"),
        (80, "CA3"),
        (99.9, "CA3"),
        (100, "CA2"),
        (150, "CA2"),
    ],
)
def test_share_has_our_levels(share, level):
    assert SIGNS["crowd_capacity_share"].level_of(share) == level


PUBLISHED = {
    # domain.md 3.1: edges in p/m², two decimals [C].
    "walkway": (0.31, 0.43, 0.72, 1.08, 2.15),
    "stairs": (0.54, 0.72, 1.08, 1.54, 2.69),
    "queue": (0.83, 1.08, 1.54, 3.59, 5.38),
}
EDGES = [
    (facility, n, SQUARE_FEET / space)
    for facility, spaces in SPACES.items()
    for n, space in enumerate(spaces, start=1)
]


@pytest.mark.parametrize("facility", PUBLISHED)
def test_metric_edges_are_the_published_ones(facility):
    rounded = tuple(round(edge, 2) for edge in service_densities(facility))
    assert rounded == PUBLISHED[facility]


@pytest.mark.parametrize(("facility", "number", "edge"), EDGES)
def test_level_of_service_changes_at_each_edge_of_the_table(facility, number, edge):
    assert service_level(math.nextafter(edge, 0), facility) == number
    assert service_level(edge, facility) == (6 if number == 5 else number)
    assert service_level(math.nextafter(edge, 99), facility) == number + 1


@pytest.mark.parametrize("facility", SPACES)
def test_level_of_service_is_a_where_nobody_is_and_f_in_a_crush(facility):
    assert (service_level(0.0, facility), service_level(15.0, facility)) == (1, 6)


@given(st.sampled_from(sorted(SPACES)), st.floats(0, 15), st.floats(0, 15))
def test_level_of_service_never_falls_with_density(facility, one, other):
    low, high = sorted((one, other))
    assert service_level(low, facility) <= service_level(high, facility)


@pytest.mark.parametrize(
    ("density", "facility", "value"),
    [(1.0, "queue", 2), (1.0, "walkway", 4), (1.0, "stairs", 3), (6.0, "queue", 6)],
)
def test_sign_uses_the_table_that_the_city_chooses(density, facility, value):
    settings = CrowdSettings(service_facility=facility)
    measure = crowd_los(settings, cameras(density))
    assert (measure.value, measure.detail["facility"]) == (value, facility)


def test_levels_of_service_are_called_a_to_f():
    sign = SIGNS["crowd_los"]
    assert [sign.level_of(float(number)) for number in range(1, 7)] == list("ABCDEF")


def test_level_of_service_is_that_of_the_fullest_camera():
    measure = SIGNS["crowd_los"].formula(inputs(*CAMERAS))
    assert (measure.value, measure.weights) == (4.0, {"b": 1.0})


def test_settings_can_be_written_in_a_file_and_refuse_what_they_do_not_know():
    read = msgspec.json.encode({"service_facility": "walkway", "pressure_density": 2.0})
    assert msgspec.json.decode(read, type=CrowdSettings).service_facility == "walkway"
    with pytest.raises(msgspec.ValidationError, match="unknown"):
        msgspec.json.decode(b'{"unheard_of": 1}', type=CrowdSettings)
