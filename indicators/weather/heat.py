"""How hot people feel it to be: heat index, humidex, WBGT, capacity for work. Numbers only."""

import math
from typing import Final

from indicators.weather.settings import Vapour, WeatherSettings

ROTHFUSZ: Final = (
    -42.379, 2.04901523, 10.14333127, -0.22475541, -0.00683783, -0.05481717, 0.00122874,
    0.00085282, -0.00000199,
)  # fmt: skip
"""Coefficients of 1, T, R, TR, T², R², T²R, TR², T²R², with T in °F and R in %; NWS. [V]"""


def vapour_pressure(about: Vapour, temperature: float, humidity: float) -> float:
    """Pressure of water vapour, hPa, of air at `temperature` °C and `humidity` % (0-100)."""
    saturated = about.base * math.exp(about.slope * temperature / (about.offset + temperature))
    return saturated * humidity / 100.0


def heat_index_of(temperature: float, humidity: float) -> float:
    """Heat index of NWS: how hot it feels in the shade.

    Args:
        temperature: °C.
        humidity: Relative, %, 0-100.

    Returns:
        °C. In mild air the simple formula holds, else Rothfusz' regression with its corrections
        for very dry and very humid air.

    Source: NWS [V].
    """
    t, r = temperature * 1.8 + 32.0, humidity
    simple = 0.5 * (t + 61.0 + 1.2 * (t - 68.0) + 0.094 * r)
    index = (simple + t) / 2.0
    if index >= 80.0:
        terms = (1.0, t, r, t * r, t * t, r * r, t * t * r, t * r * r, t * t * r * r)
        index = math.fsum(c * term for c, term in zip(ROTHFUSZ, terms, strict=True))
        index += _correction(t, r)
    return (index - 32.0) / 1.8


def _correction(t: float, r: float) -> float:
    """What is added in very dry and very humid air, °F."""
    if r < 13.0 and 80.0 <= t <= 112.0:
        return -(13.0 - r) / 4.0 * math.sqrt((17.0 - abs(t - 95.0)) / 17.0)
    if r > 85.0 and 80.0 <= t <= 87.0:
        return (r - 85.0) / 10.0 * (87.0 - t) / 5.0
    return 0.0


def humidex_of(settings: WeatherSettings, temperature: float, humidity: float) -> float:
    """Humidex, in degrees like °C, of air at `temperature` °C and `humidity` % (0-100) [M]."""
    pressure = vapour_pressure(settings.humidex_vapour, temperature, humidity)
    return temperature + settings.humidex_factor * (pressure - settings.humidex_neutral)


def wbgt_outdoor(settings: WeatherSettings, wet_bulb: float, globe: float, air: float) -> float:
    """Wet-bulb globe temperature in the sun, °C: `0.7 Tnw + 0.2 Tg + 0.1 Ta` [M].

    Args:
        settings: The shares.
        wet_bulb: Natural wet-bulb temperature, °C.
        globe: Globe temperature, °C.
        air: Air temperature, °C.
    """
    of_wet_bulb, of_globe, of_air = settings.wbgt_weights
    return of_wet_bulb * wet_bulb + of_globe * globe + of_air * air


def wbgt_simplified(settings: WeatherSettings, temperature: float, humidity: float) -> float:
    """WBGT, °C, from `temperature` °C and `humidity` % (0-100): moderate sun, light wind.

    Source: approximation of the Australian Bureau of Meteorology [M].
    """
    per_degree, per_hpa, constant = settings.wbgt_simple
    pressure = vapour_pressure(settings.wbgt_vapour, temperature, humidity)
    return per_degree * temperature + per_hpa * pressure + constant


def work_capacity(wbgt: float) -> float:
    """Share of the usual physical work that is possible at a WBGT in °C, 0-1.

    Source: Foster et al. 2021: `1 / (1 + (33.63/WBGT)^-6.33)` [V secondary]. At 0 °C and below 1.
    """
    return 1.0 / (1.0 + (33.63 / wbgt) ** -6.33) if wbgt > 0 else 1.0
