"""Whose clock is how far from the gateway's."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.devices.clocks import skew_s
from indicators.registry import SIGNS
from sensors.line import encode_reception, join_frame
from streams.engine.zone_partition import ZonePartition
from tests.builders import T0, a_city, a_config, a_line, a_pack, a_raw_line, a_terminal, a_tick
from tests.formula_inputs import inputs

SKEW = SIGNS["device_clock_skew"]


def of(lags):
    return SKEW.formula(inputs(lags=lags))


@pytest.mark.parametrize(
    ("lag_ms", "cadence_s", "skew"),
    [(-1, 60, 0.001), (-86_400_000, 60, 86_400), (0, 60, 0), (120_000, 60, 0), (120_001, 60, -120.001),
     (3_605_000, 3600, 0), (7_200_001, 3600, -7200.001)],
)  # fmt: skip
def test_clock_is_ahead_at_once_and_behind_after_two_cadences(lag_ms, cadence_s, skew):
    assert skew_s(lag_ms, cadence_s, 2.0) == skew


def test_worst_clock_counts_and_all_that_are_off_have_their_share():
    measure = of(
        {"a": (-90_000, 60.0), "b": (150_000, 60.0), "c": (500, 60.0), "d": (-60_000, 60.0)}
    )
    assert measure.value == 150.0
    assert measure.weights == {"a": 0.3, "b": 0.5, "d": 0.2}
    assert measure.detail == {
        "terminals": 4, "ahead": 2, "behind": 1, "terminal": "b", "skew_s": -150.0,
    }  # fmt: skip


def test_right_clocks_have_no_skew_and_no_culprit():
    measure = of({"a": (400, 60.0), "b": (90_000, 60.0)})
    assert (measure.value, measure.weights) == (0.0, {})


def test_place_that_sent_nothing_says_nothing_of_its_clocks():
    assert of({}).reason == "no_data"


@pytest.mark.parametrize(
    ("seconds", "level"),
    [(9.9, None), (10, "CK4"), (29.9, "CK4"), (30, "CK3"), (3599, "CK3"), (3600, "CK2")],
)
def test_skew_has_levels_from_ten_seconds_on(seconds, level):
    assert SKEW.level_of(seconds) == level


# -- in the engine --------------------------------------------------------------------------------

CONFIG = a_config(
    a_city([a_terminal(name, "z", {"water_depth": 60.0}) for name in ("right", "odd")])
)


def bodies(lines, size=1, *, restarts=False):
    """What is published of vital signs, however lines are framed and the engine restarts."""
    partition, found = ZonePartition(CONFIG), []
    for start in range(0, len(lines), size):
        published, _ = partition.step(join_frame(lines[start : start + size]))
        found += [out.body for out in published if out.stream == "vitals"]
        if restarts:
            blocks = partition.dump(everything=True)
            partition = ZonePartition(CONFIG)
            partition.load({n: b for n, b in blocks.items() if b is not None})
    return found


def skews(lines):
    """(value, detail) of each window."""
    found = map(json.loads, bodies(lines))
    return [(v["value"], v["detail"]) for v in found if v["indicator"] == "device_clock_skew"]


def minutes(skew, count=10, first=0):
    """Each minute a pack of a right clock, and one of a clock that is so far ahead, s."""
    lines = []
    for minute in range(first, first + count):
        at = T0 + 60 * minute
        lines.append(a_line("right", at, at + 0.5, water_depth=0.1))
        lines.append(a_line("odd", at + skew, at + 1.0, water_depth=0.1))
    return lines


@pytest.mark.parametrize(
    ("skew", "value"), [(0, 0.0), (25, 24.0), (86_400, 86_399.0), (-90, 0.0), (-600, 601.0)]
)
def test_skew_is_that_of_the_quickest_pack_also_where_readings_are_refused(skew, value):
    found = skews([*minutes(skew), a_tick(T0 + 606)])
    assert [one for one, _ in found] == [value, value]
    assert all(detail.get("terminal") == ("odd" if value else None) for _, detail in found)


def test_one_pack_that_was_quick_clears_a_clock_whose_others_were_slow():
    lines = [*minutes(-600, 4), a_line("odd", T0 + 250, T0 + 251, water_depth=0.1)]
    assert [value for value, _ in skews([*lines, a_tick(T0 + 306)])] == [0.0]


def test_pack_that_comes_within_the_grace_belongs_to_the_next_window():
    lines = [*minutes(0, 5), a_line("odd", T0 + 902, T0 + 302, water_depth=0.1)]
    found = skews([*lines, *minutes(0, 5, 6), a_tick(T0 + 606)])
    assert [value for value, _ in found] == [0.0, 600.0]


def test_time_relative_to_now_and_broken_packs_say_nothing_of_a_clock():
    relative = encode_reception("odd", T0 + 30.0, a_pack("odd", -5.0, water_depth=0.1))
    lines = [*minutes(0, 5)[::2], relative, a_raw_line("odd", T0 + 299.0, b"[{]")]
    lines.sort(key=lambda line: line.split(b'"received":')[1])
    found = skews([*lines, a_tick(T0 + 306)])
    assert [detail["terminals"] for _, detail in found] == [1]


moves = st.lists(
    st.tuples(
        st.sampled_from(["right", "odd"]),
        st.sampled_from([0, 1, 60, 299, 300, 301, 3600, 20_000]),
        st.sampled_from([0, 0, 0, -700, 20, 31, 86_400]),
    ),
    min_size=1, max_size=20,
)  # fmt: skip


@settings(max_examples=20)
@given(moves, st.integers(2, 50))
def test_framing_and_restarts_change_nothing(stream, size):
    now, lines = T0, []
    for terminal, gap, skew in stream:
        now += gap
        lines.append(a_line(terminal, now + skew, now + 0.5, water_depth=0.1))
    lines.append(a_tick(now + 7200))
    line_by_line = bodies(lines)
    assert bodies(lines, size) == line_by_line
    assert bodies(lines, size, restarts=True) == line_by_line
