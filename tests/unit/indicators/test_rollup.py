"""Roll-up of zones to town and district: what was never heard is unknown, not well."""

from indicators.health.settings import HealthSettings
from indicators.registry import SIGNS
from indicators.rollup import HEALTH_INDEX, DistrictIndex, RollUp
from indicators.timers import Timers
from indicators.vital_sign import VitalValue
from sensors.city import Zone
from tests.builders import T0_MS, a_city, a_terminal

HOP = 300_000
END = T0_MS // HOP * HOP + HOP


def index(zone, value):
    return VitalValue(
        at=END + 6000, zone=zone, indicator=HEALTH_INDEX, window_start=END - HOP, window_end=END,
        value=value, unit="1", level=None, coverage=1.0, revision=0,
    )  # fmt: skip


def rolled_up(values, names=("a", "b", "c", "d")):
    zones = [Zone(id=name, town="north", district="x") for name in names]
    city = a_city([a_terminal(f"t-{name}", name) for name in names], zones)
    timers, states = Timers(), dict[str, DistrictIndex]()
    stage = RollUp(city, SIGNS[HEALTH_INDEX], HealthSettings(), states, timers)
    for zone, value in values.items():
        stage.on_value(index(zone, value))
    timer = timers.next_due(END + 3_600_000)
    assert timer is not None
    return {(v.place, v.zone): v for v in stage.fire(timer)}


def test_all_zones_heard_give_the_index_of_town_and_district():
    out = rolled_up(dict.fromkeys("abcd", 90.0))
    assert set(out) == {("town", "north"), ("district", "x")}
    assert {(round(v.value, 6), v.coverage) for v in out.values()} == {(90.0, 1.0)}


def test_zone_that_was_never_heard_lowers_coverage():
    district = rolled_up(dict.fromkeys("abc", 90.0))["district", "x"]
    assert (round(district.value, 6), district.coverage) == (90.0, 0.75)


def test_most_zones_unheard_give_no_index():
    district = rolled_up({"a": 100.0})["district", "x"]
    assert (district.value, district.reason, district.coverage) == (
        None,
        "too_few_fresh_signs",
        0.25,
    )


def test_worst_zone_is_named_beside_the_mean():
    district = rolled_up({"a": 95.0, "b": 95.0, "c": 20.0, "d": 95.0})["district", "x"]
    assert district.detail["worst_place"] == "c"
    assert district.detail["reds"] == 1
    assert 20.0 < district.value < 95.0
