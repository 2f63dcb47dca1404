"""Words that officials read, in Chinese and English: units, and reasons why there is no value."""

from collections.abc import Iterable, Mapping
from typing import Final

from indicators.rounding import significant

Label = tuple[str, str]
"""Chinese and English."""
_MOST_DECIMALS: Final = 9

UNITS: Final[Mapping[str, Label]] = {
    "1": ("", ""), "/": ("", ""), "1/m2": ("人/㎡", "people/m²"), "count": ("", ""),
    "Cel": ("℃", "°C"), "%RH": ("%", "%"), "%EL": ("%", "%"), "1/s2": ("/s²", "/s²"),
    "ug/m3": ("μg/m³", "µg/m³"), "mg/m3": ("mg/m³", "mg/m³"), "1/min": ("/分钟", "/min"),
    "min": ("分钟", "min"), "s": ("秒", "s"), "a": ("年", "years"), "deg": ("°", "°"),
    "dB": ("dB(A)", "dB(A)"), "Beaufort": ("级", "Beaufort"),
}  # fmt: skip
"""Unit → how it is written; all others as they are."""
_CLOSE: Final = ("°", "级")
"""What stands behind a number without a space."""

SHOWN_IN: Final[Mapping[tuple[str, str], float]] = {
    ("m", "cm"): 100.0, ("m", "mm"): 1000.0, ("/", "%"): 100.0, ("1", "%"): 100.0,
    ("m", "km"): 0.001,
}  # fmt: skip
"""(unit, unit in which it is shown) → factor."""

REASONS: Final[Mapping[str, Label]] = {
    "no_data": ("没有数据", "no data"), "low_coverage": ("数据不足", "too few readings"),
    "learning_free_flow": ("正在学习自由流车速", "learning the free-flow speed"),
    "missing_pollutant": ("缺少污染物数据", "a pollutant is missing"),
    "too_few_fresh_signs": ("有效体征不足", "too few fresh signs"),
    "no_terminals": ("没有终端", "no terminals"),
    "source_not_available": ("所依据的体征暂无数值", "a sign it is made of is not available"),
    "no_area": ("场地面积未知", "the area is not known"),
    "no_capacity": ("未设核定容量", "no approved number of people"),
    "no_people_in": ("没有进入人数", "no one counts who enters"),
    "no_people_out": ("没有离开人数", "no one counts who leaves"),
    "no_density": ("没有人群密度", "no density"),
    "no_speed_variance": ("没有行人速度方差", "no variance of speeds"),
    "no_rated_spaces": ("车位总数未知", "the number of spaces is not known"),
    "not_filling": ("没有增多", "not filling up"),
    "beyond_horizon": ("一天内不会满", "not full within a day"),
    "lamps_off": ("路灯未开", "lamps are off"),
    "switching": ("路灯正在开关", "lamps are being switched"),
    "never_heard": ("从未上报", "never heard"),
    "no_depth": ("没有积水深度", "no depth of water"),
    "no_noise_class": ("未设声环境功能区", "no noise zone is set"),
    "no_rating": ("未设额定值", "no rating is declared"),
    "no_humidity": ("没有湿度", "no humidity"),
    "no_temperature": ("没有气温", "no temperature"),
    "not_evaluated": ("未检验", "not evaluated"),
    "rising": ("水位仍在上涨", "the water still rises"),
    "steady": ("水位未下降", "the water does not fall"),
    "too_few_hours": ("小时数不足", "too few hours"),
    "too_few_readings": ("读数不足", "too few readings"),
    "silent_sensors": ("有火情传感器无数据", "a fire sensor is silent"),
    "too_long": ("时段太长", "too long a time"),
    "too_short": ("时段太短", "too short a time"),
    "cadence_too_slow": ("上报间隔超过统计时段", "readings come too seldom for this period"),
    "incomplete_directions": ("进出计数不完整", "entries or exits are not completely counted"),
    "just_falling": ("水位刚开始下降", "the water has only begun to fall"),
    "no_vehicles": ("路上没有车辆", "no vehicles"),
    "no_warning_stage": ("未设警戒水位", "no warning stage is declared"),
    "learning": ("正在学习平时情况", "learning what is usual"),
}  # fmt: skip
"""Why there is no value → in words."""


def reason_in_words(reason: str) -> Label:
    """Why there is no value; one that nobody has put in words as it stands."""
    return REASONS.get(reason, (reason, reason.replace("_", " ")))


def shown(value: float, unit: str, shown_in: str = "", edges: Iterable[float] = ()) -> Label:
    """A value with its unit as officials read it.

    Args:
        value: In `unit`.
        unit: Unit of the value.
        shown_in: Unit to show it in; `unit` where empty.
        edges: Of levels, in `unit`; see `figure`.

    Example:
        >>> shown(0.314, "m", "cm"), shown(1234.5, "count"), shown(0.05, "m2/s2")
        (('31.4 cm', '31.4 cm'), ('1234', '1234'), ('0.05 m2/s2', '0.05 m2/s2'))
        >>> shown(60.0, "deg"), shown(6.0, "1", "Beaufort"), shown(0.95, "1", "%")
        (('60°', '60°'), ('6级', '6 Beaufort'), ('95 %', '95 %'))
    """
    wanted = shown_in or unit
    factor = SHOWN_IN.get((unit, wanted), 1.0)
    number = figure(significant(value * factor), [significant(edge * factor) for edge in edges])
    zh, en = UNITS.get(wanted, (wanted, wanted))
    return _behind(number, zh), _behind(number, en)


def _behind(number: str, unit: str) -> str:
    return f"{number}{unit}" if unit in _CLOSE else f"{number} {unit}".rstrip()


def figure(value: float, edges: Iterable[float] = ()) -> str:
    """A number with about three significant digits and no noise.

    Args:
        value: The number.
        edges: With more digits where it would else be written as one of these or be beyond it.

    Example:
        >>> [figure(v) for v in (0.1234, 12.34, 1234.5, 0.0, -0.001, 7.0)]
        ['0.12', '12.3', '1234', '0', '0', '7']
        >>> figure(0.0196, (0.01, 0.02)), figure(0.02, (0.01, 0.02))
        ('0.0196', '0.02')
    """
    size, edges = abs(value), list(edges)
    decimals = 0 if size >= 100 else 1 if size >= 10 else 2
    sides = [_side(value, edge) for edge in edges]
    while decimals < _MOST_DECIMALS:
        written = float(f"{value:.{decimals}f}")
        if sides == [_side(written, edge) for edge in edges]:
            break
        decimals += 1
    text = f"{value:.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if decimals else text
    return "0" if text == "-0" else text


def _side(value: float, edge: float) -> int:
    """Below (-1), at (0) or above (1) an edge."""
    return (value > edge) - (value < edge)
