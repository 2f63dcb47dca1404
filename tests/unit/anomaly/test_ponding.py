"""The ponding model over members: its test vector, its water balance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anomaly.ponding import Ponds, Traits, advance, depth, step, surveyed, volume
from sensors.city import Catchment
from sensors.simulator import ponding as one

STREET = Catchment(area_m2=20_000.0)


def dry(members):
    return Ponds(np.zeros(members), np.zeros(members), np.zeros(members, bool))


@pytest.mark.parametrize("dt", [10.0, 60.0, 300.0])
def test_an_hour_of_90_mm_per_hour_ponds_as_computed_and_loses_nothing(dt):
    traits, ponds = surveyed(STREET, 3), dry(3)
    rain, drained, depths = np.zeros(3), np.zeros(3), []
    for number in range(round(7200 / dt)):
        falling = 90.0 if number * dt < 3600 else 0.0
        ponds, balance = advance(STREET, traits, ponds, np.full(3, falling), dt)
        rain, drained = rain + balance.rain_m3, drained + balance.drained_m3
        if (number + 1) * dt % 900 == 0:
            depths.append(depth(STREET, traits, ponds.volume_m3)[1])
    expected = [0.083, 0.226, 0.330, 0.411, 0.400, 0.306, 0.128, 0.000]
    # 3 mm, and half a millimetre because the vector is rounded to one.
    assert depths == pytest.approx(expected, abs=0.0035)
    left = traits.storage_s * ponds.runoff_m3_s + ponds.volume_m3
    assert drained + left == pytest.approx(rain, rel=1e-12)


def test_a_member_goes_as_the_simulator_of_one_place_does():
    street = Catchment(area_m2=12_000.0, pump_m3_s=0.05, shape_beta=1.4)
    traits, ponds, pond = surveyed(street, 2), dry(2), one.Pond()
    for rain in [0.0, 40.0, 120.0, 150.0, 90.0, 20.0, 0.0, 0.0] * 4:
        ponds, _ = step(street, traits, ponds, np.full(2, rain), 120.0)
        pond, _ = one.step(pond, street, rain, 120.0)
        assert ponds.volume_m3[0] == pytest.approx(pond.volume_m3, rel=1e-9, abs=1e-9)
        assert ponds.is_pumping[1] == pond.pumping


@given(
    rains=st.lists(st.floats(0.0, 500.0), min_size=1, max_size=20),
    dt=st.sampled_from([1.0, 10.0, 60.0, 300.0, 900.0]),
    traits=st.tuples(
        st.floats(0.0, 1.5), st.floats(30.0, 7200.0), st.floats(0.0, 1e6), st.floats(1.0, 4.0)
    ),
    pump=st.sampled_from([0.0, 0.3]),
)
def test_no_water_is_lost_and_none_is_negative(rains, dt, traits, pump):
    street = Catchment(area_m2=20_000.0, pump_m3_s=pump)
    traits = Traits(*(np.array([x]) for x in traits))
    ponds, fallen, drained = dry(1), 0.0, 0.0
    for rain in rains:
        ponds, balance = advance(street, traits, ponds, np.array([rain]), dt)
        fallen, drained = fallen + balance.rain_m3[0], drained + balance.drained_m3[0]
        assert ponds.volume_m3[0] >= 0
        assert ponds.runoff_m3_s[0] >= 0
        assert balance.drained_m3[0] >= 0
    left = traits.storage_s[0] * ponds.runoff_m3_s[0] + ponds.volume_m3[0]
    assert drained + left == pytest.approx(fallen, rel=1e-9, abs=1e-6)


def test_volume_and_depth_are_each_other_backwards():
    traits = surveyed(STREET, 3)
    depths = np.array([0.0, 0.15, 0.6])
    assert depth(STREET, traits, volume(STREET, traits, depths)) == pytest.approx(depths)
