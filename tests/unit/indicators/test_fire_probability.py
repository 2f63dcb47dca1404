"""The probability of fire, from readings to its level."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.fire.settings import FireSettings
from indicators.fire.signs import fire_signs
from indicators.planning import plan_zone
from indicators.registry import SIGNS
from tests.builders import a_city, a_terminal
from tests.formula_inputs import aggregate, inputs

FIVE_MINUTES = 300_000
FIRE = SIGNS["fire_probability"]


def fire(*aggregates, **changes):
    return FIRE.formula(inputs(*aggregates, **{"window": FIVE_MINUTES, **changes}))


def smoke(*frames, terminal="cam"):
    return aggregate("smoke", frames, terminal)


def co(rise_mg, terminal="co"):
    return aggregate("co", [1.0, 1.0, 1.0 + rise_mg, 1.0, 1.0], terminal)


def particles(rise, ratio, terminal="pm"):
    fine = [20.0, 20.0 + rise]
    return (
        aggregate("pm25", fine, terminal, expected=5.0),
        aggregate("pm10", [30.0, fine[1] / ratio], terminal, expected=5.0),
    )


def spot(*values, terminal="ir"):
    return aggregate("spot_temperature", values, terminal, expected=5.0)


@pytest.mark.parametrize(
    ("frames", "value"),
    [((60, 60, 60, 0, 0), 0.7), ((60, 60, 59.9, 0, 0), 0.0), ((80, 0, 80, 0, 80), 0.7),
     ((80, 80, 0, 0, 0, 80), 0.0), ((70, 70, 70), 0.7)],
)  # fmt: skip
def test_smoke_counts_in_three_of_five_frames(frames, value):
    assert fire(smoke(*frames)).value == value


def test_two_frames_say_nothing():
    measure = fire(smoke(90, 90))
    assert (measure.value, measure.reason) == (None, "too_few_readings")


@pytest.mark.parametrize(("rise", "value"), [(5.724, 0.0), (5.725, 0.5), (5.726, 0.5)])
def test_co_counts_from_five_ppm_which_are_5725_ug(rise, value):
    assert fire(co(rise)).value == value


def test_falling_co_is_no_evidence():
    assert fire(aggregate("co", [20, 15, 10, 5, 1])).value == 0.0


@pytest.mark.parametrize(
    ("rise", "ratio", "value"),
    [(99, 0.9, 0.0), (100, 0.9, 0.4), (101, 0.9, 0.4), (150, 0.79, 0.0), (150, 0.81, 0.4)],
)
def test_particles_count_from_their_rise_and_above_their_ratio(rise, ratio, value):
    assert fire(*particles(rise, ratio), spot(20, 20)).value == value


def test_ratio_of_exactly_eight_tenths_is_not_above_it():
    pm = (aggregate("pm25", [20, 200], expected=5.0), aggregate("pm10", [30, 250], expected=5.0))
    assert fire(*pm, spot(20, 20)).value == 0.0


def test_particles_without_pm10_of_the_same_station_say_nothing():
    fine, _ = particles(150, 0.9, "a")
    _, coarse = particles(150, 0.9, "b")
    assert fire(fine, coarse).reason == "too_few_readings"


@pytest.mark.parametrize(
    ("values", "value"),
    [((59.9, 59.9), 0.0), ((60, 60), 0.8), ((60.1, 60.1), 0.8), ((20, 27.9), 0.0), ((20, 28), 0.8),
     ((20, 28.1), 0.8), ((28, 20), 0.0), ((60,), 0.8), ((59,), 0.0)],
)  # fmt: skip
def test_spot_counts_from_60_degrees_or_8_a_minute(values, value):
    assert fire(spot(*values)).value == value


CAMERA = a_terminal("cam", "z", {"smoke": 30.0, "spot_temperature": 30.0})
STATION = a_terminal("co", "z", {"co": 60.0, "pm25": 60.0, "pm10": 60.0})


def test_nothing_found_is_unknown_while_a_declared_sensor_is_silent():
    measure = fire(co(0), terminals=[CAMERA, STATION])
    assert (measure.value, measure.reason) == (None, "silent_sensors")
    assert measure.detail == {"judged": ["co"], "evidence": [], "silent": ["smoke", "spot"]}


def test_fire_that_is_seen_is_told_whatever_is_silent():
    measure = fire(spot(70), terminals=[CAMERA, STATION])
    assert (measure.value, measure.detail["silent"]) == (0.8, ["smoke", "co"])


def test_camera_whose_frames_are_too_few_is_not_clear():
    assert fire(smoke(5, 5), spot(20), terminals=[CAMERA]).reason == "silent_sensors"
    assert fire(smoke(5, 5, 5), spot(20), terminals=[CAMERA]).value == 0.0


def test_hourly_station_is_no_fire_sensor_that_could_be_silent():
    hourly = a_terminal("aq", "z", {"co": 3600.0})
    assert fire(smoke(5, 5, 5), spot(20), terminals=[CAMERA, hourly]).value == 0.0


def test_particles_alone_find_no_fire_and_rule_none_out():
    assert fire(*particles(0, 0.5)).reason == "silent_sensors"


@pytest.mark.parametrize(
    ("declared", "has_it"),
    [({"pm25": 60.0, "pm10": 60.0, "temperature": 60.0}, False), ({"co": 60.0}, True),
     ({"co": 3600.0, "pm25": 60.0}, False), ({"smoke": 120.0}, True), ({"smoke": 121.0}, False),
     ({"spot_temperature": 60.0}, True)],
)  # fmt: skip
def test_place_has_the_sign_with_a_sensor_that_can_see_a_fire(declared, has_it):
    city = a_city([a_terminal("t", "z", declared)])
    assert ("fire_probability" in plan_zone(city, city.zones["z"], SIGNS.values()).signs) is has_it


@pytest.mark.parametrize(
    ("cadence", "ppm", "value"),
    [(60, 5.0, 0.5), (60, 4.99, 0.0), (120, 4.0, 0.5), (120, 3.99, 0.0), (30, 5.0, 0.5)],
)
def test_co_that_rises_by_5_ppm_in_5_minutes_counts_at_every_cadence(cadence, ppm, value):
    """A steady rise, as the sign's own window holds it."""
    span = 300 // cadence * cadence
    count = int(FIRE.window_s) // cadence
    rising = [1.145 * ppm * min(n * cadence, span) / span for n in range(count)]
    measure = fire(aggregate("co", rising), window=int(FIRE.window_s) * 1000)
    assert measure.value == value


def test_stations_that_report_slower_than_every_five_minutes_show_no_rise():
    hourly = aggregate("co", [1.0, 90.0], expected=2.0)
    assert FIRE.formula(inputs(hourly, window=7_200_000)).reason == "too_few_readings"


def test_evidence_of_several_kinds_is_fused_and_named():
    measure = fire(smoke(70, 70, 70), co(6), *particles(120, 0.9), spot(20, 20))
    assert measure.value == pytest.approx(1 - 0.3 * 0.5 * 0.6)
    assert measure.detail["evidence"] == ["smoke", "co", "particles"]
    assert measure.detail["judged"] == ["smoke", "co", "particles", "spot"]
    assert measure.detail["co_rise_ppm"] == pytest.approx(6 / 1.145, abs=1e-6)
    assert (measure.detail["smoke_frames"], measure.detail["pm25_rise"]) == (3, 120)
    assert "spot" not in measure.detail
    assert FIRE.remark[0].format(**measure.detail) == "证据：视频烟雾、一氧化碳上升、燃烧颗粒物上升"
    assert FIRE.remark[1].format(**measure.detail).isascii()


def test_weights_go_by_the_evidence_of_each_terminal():
    measure = fire(smoke(70, 70, 70, terminal="a"), spot(70, terminal="a"), co(6, terminal="b"))
    assert measure.weights == pytest.approx({"a": 0.75, "b": 0.25})


def test_without_evidence_there_is_nothing_to_weigh_or_to_add():
    measure = fire(smoke(0, 0, 0))
    assert (measure.value, measure.weights) == (0.0, {})
    with pytest.raises(KeyError):
        FIRE.remark[0].format(**measure.detail)


def test_rise_that_three_stations_share_is_suspected_and_said_to_be_shared():
    measure = fire(*(co(7.9 * 1.145, name) for name in "abc"))
    assert (measure.value, measure.detail["shared"], measure.is_suspect) == (0.5, ["co"], True)
    assert FIRE.level_of(measure.value) == "F2"
    assert "各站同升，或为区域性" in FIRE.remark[0].format(**measure.detail)
    assert "perhaps regional" in FIRE.remark[1].format(**measure.detail)


def test_rises_that_stations_share_confirm_nothing():
    hot = [spot(20, 30, terminal=name) for name in "abc"]
    gas = [co(6, name) for name in "def"]
    pm = [a for name in "ghi" for a in particles(200, 0.95, name)]
    measure = fire(*hot, *gas, *pm)
    assert FIRE.level_of(measure.value) == "F2"
    assert FIRE.level_of(fire(spot(20, 30), co(6), *pm).value) == "F1"


@given(st.lists(st.floats(0.0, 20.0), min_size=1, max_size=6))
def test_more_stations_that_rise_never_clear_a_fire(rises):
    few = [fire(*(co(rise, f"s{n}") for n, rise in enumerate(rises[:count]))).value
           for count in range(1, len(rises) + 1)]  # fmt: skip
    assert few == sorted(few)


@pytest.mark.parametrize("rises", [(6, 7), (6, 7, 0), (6,)])
def test_rise_of_some_or_of_two_stations_stays_evidence(rises):
    stations = [co(rise, f"s{n}") for n, rise in enumerate(rises)]
    assert fire(*stations).value == 0.5


def test_particles_that_stations_share_do_not_confirm_the_smoke_beside_them():
    stations = [a for name in "abc" for a in particles(200, 0.95, name)]
    measure = fire(*stations, smoke(90, 90, 90))
    assert (measure.value, measure.detail["evidence"]) == (0.8, ["smoke", "particles"])


def test_heat_that_is_there_is_fire_however_many_see_it():
    assert fire(*(spot(70, terminal=name) for name in "abc")).value == 0.8
    assert not fire(*(spot(70, terminal=name) for name in "abc")).is_suspect


def test_smoke_that_all_cameras_see_is_fire():
    assert fire(*(smoke(90, 90, 90, terminal=name) for name in "abc")).value == 0.7


@pytest.mark.parametrize(
    ("value", "level"), [(0.499, None), (0.5, "F2"), (0.899, "F2"), (0.9, "F1"), (1.0, "F1")]
)
def test_suspected_from_one_half_and_confirmed_from_nine_tenths(value, level):
    assert FIRE.level_of(value) == level


def test_city_may_set_its_own_figures():
    text = msgspec.json.encode({"smoke_least": 30, "probabilities": {"smoke": 0.95}})
    (sign, *_) = fire_signs(msgspec.json.decode(text, type=FireSettings))
    assert sign.formula(inputs(smoke(31, 31, 31), window=FIVE_MINUTES)).value == 0.95


def test_misspelt_setting_is_refused():
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"smoke_leest": 30}, FireSettings)


@pytest.mark.parametrize("sign", ["smoke", "spot_temperature"])
def test_highest_reading_of_the_place_counts(sign):
    cameras = [aggregate(sign, [10, 50, 20], "a"), aggregate(sign, [40, 40], "b")]
    measure = SIGNS[sign].formula(inputs(*cameras))
    assert (measure.value, measure.weights) == (50, {"a": 1.0})


@pytest.mark.parametrize(
    ("sign", "value", "level"),
    [("smoke", 59.9, None), ("smoke", 60, "SM3"), ("smoke", 60.1, "SM3"),
     ("spot_temperature", 59.9, None), ("spot_temperature", 60, "ST3"), ("spot_temperature", 61, "ST3")],
)  # fmt: skip
def test_smoke_and_spots_are_yellow_from_where_they_are_evidence(sign, value, level):
    assert SIGNS[sign].level_of(value) == level
