"""Numbers of a day belong to the day of the place, 23 or 25 hours long where its clock is changed."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors.city import Zone
from sensors.line import encode_reception, join_frame
from streams.engine.zone_partition import ZonePartition
from tests.builders import a_city, a_config, a_line, a_pack, a_terminal, a_tick
from tests.zone_run import Reading, ZoneRun

HOUR_MS = 3_600_000
CHANGES = (
    ("America/Toronto", date(2025, 11, 2)),
    ("America/Toronto", date(2025, 3, 9)),
    ("Pacific/Auckland", date(2026, 4, 5)),
    ("Pacific/Auckland", date(2026, 9, 27)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("America/Havana", date(2026, 3, 8)),
    ("America/Havana", date(2026, 11, 1)),
    ("America/Sao_Paulo", date(2018, 2, 17)),
    ("America/Sao_Paulo", date(2018, 11, 4)),
    ("Asia/Beirut", date(2026, 3, 29)),
    ("Pacific/Apia", date(2011, 12, 30)),
    ("Asia/Kolkata", date(2026, 6, 1)),
    ("Asia/Shanghai", date(2026, 6, 1)),
)
"""Where and when clocks are changed, some of them at midnight; the last two never do."""
SIGNS = {"clinic_visits": 1, "order_backlog": 0}
"""Sign, which is its quantity's name → how much before its stamp (ms) a reading belongs."""


def midnight(day, zone):
    return round(datetime.combine(day, time(), ZoneInfo(zone)).timestamp() * 1000)


def days_around(zone, day):
    """The (start, end) of each day of the place from four days before to four days after."""
    edges = [midnight(day + timedelta(days=n), zone) for n in range(-4, 6)]
    return [(a, b) for a, b in pairwise(edges) if a < b]


def a_place(zone, cadence):
    cadences = dict.fromkeys(SIGNS, cadence)
    return a_city([a_terminal("clinic", "z", cadences)], [Zone(id="z", timezone=zone)])


@settings(max_examples=60)
@given(
    change=st.sampled_from(CHANGES),
    cadence=st.sampled_from([7200, 21_600, 86_400]),
    first=st.integers(0, 86_399),
    late=st.lists(
        st.sampled_from([0, 0, 0, 4_000, 3 * HOUR_MS, 25 * HOUR_MS]), min_size=1, max_size=5
    ),
)
def test_value_of_a_day_is_that_of_the_readings_which_its_calendar_holds(
    change, cadence, first, late
):
    zone, day = change
    days = days_around(zone, day)
    run, end = ZoneRun(a_place(zone, float(cadence)), "z"), days[-1][1]
    stamps = range(days[0][0] + first * 1000, end, cadence * 1000)
    arrivals = [(at + 500 + late[n % len(late)], at, n) for n, at in enumerate(stamps)]
    values = []
    for received, at, number in sorted(arrivals):
        readings = [Reading("clinic", quantity, at, float(number)) for quantity in SIGNS]
        values += run.feed(received, readings)
    values += run.advance(end + 26 * HOUR_MS)
    for sign, shift in SIGNS.items():
        found = {(v.window_start, v.window_end): v.value for v in values if v.indicator == sign}
        for start, stop in days:
            own = [float(n) for _, at, n in arrivals if start <= at - shift < stop]
            if own and len(own) >= 43_200 // cadence:
                assert found[start, stop] == (sum(own) if sign == "clinic_visits" else own[-1])
        ends = sorted(found)
        assert all(one[1] == other[0] for one, other in pairwise(ends))


@pytest.mark.parametrize(("zone", "day"), [CHANGES[0], CHANGES[3], CHANGES[8], CHANGES[10]])
def test_days_are_the_same_however_lines_are_framed(zone, day):
    def run(size, *, restarts=False):
        partition, bodies = ZonePartition(config), []
        for start in range(0, len(lines), size):
            published, _ = partition.step(join_frame(lines[start : start + size]))
            bodies += [out.body for out in published if out.stream == "vitals"]
            if restarts:
                blocks = partition.dump(everything=True)
                partition = ZonePartition(config)
                partition.load({n: b for n, b in blocks.items() if b is not None})
        return bodies

    gauge = a_terminal("gauge", "z", {"water_depth": 1800.0})
    clinic = a_terminal("clinic", "z", dict.fromkeys(SIGNS, 7200.0))
    config = a_config(a_city([gauge, clinic], [Zone(id="z", timezone=zone)]))
    first, last = days_around(zone, day)[2][0] // 1000, days_around(zone, day)[5][1] // 1000
    lines = []
    for at in range(first, last, 1800):
        lines.append(a_line("gauge", at, water_depth=0.1))
        if at % 7200 == first % 7200:
            pack = a_pack("clinic", at, clinic_visits=3.0, order_backlog=at % 97)
            late = [0.7, 3.0, 900.0][at // 7200 % 3]
            lines.append(encode_reception("clinic", at + late, pack))
    lines.append(a_tick(last + 90_000))
    line_by_line = run(1)
    assert run(400) == line_by_line
    assert run(17, restarts=True) == line_by_line


def test_place_of_daily_numbers_only_has_its_index_at_midnight():
    run = ZoneRun(a_place("Asia/Shanghai", 86_400.0), "z")
    start = midnight(date(2026, 6, 1), "Asia/Shanghai")
    values = []
    for number in range(3):
        at = start + number * 24 * HOUR_MS + HOUR_MS
        values += run.feed(at, [Reading("clinic", "clinic_visits", at, 5.0)])
    ends = {v.window_end for v in values if v.indicator in {"health_index", "clinic_visits"}}
    assert ends == {start + 24 * HOUR_MS, start + 48 * HOUR_MS}
