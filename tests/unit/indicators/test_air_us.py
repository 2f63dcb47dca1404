"""The US index of 2024 and NowCast."""

import pytest

from indicators.air.epa import BINS, TABLE, US_LEVELS, converted, us_index
from indicators.air.nowcast import nowcast, weight_factor
from indicators.air.settings import AirSettings
from indicators.air.signs import air_signs
from tests.builders import T0_MS, a_value
from tests.formula_inputs import HOUR, inputs

SIGNS = {sign.id: sign for sign in air_signs()}
VECTOR = (34.9, 34.9, 43, 50, 64.9, 69.2, 66.2, 53.7, 48.6, 49.2, 35, 34)


def history(hours, **means):
    """Inputs of hours that all have these means; a sequence gives them newest first."""
    values = []
    for age in range(hours):
        own = {p: m[age] if isinstance(m, (tuple, list)) else m for p, m in means.items()}
        end = T0_MS + (24 - age) * HOUR
        values.append(
            a_value(
                0, 50.0, indicator="aqi_hourly", window_start=end - HOUR, window_end=end,
                detail={"mean": {p: m for p, m in own.items() if m is not None}},
            )
        )  # fmt: skip
    return inputs(window=24 * HOUR, history={"aqi_hourly": values[::-1]})


EDGES = [
    # Table 6: column, concentration of the last value of a bin, of the first of the next, its bin.
    ("o3_8h", 0.054, 0.055, 0), ("o3_8h", 0.070, 0.071, 1), ("o3_8h", 0.085, 0.086, 2),
    ("o3_8h", 0.105, 0.106, 3), ("o3_1h", 0.164, 0.165, 2), ("o3_1h", 0.204, 0.205, 3),
    ("o3_1h", 0.404, 0.405, 4), ("pm25", 9.0, 9.1, 0), ("pm25", 35.4, 35.5, 1),
    ("pm25", 55.4, 55.5, 2), ("pm25", 125.4, 125.5, 3), ("pm25", 225.4, 225.5, 4),
    ("pm10", 54, 55, 0), ("pm10", 154, 155, 1), ("pm10", 254, 255, 2), ("pm10", 354, 355, 3),
    ("pm10", 424, 425, 4), ("co", 4.4, 4.5, 0), ("co", 9.4, 9.5, 1), ("co", 12.4, 12.5, 2),
    ("co", 15.4, 15.5, 3), ("co", 30.4, 30.5, 4), ("so2_1h", 35, 36, 0), ("so2_1h", 75, 76, 1),
    ("so2_1h", 185, 186, 2), ("so2_24h", 604, 605, 4), ("no2", 53, 54, 0), ("no2", 100, 101, 1),
    ("no2", 360, 361, 2), ("no2", 649, 650, 3), ("no2", 1249, 1250, 4),
]  # fmt: skip


@pytest.mark.parametrize(("column", "last", "first", "number"), EDGES)
def test_us_bin_ends_and_the_next_begins_as_printed(column, last, first, number):
    assert us_index(column, last) == BINS[number][1]
    assert us_index(column, first) == BINS[number + 1][0]
    half = 0.5 / TABLE[column].steps
    assert us_index(column, last + half) == BINS[number][1]
    below = us_index(column, last - 1 / TABLE[column].steps)
    assert below is not None
    assert BINS[number][0] <= below <= BINS[number][1]


def test_every_inner_edge_of_the_us_table_is_tested():
    assert len(EDGES) == sum(len(about.highs) - 1 for about in TABLE.values())


@pytest.mark.parametrize(
    ("column", "concentration"),
    [("o3_1h", 0.604), ("pm25", 325.4), ("pm10", 604), ("co", 50.4), ("so2_24h", 1004), ("no2", 2049)],
)  # fmt: skip
def test_us_index_is_500_at_its_end_and_goes_on_beyond(column, concentration):
    about = TABLE[column]
    width = about.highs[-1] - about.highs[-2] - 1
    assert us_index(column, concentration) == 500
    assert us_index(column, concentration + width / about.steps) == 699


@pytest.mark.parametrize(("column", "at", "index"), [("o3_8h", 0.2, 300), ("so2_1h", 304, 200)])
def test_us_column_that_ends_early_stays_at_its_end(column, at, index):
    assert us_index(column, at) == index
    assert us_index(column, at + 1) == index


@pytest.mark.parametrize(("column", "at", "index"), [("o3_1h", 0.125, 101), ("so2_24h", 305, 201)])
def test_us_column_that_begins_late_says_nothing_below(column, at, index):
    assert us_index(column, at) == index
    assert us_index(column, at - 1 / TABLE[column].steps) is None


@pytest.mark.parametrize(
    ("column", "concentration", "index"),
    [("pm25", 35.4999, 100), ("pm25", 35.399999999999, 100), ("pm25", 9.09, 50), ("pm10", 54.99, 50),
     ("o3_8h", 0.0549, 50), ("o3_8h", 0.07099, 100), ("co", 4.49, 50), ("no2", 53.9, 50), ("pm25", 0.0, 0)],
)  # fmt: skip
def test_us_concentration_is_truncated_before_the_index(column, concentration, index):
    assert us_index(column, concentration) == index


@pytest.mark.parametrize(("pm10", "index"), [(27, 25), (1, 1), (54, 50)])
def test_us_index_is_rounded_to_the_nearest(pm10, index):
    assert us_index("pm10", pm10) == index


@pytest.mark.parametrize(("co", "index"), [(1.1, 13), (3.3, 38)])
def test_us_index_of_a_half_is_rounded_up(co, index):
    """50/44 a tenth: 12.5 and 37.5."""
    assert us_index("co", co) == index


@pytest.mark.parametrize(
    ("pollutant", "mean", "amount"),
    [("o3", 196.2, 0.1), ("no2", 188.0, 100.0), ("so2", 261.9, 100.0), ("co", 11.45, 10.0), ("pm25", 35.0, 35.0)],
)  # fmt: skip
def test_means_are_converted_at_the_reference_state(pollutant, mean, amount):
    assert converted(AirSettings(), pollutant, mean) == pytest.approx(amount)


@pytest.mark.parametrize(
    ("index", "level"),
    [(0, "US1"), (50, "US1"), (51, "US2"), (101, "US3"), (151, "US4"), (201, "US5"), (301, "US6"), (700, "US6")],
)  # fmt: skip
def test_us_categories(index, level):
    assert SIGNS["aqi_us"].level_of(index) == level
    assert len(US_LEVELS) == 6


def test_nowcast_agrees_with_the_vector():
    means = dict(enumerate(VECTOR))
    assert weight_factor(means) == 0.5
    assert nowcast(means) == pytest.approx(38.69, abs=0.005)


@pytest.mark.parametrize(("low", "factor"), [(49, 0.5), (50, 0.5), (51, 0.51), (100, 1.0)])
def test_weight_factor_is_at_least_a_half(low, factor):
    assert weight_factor({0: 100.0, 1: low}) == pytest.approx(factor)


def test_nowcast_of_clean_air_is_nothing():
    assert nowcast(dict.fromkeys(range(12), 0.0)) == 0


@pytest.mark.parametrize(
    ("ages", "is_known"),
    [((0, 1), True), ((0, 2), True), ((1, 2), True), ((0, 3, 4), False), ((3, 4, 5), False), ((), False)],
)  # fmt: skip
def test_nowcast_needs_two_of_the_newest_three_hours(ages, is_known):
    assert (nowcast(dict.fromkeys(ages, 10.0)) is not None) == is_known


def test_missing_hour_keeps_the_weight_of_the_older_ones():
    assert nowcast({0: 40.0, 1: 20.0, 3: 20.0}) == pytest.approx((40 + 10 + 2.5) / 1.625)


def test_nowcast_looks_back_twelve_hours():
    assert nowcast({0: 40.0, 1: 40.0, 12: 4000.0}) == 40


@pytest.mark.parametrize("pollutant", ["pm25", "pm10"])
def test_nowcast_is_a_sign_over_the_hours(pollutant):
    measure = SIGNS[f"{pollutant}_nowcast"].formula(history(12, **{pollutant: VECTOR}))
    assert measure.value == pytest.approx(38.69, abs=0.005)
    assert measure.detail == {"factor": 0.5, "hours": 12}


def test_nowcast_of_one_hour_has_too_few():
    assert SIGNS["pm25_nowcast"].formula(history(1, pm25=10.0)).reason == "too_few_hours"
    assert SIGNS["pm25_nowcast"].formula(history(3, pm10=10.0)).reason == "no_data"


def us(hours=24, **means):
    return SIGNS["aqi_us"].formula(history(hours, **means))


def test_us_sign_takes_pm_by_nowcast():
    measure = us(12, pm25=VECTOR)
    assert (measure.value, measure.detail["primary"]) == (us_index("pm25", 38.6), ["pm25"])
    assert measure.detail["missing"] == ["co", "no2", "o3", "pm10", "so2"]


def test_us_sign_takes_ozone_over_8_hours_and_by_the_hour_when_it_is_high():
    low = [20 * 1.962] * 23
    assert us(o3=54.5 * 1.962).value == 50
    assert us(o3=[124.5 * 1.962, *low]).value == us_index("o3_8h", (124.5 + 7 * 20) / 8000)
    assert us(o3=[125.5 * 1.962, *low]).value == 101


def test_us_sign_takes_co_over_8_hours_in_ppm():
    assert us(co=[9.45 * 1.145] * 8 + [50.0] * 16).value == 100


def test_us_sign_takes_nitrogen_dioxide_by_the_hour():
    assert us(no2=[100.5 * 1.88] + [0.0] * 23).value == 100


@pytest.mark.parametrize(("ppb", "index"), [(304.5, 200), (605.5, 301)])
def test_us_sign_takes_the_day_of_sulphur_dioxide_above_200(ppb, index):
    assert us(so2=ppb * 2.619).value == index
    assert us(so2=[ppb * 2.619] + [0.0] * 23).value == 200


@pytest.mark.parametrize(("known", "is_known"), [(5, False), (6, True)])
def test_us_8h_mean_needs_six_hours(known, is_known):
    series = [10.0] * known + [None] * (24 - known)
    assert (us(co=series, pm25=10.0).detail["iaqi"].get("co") is not None) == is_known


def test_us_sign_of_nothing_is_not_available():
    assert us(0).reason == "no_data"
    assert us(1, pm25=10.0).reason == "too_few_hours"
