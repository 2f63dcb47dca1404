"""The design storm: its depth is the intensity formula's, and it falls only while it lasts."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors.simulator.rain import DesignStorm, fallen

HUADU_5 = {"a": 7599.335, "b": 26.213, "n": 0.8}


@pytest.mark.parametrize(("minutes", "depth"), [(10, 25.8), (30, 54.5), (60, 77.4), (120, 101.4)])
def test_storm_drops_the_formulas_depth(minutes: float, depth: float) -> None:
    storm = DesignStorm(start_minute=5, minutes=minutes, **HUADU_5)
    assert storm.fallen(5 + minutes) == pytest.approx(depth, abs=0.06)


def test_nothing_falls_before_and_after_the_storm() -> None:
    storm = DesignStorm(start_minute=5, minutes=20, **HUADU_5)
    assert storm.fallen(-100) == storm.fallen(5) == pytest.approx(0.0, abs=1e-12)
    assert storm.fallen(25) == storm.fallen(1000)


@given(peak=st.floats(0.05, 0.95), minutes=st.floats(1, 180))
def test_rain_never_flows_back_and_is_heaviest_at_the_peak(peak: float, minutes: float) -> None:
    storm = DesignStorm(start_minute=0, minutes=minutes, peak=peak, **HUADU_5)
    marks = [storm.fallen(minutes * part / 50) for part in range(51)]
    steps = [later - earlier for earlier, later in pairwise(marks)]
    assert min(steps) >= 0
    assert abs(steps.index(max(steps)) + 0.5 - 50 * peak) <= 1.5


def test_bursts_add_up() -> None:
    one = DesignStorm(start_minute=0, minutes=10, **HUADU_5)
    two = DesignStorm(start_minute=30, minutes=10, factor=0.5, **HUADU_5)
    assert fallen((one, two), 60) == pytest.approx(1.5 * one.fallen(60))
