"""Lines of plain windows, written column by column: as one by one, and nothing is held on to."""

import json
import sys

from indicators.plain_windows import PLAIN_WINDOWS
from indicators.rounding import rfc3339
from indicators.vital_sign import VitalValue
from streams.engine.line_writer import VitalWriter, published_values
from tests.builders import a_city

TIMEZONES = {"here": "Asia/Shanghai", "there": "Pacific/Auckland"}
SIGN = PLAIN_WINDOWS["window_rain"]


def a_value(number, zone):
    end = 1_780_000_000_000 + number * 10_000
    detail = {"count": number, "min": 0.5, "max": 2.5}
    return VitalValue(
        end + 30_000, zone, SIGN.id, end - 10_000, end, 1.5 * number, SIGN.unit, None, 1.0, 0, None,
        detail,
    )  # fmt: skip


VALUES = [a_value(number, zone) for number in range(3) for zone in ("here", "there")]


def a_writer():
    return VitalWriter({SIGN.id: SIGN}, a_city(), "rules-1")


def test_lines_say_what_the_values_are_in_the_local_time_of_their_place():
    lines = a_writer().write(VALUES, TIMEZONES).split(b"\n")
    for value, line in zip(VALUES, lines, strict=True):
        timezone = TIMEZONES[value.zone]
        told = json.loads(line)
        assert list(told) == sorted(told)
        assert told == {
            "at": rfc3339(value.at, timezone),
            "coverage": 1.0,
            "detail": value.detail,
            "indicator": "window_rain",
            "kind": "zone",
            "level": None,
            "reason": None,
            "revision": 0,
            "unit": value.unit,
            "value": value.value,
            "window_end": rfc3339(value.window_end, timezone),
            "window_start": rfc3339(value.window_start, timezone),
            "zone": value.zone,
        }


def test_values_one_by_one_have_the_order_and_the_line_of_each():
    lines = a_writer().write(VALUES, TIMEZONES)
    found = published_values(VALUES, lines)
    assert b"\n".join(one.body for one in found) == lines
    assert [one.order for one in found] == [
        (v.at, v.zone, v.indicator, v.window_end, v.revision, "") for v in VALUES
    ]


def test_nothing_is_held_on_to():
    detail = VALUES[0].detail
    before = sys.getrefcount(detail)
    for _ in range(5):
        a_writer().write(VALUES, TIMEZONES)
    assert sys.getrefcount(detail) == before
