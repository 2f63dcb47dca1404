"""The judges of a zone, fed with the aggregates that its windows hold."""

import random

import msgspec
import numpy as np
import pytest

from anomaly.faults.zone_faults import ZoneFaults, ZoneFaultState
from indicators.window import aggregate
from sensors.quantity import CATALOGUE
from tests.builders import SHANGHAI, T0_MS, a_terminal

HOUR_MS = 3_600_000
GAUGES = [a_terminal(f"wl-{n}", "dip", {"water_depth": 60.0}) for n in range(4)]
STATION = a_terminal("ws-1", "dip", {"rain": 60.0})
HOURS = 24 * 14


def of(terminal, quantity, values, end):
    made = aggregate(terminal, CATALOGUE[quantity], 60.0, np.array(values, float))
    return msgspec.structs.replace(made, newest=end - 1000)


def an_hour(number, *, depths=None, rain=0.0):
    """Start, end and aggregates of an hour: dry gauges but for those that are named."""
    source, end = random.Random(number), T0_MS + (number + 1) * HOUR_MS
    dry = {t.id: [source.choice((0.0, 0.001, 0.002)) for _ in range(60)] for t in GAUGES}
    by_terminal = {**dry, **(depths or {})}
    return end - HOUR_MS, end, {
        "water_depth": [of(t, "water_depth", v, end) for t, v in by_terminal.items()],
        "rain": [of("ws-1", "rain", [rain / 60] * 60, end)],
    }  # fmt: skip


@pytest.fixture
def zone():
    zone = ZoneFaults(SHANGHAI, [*GAUGES, STATION], ZoneFaultState())
    for number in range(HOURS):
        zone.step(*an_hour(number))
    return zone


def of_water(changes):
    return [(c.terminal, c.verdict.verdict, c.verdict.kind) for c in changes if c.quantity == "water_depth"]  # fmt: skip


def test_nothing_is_said_while_nothing_changes(zone):
    assert zone.step(*an_hour(HOURS)) == []
    assert zone.at_fault() == {}


def test_gauge_that_jumps_by_80_cm_is_a_fault_once(zone):
    jump = {"wl-2": [0.0] * 30 + [0.8] * 30}
    (change,) = zone.step(*an_hour(HOURS, depths=jump))
    assert (change.terminal, change.verdict.verdict) == ("wl-2", "fault")
    assert change.verdict.kind == "impossible_rate"
    assert zone.at_fault() == {("wl-2", "water_depth"): "impossible_rate"}
    assert zone.step(*an_hour(HOURS + 1, depths={"wl-2": [0.8, 0.81] * 30})) == []


def test_flood_after_rain_is_an_event_at_every_gauge(zone):
    rising = np.linspace(0.0, 0.4, 60)
    floods = {t.id: rising for t in GAUGES}
    changes = of_water(zone.step(*an_hour(HOURS, depths=floods, rain=45.0)))
    assert [change[:2] for change in changes] == [(t.id, "event") for t in GAUGES]


def test_step_over_missing_readings_had_their_time(zone):
    rose_unseen = {"wl-2": [0.0] * 20 + [0.5] * 4}
    assert "fault" not in {c[1] for c in of_water(zone.step(*an_hour(HOURS, depths=rose_unseen)))}


def test_rain_of_the_hours_before_still_explains_water(zone):
    zone.step(*an_hour(HOURS, rain=45.0))
    flood = {"wl-1": np.linspace(0.0, 0.3, 60)}
    assert of_water(zone.step(*an_hour(HOURS + 1, depths=flood)))[0][1:] == ("event", "rain_gauge")
    for number in range(HOURS + 2, HOURS + 5):
        zone.step(*an_hour(number))
    late = {"wl-3": np.linspace(0.0, 0.3, 60)}
    assert of_water(zone.step(*an_hour(HOURS + 5, depths=late))) == []


def test_snapshot_continues_identically(zone):
    state = msgspec.msgpack.decode(msgspec.msgpack.encode(zone.dump()), type=ZoneFaultState)
    resumed = ZoneFaults(SHANGHAI, [*GAUGES, STATION], state)
    jump = {"wl-2": [0.0] * 30 + [0.8] * 30}
    for number in range(HOURS, HOURS + 30):
        depths = jump if number == HOURS + 3 else None
        hour = an_hour(number, depths=depths, rain=number % 5)
        assert resumed.step(*hour) == zone.step(*hour)
        assert resumed.at_fault() == zone.at_fault()
    assert resumed.dump() == zone.dump()
