"""The vital signs of the air."""

from indicators.air.chinese import aqi_daily, aqi_hourly, aqi_hourly_2012
from indicators.air.epa import US_LEVELS, aqi_us
from indicators.air.hj633 import AQI_LEVELS, BREAKPOINTS
from indicators.air.nowcast import pm10_nowcast, pm25_nowcast
from indicators.air.settings import AirSettings
from indicators.bound import bound
from indicators.vital_sign import Basis, VitalSign

_HOUR_S, _DAY_S = 3600.0, 86400.0


def air_signs(settings: AirSettings | None = None) -> tuple[VitalSign, ...]:
    """The declarations, with a city's settings or the defaults."""
    given = settings or AirSettings()
    return (_hourly(given), _daily(given), _hourly_2012(), _us(given), *_nowcasts())


def _hourly(settings: AirSettings) -> VitalSign:
    return VitalSign(
        id="aqi_hourly",
        zh="小时空气质量指数",
        en="Hourly AQI",
        group="air",
        unit="1",
        owner="environment",
        inputs=tuple(BREAKPOINTS),
        formula=aqi_hourly,
        window_s=_HOUR_S,
        levels=AQI_LEVELS,
        min_coverage=0.0,
        kept=("mean",),
        utility=settings.utility,
        source="HJ 633-2026 clauses 4.2.3–4.3.1, 5.3.1, tables 1 and 3 [V]; utility [D]",
    )


def _daily(settings: AirSettings) -> VitalSign:
    return VitalSign(
        id="aqi_daily",
        zh="日空气质量指数",
        en="Daily AQI",
        group="air",
        unit="1",
        owner="environment",
        basis=Basis.HISTORY,
        sources=("aqi_hourly",),
        formula=bound(aqi_daily, settings),
        window_s=_DAY_S,
        hop_s=_DAY_S,
        levels=AQI_LEVELS,
        min_coverage=0.0,
        is_scored=False,
        source="HJ 633-2026 clauses 4.2.2, 4.2.4, 5.3.1, tables 1 and 3, GB 3095-2026 table 4 [V]; "
        "hours of the 8-h means of O3: HJ 663 [M]",
    )


def _hourly_2012() -> VitalSign:
    return VitalSign(
        id="aqi_hourly_2012",
        zh="小时空气质量指数（2012年旧标准）",
        en="Hourly AQI by the repealed standard of 2012",
        group="air",
        unit="1",
        owner="environment",
        basis=Basis.HISTORY,
        sources=("aqi_hourly",),
        formula=aqi_hourly_2012,
        window_s=_DAY_S,
        hop_s=_HOUR_S,
        levels=AQI_LEVELS,
        min_coverage=0.0,
        is_scored=False,
        source="HJ 633-2012 clause 4, tables 1 and 2 [V]; missing pollutants as in 2026 [D]",
    )


def _us(settings: AirSettings) -> VitalSign:
    return VitalSign(
        id="aqi_us",
        zh="美国空气质量指数（对照）",
        en="US AQI, for comparison",
        group="air",
        unit="1",
        owner="environment",
        basis=Basis.HISTORY,
        sources=("aqi_hourly",),
        formula=bound(aqi_us, settings),
        window_s=_DAY_S,
        hop_s=_HOUR_S,
        levels=US_LEVELS,
        min_coverage=0.0,
        is_scored=False,
        source="EPA Technical Assistance Document (2024) table 6 [V]; ppb at 298.15 K [M]",
    )


def _nowcasts() -> tuple[VitalSign, ...]:
    return tuple(
        VitalSign(
            id=f"{pollutant}_nowcast",
            zh=f"{name}即时浓度",
            en=f"{name} NowCast",
            group="air",
            unit="ug/m3",
            owner="environment",
            basis=Basis.HISTORY,
            sources=("aqi_hourly",),
            formula=formula,
            window_s=12 * _HOUR_S,
            hop_s=_HOUR_S,
            min_coverage=0.0,
            is_scored=False,
            source="EPA Technical Assistance Document (2024), NowCast [V]",
        )
        for pollutant, name, formula in (
            ("pm25", "PM2.5", pm25_nowcast),
            ("pm10", "PM10", pm10_nowcast),
        )
    )
