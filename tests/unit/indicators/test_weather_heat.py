"""Heat index, humidex, WBGT and capacity for work as numbers."""

import math

import pytest

from indicators.weather.heat import (
    heat_index_of,
    humidex_of,
    vapour_pressure,
    wbgt_outdoor,
    wbgt_simplified,
    work_capacity,
)
from indicators.weather.settings import WeatherSettings

DEFAULTS = WeatherSettings()


def celsius(fahrenheit):
    return (fahrenheit - 32) / 1.8


@pytest.mark.parametrize(
    ("t", "rh", "heat", "humidex", "wbgt"),
    [(30, 70, 35.0, 40.9, 32.6), (33, 75, 45.7, 48.4, 37.4), (35, 60, 45.1, 48.1, 37.0)],
)
def test_vectors(t, rh, heat, humidex, wbgt):
    assert heat_index_of(t, rh) == pytest.approx(heat, abs=0.05)
    assert humidex_of(DEFAULTS, t, rh) == pytest.approx(humidex, abs=0.05)
    assert wbgt_simplified(DEFAULTS, t, rh) == pytest.approx(wbgt, abs=0.05)


def test_heat_index_of_mild_air_is_the_simple_formula():
    t, rh = 70.0, 50.0
    simple = 0.5 * (t + 61 + 1.2 * (t - 68) + 0.094 * rh)
    assert heat_index_of(celsius(t), rh) == pytest.approx(celsius((simple + t) / 2))


def rothfusz(t, r):
    return (
        -42.379 + 2.04901523 * t + 10.14333127 * r - 0.22475541 * t * r - 0.00683783 * t * t
        - 0.05481717 * r * r + 0.00122874 * t * t * r + 0.00085282 * t * r * r
        - 0.00000199 * t * t * r * r
    )  # fmt: skip


def test_regression_begins_where_the_simple_mean_reaches_80():
    """Below and above 80 °F of the simple formula's mean with T, at 40 %."""
    rh = 40.0
    edge = (80 * 2 + 0.5 * (1.2 * 68 - 61) - 0.047 * rh) / 2.1
    simple = 0.5 * (edge - 0.01 + 61 + 1.2 * (edge - 0.01 - 68) + 0.094 * rh)
    assert heat_index_of(celsius(edge - 0.01), rh) == pytest.approx(
        celsius((simple + edge - 0.01) / 2)
    )
    assert heat_index_of(celsius(edge + 0.01), rh) == pytest.approx(
        celsius(rothfusz(edge + 0.01, rh))
    )


@pytest.mark.parametrize(
    ("t", "rh", "added"),
    [(95, 12.9, -0.1 / 4), (95, 13.0, 0), (95, 5, -2), (112, 5, 0), (104, 5, -2 * math.sqrt(8 / 17)),
     (113, 5, 0), (84, 85, 0), (84, 95, 0.6), (87, 95, 0), (88, 95, 0), (82, 90, 0.5)],
)  # fmt: skip
def test_very_dry_and_very_humid_air_is_corrected(t, rh, added):
    found = heat_index_of(celsius(t), rh) * 1.8 + 32
    assert found == pytest.approx(rothfusz(t, rh) + added, abs=1e-6)


def test_humidex_uses_powers_of_ten_as_printed():
    t, rh = 28.0, 65.0
    pressure = 6.112 * 10 ** (7.5 * t / (237.7 + t)) * rh / 100
    assert vapour_pressure(DEFAULTS.humidex_vapour, t, rh) == pytest.approx(pressure, rel=1e-12)
    assert humidex_of(DEFAULTS, t, rh) == pytest.approx(t + 5 / 9 * (pressure - 10))


def test_outdoor_wbgt_weighs_wet_bulb_globe_and_air():
    assert wbgt_outdoor(DEFAULTS, 27.0, 45.0, 33.0) == pytest.approx(18.9 + 9.0 + 3.3)


@pytest.mark.parametrize(("wbgt", "share"), [(33.63, 0.5), (20.0, 0.964), (0.0, 1.0), (-5.0, 1.0)])
def test_capacity_for_work_falls_to_a_half_at_33_63(wbgt, share):
    assert work_capacity(wbgt) == pytest.approx(share, abs=0.001)


def test_capacity_for_work_falls_as_it_gets_hotter():
    shares = [work_capacity(float(wbgt)) for wbgt in range(0, 60, 5)]
    assert shares == sorted(shares, reverse=True)


def test_coefficients_from_memory_are_settings():
    assert wbgt_outdoor(WeatherSettings(wbgt_weights=(1.0, 0.0, 0.0)), 27.0, 45.0, 33.0) == 27
