"""The vital signs of municipal facilities."""

from indicators.bound import bound
from indicators.extremes import highest
from indicators.facilities.lamps import lamp_circuit, lamp_lit
from indicators.facilities.manhole import manhole_state
from indicators.facilities.settings import FacilitySettings
from indicators.facilities.shaft import SHAFT_LEVEL, shaft_fill, shaft_level
from indicators.facilities.voltage import mains_voltage
from indicators.vital_sign import VitalSign


def facility_signs(settings: FacilitySettings | None = None) -> tuple[VitalSign, ...]:
    """The declarations, with the figures of a city."""
    settings = settings or FacilitySettings()
    return (*_manhole_signs(settings), *_power_signs(settings))


def _manhole_signs(settings: FacilitySettings) -> tuple[VitalSign, ...]:
    return (
        VitalSign(
            id="manhole_state",
            zh="井盖倾角变化",
            en="Tilt change of manhole covers",
            group="facilities",
            unit="deg",
            owner="municipal",
            inputs=("cover_tilt",),
            formula=bound(manhole_state, settings),
            window_s=3600,
            hop_s=60,
            min_coverage=0.0,
            levels=settings.manhole_levels,
            utility=settings.manhole_utility,
            is_life_safety=True,
            is_scored=False,
            remark=("{covers}个井盖中{open}个打开", "{open} of {covers} covers open"),
            source="15° for 10 s against the closed tilt, levels, utility [D]; no standard found",
        ),
        VitalSign(
            id="shaft_level",
            zh="井内水位",
            en="Water level in the shaft",
            group="facilities",
            unit="m",
            owner="drainage",
            inputs=(SHAFT_LEVEL,),
            formula=shaft_level,
            source="largest mean",
        ),
        VitalSign(
            id="shaft_fill",
            zh="井内水位占井深",
            en="Fill of the shaft",
            is_scored=False,
            group="facilities",
            unit="%",
            owner="drainage",
            inputs=(SHAFT_LEVEL,),
            formula=bound(shaft_fill, settings),
            levels=settings.fill_levels,
            utility=settings.fill_utility,
            is_life_safety=True,
            remark=("距井盖{below_cover_m:.2f}米", "{below_cover_m:.2f} m below the cover"),
            source="80 %, 0.3 m below the cover, at the cover, utility [D]",
        ),
        VitalSign(
            id="gas_h2s",
            zh="硫化氢浓度",
            en="H2S concentration",
            group="facilities",
            unit="ppm",
            owner="municipal",
            inputs=("h2s",),
            formula=bound(highest, "h2s"),
            is_extreme=True,
            min_coverage=0.0,
            levels=settings.h2s_levels,
            utility=settings.h2s_utility,
            is_life_safety=True,
            source="maximum; 10 ppm industry value, 100 ppm dangerous to life [M]; utility [D]",
        ),
        VitalSign(
            id="gas_ch4",
            zh="甲烷爆炸下限百分比",
            en="CH4, share of the lower explosive limit",
            group="facilities",
            unit="%LEL",
            owner="municipal",
            inputs=("ch4_lel",),
            formula=bound(highest, "ch4_lel"),
            is_extreme=True,
            min_coverage=0.0,
            levels=settings.ch4_levels,
            utility=settings.ch4_utility,
            is_life_safety=True,
            source="maximum; 10 and 20 % LEL industry values [M]; utility [D]",
        ),
    )


def _power_signs(settings: FacilitySettings) -> tuple[VitalSign, ...]:
    return (
        VitalSign(
            id="lamp_circuit",
            zh="路灯正常率",
            en="Street lamps as they should be",
            group="facilities",
            unit="%",
            owner="municipal",
            inputs=("lamp_current", "lamp_lit", "lamp_commanded"),
            formula=bound(lamp_circuit, settings),
            window_s=300,
            hop_s=60,
            levels=settings.circuit_levels,
            descending=True,
            is_scored=False,
            remark=("{circuits}个回路中{faulty}个异常", "{faulty} of {circuits} circuits at fault"),
            source="below 20 % of the rated current for 5 min, levels [D]",
        ),
        VitalSign(
            id="lamp_lit",
            zh="亮灯率",
            en="Share of lamps lit",
            group="facilities",
            unit="%",
            owner="municipal",
            inputs=("lamp_lit", "lamp_commanded"),
            formula=bound(lamp_lit, settings),
            window_s=300,
            levels=settings.lit_levels,
            descending=True,
            is_scored=False,
            source="98 % main roads, 96 % others (CJJ 89) [M]; further levels [D]",
        ),
        VitalSign(
            id="mains_voltage",
            zh="供电电压",
            en="Mains voltage",
            group="facilities",
            unit="V",
            owner="municipal",
            inputs=("mains_voltage",),
            formula=bound(mains_voltage, settings),
            levels=settings.voltage_levels,
            remark=("偏差{deviation_percent:+.1f}%", "{deviation_percent:+.1f} % off"),
            source="220 V +7 % -10 % (GB/T 12325) [M]; outer bands [D]",
        ),
    )
