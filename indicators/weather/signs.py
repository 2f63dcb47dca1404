"""The vital signs of weather."""

from typing import Any

from indicators.bound import bound
from indicators.vital_sign import Basis, VitalSign
from indicators.weather.heat_signal import HEAT_LEVELS, heat_signal
from indicators.weather.settings import WeatherSettings
from indicators.weather.stations import (
    heat_index,
    humidex,
    humidity,
    temperature,
    visibility,
    wbgt,
)
from indicators.weather.wind import wind_force, wind_gust

_TEN_MINUTES: dict[str, Any] = {"group": "weather", "window_s": 600.0}
_HEAT_INPUTS = ("temperature", "humidity")


def weather_signs(settings: WeatherSettings | None = None) -> tuple[VitalSign, ...]:
    """The declarations, with a city's settings or the defaults."""
    given = settings or WeatherSettings()
    return (*_air(given), *_felt(given), _heat_signal(given), *_wind(given), _visibility(given))


def _air(settings: WeatherSettings) -> tuple[VitalSign, ...]:
    return (
        VitalSign(
            id="temperature",
            zh="气温",
            en="Air temperature",
            unit="Cel",
            inputs=("temperature",),
            formula=temperature,
            utility=settings.temperature_utility,
            source="mean; utility [D], steepest at 35, 37 and 40 °C",
            **_TEN_MINUTES,
        ),
        VitalSign(
            id="humidity",
            zh="相对湿度",
            en="Relative humidity",
            unit="%RH",
            inputs=("humidity",),
            formula=humidity,
            source="mean",
            **_TEN_MINUTES,
        ),
    )


def _felt(settings: WeatherSettings) -> tuple[VitalSign, ...]:
    return (
        VitalSign(
            id="heat_index",
            zh="酷热指数",
            en="Heat index",
            is_scored=False,
            unit="Cel",
            inputs=_HEAT_INPUTS,
            formula=heat_index,
            levels=settings.heat_index_levels,
            source="NWS, Rothfusz [V]; bands [M]",
            **_TEN_MINUTES,
        ),
        VitalSign(
            id="humidex",
            zh="湿热指数",
            en="Humidex",
            is_scored=False,
            unit="Cel",
            inputs=_HEAT_INPUTS,
            formula=bound(humidex, settings),
            levels=settings.humidex_levels,
            source="Canadian humidex [M]; bands [M]",
            **_TEN_MINUTES,
        ),
        VitalSign(
            id="wbgt",
            zh="湿球黑球温度",
            en="Wet-bulb globe temperature",
            is_scored=False,
            unit="Cel",
            inputs=(*_HEAT_INPUTS, "globe_temperature", "wet_bulb_temperature"),
            formula=bound(wbgt, settings),
            levels=settings.wbgt_levels,
            source="outdoor WBGT, else the Australian bureau's approximation [M]; levels [D]",
            **_TEN_MINUTES,
        ),
    )


def _heat_signal(settings: WeatherSettings) -> VitalSign:
    return VitalSign(
        id="heat_signal",
        zh="24小时最高气温",
        en="Highest temperature of 24 h",
        group="weather",
        unit="Cel",
        basis=Basis.HISTORY,
        sources=("temperature",),
        formula=bound(heat_signal, settings),
        window_s=86400,
        hop_s=3600,
        min_coverage=0.0,
        levels=HEAT_LEVELS,
        is_scored=False,
        source="Guangdong's heat signals 35/37/39 °C [V secondary]; coverage [D]",
    )


def _wind(settings: WeatherSettings) -> tuple[VitalSign, ...]:
    return (
        VitalSign(
            id="wind_force",
            zh="风力",
            en="Wind force",
            is_scored=False,
            unit="1",
            inputs=("wind_speed",),
            formula=wind_force,
            levels=settings.wind_levels,
            shown_in="Beaufort",
            remark=("平均风速{speed:.1f}米/秒", "mean wind {speed:.1f} m/s"),
            source="Beaufort scale [V secondary]; levels: gale signals, blue [V], rest [M]",
            **_TEN_MINUTES,
        ),
        VitalSign(
            id="wind_gust",
            zh="最大阵风",
            en="Strongest gust",
            unit="m/s",
            inputs=("wind_gust",),
            formula=wind_gust,
            levels=settings.gust_levels,
            utility=settings.gust_utility,
            remark=("{force}级", "force {force}"),
            source="Beaufort scale [V secondary]; levels: gale signals, blue [V], rest [M]; "
            "utility [D]",
            **_TEN_MINUTES,
        ),
    )


def _visibility(settings: WeatherSettings) -> VitalSign:
    return VitalSign(
        id="visibility",
        zh="能见度",
        en="Visibility",
        unit="m",
        inputs=("visibility",),
        formula=visibility,
        levels=settings.visibility_levels,
        descending=True,
        utility=settings.visibility_utility,
        source="edges of GB/T 27964-2011's classes of fog [M]; utility [D]",
        **_TEN_MINUTES,
    )
