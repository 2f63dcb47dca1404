"""The probability of fire, from readings to its level."""

import msgspec
import pytest

from indicators.fire.settings import FireSettings
from indicators.fire.signs import fire_signs
from indicators.registry import SIGNS
from tests.formula_inputs import aggregate, inputs

FIVE_MINUTES = 300_000
FIRE = SIGNS["fire_probability"]


def fire(*aggregates, **changes):
    return FIRE.formula(inputs(*aggregates, window=FIVE_MINUTES, **changes))


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
    assert fire(*particles(rise, ratio)).value == value


def test_ratio_of_exactly_eight_tenths_is_not_above_it():
    pm = (aggregate("pm25", [20, 200], expected=5.0), aggregate("pm10", [30, 250], expected=5.0))
    assert fire(*pm).value == 0.0


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


def test_rise_that_three_stations_share_is_no_fire():
    measure = fire(co(6, "a"), co(7, "b"), co(8, "c"))
    assert (measure.value, measure.detail["shared"]) == (0.0, ["co"])


@pytest.mark.parametrize("rises", [(6, 7), (6, 7, 0), (6,)])
def test_rise_of_some_or_of_two_stations_stays_evidence(rises):
    stations = [co(rise, f"s{n}") for n, rise in enumerate(rises)]
    assert fire(*stations).value == 0.5


def test_episode_of_particles_is_no_fire_but_smoke_beside_it_counts():
    stations = [a for name in "abc" for a in particles(200, 0.95, name)]
    measure = fire(*stations, smoke(90, 90, 90))
    assert (measure.value, measure.detail["evidence"]) == (0.7, ["smoke"])


def test_heat_that_is_there_is_fire_however_many_see_it():
    assert fire(*(spot(70, terminal=name) for name in "abc")).value == 0.8
    assert fire(*(spot(20, 30, terminal=name) for name in "abc")).value == 0.0


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
