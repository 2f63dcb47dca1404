"""Each kind of evidence: where it speaks, where it must not, and what it says."""

import math
import random

import msgspec
import numpy as np
import pytest

from anomaly.faults.judge import FaultJudge
from anomaly.faults.near import MOST, neighbours_of
from anomaly.faults.panel import judge_together
from anomaly.faults.physics import Physics
from anomaly.faults.series_window import Around, window_of
from tests.builders import a_terminal
from tests.fault_series import (
    BUSY,
    CALM,
    HOUR_MS,
    LEARNT,
    a_learnt_wave,
    a_wave,
    a_window,
    judge_all,
    quiet_water,
    said,
    windows,
    with_lag,
)

FIVE_MIN = 300_000
RAINY = Around((), 20.0)
"""Rain, and nobody near."""
WET = Around((5.0, 4.0, 6.0), None)
"""Neighbours that stand in water, and no rain gauge."""
DRY = quiet_water(LEARNT)


def water(values, around=CALM, begin=LEARNT):
    return windows(values, begin, around, FIVE_MIN)


def spoke(quantity, steps, kind):
    """Numbers of the windows in which a kind of evidence spoke."""
    return [number for number, found in enumerate(said(quantity, steps, kind)) if found]


def last_of(quantity, steps):
    return judge_all(FaultJudge(quantity), steps)[-1]


class TestFlatLine:
    def test_speaks_from_the_length_of_the_quantity_on_and_says_since_when(self):
        found = said("people_count", [*a_learnt_wave(), *windows([250.0] * 14, 504)], "flat_line")
        assert [bool(e) for e in found[504:]] == [False] * 11 + [True] * 3
        evidence = found[515][0]
        assert evidence.since == 504 * HOUR_MS
        assert "12 readings of exactly 250 in 12.0 h" in evidence.en
        assert "12.0 小时内 12 个读数均为 250" in evidence.zh

    def test_longer_usual_rows_make_it_wait(self):
        rows = [value for n in range(60) for value in [200.0 + n] * 9]
        steps = windows([*rows, *[250.0] * 40])
        assert spoke("people_count", steps, "flat_line")[0] == 540 + 27 - 1

    @pytest.mark.parametrize(
        ("step", "around", "hours"),
        [
            (0.001, CALM, 1.0), (0.01, CALM, 1.0),
            (0.001, RAINY, 2.0), (0.01, RAINY, 3 + 1 / 3), (0.02, RAINY, 6 + 2 / 3),
            (0.05, RAINY, 8.0), (0.005, WET, 2.0), (0.01, WET, 3 + 1 / 3),
        ],
    )  # fmt: skip
    def test_water_may_stand_as_long_as_rain_or_neighbours_and_its_resolution_explain(
        self, step, around, hours
    ):
        rise = [round(step * n, 4) for n in range(1, 7)]
        level = round(7 * step + 0.3 - 0.3 % step, 4)
        # As many readings as a gauge sends that speaks once a minute.
        row = [
            (a_window(LEARNT + 6 + n, level, FIVE_MIN, count=5), around) for n in range(120)
        ]  # fmt: skip
        # A gauge that is not as fine never says anything between its steps, in dry weather neither.
        dry = windows([0.0] * LEARNT, length_ms=FIVE_MIN)
        found = spoke("water_depth", [*dry, *water(rise, around), *row], "flat_line")
        assert found[0] + 1 - LEARNT - 6 == pytest.approx(12 * hours, abs=1)

    def test_rain_before_the_water_stood_explains_it_when_it_is_over(self):
        row = [(a_window(LEARNT + n, 0.4, FIVE_MIN, count=5), RAINY if n < 2 else CALM)
               for n in range(60)]  # fmt: skip
        assert spoke("water_depth", [*DRY, *row], "flat_line")[0] == LEARNT + 24 - 1

    def test_one_other_reading_within_a_window_ends_the_row(self):
        flat = [a_window(504 + n, 250.0) for n in range(20)]
        flat[10] = msgspec.structs.replace(flat[10], high=251.0, count=2)
        steps = [*a_learnt_wave(), *((window, CALM) for window in flat)]
        assert spoke("people_count", steps, "flat_line") == []

    def test_at_rest_only_the_hours_speak_against_a_row(self):
        night = [0.0 if n % 24 < 8 else value for n, value in enumerate(a_wave(720))]
        assert spoke("people_count", windows(night), "flat_line") == []
        dead = windows([*night, *[0.0] * 24])
        # Zeros by night are usual for eight hours: three times that must pass.
        assert spoke("people_count", dead, "flat_line")[0] == 720 + 24 - 1

    def test_rows_at_the_cap_of_a_gauge_are_usual_for_longer(self):
        speeds = [*a_wave(600, noise=3, digits=1), *[900.0] * 72, *a_wave(50, digits=1)]
        assert spoke("traffic_speed", windows(speeds, length_ms=FIVE_MIN), "flat_line") == []
        inside = [*a_wave(600, noise=3, digits=1), *[300.0] * 72]
        found = spoke("traffic_speed", windows(inside, length_ms=FIVE_MIN), "flat_line")
        assert found[0] == 600 + 36 - 1

    def test_switch_may_stay_for_ever(self):
        assert spoke("lamp_lit", windows([1.0] * 2000), "flat_line") == []


WANDER = tuple(v + n % 7 / 10 for n, v in enumerate(a_wave(500, noise=30, digits=1)))
FLOOD = (0.02, 0.06, 0.11, 0.17, 0.22)


class TestStraightLine:
    def test_speaks_from_three_hours_of_one_slope_on(self):
        steps = windows([*WANDER, *(100 + 0.7 * n for n in range(40))], length_ms=FIVE_MIN)
        found = spoke("traffic_speed", steps, "straight_line")
        assert 500 + 35 <= found[0] <= 500 + 38

    def test_smooth_series_is_left_alone(self):
        smooth = [20 + 8 * np.sin(n / 40) for n in range(800)]
        assert spoke("temperature", windows(smooth, length_ms=FIVE_MIN), "straight_line") == []

    def test_gap_ends_a_stretch(self):
        ruler = windows([100 + 0.7 * n for n in range(60)], 500, CALM, FIVE_MIN)
        steps = [*windows(WANDER, length_ms=FIVE_MIN), *ruler[:30], *ruler[31:]]
        assert spoke("traffic_speed", steps, "straight_line") == []


class TestSpike:
    def peak(self, high):
        return a_window(LEARNT, 0.02, FIVE_MIN, high=high, count=60)

    @pytest.mark.parametrize(("high", "speaks"), [(0.29, False), (0.31, True)])
    def test_speaks_one_window_later_of_an_excursion_beyond_nature(self, high, speaks):
        steps = [*DRY, (self.peak(high), CALM), *quiet_water(3, CALM, LEARNT + 1)]
        assert spoke("water_depth", steps, "spike") == ([LEARNT + 1] if speaks else [])

    def test_water_that_stays_is_no_spike(self):
        steps = [*DRY, (self.peak(0.5), CALM), *water([0.5, 0.5], begin=LEARNT + 1)]
        assert spoke("water_depth", steps, "spike") == []

    def test_what_neighbours_share_is_no_spike(self):
        peak = msgspec.structs.replace(self.peak(0.5), value=0.3)
        steps = [*DRY, (peak, BUSY), *quiet_water(3, CALM, LEARNT + 1)]
        assert spoke("water_depth", steps, "spike") == []

    def test_hours_of_a_crowd_may_stand_out(self):
        steps = [*a_learnt_wave(), *windows([3000.0, 300.0, 250.0], 504)]
        assert spoke("people_count", steps, "spike") == []


class TestImpossibleRate:
    def rise(self, metres, seconds):
        return a_window(
            LEARNT, metres / 2, FIVE_MIN, low=0.0, high=metres, first=0.0, last=metres,
            count=60, step=metres, step_s=seconds,
        )  # fmt: skip

    def test_80_cm_in_5_s_is_a_fault_in_whatever_rain(self):
        verdict = last_of("water_depth", [*DRY, (self.rise(0.8, 5.0), BUSY)])
        assert (verdict.verdict, verdict.kind) == ("fault", "impossible_rate")
        assert "+0.8 within 5 s" in verdict.evidence[0].en
        assert "5 秒内" in verdict.evidence[0].zh

    @pytest.mark.parametrize(("metres", "speaks"), [(0.34, False), (0.36, True)])
    def test_limit_is_the_waves_and_15_cm_a_minute(self, metres, speaks):
        found = spoke("water_depth", [*DRY, (self.rise(metres, 120.0), CALM)], "impossible_rate")
        assert bool(found) is speaks

    def test_it_is_held_against_the_level_until_it_comes_back(self):
        stuck = water([0.8, 0.79, 0.8, 0.01, 0.02], CALM, LEARNT + 1)
        steps = [*DRY, (self.rise(0.8, 5.0), CALM), *stuck]
        assert spoke("water_depth", steps, "impossible_rate") == [LEARNT + n for n in range(4)]

    def test_it_is_not_held_for_ever(self):
        steps = [*DRY, (self.rise(0.8, 5.0), CALM)]
        steps += water([0.8 + n % 3 / 100 for n in range(400)], CALM, LEARNT + 1)
        assert spoke("water_depth", steps, "impossible_rate")[-1] <= LEARNT + 288

    def test_step_between_two_windows_counts_by_the_time_between_their_readings(self):
        close = a_window(LEARNT, 0.8, FIVE_MIN, first_at=LEARNT * FIVE_MIN)
        assert spoke("water_depth", [*DRY, (close, CALM)], "impossible_rate") == [LEARNT]
        late = a_window(LEARNT + 12, 0.8, FIVE_MIN)
        assert spoke("water_depth", [*DRY, (late, CALM)], "impossible_rate") == []

    def test_crowds_may_come_at_once(self):
        steps = [*a_learnt_wave(), *windows([9000.0], 504)]
        assert spoke("people_count", steps, "impossible_rate") == []


class TestAtLimit:
    def test_speaks_in_the_third_window_at_the_end_of_the_gauge(self):
        found = spoke("water_depth", [*DRY, *water([6.0, 6.0, 6.0, 6.0, 2.0])], "at_limit")
        assert found == [LEARNT + 2, LEARNT + 3]

    def test_gauge_of_its_own_range(self):
        physics = Physics(high=2.0)
        steps = water([2.0] * 4)
        assert [bool(f) for f in said("water_depth", steps, "at_limit", physics=physics)] == [
            False, False, True, True,
        ]  # fmt: skip

    def test_just_below_is_not_at_it(self):
        assert spoke("water_depth", [*DRY, *water([5.99] * 6)], "at_limit") == []


class TestEcho:
    def test_speaks_of_a_repeated_day_and_says_how_far_back_it_lies(self):
        wave = a_learnt_wave()
        steps = [*wave, *windows([window.value for window, _ in wave[-48:]], 504)]
        found = said("people_count", steps, "echo")
        spoken = [n for n, evidence in enumerate(found) if evidence]
        assert 504 + 17 <= spoken[0] <= 504 + 19
        assert "those of 48.0 h before" in found[spoken[0]][0].en
        assert last_of("people_count", steps).verdict == "fault"

    def test_one_other_digit_ends_it(self):
        wave = a_learnt_wave()
        repeated = [window.value for window, _ in wave[-48:]]
        repeated[::15] = [value + 1 for value in repeated[::15]]
        assert spoke("people_count", [*wave, *windows(repeated, 504)], "echo") == []

    def test_schedule_of_a_switch_is_none(self):
        lamps = [float(n % 24 in {0, 1, 2, 5, 7, 19}) for n in range(24 * 60)]
        assert spoke("lamp_lit", windows(lamps), "echo") == []
        # Nor is a series of few values, whatever it is called.
        assert spoke("a_stranger", windows(lamps), "echo") == []


class TestClockJump:
    def test_speaks_in_the_second_window_of_another_lag(self):
        steps = with_lag(a_learnt_wave(), lambda n: 3602.0 if 400 <= n < 403 else 2.0)
        assert spoke("people_count", steps, "clock_jump") == [401, 402]

    @pytest.mark.parametrize(("lag", "words"), [(3602.0, "behind"), (-118.0, "ahead")])
    def test_says_by_how_much_and_to_which_side(self, lag, words):
        steps = with_lag(a_learnt_wave(), lambda n: lag if n > 400 else 2.0)
        evidence = said("people_count", steps, "clock_jump")[402][0]
        assert words in evidence.en
        assert f"{abs(lag - 2):.0f} s" in evidence.en

    def test_backlog_after_an_outage_is_no_clock(self):
        steps = with_lag(a_learnt_wave(), lambda n: max(2.0, (410 - n) * 3600.0) if n >= 400 else 2.0)  # fmt: skip
        assert spoke("people_count", steps, "clock_jump") == []

    def test_without_lags_nothing_is_said(self):
        assert spoke("people_count", a_learnt_wave(), "clock_jump") == []


class TestDrift:
    def drifting(self, around):
        values = (v + 20 * n for n, v in enumerate(a_wave(400, 9)))
        return [*a_learnt_wave(), *windows(values, 504, around)]

    def test_speaks_where_the_neighbours_stay(self):
        found = spoke("people_count", self.drifting(CALM), "drift")
        assert 504 + 24 < found[0] < 504 + 24 * 6

    def test_is_silent_where_they_move_too_or_are_too_few(self):
        risen = windows((v + 2000 for v in a_wave(240, 9)), 504, Around((6.0,) * 5))
        assert spoke("people_count", [*a_learnt_wave(), *risen], "drift") == []
        assert spoke("people_count", self.drifting(Around((0.1, 0.2))), "drift") == []

    def test_is_silent_on_one_wild_day(self):
        steps = [*a_learnt_wave(), *windows([2000.0] * 12, 504), *windows(a_wave(200, 4), 516)]
        assert spoke("people_count", steps, "drift") == []


class TestNeighbours:
    def verdict(self, value, around):
        return last_of("people_count", [*a_learnt_wave(), *windows([value], 504, around)])

    def test_what_several_share_is_an_event_up_and_down(self):
        verdict = self.verdict(1500.0, BUSY)
        assert (verdict.verdict, verdict.kind) == ("event", "neighbours")
        assert "shared by 4 of 5 neighbours" in verdict.evidence[0].en
        assert self.verdict(0.0, Around((-5.0, -4.0, -3.0))).verdict == "event"

    @pytest.mark.parametrize("around", [CALM, Around((-5.0, -4.0)), Around((9.0,)), Around()])
    def test_what_one_says_alone_is_neither_event_nor_fault(self, around):
        assert self.verdict(1500.0, around).verdict == "unknown"

    def test_one_that_is_usual_while_all_others_are_not_is_asked_about(self):
        verdict = self.verdict(300.0, BUSY)
        assert [e.kind for e in verdict.evidence] == ["neighbours"]
        assert verdict.verdict == "unknown"


class TestRainGauge:
    def test_water_after_rain_is_an_event(self):
        verdict = last_of("water_depth", [*DRY, *water(FLOOD, Around((), 18.5))])
        assert (verdict.verdict, verdict.kind) == ("event", "rain_gauge")
        assert "0.22 m of water after 18.5 mm of rain in 3 h" in verdict.evidence[0].en
        assert "降雨 18.5 毫米" in verdict.evidence[0].zh

    def test_water_without_rain_may_be_a_burst_main_so_it_is_unknown(self):
        verdict = last_of("water_depth", [*DRY, *water(FLOOD, CALM)])
        assert {e.kind for e in verdict.evidence} == {"neighbours", "rain_gauge"}
        assert verdict.verdict == "unknown"

    def test_without_a_gauge_nothing_is_said(self):
        assert spoke("water_depth", [*DRY, *water(FLOOD, Around())], "rain_gauge") == []

    def test_other_quantities_need_no_rain(self):
        steps = [*a_learnt_wave(), *windows([1500.0], 504, BUSY)]
        assert spoke("people_count", steps, "rain_gauge") == []


def test_window_of_readings_has_its_steepest_step():
    at = np.array([1000, 61_000, 66_000, 126_000], np.int64)
    window = window_of(0, FIVE_MIN, at, np.array([0.0, 0.3, 0.1, 0.5]), lag_s=2.0)
    assert window.step == pytest.approx(-0.2)
    assert (window.step_s, window.count) == (5.0, 4)
    assert (window.first, window.last, window.low, window.high) == (0.0, 0.5, 0.0, 0.5)
    assert (window.first_at, window.last_at, window.lag_s) == (1000, 126_000, 2.0)
    assert window.value == pytest.approx(0.225)


def test_fault_is_forgotten_once_the_series_moves_again():
    steps = [*a_learnt_wave(), *windows([0.0] * 24, 504), *windows(a_wave(48, 5, 528), 528)]
    verdicts = judge_all(FaultJudge("people_count"), steps)
    assert verdicts[527].verdict == "fault"
    assert verdicts[527].since == 504 * HOUR_MS
    assert {v.verdict for v in verdicts[528:]} <= {"usual", "unknown"}
    assert verdicts[-1].verdict == "usual"


def test_dead_series_does_not_teach_that_dead_is_usual():
    steps = [*a_learnt_wave(), *windows([0.0] * 24 * 100, 504)]
    verdicts = judge_all(FaultJudge("people_count"), steps)
    assert {v.verdict for v in verdicts[530:]} == {"fault"}


def test_broken_neighbour_is_no_witness():
    names = ("a", "b", "c", "d")
    near = {name: tuple(other for other in names if other != name) for name in names}
    judges = {name: FaultJudge("people_count") for name in names}
    for number in range(504):
        values = {name: next(a_wave(1, seed, number)) for seed, name in enumerate(names, number)}
        judge_together(judges, {n: a_window(number, v) for n, v in values.items()}, near)
    found = {}
    for number in range(504, 528):
        # c and d die; a and b go on.
        alive = {name: next(a_wave(1, seed, number)) for seed, name in enumerate("ab", number)}
        dead = {"c": 0.0, "d": 0.0}
        both = {**alive, **dead}
        found = judge_together(judges, {n: a_window(number, v) for n, v in both.items()}, near)
    assert {name: verdict.verdict for name, verdict in found.items()} == {
        "a": "usual", "b": "usual", "c": "fault", "d": "fault",
    }  # fmt: skip
    night = {"a": 20.0, "b": 1500.0, "c": 0.0, "d": 0.0}
    found = judge_together(judges, {n: a_window(528, v) for n, v in night.items()}, near)
    assert "shared" not in "".join(e.en for e in found["a"].evidence)


def test_neighbours_are_the_nearest_of_the_same_quantity_and_those_of_the_zone():
    here = [
        msgspec.structs.replace(a_terminal(f"t{n}", zone=f"z{n}"), lon=113.0 + n / 1000, lat=23.0)
        for n in range(30)
    ]
    placeless = a_terminal("nowhere", zone="z0")
    quantity = here[0].quantities[0].name
    found = neighbours_of([*here, placeless], quantity)
    assert found["t0"] == ("t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8")
    assert len(found["t15"]) == MOST
    assert found["nowhere"] == ("t0",)
    assert neighbours_of(here, "no_such_quantity") == {}


def test_neighbours_of_a_large_zone_are_the_nearest_by_distance_and_id():
    source = random.Random(4)
    # Places of a coarse grid of whole 1/1024°, so that many are as far away as others; some are not known.
    places = [source.choice((None, 113.0 + source.randrange(9) / 1024)) for _ in range(120)]
    terminals = [
        msgspec.structs.replace(a_terminal(f"wl-{n}", source.choice("ab")), lon=lon, lat=23.0)
        for n, lon in enumerate(places)
    ]
    found = neighbours_of(terminals, "water_depth")
    for one in terminals:
        ranked = sorted(
            (apart(one, other), other.id)
            for other in terminals
            if other.id != one.id and (other.zone == one.zone or apart(one, other) < math.inf)
        )
        assert found[one.id] == tuple(name for _, name in ranked[:MOST])


def apart(one, other):
    return math.inf if None in {one.lon, other.lon} else abs(one.lon - other.lon)
