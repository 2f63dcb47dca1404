"""Signs of fire, facilities and devices as a zone publishes them, from readings in time."""

from itertools import groupby

import pytest

from tests.builders import MINUTE_MS, T0_MS, a_city, a_terminal
from tests.zone_run import Reading, ZoneRun

HOUR = 60 * MINUTE_MS
CITY = a_city(
    [
        a_terminal("cam", "z", {"smoke": 30.0, "spot_temperature": 30.0}),
        a_terminal("air", "z", {"co": 60.0, "pm25": 60.0, "pm10": 60.0}),
        a_terminal("cover", "z", {"cover_tilt": 60.0, "shaft_level": 60.0}),
        a_terminal("box", "z", {"mains_voltage": 60.0}),
    ]
)
FIRE_AT, OPEN_AT, DEAD_AT = 20 * MINUTE_MS, 30 * MINUTE_MS, 40 * MINUTE_MS


def readings_of(minute):
    """What the terminals say at a minute of the hour and half a minute later."""
    since = minute * MINUTE_MS
    at = T0_MS + since
    is_burning = FIRE_AT <= since < FIRE_AT + 5 * MINUTE_MS
    for half in (at, at + 30_000):
        yield Reading("cam", "smoke", half, 80.0 if is_burning else 5.0)
        yield Reading("cam", "spot_temperature", half, 90.0 if is_burning else 25.0)
    yield Reading("air", "co", at, 0.5 + 0.01 * minute)
    yield Reading("air", "pm25", at, 20.0 + minute)
    yield Reading("air", "pm10", at, 60.0 + minute)
    yield Reading("cover", "cover_tilt", at, 1.5 if since < OPEN_AT else 61.5)
    yield Reading("cover", "shaft_level", at, 0.5)
    if since < DEAD_AT:
        yield Reading("box", "mains_voltage", at, 218.0 + minute % 3)


@pytest.fixture(scope="module")
def published():
    run = ZoneRun(CITY, "z")
    values = []
    for minute in range(150):
        said = sorted(readings_of(minute))
        for _, pack in groupby(said, key=lambda reading: reading.terminal):
            values += run.feed(T0_MS + minute * MINUTE_MS + 31_000, pack)
    values += run.advance(T0_MS + 150 * MINUTE_MS + 30_000)
    return {(v.indicator, (v.window_end - T0_MS) // MINUTE_MS): v for v in values}


@pytest.mark.parametrize(
    ("minute", "probability", "level"),
    [(20, 0.0, None), (21, 0.8, "F2"), (22, 0.94, "F1"), (25, 0.94, "F1"), (29, 0.94, "F1"), (30, 0.8, "F2"),
     (31, 0.0, None)],
)  # fmt: skip
def test_fire_is_confirmed_when_smoke_follows_heat_and_is_over_when_both_are(
    published, minute, probability, level
):
    value = published["fire_probability", minute]
    assert (value.value, value.level) == (probability, level)


@pytest.mark.parametrize(
    ("minute", "change", "level"),
    [(30, 0, None), (31, 60, "MH1"), (60, 60, "MH1"), (90, 60, "MH1"), (149, 60, "MH1")],
)
def test_cover_is_open_from_the_minute_it_tipped(published, minute, change, level):
    value = published["manhole_state", minute]
    assert (value.value, value.level) == (change, level)


@pytest.mark.parametrize(("minute", "offline"), [(50, []), (55, ["box"]), (60, ["box"])])
def test_box_that_fell_silent_is_offline_a_quarter_of_an_hour_later(published, minute, offline):
    value = published["device_offline", minute]
    assert (value.value, value.detail["offline"]) == (len(offline), offline)


def test_staleness_grows_while_the_most_silent_says_nothing(published):
    grown = [published["device_staleness", minute].value for minute in (45, 50)]
    assert grown[1] - grown[0] == 300


def test_quality_of_the_hour_names_the_flat_shaft(published):
    value = published["device_quality", 60]
    assert (value.detail["series"], value.detail["bad"]) == (5, 1)
    assert value.detail["worst"] == [
        {"terminal": "cover", "quantity": "shaft_level", "flag": 3, "test": "flat_line"}
    ]
    assert (value.value, value.level) == (80, "DQ3")


def test_voltage_is_named_by_its_band(published):
    assert published["mains_voltage", 10].level == "VN"
