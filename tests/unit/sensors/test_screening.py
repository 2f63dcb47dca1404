"""Screening: every reason at its limit, conversions, and columns judged as single readings are.

What is remembered, and so duplicates, conflicts and floods: `test_row_store.py`.
"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors.city import DeclaredQuantity
from sensors.quantity import CATALOGUE, QUANTITIES, Stamp
from sensors.reason import Outcome, Reason
from sensors.screening import (
    Channel,
    channels,
    convert,
    horizon_ms,
    is_plausible,
    time_reason,
)
from tests.builders import T0_MS, a_terminal

NOW = T0_MS
DEPTH = Channel(DeclaredQuantity("water_depth", "m", 30.0))
HORIZON = DEPTH.horizon_ms


@pytest.mark.parametrize(
    ("cadence", "minutes"),
    [(0.001, 15), (1, 15), (7.5, 15), (7.51, 15.02), (60, 120), (300, 600), (779, 1558),
     (780, 1560), (781, 1560), (3600, 1560), (86400, 1560)],
)  # fmt: skip
def test_horizon_is_120_readings_within_15_minutes_and_26_hours(cadence, minutes):
    assert horizon_ms(cadence) == minutes * 60_000


@pytest.mark.parametrize("quantity", QUANTITIES, ids=lambda q: q.name)
def test_value_at_the_limit_is_taken_and_beyond_it_is_not(quantity):
    channel = Channel(DeclaredQuantity(quantity.name, quantity.unit, 60.0))
    for limit, outwards in ((quantity.low, -math.inf), (quantity.high, math.inf)):
        beyond, within = math.nextafter(limit, outwards), math.nextafter(limit, -outwards)
        assert convert(channel, quantity.unit, limit) == limit
        assert convert(channel, quantity.unit, within) == within
        assert convert(channel, quantity.unit, beyond) is Reason.OUT_OF_RANGE


@pytest.mark.parametrize(
    ("value", "reason"),
    [(None, Reason.WRONG_TYPE), (math.nan, Reason.NOT_A_NUMBER), (math.inf, Reason.OUT_OF_RANGE),
     (-math.inf, Reason.OUT_OF_RANGE), (1e308, Reason.OUT_OF_RANGE)],
)  # fmt: skip
@pytest.mark.parametrize("unit", ["m", "cm"])
def test_value_that_is_no_measurement_has_its_reason(value, reason, unit):
    assert convert(DEPTH, unit, value) is reason


@pytest.mark.parametrize("unit", ["", "M", "ft", "m ", "Cel"])
def test_unknown_unit_is_refused(unit):
    assert convert(DEPTH, unit, 0.1) is Reason.WRONG_UNIT


@pytest.mark.parametrize(
    ("quantity", "unit", "value", "expected"),
    [("water_depth", "cm", 12.3, 0.123), ("water_depth", "mm", 123, 0.123),
     ("temperature", "K", 300.0, 26.85), ("traffic_speed", "m/s", 10, 36.0),
     ("traffic_flow", "1/s", 0.5, 30.0), ("occupancy", "/", 0.25, 25.0),
     ("pm25", "mg/m3", 0.075, 75.0), ("so2", "g/m3", 0.0001, 100.0), ("co", "ug/m3", 900, 0.9),
     ("laeq", "dBspl", 60, 60.0), ("laeq", "Bspl", 6, 60.0), ("pressure", "Pa", 101325, 1013.25),
     ("rain", "cm", 1.5, 15.0), ("rain", "m", 0.01, 10.0), ("wind_speed", "km/h", 36, 10.0),
     ("lamp_current", "mA", 250, 0.25), ("cover_tilt", "rad", math.pi, 180.0)],
)  # fmt: skip
def test_known_unit_is_converted(quantity, unit, value, expected):
    channel = Channel(DeclaredQuantity(quantity, CATALOGUE[quantity].unit, 60.0))
    assert convert(channel, unit, value) == expected


def test_same_value_in_two_units_is_the_same_number():
    values = [convert(DEPTH, unit, v) for unit, v in (("cm", 12.3), ("m", 0.123), ("mm", 123.0))]
    assert values == [0.123] * 3


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        (NOW + 29_999, None),
        (NOW + 30_000, None),
        (NOW + 30_001, Reason.FUTURE),
        (NOW - HORIZON + 1, None),
        (NOW - HORIZON, None),
        (NOW - HORIZON - 1, Reason.BEYOND_HORIZON),
        (2**28 * 1000 - 1, Reason.RELATIVE_TIME),
        (2**28 * 1000, Reason.BEYOND_HORIZON),
        (0, Reason.RELATIVE_TIME),
        (-5000, Reason.RELATIVE_TIME),
    ],
)
def test_time_is_judged_at_its_limits(at, reason):
    assert time_reason(DEPTH, at, NOW) is reason


_limits = [2**28 * 1000, NOW + 30_000, NOW - HORIZON, NOW, 0, 2**61, -(2**61)]
_instants = st.sampled_from(_limits).flatmap(lambda at: st.integers(at - 2, at + 2))
_edges = [DEPTH.quantity.low, DEPTH.quantity.high, 0.0, math.inf, -math.inf]
_values = st.one_of(
    st.floats(),
    st.sampled_from([near for edge in _edges for near in
                     (edge, math.nextafter(edge, -math.inf), math.nextafter(edge, math.inf))]),
)  # fmt: skip


@given(st.lists(st.tuples(_values, _instants, st.sampled_from([NOW - 1, NOW, NOW + 1]))))
def test_columns_are_judged_as_single_readings_are(readings):
    values, instants, nows = (list(column) for column in zip(*readings, strict=True)) if readings else ([], [], [])  # fmt: skip
    size = len(readings)
    found = is_plausible(
        np.array(values, float), np.array(instants, np.int64), np.array(nows, np.int64),
        np.full(size, DEPTH.quantity.low), np.full(size, DEPTH.quantity.high),
        np.full(size, HORIZON),
    )  # fmt: skip
    expected = [
        not isinstance(convert(DEPTH, "m", value), Reason) and time_reason(DEPTH, at, now) is None
        for value, at, now in readings
    ]
    assert found.tolist() == expected


def test_channels_of_what_is_declared_alike_are_one():
    found, other = (
        channels(a_terminal(name, "z", {"rain": 60.0, "battery": 60.0}).quantities)
        for name in ("t-1", "t-2")
    )
    assert sorted(found) == ["battery", "rain"]
    assert found["rain"] is other["rain"]
    assert found["rain"] is not found["battery"]


@pytest.mark.parametrize(
    ("name", "stamp", "shift"),
    [("rain", None, 1), ("people_count", None, 1), ("water_depth", None, 0),
     ("water_depth", Stamp.END, 1), ("rain", Stamp.START, 0)],
)  # fmt: skip
def test_stamp_of_the_declaration_goes_before_the_catalogue(name, stamp, shift):
    declared = DeclaredQuantity(name, CATALOGUE[name].unit, 60.0, stamp)
    assert Channel(declared).shift_ms == shift


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_says_what_mends_it_and_where_it_is_booked(reason):
    assert reason.mend
    late = reason in {Reason.BEYOND_HORIZON, Reason.BEYOND_MEMORY}
    assert reason.outcome is (Outcome.LATE if late else Outcome.REJECTED)
