"""Formulas and levels, with the test vectors of the standards."""

import math
from fractions import Fraction

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.air import BREAKPOINTS, IAQI, aqi_hourly, iaqi
from indicators.ambient import noise_leq, temperature
from indicators.registry import SIGNS
from indicators.vital_sign import Inputs
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


@pytest.mark.parametrize(
    ("pollutant", "concentration", "index"),
    [("pm25", 36, 52), ("pm25", 60, 100), ("pm25", 61, 101), ("pm25", 75, 114), ("pm25", 115, 150),
     ("pm25", 200, 250), ("pm10", 100, 86), ("pm10", 120, 100), ("pm10", 121, 101), ("pm10", 150, 112)],
)  # fmt: skip
def test_index_of_2026_agrees_with_the_vectors(pollutant, concentration, index):
    assert iaqi(pollutant, concentration) == index


@pytest.mark.parametrize(
    ("pollutant", "column", "edge"),
    [(p, n, edge) for p, edges in BREAKPOINTS.items() for n, edge in enumerate(edges)],
)
def test_index_meets_the_table_at_its_edges_and_rises_beyond_them(pollutant, column, edge):
    step = 0.1 if pollutant == "co" else 1
    top = len(BREAKPOINTS[pollutant]) - 1
    assert iaqi(pollutant, edge) == IAQI[column]
    if column < top:
        assert IAQI[column] < iaqi(pollutant, edge + step) <= IAQI[column + 1]
    else:
        assert iaqi(pollutant, edge + step) == IAQI[top]
    if column > 0:
        assert IAQI[column - 1] <= iaqi(pollutant, edge - step) <= IAQI[column]


@pytest.mark.parametrize(
    ("pollutant", "concentration", "index"),
    [("pm25", 60.5, 100), ("pm25", 60.6, 101), ("pm25", 61.5, 102), ("pm25", 0.5, 0), ("pm25", 1.5, 3),
     ("co", 5.04, 50), ("co", 5.05, 50), ("co", 5.06, 51), ("co", 5.15, 52), ("co", 0.05, 0),
     ("so2", 801, 200), ("so2", 5000, 200), ("so2", 800.5, 200), ("pm25", 2000, 500), ("co", 300, 500)],
)  # fmt: skip
def test_concentration_is_rounded_half_to_even_before_the_index(pollutant, concentration, index):
    assert iaqi(pollutant, concentration) == index


@given(st.sampled_from(sorted(BREAKPOINTS)), st.integers(0, 20_000))
def test_index_is_the_exact_equation_rounded_up(pollutant, tenths):
    concentration = Fraction(tenths, 10) if pollutant == "co" else Fraction(tenths // 4)
    edges = BREAKPOINTS[pollutant]
    expected = IAQI[len(edges) - 1]
    for n in range(1, len(edges)):
        if concentration <= edges[n]:
            slope = Fraction(IAQI[n] - IAQI[n - 1], edges[n] - edges[n - 1])
            expected = math.ceil(slope * (concentration - edges[n - 1]) + IAQI[n - 1])
            break
    assert iaqi(pollutant, float(concentration)) == expected


CLEAN = {"so2": 10, "no2": 20, "co": 0.5, "o3": 50, "pm10": 30, "pm25": 20}


def air(**changes):
    means = {**CLEAN, **changes}
    return inputs(*(aggregate(p, [v]) for p, v in means.items() if v is not None))


def test_aqi_is_the_largest_sub_index_and_names_its_pollutant():
    measure = aqi_hourly(air(pm25=75))
    assert (measure.value, measure.detail["primary"]) == (114, ["pm25"])
    assert measure.detail["iaqi"]["so2"] == 4


def test_aqi_of_equal_worst_names_all_of_them():
    assert aqi_hourly(air(pm25=60, pm10=120)).detail["primary"] == ["pm10", "pm25"]


def test_aqi_of_clean_air_has_no_primary_pollutant():
    measure = aqi_hourly(air(pm25=35))
    assert (measure.value, measure.detail["primary"]) == (50, [])


def test_aqi_of_nothing_in_the_air_is_one():
    assert aqi_hourly(air(**dict.fromkeys(CLEAN, 0))).value == 1


@pytest.mark.parametrize(("pm25", "value"), [(60, None), (61, 101)])
def test_missing_pollutant_leaves_only_an_index_above_100(pm25, value):
    measure = aqi_hourly(air(o3=None, pm25=pm25))
    assert measure.value == value
    assert measure.reason == (None if value else "missing_pollutant")


@pytest.mark.parametrize(("count", "is_valid"), [(44, False), (45, True), (60, True)])
def test_hourly_mean_needs_45_of_60_minutes(count, is_valid):
    others = [aggregate(p, [v]) for p, v in CLEAN.items() if p != "pm25"]
    measure = aqi_hourly(inputs(*others, aggregate("pm25", [20] * count, expected=60.0)))
    assert ("pm25" in measure.detail["iaqi"]) == is_valid


def test_hourly_mean_of_a_place_is_that_of_its_stations():
    others = [aggregate(p, [v]) for p, v in CLEAN.items() if p != "pm25"]
    stations = [aggregate("pm25", [60], "a"), aggregate("pm25", [90], "b")]
    assert aqi_hourly(inputs(*others, *stations)).detail["iaqi"]["pm25"] == 114


def test_aqi_without_any_pollutant_is_not_available():
    assert aqi_hourly(inputs()).value is None


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


def test_leq_of_two_levels_is_their_energy_mean():
    measure = noise_leq(inputs(aggregate("laeq", [60.0, 70.0])))
    assert measure.value == pytest.approx(10 * math.log10((1e6 + 1e7) / 2), abs=1e-6)
    assert measure.detail == {"max": 70.0, "readings": 2}


def test_leq_pools_all_meters_of_the_place():
    one = noise_leq(inputs(aggregate("laeq", [60.0], "a"), aggregate("laeq", [70.0], "b")))
    both = noise_leq(inputs(aggregate("laeq", [60.0, 70.0])))
    assert one.value == both.value


def test_loud_second_dominates_the_minute():
    measure = noise_leq(inputs(aggregate("laeq", [50.0] * 59 + [90.0])))
    assert measure.value == pytest.approx(10 * math.log10((59 * 1e5 + 1e9) / 60), abs=1e-6)


def test_temperature_weighs_stations_equally():
    stations = [aggregate("temperature", [10.0, 20.0], "a"), aggregate("temperature", [30.0], "b")]
    assert temperature(inputs(*stations)).value == 22.5


def test_value_is_immutable():
    with pytest.raises(AttributeError):
        a_value(0, 1.0).value = 2.0  # type: ignore[misc]
    assert msgspec.structs.replace(a_value(0, 1.0), value=2.0).value == 2.0
