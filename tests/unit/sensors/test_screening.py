"""Screening: every reason at its limit, conversions, and a memory that is exact."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors.city import DeclaredQuantity
from sensors.quantity import CATALOGUE, QUANTITIES, Stamp
from sensors.reason import Outcome, Reason
from sensors.screening import Channel, Memory, admit, channels, convert, horizon_ms
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


def test_same_value_in_two_units_is_a_duplicate():
    memory = Memory()
    values = [convert(DEPTH, unit, v) for unit, v in (("cm", 12.3), ("m", 0.123), ("mm", 123.0))]
    assert all(isinstance(value, float) for value in values)
    verdicts = [admit(DEPTH, memory, NOW, v, NOW) for v in values if isinstance(v, float)]
    assert verdicts == [True, False, False]


@pytest.mark.parametrize(
    ("at", "verdict"),
    [
        (NOW + 29_999, True),
        (NOW + 30_000, True),
        (NOW + 30_001, Reason.FUTURE),
        (NOW - HORIZON + 1, True),
        (NOW - HORIZON, True),
        (NOW - HORIZON - 1, Reason.BEYOND_HORIZON),
        (2**28 * 1000 - 1, Reason.RELATIVE_TIME),
        (2**28 * 1000, Reason.BEYOND_HORIZON),
        (0, Reason.RELATIVE_TIME),
        (-5000, Reason.RELATIVE_TIME),
    ],
)
def test_time_is_judged_at_its_limits(at, verdict):
    assert admit(DEPTH, Memory(), at, 0.1, NOW) is verdict


def test_same_instant_and_value_is_a_duplicate():
    memory = Memory()
    assert [admit(DEPTH, memory, NOW, 0.1, NOW + d) for d in (0, 5, 9)] == [True, False, False]


def test_same_instant_with_another_value_is_a_conflict_and_changes_nothing():
    memory = Memory()
    verdicts = [admit(DEPTH, memory, NOW, value, NOW) for value in (0.1, 0.2, 0.1)]
    assert verdicts == [True, Reason.CONFLICT, False]


def test_zero_and_negative_zero_are_the_same_value():
    memory = Memory()
    assert [admit(DEPTH, memory, NOW, value, NOW) for value in (0.0, -0.0)] == [True, False]


def test_refused_reading_is_not_remembered():
    memory = Memory()
    assert admit(DEPTH, memory, NOW + 40_000, 0.1, NOW) is Reason.FUTURE
    assert admit(DEPTH, memory, NOW + 40_000, 0.2, NOW + 20_000) is True


def test_flood_advances_the_floor_and_older_instants_are_late():
    memory = Memory()
    for step in range(DEPTH.capacity + 1):
        assert admit(DEPTH, memory, NOW + step, 0.1, NOW) is True
    assert memory.floor > NOW
    assert admit(DEPTH, memory, NOW, 0.1, NOW) is Reason.BEYOND_MEMORY
    assert admit(DEPTH, memory, NOW + DEPTH.capacity, 0.1, NOW) is False
    assert len(memory.seen) <= DEPTH.capacity


def test_terminal_at_its_cadence_never_advances_the_floor():
    memory = Memory()
    for step in range(3 * DEPTH.capacity):
        at = NOW + step * DEPTH.cadence_ms
        assert admit(DEPTH, memory, at, 0.1, at) is True
    assert memory.floor == 0
    assert len(memory.seen) <= DEPTH.capacity + 1


_events = st.lists(
    st.tuples(
        st.integers(0, 40).map(lambda n: n * 60_000),  # how much later the line is
        st.integers(-HORIZON // 60_000 - 3, 1).map(lambda n: n * 60_000),  # age of the reading
        st.sampled_from([0.1, 0.2]),
    ),
    max_size=120,
)


@given(_events)
def test_memory_agrees_with_a_plain_dictionary_that_forgets_nothing(events):
    plain: dict[int, float] = {}
    memory, now = Memory(), NOW
    for later, age, value in events:
        now += later
        at = now + age
        expected: Reason | bool
        if at > now + 30_000:
            expected = Reason.FUTURE
        elif at < now - HORIZON:
            expected = Reason.BEYOND_HORIZON
        elif at in plain:
            expected = False if plain[at] == value else Reason.CONFLICT
        else:
            plain[at], expected = value, True
        assert admit(DEPTH, memory, at, value, now) is expected


@given(st.lists(st.integers(0, 2000), max_size=300))
def test_flooded_memory_never_takes_an_instant_twice(instants):
    channel = Channel(DeclaredQuantity("water_depth", "m", 3600.0))
    channel.capacity = 16
    memory, taken = Memory(), set()
    for instant in instants:
        if admit(channel, memory, NOW + instant, 0.1, NOW + 2000) is True:
            assert instant not in taken
            taken.add(instant)


def test_channels_are_named_as_in_senml():
    assert sorted(channels(a_terminal("t-1", "z", {"rain": 60.0, "battery": 60.0}))) == [
        "t-1/battery", "t-1/rain",
    ]  # fmt: skip


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
