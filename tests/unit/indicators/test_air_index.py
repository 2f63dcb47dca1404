"""Sub-indices of HJ 633-2026 and HJ 633-2012, with the vectors and every edge of the tables."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.air.hj633 import (
    AQI_LEVELS,
    BREAKPOINTS,
    BREAKPOINTS_2012,
    DAILY,
    DAILY_2012,
    IAQI,
    aqi,
    iaqi,
    primary,
)

TABLES = {"hour": BREAKPOINTS, "day": DAILY, "hour 2012": BREAKPOINTS_2012, "day 2012": DAILY_2012}


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


@pytest.mark.parametrize(
    ("pollutant", "concentration", "index"),
    [("pm25", 60, 82), ("pm25", 75, 100), ("pm10", 120, 85), ("pm10", 150, 100)],
)  # fmt: skip
def test_index_of_2012_agrees_with_the_vectors(pollutant, concentration, index):
    assert iaqi(pollutant, concentration, BREAKPOINTS_2012) == index
    assert iaqi(pollutant, concentration, DAILY_2012) == index


@pytest.mark.parametrize(
    ("pollutant", "column", "day", "hour"),
    [("so2", 1, 50, 150), ("so2", 2, 150, 500), ("so2", 3, 475, 650), ("so2", 4, 800, 800),
     ("no2", 1, 40, 100), ("no2", 2, 80, 200), ("no2", 3, 180, 700), ("no2", 4, 280, 1200),
     ("no2", 5, 565, 2340), ("no2", 6, 750, 3090), ("no2", 7, 940, 3840),
     ("co", 1, 2, 5), ("co", 2, 4, 10), ("co", 3, 14, 35), ("co", 4, 24, 60), ("co", 5, 36, 90),
     ("co", 6, 48, 120), ("co", 7, 60, 150),
     ("o3", 1, 100, 160), ("o3", 2, 160, 200), ("o3", 3, 215, 300), ("o3", 4, 265, 400),
     ("o3", 5, 800, 800), ("pm10", 2, 120, 120), ("pm25", 2, 60, 60), ("pm25", 7, 500, 500)],
)  # fmt: skip
def test_table_3_is_as_printed(pollutant, column, day, hour):
    assert DAILY[pollutant][column] == day
    assert BREAKPOINTS[pollutant][column] == hour


@pytest.mark.parametrize(
    ("pollutant", "column", "edge", "table"),
    [
        (p, n, edge, name)
        for name, table in TABLES.items()
        for p, edges in table.items()
        for n, edge in enumerate(edges)
    ],
)
def test_every_edge_of_every_table_gives_its_index(pollutant, column, edge, table):
    edges, step = TABLES[table][pollutant], 0.1 if pollutant == "co" else 1
    assert iaqi(pollutant, edge, TABLES[table]) == IAQI[column]
    above = iaqi(pollutant, edge + step, TABLES[table])
    if column == len(edges) - 1:
        assert above == IAQI[column]
    else:
        assert IAQI[column] < above <= IAQI[column + 1]
    if column:
        assert IAQI[column - 1] <= iaqi(pollutant, edge - step, TABLES[table]) <= IAQI[column]


@pytest.mark.parametrize(
    ("pollutant", "concentration", "table", "index"),
    [("so2", 801, "hour", 200), ("o3", 801, "day", 300), ("o3", 801, "hour", 301),
     ("so2", 2621, "day", 500), ("pm25", 501, "day", 500)],
)  # fmt: skip
def test_index_beyond_a_column_stays_at_its_last_value(pollutant, concentration, table, index):
    assert iaqi(pollutant, concentration, TABLES[table]) == index


def test_only_pm_differs_between_2012_and_2026():
    for old, new in ((BREAKPOINTS_2012, BREAKPOINTS), (DAILY_2012, DAILY)):
        assert {p for p in new if old[p] != new[p]} == {"pm10", "pm25"}


@pytest.mark.parametrize(("sub", "index"), [({"co": 0}, 1), ({"co": 7, "o3": 8}, 8)])
def test_index_is_the_largest_and_at_least_one(sub, index):
    assert aqi(sub) == index


@pytest.mark.parametrize(
    ("sub", "names"),
    [({"co": 50, "o3": 50}, []), ({"so2": 51, "o3": 50}, ["so2"]), ({"so2": 51, "co": 51}, ["co", "so2"])],
)  # fmt: skip
def test_primary_pollutants_are_all_the_worst_above_50(sub, names):
    assert primary(sub) == names


@pytest.mark.parametrize(
    ("index", "level"),
    [(1, 0), (50, 0), (51, 1), (100, 1), (101, 2), (150, 2), (151, 3), (200, 3), (201, 4), (300, 4),
     (301, 5), (500, 5)],
)  # fmt: skip
def test_six_levels_of_table_1(index, level):
    assert [edge.edge <= index for edge in AQI_LEVELS].count(True) - 1 == level
