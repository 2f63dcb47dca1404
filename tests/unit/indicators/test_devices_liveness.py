"""Whether terminals live, and how reliable they were."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.devices.reliability import availability, down_time, mtbf, mttr
from indicators.devices.settings import DeviceSettings
from indicators.devices.signs import device_signs
from indicators.registry import SIGNS
from tests.builders import T0_MS
from tests.formula_inputs import HOUR, aggregate, inputs

END = T0_MS + HOUR
LONG_AGO = END - 7_200_000


def of(sign, heard):
    return SIGNS[sign].formula(inputs(heard=heard))


@pytest.mark.parametrize(
    ("silent_ms", "share"), [(0, 1.0), (179_999, 1.0), (180_000, 1.0), (180_001, 0.5)]
)
def test_terminal_is_down_after_three_cadences_of_silence(silent_ms, share):
    heard = {"a": (END - silent_ms, 60.0), "b": (END, 60.0)}
    assert of("device_availability", heard).value == share


def test_terminal_that_never_spoke_is_down():
    measure = of("device_availability", {"a": (None, 60.0), "b": (END, 60.0)})
    assert measure.value == 0.5
    assert measure.detail == {"terminals": 2, "down": ["a"]}


def test_fast_terminal_may_be_silent_for_two_minutes():
    assert of("device_availability", {"a": (END - 120_000, 1.0)}).value == 1.0
    assert of("device_availability", {"a": (END - 120_001, 1.0)}).value == 0.0


def test_at_most_twenty_that_are_down_are_named():
    heard = {f"t{n:02}": (None, 60.0) for n in range(30)}
    assert of("device_availability", heard).detail["down"] == [f"t{n:02}" for n in range(20)]
    assert len(of("device_offline", heard).detail["offline"]) == 20
    assert of("device_offline", heard).value == 30


@pytest.mark.parametrize("value", [0.0, 0.5, 0.8, 1.0])
def test_utility_of_availability_is_that_of_the_settings(value):
    points = dict(SIGNS["device_availability"].utility)
    assert points[value] == {0.0: 20, 0.5: 50, 0.8: 80, 1.0: 100}[value]


@pytest.mark.parametrize(("silent_ms", "count"), [(900_000, 0), (900_001, 1)])
def test_fast_terminal_is_offline_after_a_quarter_of_an_hour(silent_ms, count):
    assert of("device_offline", {"a": (END - silent_ms, 60.0)}).value == count


@pytest.mark.parametrize(("silent_ms", "count"), [(3_000_000, 0), (3_000_001, 1)])
def test_slow_terminal_is_offline_after_ten_cadences(silent_ms, count):
    assert of("device_offline", {"a": (END - silent_ms, 300.0)}).value == count


@pytest.mark.parametrize(
    ("down", "terminals", "is_common"),
    [(2, 5, False), (3, 5, True), (5, 5, True), (59, 100, False), (60, 100, True), (2, 2, False),
     (1, 1, False), (2, 3, True), (0, 5, False)],
)  # fmt: skip
def test_cause_is_common_from_three_of_five_terminals(down, terminals, is_common):
    heard = {f"t{n}": (LONG_AGO if n < down else END, 60.0) for n in range(terminals)}
    measure = of("device_offline", heard)
    assert (measure.value, measure.detail["common_cause"]) == (down, is_common)
    assert measure.level == ("DO2" if is_common else None)
    assert measure.detail["share"] == down / terminals
    assert sum(measure.weights.values()) == pytest.approx(1.0 if down else 0.0)


@pytest.mark.parametrize(
    ("apart_s", "is_common"), [(0, True), (60, True), (61, False), (3600, False)]
)
def test_cause_is_common_to_those_that_fell_silent_within_a_minute(apart_s, is_common):
    """By up to a cadence of 60 s later than it owed its word, nobody knows when a terminal fell."""
    heard = {name: (LONG_AGO - n * 1000 * (60 + apart_s), 60.0) for n, name in enumerate("ab")}
    heard |= {"c": (LONG_AGO, 60.0), "d": (END, 60.0)}
    assert of("device_offline", heard).detail["common_cause"] is is_common


def test_terminals_that_were_never_heard_did_not_fall_together():
    measure = of("device_offline", dict.fromkeys("abc", (None, 60.0)))
    assert (measure.value, measure.detail["common_cause"]) == (3, False)


@pytest.mark.parametrize(
    ("terminals", "level"), [(500, "DO4"), (51, "DO4"), (50, None), (20, None)]
)
def test_few_of_many_terminals_offline_are_not_widespread(terminals, level):
    heard = {f"t{n}": (LONG_AGO if n < 5 else END, 60.0) for n in range(terminals)}
    measure = of("device_offline", heard)
    assert (measure.value, measure.level) == (5, level)
    assert SIGNS["device_offline"].level_of(5) == "DO2"


@pytest.mark.parametrize(
    ("count", "level"), [(0, None), (0.5, None), (1, "DO4"), (4, "DO4"), (5, "DO2"), (6, "DO2")]
)
def test_offline_terminals_have_levels_by_count(count, level):
    assert SIGNS["device_offline"].level_of(count) == level


def test_staleness_is_that_of_the_most_silent_which_ever_spoke():
    heard = {"a": (END - 90_500, 60.0), "b": (END - 1000, 60.0), "c": (None, 60.0)}
    measure = of("device_staleness", heard)
    assert (measure.value, measure.weights) == (90.5, {"a": 1.0})
    assert measure.detail == {"terminal": "a", "never": 1}


@pytest.mark.parametrize(("silent_s", "terminal"), [(9, "counter"), (11, "gauge"), (200, "gauge")])
def test_most_silent_is_who_left_out_most_of_its_own_cadences(silent_s, terminal):
    heard = {"counter": (END - HOUR, 3600.0), "gauge": (END - silent_s * 1000, 10.0)}
    measure = of("device_staleness", heard)
    assert (measure.value, measure.weights) == (
        3600.0 if terminal == "counter" else silent_s,
        {terminal: 1.0},
    )


def test_word_from_the_future_is_no_negative_staleness():
    assert of("device_staleness", {"a": (END + 5000, 60.0)}).value == 0.0


def test_staleness_of_terminals_that_never_spoke_is_not_known():
    measure = of("device_staleness", {"a": (None, 60.0)})
    assert (measure.value, measure.reason) == (None, "never_heard")


@pytest.mark.parametrize("sign", ["device_availability", "device_staleness", "device_offline"])
def test_place_without_terminals_has_no_liveness(sign):
    assert of(sign, {}).reason == "no_terminals"


def test_city_may_be_more_patient():
    patient = {sign.id: sign for sign in device_signs(DeviceSettings(stale_floor_s=600.0))}
    heard = {"a": (END - 600_000, 1.0)}
    assert patient["device_availability"].formula(inputs(heard=heard)).value == 1.0


@pytest.mark.parametrize(
    ("value", "level"),
    [(20.1, None), (20, "BT3"), (19.9, "BT3"), (10.1, "BT3"), (10, "BT1"), (9.9, "BT1"), (0, "BT1")],
)  # fmt: skip
def test_battery_is_yellow_at_20_and_red_at_10_percent(value, level):
    assert SIGNS["device_battery"].level_of(value) == level


def test_lowest_battery_of_the_place_counts():
    batteries = [aggregate("battery", [80, 70], "a"), aggregate("battery", [30, 15], "b")]
    measure = SIGNS["device_battery"].formula(inputs(*batteries))
    assert (measure.value, measure.weights) == (15, {"b": 1.0})


@pytest.mark.parametrize(
    ("dbm", "level"),
    [(-95, None), (-95.5, "SG4"), (-96, "SG4"), (-110, "SG4"), (-110.5, "SG3"), (-111, "SG3"),
     (-115, "SG3"), (-115.5, "SG2"), (-116, "SG2")],
)  # fmt: skip
def test_signal_is_good_to_95_fair_to_110_and_poor_below_115(dbm, level):
    assert SIGNS["device_signal"].level_of(dbm) == level


def test_signal_is_the_mean_of_the_worst_connected():
    signals = [aggregate("signal", [-80, -120], "a"), aggregate("signal", [-105, -107], "b")]
    measure = SIGNS["device_signal"].formula(inputs(*signals))
    assert (measure.value, measure.weights) == (-106, {"b": 1.0})
    assert measure.detail == {"terminal": "b", "lowest_dbm": -107, "terminals": 2}


@pytest.mark.parametrize(("up", "down", "share"), [(90, 10, 0.9), (0, 5, 0.0), (5, 0, 1.0)])
def test_availability_is_up_time_over_all_time(up, down, share):
    assert availability(up, down) == share


def test_availability_of_no_time_is_not_known():
    assert availability(0, 0) is None


@pytest.mark.parametrize(("function", "value"), [(mtbf, 50.0), (mttr, 50.0)])
def test_mean_times_are_times_over_counts(function, value):
    assert function(100, 2) == value
    assert function(100, 0) is None


@pytest.mark.parametrize(
    ("outages", "seconds"),
    [([], 0), ([(10, 20)], 10), ([(-10, 5)], 5), ([(95, 200)], 5), ([(-10, 200)], 100),
     ([(10, 30), (20, 40)], 30), ([(50, 60), (10, 20)], 20), ([(10, 90), (20, 30)], 80),
     ([(-20, -10)], 0), ([(200, 300)], 0)],
)  # fmt: skip
def test_down_time_is_what_outages_cover_of_the_span(outages, seconds):
    assert down_time(outages, 0, 100) == seconds


@given(st.lists(st.tuples(st.integers(-5, 25), st.integers(0, 15)), max_size=8))
def test_down_time_counts_each_second_once(spells):
    outages = [(start, start + length) for start, length in spells]
    covered = {s for start, end in outages for s in range(max(start, 0), min(end, 20))}
    assert down_time(outages, 0, 20) == len(covered)
