"""The vital signs of water and rain."""

from functools import partial

from indicators.bound import bound
from indicators.vital_sign import Basis, Level, VitalSign
from indicators.water.depth import water_depth, water_points
from indicators.water.hazard import water_hazard, water_safe_speed
from indicators.water.rain import (
    GRADES_1H,
    GRADES_3H,
    GRADES_12H,
    GRADES_24H,
    rain_depth,
    rain_hour,
    rain_of_hours,
)
from indicators.water.settings import WaterSettings
from indicators.water.storm import SOURCES, period_in_words, rain_return_period
from indicators.water.trend import water_drain_down, water_rise
from indicators.water.works import pump_running, river_above_warning, river_level

_water = partial(VitalSign, group="water", owner="drainage")
_rain = partial(VitalSign, group="rain", owner="drainage")


def water_signs(settings: WaterSettings | None = None) -> tuple[VitalSign, ...]:
    """The declarations of water and rain in a city with these settings; ours without."""
    settings = settings or WaterSettings()
    return (
        *_depth_signs(settings),
        *_trend_signs(settings),
        *_works_signs(settings),
        *_rain_signs(settings),
        *_long_rain_signs(settings),
    )


def _depth_signs(settings: WaterSettings) -> tuple[VitalSign, ...]:
    return (
        _water(
            id="water_depth",
            zh="积水深度",
            en="Water depth",
            unit="m",
            shown_in="cm",
            inputs=("water_depth",),
            formula=bound(water_depth, settings),
            is_extreme=True,
            min_coverage=0.0,
            levels=settings.depth_levels,
            utility=settings.depth_utility,
            is_life_safety=True,
            source="levels and utility [D]; see the settings for what they are pinned to",
        ),
        _water(
            id="water_points",
            zh="积水点数",
            en="Waterlogged points",
            is_scored=False,
            unit="count",
            inputs=("water_depth",),
            formula=bound(water_points, settings),
            is_extreme=True,
            min_coverage=0.0,
            source="gauges at or above the first level of waterlogging [D]",
            remark=("共{gauges}个测点", "of {gauges} gauges"),
        ),
        _water(
            id="water_hazard",
            zh="洪水危险等级",
            en="Flood hazard class",
            unit="1",
            inputs=("water_depth", "flow_speed"),
            formula=bound(water_hazard, settings),
            is_extreme=True,
            levels=settings.hazard_levels,
            utility=settings.hazard_utility,
            min_coverage=0.0,
            is_life_safety=True,
            is_scored=False,
            source="NSW FB03 2023 / ARR 2019 [V secondary]; colours, utility [D]",
            remark=("水深{depth_m:.2f}米", "water {depth_m:.2f} m deep"),
        ),
        _water(
            id="water_safe_speed",
            zh="涉水安全车速",
            en="Safe driving speed",
            owner="traffic",
            unit="km/h",
            inputs=("water_depth",),
            formula=water_safe_speed,
            is_extreme=True,
            min_coverage=0.0,
            levels=(Level("V0", 0.0, "不可通行", "impassable", "red"),),
            descending=True,
            is_scored=False,
            source="Pregnolato et al. 2017, 0 from 300 mm [V secondary]; colour [D]",
        ),
    )


def _trend_signs(settings: WaterSettings) -> tuple[VitalSign, ...]:
    return (
        _water(
            id="water_rise",
            zh="10分钟积水涨幅",
            en="Rise of water in 10 minutes",
            is_scored=False,
            unit="m",
            shown_in="cm",
            basis=Basis.HISTORY,
            sources=("water_depth",),
            formula=bound(water_rise, settings),
            # From the depth that ten minutes begin with to the one that they end with.
            window_s=660,
            hop_s=60,
            levels=settings.rise_levels,
            source="rate rule 5 cm in 10 min while 10 cm deep [D]",
            remark=("现水深{depth_cm:.0f}厘米", "now {depth_cm:.0f} cm deep"),
        ),
        _water(
            id="water_drain_down",
            zh="预计退水时间",
            en="Time to drain down",
            unit="min",
            basis=Basis.HISTORY,
            sources=("water_depth",),
            formula=bound(water_drain_down, settings),
            window_s=1800,
            hop_s=60,
            is_scored=False,
            source="linear extrapolation of the fall to the clear depth [D]",
            remark=("每小时退{fall_cm_h:.0f}厘米", "falls {fall_cm_h:.0f} cm an hour"),
        ),
    )


def _works_signs(settings: WaterSettings) -> tuple[VitalSign, ...]:
    return (
        _water(
            id="river_level",
            zh="河道水位",
            en="River stage",
            unit="m",
            inputs=("river_level",),
            formula=river_level,
            window_s=300,
            source="mean; the warning stage is the gauge's own, declared as rated",
            remark=("超警戒水位{above_warning_m:.2f}米", "{above_warning_m:.2f} m above warning"),
        ),
        _water(
            id="river_above_warning",
            zh="河道超警戒水位",
            en="River above its warning stage",
            unit="m",
            inputs=("river_level",),
            formula=river_above_warning,
            window_s=300,
            levels=settings.river_levels,
            utility=settings.river_utility,
            is_life_safety=True,
            is_scored=False,
            source="stage less the warning stage that the gauge declares; levels, utility [D]",
        ),
        _water(
            id="pump_running",
            zh="水泵运行率",
            en="Pumps running",
            unit="1",
            inputs=("pump_running",),
            formula=pump_running,
            window_s=300,
            is_scored=False,
            source="mean over the pumps",
            remark=("{pumps}台中{running}台运行", "{running} of {pumps} ran"),
        ),
    )


def _rain_signs(settings: WaterSettings) -> tuple[VitalSign, ...]:
    operational = "hour grades in operational use, not in GB/T 28592 [V secondary: cyeva]"
    levels = {60: GRADES_1H, 180: GRADES_3H}
    return tuple(
        _rain(
            id=f"rain_{minutes}min",
            zh=f"{minutes}分钟雨量",
            en=f"Rain in {minutes} minutes",
            unit="mm",
            inputs=("rain", "rain_rate"),
            formula=bound(rain_hour if minutes == 60 else rain_depth, settings, minutes),
            window_s=minutes * 60,
            hop_s=60,
            kept=("terminal", "gauges_mm") if minutes == 60 else (),
            levels=levels.get(minutes, ()),
            utility=settings.rain_60min_utility if minutes == 60 else (),
            # The others tell a detector nothing that these two do not.
            is_scored=minutes in {10, 60},
            source=f"{minutes // 60}-{operational}"
            if minutes in levels
            else f"sum; no published {minutes}-minute grade",
        )
        for minutes in (5, 10, 30, 60, 120, 180)
    )


def _long_rain_signs(settings: WaterSettings) -> tuple[VitalSign, ...]:
    return (
        *(
            _rain(
                id=f"rain_{hours}h",
                zh=f"{hours}小时雨量",
                en=f"Rain in {hours} hours",
                unit="mm",
                basis=Basis.HISTORY,
                sources=("rain_60min",),
                formula=bound(rain_of_hours, settings, hours),
                window_s=hours * 3600,
                hop_s=3600,
                source_hop_s=3600,
                levels=levels,
                is_scored=False,
                source=f"sum of hours; {hours}-h grades of GB/T 28592-2012 [V secondary: cyeva]",
            )
            for hours, levels in ((12, GRADES_12H), (24, GRADES_24H))
        ),
        _rain(
            id="rain_return_period",
            zh="降雨重现期",
            en="Return period of the rain",
            unit="a",
            basis=Basis.HISTORY,
            sources=SOURCES,
            formula=bound(rain_return_period, settings),
            window_s=900,
            hop_s=60,
            levels=settings.storm_levels,
            is_scored=False,
            source="storm formulas of the Guangdong Climate Centre 2022 [V secondary]; "
            "the proxy station, levels [D]",
            in_words=period_in_words,
            remark=(
                "{minutes:.0f}分钟降雨{rain_mm:.1f}毫米",
                "{rain_mm:.1f} mm in {minutes:.0f} min",
            ),
        ),
    )
