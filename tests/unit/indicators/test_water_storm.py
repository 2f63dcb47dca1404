"""Storm intensity of the proxy stations, return period of the rain, the rational method."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.registry import SIGNS
from indicators.vital_sign import Past
from indicators.water.settings import WaterSettings
from indicators.water.storm import (
    SOURCES,
    peak_runoff,
    rain_return_period,
    return_period,
    storm_depth,
    storm_intensity,
)
from indicators.water.storm_tables import STORM_TABLES, StormRow
from tests.builders import MINUTE_MS, T0_MS
from tests.formula_inputs import inputs

OURS = WaterSettings()
DEPTHS = {
    "huadu": {
        1: (18.4, 35.1, 45.1, 52.2), 2: (21.6, 43.2, 58.3, 71.7), 3: (23.5, 48.3, 66.8, 84.5),
        5: (25.8, 54.5, 77.4, 101.4), 10: (28.9, 62.6, 91.4, 124.1), 50: (35.7, 78.9, 118.4, 167.4),
        100: (38.2, 85.0, 128.8, 184.8),
    },
    "guangzhou_centre": {
        1: (19.2, 34.1, 43.0, 50.1), 2: (23.4, 46.4, 62.0, 75.7), 3: (25.6, 52.0, 70.7, 87.3),
        5: (28.1, 58.4, 80.7, 101.0), 10: (31.2, 66.8, 94.3, 120.5), 50: (37.2, 84.5, 124.9, 165.9),
        100: (39.5, 90.8, 135.6, 181.9),
    },
}  # fmt: skip
INTERVALS = {
    ("huadu", 1, 10): ((61.824, -11.317, 0.771), (26.561, -0.233, 0.546), (0.974, -0.115, 0.444)),
    ("huadu", 10, 100): ((41.563, -2.560, 6.737), (26.854, -1.268, 6.737), (0.796, -0.043, 5.080)),
    ("guangzhou_centre", 1, 10): ((56.414, 21.398, 0.509), (24.898, 4.496, 0.836), (0.934, -0.004, 0.099)),
    ("guangzhou_centre", 10, 100): ((65.165, 21.450, 4.527), (32.014, 3.805, 7.842), (0.921, -0.002, 0.103)),
}  # fmt: skip
stations = pytest.mark.parametrize("station", sorted(STORM_TABLES))


def row_of(station, period):
    return next(row for row in STORM_TABLES[station].rows if row.period == period)


def rain(minute, depth, name="60min", **changes):
    """The rain of a window of so many minutes."""
    end = T0_MS + minute * MINUTE_MS
    start = end - int(name.removesuffix("min")) * MINUTE_MS
    return Past(start, end, depth, None, 1.0, weights={name: 1.0}, **changes)


def now(**rains):
    """The newest rain of each duration, mm."""
    history = {
        f"rain_{name}": [rain(59, 0.0, name), rain(60, depth, name)]
        for name, depth in rains.items()
    }
    return inputs(history=history)


@pytest.mark.parametrize(
    ("station", "period", "minutes", "depth"),
    [(s, p, t, depth) for s, rows in DEPTHS.items() for p, depths in rows.items()
     for t, depth in zip((10, 30, 60, 120), depths, strict=True)],
)  # fmt: skip
def test_design_depth_agrees_with_the_vectors(station, period, minutes, depth):
    assert storm_depth(row_of(station, period), minutes) == pytest.approx(depth, abs=0.05)


@pytest.mark.parametrize(
    ("station", "period", "form"),
    [(station, row.period, form) for (station, low, high), form in INTERVALS.items()
     for row in STORM_TABLES[station].rows if low <= row.period <= high and (row.period, high) != (10, 10)],
)  # fmt: skip
def test_single_period_rows_agree_with_the_interval_form(station, period, form):
    """Each parameter is p1 + p2·ln(P − p3); printed to three decimals it is good to 0.3 %."""
    a, b, n = (p1 + p2 * math.log(period - p3) for p1, p2, p3 in form)
    row = StormRow(period=period, a=167 * a, b=b, n=n)
    for minutes in (10, 30, 60, 120):
        assert storm_depth(row, minutes) == pytest.approx(
            storm_depth(row_of(station, period), minutes), rel=0.003
        )


def test_intensity_is_the_formula():
    row = StormRow(period=1, a=1000.0, b=10.0, n=0.5)
    assert storm_intensity(row, 90) == pytest.approx(100.0)
    assert storm_depth(row, 90) == pytest.approx(100 * 0.36 * 1.5)


@pytest.mark.parametrize(
    ("minutes", "holds"), [(0.9, False), (1, True), (180, True), (180.1, False)]
)
def test_intensity_holds_for_the_durations_it_was_fitted_to(minutes, holds):
    row = STORM_TABLES["huadu"].rows[0]
    if holds:
        assert storm_intensity(row, minutes) > 0
    else:
        with pytest.raises(ValueError, match="1 to 180"):
            storm_intensity(row, minutes)


@stations
@pytest.mark.parametrize("minutes", [10, 30, 60, 120])
def test_rarer_storms_are_deeper(station, minutes):
    depths = [storm_depth(row, minutes) for row in STORM_TABLES[station].rows]
    assert depths == sorted(set(depths))


@stations
@pytest.mark.parametrize("minutes", [10, 30, 60, 120])
@pytest.mark.parametrize("place", range(9))
def test_design_depth_of_a_row_has_its_period(station, minutes, place):
    rows = STORM_TABLES[station].rows
    depth = storm_depth(rows[place], minutes)
    assert return_period(rows, minutes, depth) == (rows[place].period, "within")
    below, where = return_period(rows, minutes, depth - 1e-6)
    assert where == ("within" if place else "below")
    assert below < rows[place].period
    assert below == pytest.approx(rows[place].period, rel=1e-5)
    above, where = return_period(rows, minutes, depth + 1e-6)
    assert where == ("within" if place < 8 else "capped")
    assert above == pytest.approx(rows[place].period, rel=1e-5)


def test_between_rows_the_logarithm_of_the_period_is_linear():
    rows = STORM_TABLES["huadu"].rows[4:6]
    middle = (storm_depth(rows[0], 60) + storm_depth(rows[1], 60)) / 2
    period, _ = return_period(rows, 60, middle)
    assert period == pytest.approx(math.sqrt(10 * 20))


@pytest.mark.parametrize(("share", "period"), [(0.0, 0.0), (0.5, 0.5), (0.99, 0.99), (-1.0, 0.0)])
def test_below_the_table_the_period_falls_with_the_depth(share, period):
    rows = STORM_TABLES["huadu"].rows
    found, where = return_period(rows, 60, share * storm_depth(rows[0], 60))
    assert found == pytest.approx(period)
    assert where == "below"


def test_above_the_table_the_period_is_capped():
    assert return_period(STORM_TABLES["huadu"].rows, 60, 500.0) == (100, "capped")


@given(
    st.sampled_from(sorted(STORM_TABLES)),
    st.sampled_from([10, 30, 60, 120]),
    st.floats(0, 300),
    st.floats(0, 50),
)
def test_more_rain_is_never_less_rare(station, minutes, depth, more):
    rows = STORM_TABLES[station].rows
    assert return_period(rows, minutes, depth)[0] <= return_period(rows, minutes, depth + more)[0]


def test_rarest_duration_counts():
    measure = rain_return_period(
        OURS, now(**{"10min": 5.0, "30min": 54.47, "60min": 58.0, "120min": 60.0})
    )
    assert measure.value == pytest.approx(5, rel=1e-3)
    assert measure.detail == {
        "minutes": 30, "rain_mm": 54.47, "range": "within", "durations": 4, "station": "huadu",
    }  # fmt: skip
    assert measure.weights == {"30min": 1.0}
    assert not measure.is_suspect


def test_newest_known_rain_counts_and_not_the_wettest():
    values = [rain(58, 90.0), rain(59, 45.11), rain(60, None)]
    measure = rain_return_period(OURS, inputs(history={"rain_60min": values}))
    assert measure.value == pytest.approx(1, rel=1e-3)
    assert measure.detail["durations"] == 1


def test_of_two_beyond_the_table_the_further_one_is_named():
    measure = rain_return_period(OURS, now(**{"10min": 39.0, "60min": 200.0}))
    assert (measure.value, measure.detail["minutes"], measure.detail["range"]) == (
        100,
        60,
        "capped",
    )
    assert measure.is_suspect


def test_rain_of_a_slow_gauge_is_judged_at_the_length_of_its_windows():
    slow = rain_return_period(OURS, inputs(history={"rain_10min": [rain(60, 35.1, "30min")]}))
    assert slow.value == pytest.approx(1, rel=1e-2)
    assert slow.detail["minutes"] == 30


@pytest.mark.parametrize(("name", "is_judged"), [("180min", True), ("181min", False)])
def test_windows_longer_than_the_formulas_hold_are_passed_over(name, is_judged):
    measure = rain_return_period(OURS, inputs(history={"rain_60min": [rain(60, 90.0, name)]}))
    assert (measure.value is not None) is is_judged


def test_dry_weather_has_a_period_of_zero_and_none_is_unknown():
    assert rain_return_period(OURS, now(**{"10min": 0.0})).value == 0.0
    assert rain_return_period(OURS, inputs()).reason == "no_data"


def test_period_of_suspect_rain_is_suspect():
    doubted = rain_return_period(
        OURS,
        inputs(
            history={
                "rain_60min": [rain(60, 60.0, is_suspect=True)],
                "rain_10min": [rain(60, 5.0, "10min")],
            }
        ),
    )
    assert doubted.is_suspect
    assert not rain_return_period(OURS, inputs(history={"rain_60min": [rain(60, 60.0)]})).is_suspect


def test_city_chooses_its_station():
    hour = now(**{"60min": 61.0})
    nanhai = rain_return_period(WaterSettings(storm_station="guangzhou_centre"), hour)
    sanshui = rain_return_period(OURS, hour)
    assert nanhai.detail["station"] == "guangzhou_centre"
    assert nanhai.value is not None
    assert sanshui.value is not None
    assert nanhai.value < 2 < sanshui.value


def test_return_period_is_made_of_the_rain_signs():
    assert (
        SIGNS["rain_return_period"].sources
        == SOURCES
        == (
            "rain_10min",
            "rain_30min",
            "rain_60min",
            "rain_120min",
        )
    )


def test_rational_method_multiplies():
    assert peak_runoff(OURS, 0.9, 300.0, 10.0) == pytest.approx(2700)


@pytest.mark.parametrize(
    ("area_ha", "holds"), [(0.0, True), (199.9, True), (200.0, True), (200.1, False), (-0.1, False)]
)
def test_rational_method_holds_up_to_two_square_kilometres(area_ha, holds):
    if holds:
        assert peak_runoff(OURS, 1.0, 1.0, area_ha) == area_ha
    else:
        with pytest.raises(ValueError, match="200 ha"):
            peak_runoff(OURS, 1.0, 1.0, area_ha)


@pytest.mark.parametrize("coefficient", [-0.01, 1.01])
def test_runoff_coefficient_is_a_share(coefficient):
    with pytest.raises(ValueError, match="0 to 1"):
        peak_runoff(OURS, coefficient, 1.0, 1.0)
