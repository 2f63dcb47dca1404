"""Waterlogging and rain."""

from indicators.vital_sign import Inputs, Level, Measure, VitalSign

WATER_LEVELS = (
    Level("W0", 0.03, "湿", "wet", "green"),
    Level("W4", 0.15, "Ⅳ级积水", "waterlogging IV", "blue"),
    Level("W3", 0.27, "Ⅲ级积水", "waterlogging III", "yellow"),
    Level("W2", 0.40, "Ⅱ级积水", "waterlogging II", "orange"),
    Level("W1", 0.60, "Ⅰ级积水", "waterlogging I", "red"),
)
RAIN_60_LEVELS = (
    Level("R1", 0.1, "小雨", "light rain", "green"),
    Level("R2", 2.0, "中雨", "moderate rain", "green"),
    Level("R3", 5.0, "大雨", "heavy rain", "blue"),
    Level("R4", 10.0, "暴雨", "rainstorm", "yellow"),
    Level("R5", 20.0, "大暴雨", "severe rainstorm", "orange"),
)


def water_depth(inputs: Inputs) -> Measure:
    """Depth of water on the road, m: the deepest gauge's mean over the window.

    Source: levels are ours [D] (15 cm is the widely quoted design limit of a lane [M], 27 cm
    Chinese practice [M], 60 cm a floating small car [V UNSW]).
    """
    gauges = [(a.mean, a.terminal) for a in inputs.all("water_depth")]
    if not gauges:
        return Measure(None, "no_data")
    depth, terminal = max(gauges)
    return Measure(depth, detail={"terminal": terminal})


def rain_depth(inputs: Inputs) -> Measure:
    """Rain over the window, mm: the wettest gauge.

    A gauge reports either amounts (`rain`, mm since its last reading) or a rate (`rain_rate`,
    mm/h), whose mean over the window is taken.
    """
    hours = (inputs.end - inputs.start) / 3_600_000
    gauges = [(a.total, a.terminal) for a in inputs.by_quantity.get("rain", ())]
    gauges += [(a.mean * hours, a.terminal) for a in inputs.by_quantity.get("rain_rate", ())]
    if not gauges:
        return Measure(None, "no_data")
    depth, terminal = max(gauges)
    return Measure(depth, detail={"terminal": terminal})


WATER_SIGNS = (
    VitalSign(
        id="water_depth",
        zh="积水深度",
        en="Water depth",
        group="water",
        unit="m",
        inputs=("water_depth",),
        formula=water_depth,
        window_s=60,
        levels=WATER_LEVELS,
        utility=((0.0, 100), (0.15, 75), (0.27, 55), (0.40, 30), (0.60, 5)),
        is_life_safety=True,
        source="levels and utility [D]; see the function for what they are pinned to",
    ),
    VitalSign(
        id="rain_10min",
        zh="10分钟雨量",
        en="Rain in 10 minutes",
        group="rain",
        unit="mm",
        inputs=("rain", "rain_rate"),
        formula=rain_depth,
        window_s=600,
        hop_s=60,
        source="sum; no published 10-minute grade",
    ),
    VitalSign(
        id="rain_60min",
        zh="60分钟雨量",
        en="Rain in 60 minutes",
        group="rain",
        unit="mm",
        inputs=("rain", "rain_rate"),
        formula=rain_depth,
        window_s=3600,
        hop_s=60,
        levels=RAIN_60_LEVELS,
        utility=((0.0, 100), (5, 85), (10, 70), (20, 50), (50, 20)),
        source="1-hour grades in operational use, not in GB/T 28592 [V secondary: cyeva]",
    ),
)
