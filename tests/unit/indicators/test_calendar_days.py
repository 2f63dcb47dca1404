"""Days end by the place's own clock, also where it is put back or forward."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.calendar_days import DAY_MS, day_end_after, days_before

HOUR_MS = 3_600_000
ZONES = ("Asia/Shanghai", "Pacific/Auckland", "America/Los_Angeles", "Asia/Kolkata", "UTC")


def ms(text, timezone):
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(timezone)).timestamp() * 1000)


@pytest.mark.parametrize(
    ("now", "align_h", "end"),
    [
        ("2026-03-01T00:00:00", 0, "2026-03-02T00:00:00"),
        ("2026-02-28T23:59:59", 0, "2026-03-01T00:00:00"),
        ("2026-03-01T05:59:59", 6, "2026-03-01T06:00:00"),
        ("2026-03-01T06:00:00", 6, "2026-03-02T06:00:00"),
        ("2026-03-01T12:00:00", 22, "2026-03-01T22:00:00"),
    ],
)
def test_day_ends_at_its_hour(now, align_h, end):
    zone = "Asia/Shanghai"
    assert day_end_after(ms(now, zone), zone, align_h * HOUR_MS) == ms(end, zone)


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        ("2026-04-05", "Pacific/Auckland", 25), ("2026-09-27", "Pacific/Auckland", 23),
        ("2026-03-08", "America/Los_Angeles", 23), ("2026-11-01", "America/Los_Angeles", 25),
        ("2026-07-01", "America/Los_Angeles", 24),
    ],
)  # fmt: skip
def test_day_is_as_long_as_its_clock_says(day, zone, hours):
    start = ms(f"{day}T00:00:00", zone)
    end = day_end_after(start, zone, 0)
    assert (end - start) / HOUR_MS == hours
    assert days_before(end, 1, zone, 0) == start


@given(
    st.integers(946_684_800_000, 2_000_000_000_000),
    st.sampled_from(ZONES),
    st.sampled_from([0, 6, 22]),
)
def test_days_follow_one_another_without_gap(instant, zone, hour):
    end = day_end_after(instant, zone, hour * HOUR_MS)
    assert instant < end <= instant + DAY_MS + 2 * HOUR_MS
    local = datetime.fromtimestamp(end / 1000, ZoneInfo(zone))
    assert (local.hour, local.minute) == (hour, 0)
    one, two = (days_before(end, days, zone, hour * HOUR_MS) for days in (1, 2))
    assert day_end_after(one, zone, hour * HOUR_MS) == end
    assert local - datetime.fromtimestamp(two / 1000, ZoneInfo(zone)) == timedelta(days=2)


@pytest.mark.parametrize(
    ("day", "zone"),
    [("2017-10-15", "America/Sao_Paulo"), ("2026-09-06", "America/Santiago"),
     ("2026-03-08", "America/Havana"), ("2026-04-24", "Africa/Cairo")],
)  # fmt: skip
def test_day_whose_midnight_is_skipped_begins_where_clocks_go_on(day, zone):
    skip = ms(f"{day}T00:00:00", zone)
    shown = datetime.fromtimestamp(skip / 1000, ZoneInfo(zone))
    assert (shown.date().isoformat(), shown.hour) == (day, 1)
    assert day_end_after(skip - 1, zone, 0) == skip
    assert day_end_after(skip - HOUR_MS, zone, 0) == skip
    end = day_end_after(skip, zone, 0)
    assert (end - skip) / HOUR_MS == 23
    assert days_before(end, 1, zone, 0) == skip
    assert (skip - days_before(skip, 1, zone, 0)) / HOUR_MS == 24


@given(
    st.integers(946_684_800_000, 2_000_000_000_000),
    st.sampled_from([*ZONES, "America/Santiago", "America/Havana", "Asia/Amman", "Asia/Beirut"]),
    st.sampled_from([0, 6, 22]),
)
def test_days_end_where_the_calendar_of_python_says(instant, zone, hour):
    before = datetime.fromtimestamp(instant / 1000, ZoneInfo(zone)).date() - timedelta(days=2)
    ends = [ms(f"{before + timedelta(days=n)}T{hour:02}:00:00", zone) for n in range(5)]
    assert day_end_after(instant, zone, hour * HOUR_MS) == min(e for e in ends if e > instant)
