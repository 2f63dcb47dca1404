"""What waits for its truth: which value is that, what is forgotten, and how much waits."""

from itertools import pairwise
from typing import NamedTuple

import pytest

from anomaly.awaited import Awaited


class Forecast(NamedTuple):
    due: int


def waiting(*dues, apart=1):
    awaited: Awaited[Forecast] = Awaited(apart)
    for due in dues:
        awaited.add(Forecast(due))
    return awaited


@pytest.mark.parametrize(("late", "is_truth"), [(-51, 0), (-50, 1), (0, 1), (50, 1), (51, 0)])
def test_truth_is_a_value_near_to_its_time(late, is_truth):
    assert (waiting(1000).ripe(1000 + late, 50) is not None) == is_truth


def test_forecast_has_one_truth_and_the_others_wait_on():
    awaited = waiting(100, 200)
    assert awaited.ripe(90, 50) == Forecast(100)
    assert awaited.ripe(110, 50) is None
    assert awaited.dump() == (Forecast(200),)
    assert awaited.ripe(200, 50) == Forecast(200)


def test_what_fell_due_in_a_gap_is_forgotten():
    awaited = waiting(100, 200, 300, 1000)
    assert awaited.ripe(340, 50) == Forecast(300)
    assert awaited.dump() == (Forecast(1000),)
    assert awaited.ripe(5000, 50) is None
    assert awaited.dump() == ()


def test_forecasts_that_wait_are_apart_and_so_are_bounded():
    awaited: Awaited[Forecast] = Awaited(10)
    for at in range(500):
        awaited.ripe(at, 0)
        if awaited.is_wanted(at + 80):
            awaited.add(Forecast(at + 80))
    dues = [one.due for one in awaited.dump()]
    assert len(dues) == 8
    assert [later - one for one, later in pairwise(dues)] == [10] * 7


def test_the_first_is_wanted_and_one_before_the_last_is_not():
    assert waiting().is_wanted(0)
    assert not waiting(1000, apart=10).is_wanted(500)
    assert not waiting(1000, apart=10).is_wanted(1009)
    assert waiting(1000, apart=10).is_wanted(1010)


def test_state_continues_identically():
    whole, resumed = waiting(100, 200, apart=50), waiting(apart=50)
    resumed.load(whole.dump())
    for awaited in (whole, resumed):
        assert not awaited.is_wanted(249)
        assert awaited.ripe(100, 0) == Forecast(100)
        assert awaited.dump() == (Forecast(200),)
