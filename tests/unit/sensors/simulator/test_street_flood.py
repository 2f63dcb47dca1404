"""The truth of floods: the same every time, and water goes nowhere but downhill."""

import numpy as np
import pytest

from sensors.simulator.street_flood import MINUTES, events_of, past_of, street_of


def test_a_seed_is_one_street_and_its_events():
    for one, again in zip(events_of(3), events_of(3), strict=True):
        for drawn, same in zip(
            (one.depth_m, one.read_m), (again.depth_m, again.read_m), strict=True
        ):
            np.testing.assert_array_equal(drawn, same)
    assert street_of(3) == street_of(3) != street_of(4)
    assert not np.array_equal(events_of(3)[0].street_mm_h, past_of(3, 1)[0].street_mm_h)


@pytest.mark.parametrize("seed", range(8))
def test_an_event_is_rain_then_water_and_gauges_that_lose_some(seed):
    events = events_of(seed)
    assert sum(event.is_storm for event in events) == 1
    for event in events:
        assert event.depth_m.shape == event.read_mm_h.shape == (MINUTES,)
        assert (event.depth_m >= 0).all()
        assert event.depth_m.max() < 1.5
        assert event.street_mm_h.max() < 300
        errors = (event.read_m - event.depth_m)[~np.isnan(event.read_m)]
        assert 0.005 < errors.std() < 0.02
        assert 0 < np.isnan(event.read_m).mean() < 0.5


def test_the_gauge_sees_another_rain_than_the_street():
    for event in events_of(5):
        known = ~np.isnan(event.read_mm_h)
        assert np.abs(event.read_mm_h - event.street_mm_h)[known].mean() > 1.0
