"""Ld, Ln and Ldn from the published levels of hours."""

import math
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from indicators.noise.settings import NoiseSettings
from indicators.noise.signs import noise_signs
from sensors.city import Zone
from tests.builders import SHANGHAI, a_value
from tests.formula_inputs import HOUR, inputs


def at(day, hour, timezone=SHANGHAI):
    """Unix ms of a local full hour in October 2025."""
    return int(datetime(2025, 10, day, hour, tzinfo=ZoneInfo(timezone)).timestamp() * 1000)


def an_hour(start, value, **changes):
    fields = {
        "indicator": "noise_hourly",
        "window_start": start,
        "window_end": start + HOUR,
        "unit": "dB",
    }
    return a_value(0, value, **{**fields, **changes})


def hours(end, level_of):
    """The 24 hours before `end`: the local hour gives the level."""
    starts = [end - n * HOUR for n in range(24, 0, -1)]
    local = [datetime.fromtimestamp(s / 1000, ZoneInfo(SHANGHAI)).hour for s in starts]
    return [an_hour(s, level_of(h)) for s, h in zip(starts, local, strict=True)]


def measure(sign_id, end, values, settings=None, timezone=SHANGHAI):
    sign = {sign.id: sign for sign in noise_signs(settings)}[sign_id]
    return sign.formula(
        inputs(zone=Zone(id="z", timezone=timezone), start=end - 24 * HOUR, end=end, history={"noise_hourly": values})
    )  # fmt: skip


def quiet_night(hour):
    return 60.0 if 6 <= hour < 22 else 50.0


@pytest.mark.parametrize(
    ("sign_id", "align_h"), [("noise_day", 22), ("noise_night", 6), ("noise_ldn", 6)]
)
def test_period_is_published_when_it_ends(sign_id, align_h):
    sign = {sign.id: sign for sign in noise_signs()}[sign_id]
    assert (sign.align_s, sign.hop_s, sign.sources) == (align_h * 3600, 86400, ("noise_hourly",))


def test_ends_follow_the_hours_of_a_city():
    signs = {sign.id: sign for sign in noise_signs(NoiseSettings(day_hour=7, night_hour=23))}
    assert [signs[s].align_s / 3600 for s in ("noise_day", "noise_night")] == [23, 7]


def test_day_is_of_the_16_hours_from_6():
    end = at(10, 22)
    found = measure("noise_day", end, hours(end, quiet_night))
    assert (found.value, found.detail) == (pytest.approx(60.0), {"measured": 1.0})


def test_night_is_of_the_8_hours_from_22():
    end = at(11, 6)
    found = measure("noise_night", end, hours(end, quiet_night))
    assert (found.value, found.detail) == (pytest.approx(50.0), {"measured": 1.0})


def test_mean_of_the_day_is_of_energy():
    end = at(10, 22)
    found = measure("noise_day", end, hours(end, lambda hour: 70.0 if hour < 14 else 60.0))
    assert found.value == pytest.approx(10 * math.log10(5.5e6))


def test_hour_that_was_half_measured_weighs_half():
    end = at(10, 22)
    values = hours(end, lambda _: 60.0)
    values = [
        msgspec.structs.replace(v, value=70.0, coverage=0.5) if n < 12 else v
        for n, v in enumerate(values)
    ]
    halves = sum(at(10, 6) <= v.window_start and v.coverage == 0.5 for v in values)
    expected = (halves * 0.5 * 1e7 + (16 - halves) * 1e6) / (halves * 0.5 + 16 - halves)
    assert measure("noise_day", end, values).value == pytest.approx(10 * math.log10(expected))


@pytest.mark.parametrize(("known", "is_enough"), [(11, False), (12, True)])
def test_day_needs_three_quarters_of_its_time(known, is_enough):
    end = at(10, 22)
    found = measure("noise_day", end, hours(end, lambda _: 60.0)[-known:])
    assert (found.value is not None) == is_enough
    assert found.reason == (None if is_enough else "low_coverage")
    assert found.detail["measured"] == known / 16


@pytest.mark.parametrize(("known", "is_enough"), [(5, False), (6, True)])
def test_night_needs_three_quarters_of_its_time(known, is_enough):
    end = at(11, 6)
    assert (
        measure("noise_night", end, hours(end, lambda _: 60.0)[-known:]).value is not None
    ) == is_enough


def test_needed_share_is_a_setting():
    end = at(10, 22)
    some = hours(end, lambda _: 60.0)[-4:]
    assert measure(
        "noise_day", end, some, NoiseSettings(period_coverage=0.25)
    ).value == pytest.approx(60)


def test_hour_without_a_level_is_not_silence():
    end = at(10, 22)
    values = hours(end, lambda hour: None if hour == 12 else 60.0)
    found = measure("noise_day", end, values)
    assert (found.value, found.detail["measured"]) == (pytest.approx(60), 15 / 16)


def test_period_without_hours_is_not_available():
    assert measure("noise_day", at(10, 22), []).reason == "no_data"


def test_window_longer_than_an_hour_does_not_count():
    end = at(10, 22)
    long = an_hour(end - 24 * HOUR, 60.0, window_end=end)
    assert measure("noise_day", end, [long] * 24).reason == "no_data"


def test_day_night_level_is_of_a_day_and_the_night_after_it():
    end = at(11, 6)
    found = measure("noise_ldn", end, hours(end, quiet_night))
    assert found.value == pytest.approx(60.0)
    assert found.detail == pytest.approx({"day": 60.0, "night": 50.0})


def test_day_night_level_needs_both():
    end = at(11, 6)
    night = hours(end, quiet_night)[-8:]
    assert measure("noise_ldn", end, night).reason == "no_data"
    assert measure("noise_ldn", end, hours(end, quiet_night)[-19:]).reason == "low_coverage"


def test_meters_share_in_the_period_by_energy():
    end = at(10, 22)
    values = hours(end, lambda hour: 70.0 if hour == 12 else 60.0)
    values = [
        msgspec.structs.replace(v, weights={"a" if v.value == 70 else "b": 1.0}) for v in values
    ]
    assert measure("noise_day", end, values).weights == pytest.approx({"a": 10 / 25, "b": 15 / 25})


def test_hour_of_the_night_before_stays_out_when_clocks_go_forward():
    """In Montreal on 9 March 2025 the 24 h before 6 o'clock begin at 5 o'clock of the eve."""
    end = int(datetime(2025, 3, 9, 6, tzinfo=ZoneInfo("America/Montreal")).timestamp() * 1000)
    values = [an_hour(end - n * HOUR, 90.0 if n == 24 else 50.0) for n in range(24, 0, -1)]
    found = measure("noise_night", end, values, timezone="America/Montreal")
    assert (found.value, found.detail["measured"]) == (pytest.approx(50.0), 7 / 8)


def test_night_is_covered_by_its_own_hours_only():
    """What the other hours of its 24 lack is nothing to it."""
    end = at(11, 6)
    night = [hour for hour in hours(end, quiet_night) if hour.window_start >= at(10, 22)]
    found = measure("noise_night", end, night)
    assert (found.value, found.coverage) == (pytest.approx(50.0), 1.0)
    assert measure("noise_night", end, night[:6]).coverage == 0.75
    assert measure("noise_night", end, night[:4]).coverage == 0.5
