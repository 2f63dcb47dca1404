"""The vitals stage: when windows close, what touches them later, when a sign sleeps and wakes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.registry import SIGNS
from indicators.vital_sign import Basis
from tests.builders import MINUTE_MS, T0_MS, a_city, a_terminal
from tests.zone_run import Reading, ZoneRun

DERIVED = {Basis.LIVENESS, Basis.SIGNS}
HOUR = 60 * MINUTE_MS
CITY = a_city(
    [
        a_terminal("wl-1", "dip", {"water_depth": 30.0}),
        a_terminal("wl-2", "dip", {"water_depth": 30.0}),
        a_terminal("rg-1", "dip", {"rain": 60.0}),
        a_terminal("rr-1", "dip", {"rain_rate": 60.0}),
        a_terminal("pc-1", "gate", {"people_count": 300.0}),
        a_terminal("nl-1", "gate", {"laeq": 60.0}),
        a_terminal("nl-2", "gate", {"laeq": 60.0}),
    ]
)


def depth(at, value=0.1, terminal="wl-1"):
    return Reading(terminal, "water_depth", at, value)


def of(values, indicator):
    return [v for v in values if v.indicator == indicator]


def test_window_closes_on_time_at_its_end_plus_grace():
    run = ZoneRun(CITY, "dip")
    run.feed(T0_MS + 10_500, [depth(T0_MS + 10_000)])
    assert of(run.advance(T0_MS + 64_999), "water_depth") == []
    (value,) = of(run.advance(T0_MS + 65_000), "water_depth")
    assert (value.at, value.window_start, value.window_end) == (
        T0_MS + 65_000, T0_MS, T0_MS + MINUTE_MS,
    )  # fmt: skip
    assert (value.value, value.revision, value.coverage) == (0.1, 0, 0.25)


def test_closing_is_stamped_with_its_due_time_however_late_it_is_seen():
    run = ZoneRun(CITY, "dip")
    run.feed(T0_MS + 10_500, [depth(T0_MS + 10_000)])
    values = of(run.advance(T0_MS + 10 * MINUTE_MS), "water_depth")
    assert [v.at for v in values] == [T0_MS + n * MINUTE_MS + 5000 for n in range(1, 10)]


@pytest.mark.parametrize(("at", "minute"), [(0, 1), (59_999, 1), (60_000, 2), (60_001, 2)])
def test_reading_at_the_edge_belongs_to_the_window_that_starts_there(at, minute):
    run = ZoneRun(CITY, "dip")
    run.feed(T0_MS + at, [depth(T0_MS + at)])
    (first, *_) = of(run.advance(T0_MS + 10 * MINUTE_MS), "water_depth")
    assert first.window_end == T0_MS + minute * MINUTE_MS


@pytest.mark.parametrize(("at", "hour"), [(1, 1), (HOUR, 1), (HOUR + 1, 2), (0, 0)])
def test_end_stamped_reading_at_the_edge_belongs_to_the_window_that_ends_there(at, hour):
    run = ZoneRun(CITY, "gate")
    run.feed(T0_MS + at, [Reading("pc-1", "people_count", T0_MS + at, 7)])
    values = of(run.advance(T0_MS + 3 * HOUR), "people_count")
    assert [v.window_end for v in values if v.coverage] == [T0_MS + hour * HOUR]


def test_correction_carries_the_next_revision_and_the_time_of_its_line():
    run = ZoneRun(CITY, "dip")
    run.feed(T0_MS + 500, [depth(T0_MS, 0.1)])
    run.advance(T0_MS + 3 * MINUTE_MS)
    first = run.feed(T0_MS + 3 * MINUTE_MS + 7, [depth(T0_MS + 1, 0.3)])
    second = run.feed(T0_MS + 4 * MINUTE_MS, [depth(T0_MS + 2, 0.5)])
    assert [(v.at, v.window_end, v.value, v.revision) for v in of(first, "water_depth")] == [
        (T0_MS + 3 * MINUTE_MS + 7, T0_MS + MINUTE_MS, 0.2, 1)
    ]
    assert [(v.value, v.revision) for v in of(second, "water_depth") if v.revision] == [(0.3, 2)]


def test_late_line_with_many_readings_corrects_each_window_once():
    run = ZoneRun(CITY, "dip")
    run.feed(T0_MS + 500, [depth(T0_MS)])
    run.advance(T0_MS + 5 * MINUTE_MS)
    late = [depth(T0_MS + n, 0.2) for n in (1, 2, 3, 60_001, 60_002)]
    values = of(run.feed(T0_MS + 5 * MINUTE_MS + 1, late), "water_depth")
    assert [(v.window_end, v.revision) for v in values] == [
        (T0_MS + MINUTE_MS, 1), (T0_MS + 2 * MINUTE_MS, 1),
    ]  # fmt: skip


def test_late_reading_corrects_exactly_the_hopping_windows_that_hold_it():
    run = ZoneRun(CITY, "dip")
    for minute in range(1, 40):
        at = T0_MS + minute * MINUTE_MS
        if minute != 20:
            run.feed(at + 500, [Reading("rg-1", "rain", at, 0.5)])
    at = T0_MS + 20 * MINUTE_MS
    values = run.feed(T0_MS + 39 * MINUTE_MS + 10_000, [Reading("rg-1", "rain", at, 0.5)])
    ten = [v for v in of(values, "rain_10min") if v.revision]
    assert [v.window_end for v in ten] == [at + n * MINUTE_MS for n in range(10)]
    assert {v.value for v in ten} == {5.0}
    hour = [v for v in of(values, "rain_60min") if v.revision]
    assert [v.window_end for v in hour] == [at + n * MINUTE_MS for n in range(20)]


def test_window_without_readings_is_not_available():
    run = ZoneRun(CITY, "dip")
    run.feed(T0_MS + 500, [depth(T0_MS)])
    _, second, *_ = of(run.advance(T0_MS + 3 * MINUTE_MS), "water_depth")
    assert (second.value, second.level, second.reason, second.coverage) == (
        None,
        None,
        "no_data",
        0,
    )


def test_window_with_too_few_readings_is_not_available():
    city = a_city([a_terminal("wl-1", "dip", {"mains_voltage": 10.0})])
    run = ZoneRun(city, "dip")
    run.feed(T0_MS + 500, [Reading("wl-1", "mains_voltage", T0_MS, 220.0)])
    (first, *_) = of(run.advance(T0_MS + 20 * MINUTE_MS), "mains_voltage")
    assert (first.value, first.reason) == (None, "low_coverage")
    assert first.coverage < 0.25


def test_silent_sign_reports_an_hour_then_sleeps_and_wakes_with_its_next_reading():
    run = ZoneRun(CITY, "dip")
    run.feed(T0_MS + 500, [depth(T0_MS)])
    silent = of(run.advance(T0_MS + 10 * HOUR), "water_depth")
    assert [v.value for v in silent[:2]] == [0.1, None]
    assert silent[-1].window_end == T0_MS + HOUR + MINUTE_MS
    woken = run.feed(T0_MS + 11 * HOUR, [depth(T0_MS + 11 * HOUR)])
    woken += run.advance(T0_MS + 11 * HOUR + 2 * MINUTE_MS)
    assert of(woken, "water_depth")[0].window_end == T0_MS + 11 * HOUR + MINUTE_MS


def test_zone_that_slept_wakes_its_liveness_and_index_too():
    run = ZoneRun(CITY, "dip")
    run.feed(T0_MS + 500, [depth(T0_MS)])
    run.advance(T0_MS + 100 * HOUR)
    assert run.stage.due is None
    run.feed(T0_MS + 100 * HOUR, [depth(T0_MS + 100 * HOUR)])
    woken = {v.indicator for v in run.advance(T0_MS + 101 * HOUR)}
    assert woken >= {"water_depth", "device_availability", "device_offline", "health_index"}


def test_earlier_reading_inside_the_grace_walks_the_first_window_back():
    run = ZoneRun(CITY, "dip")
    run.feed(T0_MS + 62_000, [depth(T0_MS + 61_000)])
    run.feed(T0_MS + 63_000, [depth(T0_MS + 59_000)])
    values = of(run.advance(T0_MS + 130_000), "water_depth")
    assert [(v.window_end, v.revision) for v in values] == [
        (T0_MS + MINUTE_MS, 0), (T0_MS + 2 * MINUTE_MS, 0),
    ]  # fmt: skip


def test_no_window_is_published_on_time_twice():
    run = ZoneRun(CITY, "dip")
    for at in (180_000, 120_000, 121_000, 150_000, 122_000):
        run.feed(T0_MS + 182_000, [depth(T0_MS + at, terminal="wl-1")])
    values = of(run.advance(T0_MS + 20 * MINUTE_MS), "water_depth")
    ends = [v.window_end for v in values]
    assert ends == sorted(set(ends))


def test_health_index_follows_the_signs_it_is_made_of():
    run = ZoneRun(CITY, "dip")
    values = []
    for second in range(0, 400, 30):
        values += run.feed(T0_MS + second * 1000 + 500, [depth(T0_MS + second * 1000, 0.0)])
    index = of(values, "health_index")[-1]
    # A second after the signs that it is made of.
    assert index.at == T0_MS + 360_000 + 5_000 + 1_000
    assert index.detail["domains"] == {"facilities": 35.0, "flood": 100.0}


_depths = st.integers(0, 130).map(lambda n: n / 1000)
_laeq = st.integers(2000, 9000).map(lambda n: n / 100)


@st.composite
def zone_streams(draw):
    """(zone, lines); a line is (now, readings); gaps, late readings, silence, future stamps."""
    zone = draw(st.sampled_from(["dip", "gate"]))
    kinds = {
        "dip": [("wl-1", "water_depth"), ("wl-2", "water_depth"), ("rg-1", "rain"), ("rr-1", "rain_rate")],
        "gate": [("pc-1", "people_count"), ("nl-1", "laeq"), ("nl-2", "laeq")],
    }[zone]  # fmt: skip
    now, seen, lines = T0_MS + draw(st.integers(0, 5 * MINUTE_MS)), set(), []
    for _ in range(draw(st.integers(1, 14))):
        now += draw(
            st.sampled_from([0, 1, 700, 4_999, 30_000, 61_000, 5 * MINUTE_MS, HOUR, 3 * HOUR])
        )
        readings = []
        for terminal, quantity in draw(st.lists(st.sampled_from(kinds), max_size=4)):
            age = draw(st.sampled_from([-30_000, -1, 0, 1, 500, 5_000, 59_999, 60_000, 61_000, 4 * MINUTE_MS, 14 * MINUTE_MS]))  # fmt: skip
            at = now - age - draw(st.sampled_from([0, 0, now % MINUTE_MS]))
            at = max(at, now - 15 * MINUTE_MS)
            if (terminal, quantity, at) not in seen:
                seen.add((terminal, quantity, at))
                value = draw(_laeq if quantity == "laeq" else _depths)
                readings.append(Reading(terminal, quantity, at, value))
        lines.append((now, readings))
    lines.append((now + draw(st.sampled_from([0, 10 * MINUTE_MS, 5 * HOUR])), []))
    return zone, lines


@given(zone_streams(), st.data())
def test_snapshot_at_any_point_continues_identically(stream, data):
    zone, lines = stream
    cut = data.draw(st.integers(0, len(lines)))
    whole = ZoneRun(CITY, zone)
    expected = [whole.feed(now, readings) for now, readings in lines]
    part = ZoneRun(CITY, zone)
    found = [part.feed(now, readings) for now, readings in lines[:cut]]
    resumed = part.reloaded(CITY)
    found += [resumed.feed(now, readings) for now, readings in lines[cut:]]
    assert found == expected


@given(st.lists(st.tuples(st.integers(0, 179), _depths), min_size=1, max_size=20), st.data())
def test_any_order_of_arrival_inside_the_grace_gives_the_same_values_on_time(stamps, data):
    readings = list({at: depth(T0_MS + at * 1000, value) for at, value in stamps}.values())

    def on_time(order):
        run, out = ZoneRun(CITY, "dip"), []
        # Each reading is received within four seconds of its time, so before its window closes.
        lines = sorted((r.at + delay, r) for r, delay in order)
        for now, reading in lines:
            out += run.feed(now, [reading])
        out += run.advance(T0_MS + 10 * MINUTE_MS)
        # Liveness and index begin when a place is first heard of, which is when that arrives.
        return [value for value in out if SIGNS[value.indicator].basis not in DERIVED]

    delays = st.lists(st.integers(0, 4_000), min_size=len(readings), max_size=len(readings))
    one = on_time(list(zip(readings, data.draw(delays), strict=True)))
    other = on_time(list(zip(readings, data.draw(delays), strict=True)))
    assert one == other


@given(st.lists(st.tuples(st.integers(0, 299), _depths), min_size=2, max_size=20), st.data())
def test_last_revision_is_what_all_readings_on_time_would_have_given(stamps, data):
    readings = list({at: depth(T0_MS + at * 1000, value) for at, value in stamps}.values())
    late = data.draw(st.lists(st.booleans(), min_size=len(readings), max_size=len(readings)))

    def last_values(is_late):
        run, out = ZoneRun(CITY, "dip"), []
        for reading, waits in sorted(zip(readings, is_late, strict=True)):
            if not waits:
                out += run.feed(reading.at, [reading])
        out += run.advance(T0_MS + 6 * MINUTE_MS)
        for reading, waits in zip(readings, is_late, strict=True):
            if waits:
                out += run.feed(T0_MS + 6 * MINUTE_MS, [reading])
        return {v.window_end: (v.value, v.coverage) for v in of(out, "water_depth")}

    corrected, whole = last_values(late), last_values([False] * len(readings))
    assert {end: corrected[end] for end in corrected if end in whole} == {
        end: whole[end] for end in corrected if end in whole
    }
    assert {end for end, (value, _) in whole.items() if value is not None} <= set(corrected)
