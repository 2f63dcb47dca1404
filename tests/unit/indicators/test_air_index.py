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

Cells = tuple[int | None, ...]
# Cell by cell from the tables of the standards, index 0, 50, 100, 150, 200, 300, 400, 500.
PM10, PM25 = (0, 50, 120, 250, 350, 420, 500, 600), (0, 35, 60, 115, 150, 250, 350, 500)
OLD_PM: dict[str, Cells] = {
    "pm10": (0, 50, 150, 250, 350, 420, 500, 600),
    "pm25": (0, 35, 75, 115, 150, 250, 350, 500),
}
DAY: dict[str, Cells] = {
    "so2": (0, 50, 150, 475, 800, 1600, 2100, 2620),
    "no2": (0, 40, 80, 180, 280, 565, 750, 940),
    "co": (0, 2, 4, 14, 24, 36, 48, 60),
    "o3": (0, 100, 160, 215, 265, 800, None, None),
    "pm10": PM10,
    "pm25": PM25,
}
REAL_TIME: dict[str, Cells] = {
    "so2": (0, 150, 500, 650, 800, None, None, None),
    "no2": (0, 100, 200, 700, 1200, 2340, 3090, 3840),
    "co": (0, 5, 10, 35, 60, 90, 120, 150),
    "o3": (0, 160, 200, 300, 400, 800, 1000, 1200),
    "pm10": PM10,
    "pm25": PM25,
}
PRINTED: dict[str, dict[str, Cells]] = {
    "hour": REAL_TIME,
    "day": DAY,
    "hour 2012": {**REAL_TIME, **OLD_PM},
    "day 2012": {**DAY, **OLD_PM},
}
TABLES = {"hour": BREAKPOINTS, "day": DAILY, "hour 2012": BREAKPOINTS_2012, "day 2012": DAILY_2012}


@pytest.mark.parametrize(
    ("pollutant", "concentration", "index"),
    [("pm25", 36, 52), ("pm25", 60, 100), ("pm25", 61, 101), ("pm25", 75, 114), ("pm25", 115, 150),
     ("pm25", 200, 250), ("pm10", 100, 86), ("pm10", 120, 100), ("pm10", 121, 101), ("pm10", 150, 112)],
)  # fmt: skip
def test_index_of_2026_agrees_with_the_vectors(pollutant, concentration, index):
    assert iaqi(pollutant, concentration) == index


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
    edges = [edge for edge in REAL_TIME[pollutant] if edge is not None]
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


@pytest.mark.parametrize("table", TABLES)
def test_tables_are_as_printed(table):
    printed = {p: tuple(c for c in edges if c is not None) for p, edges in PRINTED[table].items()}
    assert dict(TABLES[table]) == printed
    assert IAQI == (0, 50, 100, 150, 200, 300, 400, 500)


@pytest.mark.parametrize(
    ("pollutant", "column", "edge", "table"),
    [
        (p, n, edge, name)
        for name, table in PRINTED.items()
        for p, edges in table.items()
        for n, edge in enumerate(edges)
        if edge is not None
    ],
)
def test_every_edge_of_every_table_gives_its_index(pollutant, column, edge, table):
    edges = [edge for edge in PRINTED[table][pollutant] if edge is not None]
    step = 0.1 if pollutant == "co" else 1
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
