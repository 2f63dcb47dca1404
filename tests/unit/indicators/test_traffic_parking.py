"""Car parks: occupancy and when they are full."""

import pytest

from indicators.registry import SIGNS
from indicators.traffic.parking import (
    minutes_to_full,
    parking_occupancy,
    parking_time_to_full,
    trend,
)
from indicators.traffic.settings import TrafficSettings
from tests.formula_inputs import aggregate, inputs
from tests.past_values import a_past

SETTINGS = TrafficSettings()
HALF_HOUR = 1_800_000


def parked(*car_parks):
    readings = [aggregate("parking_occupied", taken, name) for name, taken, _ in car_parks]
    ratings = {(name, "parking_occupied"): spaces for name, _, spaces in car_parks if spaces}
    return parking_occupancy(SETTINGS, inputs(*readings, ratings=ratings))


def test_occupancy_is_taken_spaces_over_all_spaces():
    measure = parked(("a", [80], 100.0), ("b", [10], 300.0))
    assert measure.value == 22.5
    assert measure.weights == {"a": 0.25, "b": 0.75}
    assert (measure.detail["occupied"], measure.detail["free"]) == (90, 310)


def test_car_park_that_is_more_than_full_takes_no_space_from_another():
    measure = parked(("a", [120], 100.0), ("b", [80], 100.0))
    assert measure.value == 100
    assert (measure.detail["free"], measure.detail["overfull"]) == (20, 1)


def test_trend_of_suspect_occupancies_is_suspect():
    assert filling(65, 70, 75, is_suspect=True).is_suspect
    assert not filling(65, 70, 75).is_suspect


def test_newest_reading_counts():
    assert parked(("a", [10, 20, 70], 100.0)).value == 70


def test_car_park_of_unknown_size_is_left_out():
    measure = parked(("a", [80], 100.0), ("b", [10], None))
    assert (measure.value, measure.detail["unrated"]) == (80, 1)


def test_occupancy_without_any_size_is_not_available():
    measure = parked(("a", [80], None))
    assert (measure.value, measure.reason) == (None, "no_rated_spaces")


@pytest.mark.parametrize(("taken", "is_suspect"), [(100, False), (110, False), (111, True)])
def test_more_cars_than_spaces_are_suspect(taken, is_suspect):
    measure = parked(("a", [taken], 100.0))
    assert (measure.value, measure.is_suspect) == (taken, is_suspect)
    assert measure.detail["free"] == 0


@pytest.mark.parametrize(
    ("occupancy", "level"),
    [(84.9, None), (85, "K3"), (94.9, "K3"), (95, "K2"), (99.9, "K2"), (100, "K1"), (120, "K1")],
)
def test_occupancy_has_our_levels(occupancy, level):
    assert SIGNS["parking_occupancy"].level_of(occupancy) == level


def test_trend_is_the_least_squares_slope():
    assert trend([0, 1, 2, 3], [1, 3, 2, 4]) == pytest.approx(0.8)
    assert trend([5, 5], [1, 3]) == 0


@pytest.mark.parametrize(
    ("occupancy", "slope", "minutes"),
    [(90, 0.5, 20), (100, 0.5, 0), (130, -1, 0), (90, 0, None), (90, -0.1, None)],
)
def test_car_park_is_full_when_its_trend_reaches_100(occupancy, slope, minutes):
    assert minutes_to_full(occupancy, slope) == minutes


def filling(*values, **changes):
    history = [a_past(5 * n, value, **changes) for n, value in enumerate(values, start=1)]
    return parking_time_to_full(
        SETTINGS, inputs(window=HALF_HOUR, history={"parking_occupancy": history})
    )


def test_time_to_full_goes_by_the_trend():
    measure = filling(65, 70, 75, 80, 85, 90, weights={"a": 1.0})
    assert measure.value == pytest.approx(10)
    assert measure.detail["percent_per_min"] == pytest.approx(1)
    assert measure.weights == {"a": 1.0}


def test_windows_without_a_value_do_not_bend_the_trend():
    assert filling(65, None, 75, 80, None, 90).value == pytest.approx(10)


@pytest.mark.parametrize(
    ("values", "reason"),
    [((), "no_data"), ((70, 75, None), "source_not_available"), ((80, 85), "learning"),
     ((80, 80, 80), "not_filling"), ((90, 85, 80), "not_filling"),
     ((50, 50.01, 50.02), "beyond_horizon")],
)  # fmt: skip
def test_time_to_full_says_why_it_is_not_available(values, reason):
    measure = filling(*values)
    assert (measure.value, measure.reason) == (None, reason)


@pytest.mark.parametrize("values", [(100,), (105, 103, 101), (90, 95, 100)])
def test_full_car_park_is_full_whatever_its_trend(values):
    assert filling(*values).value == 0


@pytest.mark.parametrize(
    ("minutes", "level"),
    [(30.1, None), (30, "KT3"), (10.1, "KT3"), (10, "KT2"), (0.1, "KT2"), (0, "KT1")],
)
def test_time_to_full_has_our_levels(minutes, level):
    assert SIGNS["parking_time_to_full"].level_of(minutes) == level
