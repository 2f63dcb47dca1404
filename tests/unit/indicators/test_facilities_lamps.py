"""Street lamps and mains voltage."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from indicators.facilities.lamp_schedule import is_between, local_hour, scheduled
from indicators.facilities.lamps import agreement_by_current
from indicators.facilities.settings import FacilitySettings
from indicators.facilities.voltage import band
from indicators.registry import SIGNS
from sensors.city import Zone
from tests.formula_inputs import aggregate, inputs

FIVE_MINUTES = 300_000
RATED = {(terminal, "lamp_current"): 10.0 for terminal in ("t", "a", "b", "c")}
SETTINGS = FacilitySettings()


def at(hour, minute=0, zone="Asia/Shanghai"):
    """The window of five minutes that begins then."""
    start = round(datetime(2026, 6, 1, hour, minute, tzinfo=ZoneInfo(zone)).timestamp() * 1000)
    return {"start": start, "end": start + FIVE_MINUTES}


NIGHT, DAY, DUSK = at(23), at(12), at(18)


def circuit(*aggregates, **changes):
    return SIGNS["lamp_circuit"].formula(inputs(*aggregates, **{"ratings": RATED, **changes}))


def current(*values, terminal="t"):
    return aggregate("lamp_current", values, terminal)


def command(*values, terminal="t"):
    return aggregate("lamp_commanded", values, terminal)


@pytest.mark.parametrize(
    ("hour", "span", "is_in"),
    [(19.49, (19.5, 5.5), False), (19.5, (19.5, 5.5), True), (0, (19.5, 5.5), True),
     (5.49, (19.5, 5.5), True), (5.5, (19.5, 5.5), False), (7.5, (7.5, 17.5), True),
     (17.49, (7.5, 17.5), True), (17.5, (7.5, 17.5), False), (7.49, (7.5, 17.5), False)],
)  # fmt: skip
def test_hours_begin_with_their_start_and_end_before_their_end(hour, span, is_in):
    assert is_between(hour, span) is is_in


@pytest.mark.parametrize(
    ("zone", "hour"), [("Asia/Shanghai", 8.5), ("UTC", 0.5), ("Asia/Kolkata", 6.0)]
)
def test_hour_is_that_of_the_place(zone, hour):
    assert local_hour(1_760_056_200_000, zone) == hour


@pytest.mark.parametrize(
    ("window", "is_on"),
    [(at(19, 25), None), (at(19, 30), True), (at(5, 25), True), (at(5, 26), None), (at(7, 29), None),
     (at(7, 30), False), (at(17, 25), False), (at(17, 26), None)],
)  # fmt: skip
def test_schedule_says_nothing_about_windows_that_dusk_or_dawn_touch(window, is_on):
    assert scheduled(SETTINGS, inputs(**window)) is is_on


@pytest.mark.parametrize(
    ("low", "high", "is_on", "share"),
    [(0, 1.99, True, 0), (0, 2.0, True, 1), (0, 2.01, True, 1), (2.0, 9, False, 0), (1.99, 9, False, 1),
     (2.01, 9, False, 0), (0, 0, False, 1), (9, 9, True, 1)],
)  # fmt: skip
def test_circuit_is_dark_below_a_fifth_of_its_rated_current(low, high, is_on, share):
    assert agreement_by_current(low, high, 10.0, 0.2, is_on=is_on) == share


def test_commanded_circuit_without_current_is_at_fault():
    measure = circuit(current(0, 0, 0), command(1, 1), **DAY)
    assert (measure.value, measure.detail["dark"], measure.detail["expected"]) == (0, ["t"], "on")


def test_one_reading_above_a_fifth_within_five_minutes_is_no_fault():
    assert circuit(current(0, 0, 2.0), command(1)).value == 100


def test_circuit_that_is_off_by_command_at_night_is_well():
    assert circuit(current(0, 0), command(0, 0), **NIGHT).value == 100


def test_circuit_that_burns_by_day_is_named():
    measure = circuit(current(9, 9), **DAY)
    assert (measure.value, measure.detail["burning"], measure.detail["dark"]) == (0, ["t"], [])


def test_circuit_without_command_goes_by_the_hour():
    assert circuit(current(0), **NIGHT).value == 0
    assert circuit(current(0), **DAY).value == 100


def test_nothing_is_said_at_dusk_or_while_lamps_are_switched():
    assert circuit(current(0), **DUSK).reason == "switching"
    assert circuit(current(0), command(0, 1), **NIGHT).reason == "switching"


def test_circuit_without_rating_cannot_be_judged_by_its_current():
    assert circuit(current(0), ratings={}, **NIGHT).reason == "no_rating"


def test_command_alone_gives_nothing():
    assert circuit(command(1)).reason == "no_data"


def test_command_of_the_places_controller_holds_for_its_circuits():
    measure = circuit(current(0, terminal="a"), command(1, terminal="box"), **DAY)
    assert (measure.value, measure.detail["expected"]) == (0, "on")


def test_own_command_goes_before_that_of_others():
    measure = circuit(current(9, terminal="a"), current(0, terminal="b"),
                      command(1, terminal="a"), command(0, terminal="b"))  # fmt: skip
    assert (measure.value, measure.detail["expected"]) == (100, "mixed")


@pytest.mark.parametrize(
    ("readings", "reason"), [(1, "too_few_readings"), (4, "too_few_readings"), (5, None)]
)
def test_less_than_five_minutes_of_evidence_prove_no_fault(readings, reason):
    dark = aggregate("lamp_current", [0.0] * readings, expected=5.0)
    lit = aggregate("lamp_lit", [0.0] * readings, expected=5.0)
    for own in (dark, lit):
        measure = circuit(own, command(1, 1), **NIGHT)
        assert (measure.value, measure.reason) == (None if reason else 0, reason)


def test_one_dark_circuit_of_many_is_at_least_at_the_mildest_level():
    names = [f"c{n:02}" for n in range(21)]
    ratings = {(name, "lamp_current"): 10.0 for name in names}
    burning = [current(9, terminal=name) for name in names[1:]]
    measure = circuit(current(0, terminal="c00"), *burning, ratings=ratings, **NIGHT)
    assert (measure.value, measure.level) == (pytest.approx(2000 / 21), "LC3")
    well = circuit(current(9, terminal="c00"), *burning, ratings=ratings, **NIGHT)
    assert (well.value, well.level) == (100, None)


def test_circuits_weigh_alike():
    measure = circuit(
        current(9, terminal="a"), current(9, terminal="b"), current(0, terminal="c"), **NIGHT
    )
    assert measure.value == pytest.approx(200 / 3)
    assert measure.weights == pytest.approx(dict.fromkeys("abc", 1 / 3))
    assert SIGNS["lamp_circuit"].remark[0].format(**measure.detail) == "3个回路中1个异常"


def test_share_of_lamps_lit_counts_where_it_is_worse_than_the_current():
    lit = aggregate("lamp_lit", [0.9, 0.7])
    assert circuit(current(9), lit, **NIGHT).value == 80
    assert circuit(current(0), lit, **NIGHT).value == 0
    assert circuit(lit, ratings={}, **DAY).value == 20


def lit(value, road="branch", window=NIGHT):
    sign = SIGNS["lamp_lit"]
    measure = sign.formula(
        inputs(aggregate("lamp_lit", [value]), zone=Zone(id="z", road_class=road), **window)
    )
    assert measure.value is not None
    return measure.value, measure.level or sign.level_of(measure.value)


@pytest.mark.parametrize(
    ("share", "road", "level"),
    [(0.981, "arterial", None), (0.98, "arterial", None), (0.979, "arterial", "LL4"), (0.97, "expressway", "LL4"),
     (0.97, "secondary", None), (0.97, None, None), (0.96, "branch", None), (0.959, "branch", "LL4"),
     (0.959, "arterial", "LL4"), (0.901, "branch", "LL4"), (0.9, "arterial", "LL3"), (0.5, "branch", "LL2")],
)  # fmt: skip
def test_target_is_98_percent_on_main_roads_and_96_on_others(share, road, level):
    assert lit(share, road) == (pytest.approx(100 * share), level)


def test_share_of_lamps_lit_means_nothing_by_day():
    measure = SIGNS["lamp_lit"].formula(inputs(aggregate("lamp_lit", [0.0]), **DAY))
    assert (measure.value, measure.reason) == (None, "lamps_off")


def test_nobody_knows_at_dusk_without_a_command_whether_lamps_should_burn():
    measure = SIGNS["lamp_lit"].formula(inputs(aggregate("lamp_lit", [1.0]), **DUSK))
    assert (measure.value, measure.reason) == (None, "switching")


def test_lit_is_the_mean_of_the_circuits_that_should_burn():
    shares = [
        aggregate("lamp_lit", [1.0], "a"),
        aggregate("lamp_lit", [0.8], "b"),
        aggregate("lamp_lit", [0.0], "c"),
    ]
    commands = [command(1, terminal="a"), command(1, terminal="b"), command(0, terminal="c")]
    measure = SIGNS["lamp_lit"].formula(inputs(*shares, *commands))
    assert (measure.value, measure.weights) == (90.0, {"a": 0.5, "b": 0.5})


VOLTS = [
    (0, "VL1"), (21.9, "VL1"), (22, "VL2"), (175.9, "VL2"), (176, "VL3"), (176.1, "VL3"), (197.9, "VL3"), (198, "VN"), (198.1, "VN"),
    (220, "VN"), (235.4, "VN"), (235.5, "VH3"), (235.6, "VH3"), (263.9, "VH3"), (264, "VH2"), (264.1, "VH2"),
]  # fmt: skip


@pytest.mark.parametrize(("volts", "level"), VOLTS)
def test_bands_of_voltage_begin_at_their_edges(volts, level):
    assert band(SETTINGS, volts, 220.0).id == level
    assert SIGNS["mains_voltage"].level_of(volts) == level


def test_supply_of_another_rating_is_judged_by_its_own():
    ratings = {("t", "mains_voltage"): 380.0}
    measure = SIGNS["mains_voltage"].formula(
        inputs(aggregate("mains_voltage", [380]), ratings=ratings)
    )
    assert (measure.value, measure.level) == (380, "VN")


def test_supply_in_the_worse_band_counts_before_the_one_that_is_further_off():
    supplies = [aggregate("mains_voltage", [200.2], "a"), aggregate("mains_voltage", [237.6], "b")]
    measure = SIGNS["mains_voltage"].formula(inputs(*supplies))
    assert (measure.value, measure.level, measure.weights) == (237.6, "VH3", {"b": 1.0})


def test_no_voltage_is_a_power_cut():
    measure = SIGNS["mains_voltage"].formula(inputs(aggregate("mains_voltage", [0.0, 0.0])))
    (level,) = [level for level in SIGNS["mains_voltage"].levels if level.id == measure.level]
    assert (level.zh, level.colour) == ("停电", "red")


def test_supply_furthest_from_its_rating_counts():
    supplies = [aggregate("mains_voltage", [230], "a"), aggregate("mains_voltage", [180, 190], "b")]
    measure = SIGNS["mains_voltage"].formula(inputs(*supplies))
    assert (measure.value, measure.level, measure.weights) == (185, "VL3", {"b": 1.0})
    assert SIGNS["mains_voltage"].remark[1].format(**measure.detail) == "-15.9 % off"
