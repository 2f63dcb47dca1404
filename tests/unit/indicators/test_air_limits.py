"""Limits of GB 3095-2026 in both periods."""

from datetime import date

import pytest

from indicators.air.gb3095 import LEAST_OF_8, LEAST_OF_24, LIMITS, VALID_SHARE, limit

LAST, FIRST = date(2030, 12, 31), date(2031, 1, 1)
TABLE = [
    ("so2", "year", 20, 60, 20, 20), ("so2", "day", 50, 150, 50, 50),
    ("so2", "1h", 150, 500, 150, 150), ("no2", "year", 40, 40, 30, 30),
    ("no2", "day", 80, 80, 50, 50), ("no2", "1h", 200, 200, 200, 200), ("co", "day", 4, 4, 4, 4),
    ("co", "1h", 10, 10, 10, 10), ("o3", "8h", 100, 160, 100, 160), ("o3", "1h", 160, 200, 160, 200),
    ("pm10", "year", 40, 60, 20, 50), ("pm10", "day", 50, 120, 50, 100),
    ("pm25", "year", 15, 30, 10, 25), ("pm25", "day", 35, 60, 25, 50),
]  # fmt: skip


@pytest.mark.parametrize(("pollutant", "averaging", "a1", "a2", "b1", "b2"), TABLE)
def test_limits_are_as_printed_on_both_sides_of_new_year_2031(pollutant, averaging, a1, a2, b1, b2):
    assert [limit(pollutant, averaging, LAST, grade) for grade in (1, 2)] == [a1, a2]
    assert [limit(pollutant, averaging, FIRST, grade) for grade in (1, 2)] == [b1, b2]


def test_table_has_no_other_limits():
    assert set(LIMITS) == {(row[0], row[1]) for row in TABLE}


def test_where_people_live_grade_2_holds():
    assert limit("pm25", "day", LAST) == 60


def test_standard_holds_from_its_first_day():
    assert limit("pm25", "day", date(2026, 3, 1)) == 60
    with pytest.raises(ValueError, match="in force from 2026-03-01"):
        limit("pm25", "day", date(2026, 2, 28))


def test_unknown_grade_and_averaging_are_refused():
    with pytest.raises(ValueError, match="grades 1 and 2"):
        limit("pm25", "day", LAST, 3)
    with pytest.raises(KeyError):
        limit("pm25", "1h", LAST)


def test_means_need_the_data_of_table_4():
    assert (VALID_SHARE * 60, LEAST_OF_8, LEAST_OF_24) == (45, 6, 20)
