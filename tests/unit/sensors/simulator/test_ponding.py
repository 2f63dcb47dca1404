"""The ponding model against its published vector, and its water balance against zero."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors.city import Catchment
from sensors.simulator.ponding import Pond, depth, step, stored

VECTOR = (0.083, 0.226, 0.330, 0.411, 0.400, 0.306, 0.128, 0.000)
"""Depth (m) every 15 min of 90 mm/h for an hour on 2 ha with the default parameters."""


@pytest.mark.parametrize(("dt", "tolerance"), [(10.0, 0.0035), (60.0, 0.0035), (300.0, 0.009)])
def test_hour_of_rain_gives_the_published_depths_whatever_the_step(
    dt: float, tolerance: float
) -> None:
    catchment = Catchment(area_m2=20000)
    pond, depths = Pond(), []
    for number in range(round(7200 / dt)):
        pond, _ = step(pond, catchment, 90.0 if number * dt < 3600 else 0.0, dt)
        if round((number + 1) * dt) % 900 == 0:
            depths.append(depth(pond, catchment))
    assert depths == pytest.approx(VECTOR, abs=tolerance)


@given(
    rain=st.lists(st.floats(0, 300), min_size=1, max_size=60),
    dt=st.sampled_from([1.0, 10.0, 60.0, 300.0]),
    pump=st.floats(0, 1),
    pipe=st.floats(0, 1),
    beta=st.floats(0.8, 3),
)
def test_no_water_is_made_or_lost(
    rain: list[float], dt: float, pump: float, pipe: float, beta: float
) -> None:
    catchment = Catchment(area_m2=15000, shape_beta=beta, pump_m3_s=pump, pipe_m3_s=pipe)
    pond, fallen, drained = Pond(), 0.0, 0.0
    for intensity in rain:
        pond, balance = step(pond, catchment, intensity, dt)
        fallen += balance.rain_m3
        drained += balance.drained_m3
        assert pond.volume_m3 >= 0.0
        assert balance.drained_m3 >= 0.0
    assert fallen == pytest.approx(drained + stored(pond, catchment), abs=1e-9, rel=1e-9)


def test_dry_pond_without_rain_stays_dry() -> None:
    catchment = Catchment(area_m2=20000, pump_m3_s=0.1)
    pond, balance = step(Pond(), catchment, 0.0, 10.0)
    assert pond == Pond()
    assert balance.drained_m3 == 0.0


def test_pumps_start_at_their_level_and_stop_lower() -> None:
    catchment = Catchment(
        area_m2=20000, shape_c=1000, shape_beta=1, pipe_m3_s=0, pump_m3_s=0.5,
        pump_on_m=0.10, pump_off_m=0.02,
    )  # fmt: skip
    below, _ = step(Pond(volume_m3=99.0), catchment, 0.0, 10.0)
    assert not below.pumping
    above, balance = step(Pond(volume_m3=100.0), catchment, 0.0, 10.0)
    assert above.pumping
    assert balance.drained_m3 == pytest.approx(5.0)
    between, _ = step(Pond(volume_m3=50.0, pumping=True), catchment, 0.0, 10.0)
    assert between.pumping
    low, _ = step(Pond(volume_m3=20.0, pumping=True), catchment, 0.0, 10.0)
    assert not low.pumping
