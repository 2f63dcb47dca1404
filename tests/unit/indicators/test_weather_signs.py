"""Signs of weather, from readings and from published values."""

import math
from datetime import timedelta

import pytest

from indicators.weather.heat import heat_index_of, humidex_of, wbgt_simplified
from indicators.weather.settings import WeatherSettings
from indicators.weather.signs import weather_signs
from indicators.weather.stations import temperature
from indicators.weather.wind import BEAUFORT, beaufort
from tests.builders import T0_MS, a_value
from tests.formula_inputs import HOUR, aggregate, inputs

SIGNS = {sign.id: sign for sign in weather_signs()}
DEFAULTS = WeatherSettings()
TEN = 600_000


def measure(sign, *aggregates, **changes):
    return SIGNS[sign].formula(inputs(*aggregates, window=TEN, **changes))


def test_temperature_weighs_stations_equally():
    stations = [aggregate("temperature", [10.0, 20.0], "a"), aggregate("temperature", [30.0], "b")]
    assert temperature(inputs(*stations)).value == 22.5


def test_stations_share_alike_in_the_temperature():
    stations = [aggregate("temperature", [10.0, 20.0], "a"), aggregate("temperature", [30.0], "b")]
    found = measure("temperature", *stations)
    assert (found.weights, found.detail) == ({"a": 0.5, "b": 0.5}, {"stations": 2})


def test_humidity_is_what_the_stations_measure():
    stations = [aggregate("humidity", [102.0], "a"), aggregate("humidity", [98.0], "b")]
    assert measure("humidity", *stations).value == 100


def test_felt_heat_is_of_mean_temperature_and_humidity():
    air = [
        aggregate("temperature", [34.0], "a"),
        aggregate("temperature", [32.0], "b"),
        aggregate("humidity", [75.0]),
    ]
    assert measure("heat_index", *air).value == heat_index_of(33.0, 75.0)
    assert measure("humidex", *air).value == humidex_of(DEFAULTS, 33.0, 75.0)
    assert measure("wbgt", *air).value == wbgt_simplified(DEFAULTS, 33.0, 75.0)
    assert measure("humidex", *air).detail == {"temperature": 33.0, "humidity": 75.0}


@pytest.mark.parametrize("sign", ["heat_index", "humidex", "wbgt"])
def test_felt_heat_needs_temperature_and_humidity(sign):
    assert measure(sign, aggregate("temperature", [30.0])).reason == "no_humidity"
    assert measure(sign, aggregate("humidity", [70.0])).reason == "no_temperature"
    assert measure(sign).reason == "no_data"


@pytest.mark.parametrize("sign", ["heat_index", "humidex", "wbgt"])
def test_sensor_beyond_saturation_counts_as_saturated(sign):
    values = [
        measure(sign, aggregate("temperature", [30.0]), aggregate("humidity", [rh])).value
        for rh in (100.0, 104.0)
    ]
    assert values[0] == values[1]


def test_measured_wbgt_goes_before_the_simplified():
    air = [aggregate("temperature", [33.0]), aggregate("humidity", [75.0])]
    globe, wet = aggregate("globe_temperature", [45.0]), aggregate("wet_bulb_temperature", [27.0])
    found = measure("wbgt", *air, globe, wet)
    assert (found.value, found.detail["method"]) == (pytest.approx(31.2), "measured")
    for one in (globe, wet):
        assert measure("wbgt", *air, one).detail["method"] == "simplified"


ROWS = [
    (0, 0.0, 0.2), (1, 0.3, 1.5), (2, 1.6, 3.3), (3, 3.4, 5.4), (4, 5.5, 7.9), (5, 8.0, 10.7),
    (6, 10.8, 13.8), (7, 13.9, 17.1), (8, 17.2, 20.7), (9, 20.8, 24.4), (10, 24.5, 28.4),
    (11, 28.5, 32.6), (12, 32.7, 36.9), (13, 37.0, 41.4), (14, 41.5, 46.1), (15, 46.2, 50.9),
    (16, 51.0, 56.0), (17, 56.1, 90.0),
]  # fmt: skip


@pytest.mark.parametrize(("force", "low", "high"), ROWS)
def test_beaufort_number_holds_from_its_lower_to_its_upper_speed(force, low, high):
    assert beaufort(low) == force
    assert beaufort(high) == force
    assert beaufort(math.nextafter(low, math.inf)) == force
    if force:
        assert beaufort(math.nextafter(low, 0.0)) == force - 1


def test_force_is_that_of_the_windiest_stations_mean():
    stations = [
        aggregate("wind_speed", [10.0, 12.0], "a"),
        aggregate("wind_speed", [4.0, 16.0], "b"),
    ]
    found = measure("wind_force", *stations)
    assert (found.value, found.weights) == (6.0, {"a": 1.0})
    assert found.detail == {"terminal": "a", "speed": 11.0}


def test_gust_is_the_strongest_reading():
    stations = [aggregate("wind_gust", [10.0, 21.0], "a"), aggregate("wind_gust", [18.0], "b")]
    found = measure("wind_gust", *stations)
    assert (found.value, found.detail) == (21.0, {"terminal": "a", "force": 9})
    assert found.weights == {"a": 1.0}


def test_levels_of_gusts_begin_with_their_force():
    assert [level.edge for level in DEFAULTS.gust_levels] == [
        BEAUFORT[force - 1] for force in (7, 9, 11, 13)
    ]


@pytest.mark.parametrize(
    ("force", "level"),
    [(5, None), (6, "WF4"), (7, "WF4"), (8, "WF3"), (9, "WF3"), (10, "WF2"), (12, "WF1"), (17, "WF1")],
)  # fmt: skip
def test_levels_of_mean_wind(force, level):
    assert SIGNS["wind_force"].level_of(float(force)) == level


@pytest.mark.parametrize(
    ("metres", "level"),
    [(10_000, None), (9999.9, "VI5"), (1000, "VI5"), (999.9, "VI4"), (500, "VI4"), (499.9, "VI3"),
     (200, "VI3"), (199.9, "VI2"), (50, "VI2"), (49.9, "VI1"), (0, "VI1")],
)  # fmt: skip
def test_class_of_fog_ends_below_its_limit(metres, level):
    found = measure("visibility", aggregate("visibility", [math.floor(metres), math.ceil(metres)]))
    assert found.value is not None
    assert SIGNS["visibility"].level_of(found.value) == level


def test_station_that_sees_least_counts():
    stations = [aggregate("visibility", [400, 601], "a"), aggregate("visibility", [800], "b")]
    found = measure("visibility", *stations)
    assert (found.value, found.weights) == (500, {"a": 1.0})


def heat(*values, **changes):
    """The signal after 24 h of which the last ten minutes have these means."""
    end = T0_MS + 24 * HOUR
    means = [
        a_value(
            0, value, indicator="temperature", unit="Cel", weights={f"t{n}": 1.0},
            window_start=end - (len(values) - n) * TEN, window_end=end - (len(values) - n - 1) * TEN,
        )
        for n, value in enumerate(values)
    ]  # fmt: skip
    return SIGNS["heat_signal"].formula(
        inputs(window=24 * HOUR, history={"temperature": means}, **changes)
    )


def test_hottest_ten_minutes_count():
    found = heat(30.0, 36.5, None, 33.0)
    assert (found.value, found.weights) == (36.5, {"t1": 1.0})


@pytest.mark.parametrize(
    ("celsius", "level"),
    [(34.9, None), (35, "HT3"), (36.9, "HT3"), (37, "HT2"), (38.9, "HT2"), (39, "HT1"), (41, "HT1")],
)  # fmt: skip
def test_signals_of_guangdong(celsius, level):
    assert SIGNS["heat_signal"].level_of(celsius) == level


@pytest.mark.parametrize(("known", "is_suspect"), [(71, True), (72, False), (144, False)])
def test_maximum_of_less_than_half_a_day_is_suspect(known, is_suspect):
    found = heat(*[30.0] * known)
    assert (found.is_suspect, found.detail["measured"]) == (is_suspect, pytest.approx(known / 144))


def test_day_without_temperatures_is_not_available():
    assert heat(None, None).reason == "no_data"


def test_signal_looks_back_a_day():
    assert timedelta(seconds=SIGNS["heat_signal"].window_s) == timedelta(days=1)


@pytest.mark.parametrize("sign", ["humidity", "wind_force", "wind_gust", "visibility"])
def test_sign_of_nothing_is_not_available(sign):
    assert measure(sign).reason == "no_data"


def test_levels_are_settings():
    changed = {sign.id: sign for sign in weather_signs(WeatherSettings(wind_levels=()))}
    assert changed["wind_force"].levels == ()
