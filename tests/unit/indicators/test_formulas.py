"""Formulas and levels, with the test vectors of the standards."""

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.crowd import crowd_density, people_count
from indicators.device import device_availability
from indicators.health import roll_up, subscore
from indicators.registry import SIGNS
from indicators.traffic import LEARNING_WINDOWS, MEMORY_WINDOWS, traffic_speed, traffic_speed_ratio
from indicators.vital_sign import Inputs
from indicators.water import rain_depth, water_depth
from indicators.window import Aggregate
from indicators.window import aggregate as aggregate_of
from sensors.city import Zone
from sensors.quantity import CATALOGUE
from tests.builders import T0_MS, a_value

HOUR = 3_600_000


def aggregate(quantity, values, terminal="t", expected=None):
    about = CATALOGUE[quantity]
    return aggregate_of(terminal, about, expected or float(len(values)), np.array(values, float))


def inputs(*aggregates, window=HOUR, **changes):
    by_quantity: dict[str, tuple[Aggregate, ...]] = {}
    for item in aggregates:
        by_quantity[item.quantity.name] = (*by_quantity.get(item.quantity.name, ()), item)
    fields = {"zone": Zone(id="z"), "start": T0_MS, "end": T0_MS + window}
    return Inputs(**{**fields, "by_quantity": by_quantity, **changes})


EDGES = [
    (sign.id, level.id, level.edge, sign.levels[n - 1].id if n else None, sign.descending)
    for sign in SIGNS.values()
    for n, level in enumerate(sign.levels)
]


@pytest.mark.parametrize(("sign", "level", "edge", "milder", "descending"), EDGES)
def test_level_begins_exactly_at_its_edge(sign, level, edge, milder, descending):
    about = SIGNS[sign]
    harmless, severe = (math.inf, -math.inf) if descending else (-math.inf, math.inf)
    assert about.level_of(edge) == level
    assert about.level_of(math.nextafter(edge, severe)) == level
    assert about.level_of(math.nextafter(edge, harmless)) == milder


def test_rain_amounts_add_up():
    assert rain_depth(inputs(aggregate("rain", [0.2, 0.3, 0.5]))).value == 1.0


def test_rain_rate_is_its_mean_over_the_window():
    ten = inputs(aggregate("rain_rate", [30.0, 60.0]), window=600_000)
    assert rain_depth(ten).value == pytest.approx(7.5)


def test_wettest_gauge_counts():
    measure = rain_depth(inputs(aggregate("rain", [2.0], "a"), aggregate("rain_rate", [5.0], "b")))
    assert (measure.value, measure.detail) == (5.0, {"terminal": "b"})


def test_deepest_gauge_counts():
    gauges = [aggregate("water_depth", [0.1, 0.3], "a"), aggregate("water_depth", [0.1], "b")]
    measure = water_depth(inputs(*gauges))
    assert (measure.value, measure.detail) == (0.2, {"terminal": "a"})


def test_density_is_the_median_of_the_fullest_camera():
    cameras = [
        aggregate("people_density", [1.0, 1.0, 9.0], "a"),
        aggregate("people_density", [2.0, 2.0, 2.0], "b"),
    ]
    measure = crowd_density(inputs(*cameras))
    assert (measure.value, measure.detail) == (2.0, {"terminal": "b"})


def test_people_of_all_counters_add_up():
    counters = [aggregate("people_count", [10, 20], "a"), aggregate("people_count", [5], "b")]
    assert people_count(inputs(*counters)).value == 35


def test_speed_is_the_mean_of_all_readings():
    detectors = [aggregate("traffic_speed", [30, 60], "a"), aggregate("traffic_speed", [90], "b")]
    assert traffic_speed(inputs(*detectors)).value == 60


def test_speed_ratio_uses_the_packs_free_flow():
    zone = Zone(id="z", free_flow_speed=80.0)
    assert traffic_speed_ratio(inputs(aggregate("traffic_speed", [40]), zone=zone)).value == 0.5


def test_free_flow_is_learned_from_a_day_of_windows():
    memory: dict[str, int] = {}
    windows = [inputs(aggregate("traffic_speed", [float(20 + n % 61)]), memory=memory)
               for n in range(LEARNING_WINDOWS)]  # fmt: skip
    measures = [traffic_speed_ratio(window) for window in windows]
    assert {m.reason for m in measures[:-1]} == {"learning_free_flow"}
    assert math.isclose(measures[-1].detail["free_flow"], 71, abs_tol=1.5)


def test_memory_of_speeds_stays_bounded():
    memory: dict[str, int] = {}
    for n in range(2 * MEMORY_WINDOWS):
        traffic_speed_ratio(inputs(aggregate("traffic_speed", [float(n % 100)]), memory=memory))
    assert sum(memory.values()) <= MEMORY_WINDOWS
    assert len(memory) <= 100


@pytest.mark.parametrize(
    ("silent_ms", "share"), [(0, 1.0), (179_999, 1.0), (180_000, 1.0), (180_001, 0.5)]
)
def test_terminal_is_down_after_three_cadences_of_silence(silent_ms, share):
    end = T0_MS + HOUR
    heard = {"a": (end - silent_ms, 60.0), "b": (end, 60.0)}
    assert device_availability(inputs(heard=heard)).value == share


def test_terminal_that_never_spoke_is_down():
    measure = device_availability(inputs(heard={"a": (None, 60.0), "b": (T0_MS + HOUR, 60.0)}))
    assert (measure.value, measure.detail["down"]) == (0.5, ["a"])


def test_fast_terminal_may_be_silent_for_two_minutes():
    heard = {"a": (T0_MS + HOUR - 120_000, 1.0)}
    assert device_availability(inputs(heard=heard)).value == 1.0


@pytest.mark.parametrize(
    ("depth", "score"),
    [(-1, 100), (0, 100), (0.075, 87.5), (0.15, 75), (0.21, 65), (0.27, 55), (0.4, 30), (0.6, 5), (9, 5)],
)  # fmt: skip
def test_subscore_is_linear_between_the_published_edges(depth, score):
    assert math.isclose(subscore(SIGNS["water_depth"].utility, depth), score)


def health(**values):
    """The index over signs with these newest values."""
    latest = {}
    for sign, value in values.items():
        level = None if value is None else SIGNS[sign].level_of(value)
        latest[sign] = a_value(60, value, indicator=sign, level=level)
    hops = dict.fromkeys(values, 60_000)
    return SIGNS["health_index"].formula(inputs(latest=latest, hops=hops))


def test_health_of_perfect_signs_is_100():
    assert health(water_depth=0.0, aqi_hourly=1, noise_leq=40).value == 100


def test_health_is_the_geometric_mean_of_its_domains():
    measure = health(water_depth=0.0, noise_leq=85)
    assert measure.value == pytest.approx(math.sqrt(100 * 20))
    assert measure.detail["worst"] == "noise_leq"


@pytest.mark.parametrize(
    ("sign", "value", "cap"),
    [("water_depth", 0.60, 40), ("water_depth", 0.40, 60), ("crowd_density", 4.5, 40),
     ("crowd_density", 3.5, 60), ("crowd_density", 6.0, 40)],
)  # fmt: skip
def test_red_or_orange_life_safety_caps_the_index(sign, value, cap):
    measure = health(
        **{sign: value, "aqi_hourly": 1, "noise_leq": 40, "temperature": 20, "rain_60min": 0}
    )
    assert measure.value == cap
    assert measure.detail["capped"] is True


@pytest.mark.parametrize(
    ("sign", "value"), [("water_depth", 0.39), ("crowd_density", 3.49), ("noise_leq", 90)]
)
def test_yellow_or_comfort_does_not_cap_the_index(sign, value):
    measure = health(**{sign: value, "aqi_hourly": 1, "temperature": 20, "rain_60min": 0})
    assert measure.detail["capped"] is False


def test_perfect_health_is_not_called_capped():
    """exp(log(100)) is a little more than 100."""
    measure = health(water_depth=0.0, aqi_hourly=1, temperature=20, rain_60min=0)
    assert (measure.value, measure.detail["capped"]) == (100.0, False)


def test_health_with_too_few_fresh_signs_is_not_available():
    measure = health(water_depth=0.0, noise_leq=None, temperature=None)
    assert (measure.value, measure.reason) == (None, "too_few_fresh_signs")


def test_health_does_not_count_stale_signs():
    old = a_value(0, 0.0, indicator="water_depth")
    new = a_value(60, 20.0, indicator="temperature")
    hops = {"water_depth": 60_000, "temperature": 60_000}
    latest = {"water_depth": old, "temperature": new}
    assert SIGNS["health_index"].formula(inputs(latest=latest, hops=hops)).value is None


def zones(*scores, weight=1.0):
    return [(a_value(0, score, zone=f"z{n:03}"), weight) for n, score in enumerate(scores)]


def test_roll_up_is_the_harmonic_mean_beside_the_worst_place():
    measure = roll_up(zones(50.0, 100.0))
    assert measure.value == pytest.approx(200 / 3)
    assert measure.detail == {"worst": "z000", "worst_value": 50.0, "reds": 0}


def test_one_bad_segment_of_300_pulls_as_the_notes_say():
    assert roll_up(zones(5.0, *[95.0] * 299)).value == pytest.approx(89.6, abs=0.05)


def test_roll_up_floors_its_members_at_five():
    assert roll_up(zones(0.0, 5.0)).value == 5.0


@pytest.mark.parametrize(("reds", "is_capped"), [(2, False), (3, True)])
def test_three_red_places_cap_their_town(reds, is_capped):
    value = roll_up(zones(*[40.0] * reds, *[100.0] * 50)).value
    assert value is not None
    assert (value <= 40) == is_capped


def test_roll_up_of_mostly_unknown_places_is_not_available():
    assert roll_up(zones(100.0, None)).value is None
    assert roll_up(zones(100.0, 100.0, 100.0, None, None)).value == 100


def test_roll_up_of_places_without_exposure_is_not_available():
    assert roll_up(zones(100.0, 50.0, weight=0.0)).value is None


def test_roll_up_of_nothing_is_not_available():
    assert roll_up([]).value is None


@given(st.lists(st.tuples(st.floats(1, 100), st.floats(0.1, 10)), min_size=1, max_size=20))
def test_roll_up_lies_between_the_worst_and_the_best(members):
    values = [(a_value(0, score), weight) for score, weight in members]
    low, high = min(s for s, _ in members), max(s for s, _ in members)
    found = roll_up(values).value
    assert found is not None
    assert min(max(low, 5.0), 40.0) - 1e-9 <= found <= max(high, 5.0) + 1e-9


def test_value_is_immutable():
    with pytest.raises(AttributeError):
        a_value(0, 1.0).value = 2.0  # type: ignore[misc]
    assert msgspec.structs.replace(a_value(0, 1.0), value=2.0).value == 2.0
