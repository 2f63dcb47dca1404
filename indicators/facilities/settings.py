"""Figures of municipal facilities that a city may change; none is read from a standard's text."""

import msgspec

from indicators.vital_sign import Level

MANHOLE_LEVELS = (
    Level("MH2", 8.0, "井盖倾斜", "cover tilted", "orange"),
    Level("MH1", 15.0, "井盖打开", "cover open", "red"),
)
FILL_LEVELS = (
    Level("SF3", 80.0, "井内高水位", "shaft filling", "yellow"),
    Level("SF2", 90.0, "接近井口", "close to the cover", "orange"),
    Level("SF1", 100.0, "水满井口", "at the cover", "red"),
)
H2S_LEVELS = (
    Level("HS2", 10.0, "硫化氢偏高", "H2S high", "orange"),
    Level("HS1", 100.0, "硫化氢危及生命", "H2S dangerous to life", "red"),
)
CH4_LEVELS = (
    Level("CH2", 10.0, "甲烷达爆炸下限10%", "CH4 at 10 % LEL", "orange"),
    Level("CH1", 20.0, "甲烷达爆炸下限20%", "CH4 at 20 % LEL", "red"),
)
CIRCUIT_LEVELS = (
    Level("LC3", 95.0, "部分路灯异常", "some lamps not as they should be", "yellow"),
    Level("LC2", 50.0, "路灯回路故障", "lamp circuits failed", "orange"),
)
LIT_LEVELS = (
    Level("LL4", 95.999999, "亮灯率偏低", "too few lamps lit", "blue"),
    Level("LL3", 90.0, "亮灯率低", "few lamps lit", "yellow"),
    Level("LL2", 50.0, "大面积熄灯", "most lamps out", "orange"),
)
VOLTAGE_LEVELS = (
    Level("VL1", 0.0, "停电", "power out", "red"),
    Level("VL2", 22.0, "严重欠压", "far too low", "red"),
    Level("VL3", 176.0, "电压偏低", "low", "yellow"),
    Level("VN", 198.0, "电压正常", "normal", "green"),
    Level("VH3", 235.5, "电压偏高", "high", "yellow"),
    Level("VH2", 264.0, "严重过压", "far too high", "red"),
)


def _lit_targets() -> dict[str, float]:
    return {"expressway": 98.0, "arterial": 98.0}


class FacilitySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """No binding threshold for smart manholes was found: ours [D], but where said.

    Attributes:
        tilt_persist_s: A tilt must last so long to count, s.
        closed_tilt_max: No closed cover is taken to lie more askew than this, degrees, unless its
            terminal declares its tilt.
        manhole_levels: Of the tilt change, degrees.
        manhole_utility: Of the same.
        cover_margin_m: Water this close below the cover is orange, m.
        fill_levels: Of the fill, %; the edges of the last two are those of a shaft of 3 m, the
            distance to the cover decides.
        fill_utility: Of the fill [D].
        h2s_levels: ppm; 10 ppm an industry value, 100 ppm immediately dangerous to life [M].
        h2s_utility: Of the same [D].
        ch4_levels: % of the lower explosive limit; industry values [M].
        ch4_utility: Of the same [D].
        lamp_dark_share: Below this share of its rated current a circuit is dark.
        lamp_evidence: Share of its readings of five minutes that a circuit needs to be judged, 0–1.
        lamps_on: Local hours between which lamps burn for certain, where no command is known.
        lamps_off: Local hours between which they do not; in between nobody can say.
        circuit_levels: Of the share of lamps as they should be, %; descending.
        lit_targets: Road class → share of lamps that must burn, %: 98 on main roads (CJJ 89) [M];
            a city's own take the place of all of them.
        lit_levels: Of the share of lamps that burn, %; descending; the first is what holds on
            every road: below 96 % (CJJ 89) [M].
        nominal_v: Voltage for which `voltage_levels` are meant; others are scaled to it.
        voltage_levels: Bands of voltage, ascending, V: 220 V +7 % −10 % (GB/T 12325) [M], the
            outer ones, and that below a tenth the power is out, [D].
        voltage_normal: Id of the band where all is well.
    """

    tilt_persist_s: float = 10.0
    closed_tilt_max: float = 10.0
    manhole_levels: tuple[Level, ...] = MANHOLE_LEVELS
    manhole_utility: tuple[tuple[float, float], ...] = ((0.0, 100), (8.0, 60), (15.0, 5))
    cover_margin_m: float = 0.3
    fill_levels: tuple[Level, Level, Level] = FILL_LEVELS
    fill_utility: tuple[tuple[float, float], ...] = ((0.0, 100), (80.0, 75), (90.0, 50), (100.0, 5))
    h2s_levels: tuple[Level, ...] = H2S_LEVELS
    h2s_utility: tuple[tuple[float, float], ...] = ((0.0, 100), (5.0, 80), (10.0, 40), (100.0, 5))
    ch4_levels: tuple[Level, ...] = CH4_LEVELS
    ch4_utility: tuple[tuple[float, float], ...] = ((0.0, 100), (5.0, 80), (10.0, 40), (20.0, 5))
    lamp_dark_share: float = 0.2
    lamp_evidence: float = 0.9
    lamps_on: tuple[float, float] = (19.5, 5.5)
    lamps_off: tuple[float, float] = (7.5, 17.5)
    circuit_levels: tuple[Level, ...] = CIRCUIT_LEVELS
    lit_targets: dict[str, float] = msgspec.field(default_factory=_lit_targets)
    lit_levels: tuple[Level, ...] = LIT_LEVELS
    nominal_v: float = 220.0
    voltage_levels: tuple[Level, ...] = VOLTAGE_LEVELS
    voltage_normal: str = "VN"
