"""The catalogue of quantities: what a terminal may report, in which unit and range.

Ranges marked [D] are plausibility limits of ours, wide on purpose: they reject what no sensor can
have measured, they do not judge. Sources are named in each row.
"""

from enum import StrEnum

import msgspec


class Stamp(StrEnum):
    """What the time of a reading means, and so to which window it belongs.

    `INSTANT` and `START` belong to `[start, end)`, `END` to `(start, end]`.
    """

    INSTANT = "instant"
    START = "start"
    END = "end"


class Conversion(msgspec.Struct, frozen=True):
    """A known unit of a quantity: `canonical = value * factor + offset`."""

    factor: float
    offset: float = 0.0


class Quantity(msgspec.Struct, frozen=True, kw_only=True):
    """One measured quantity.

    Attributes:
        name: Canonical name, the part of a SenML name after the terminal.
        unit: Canonical unit (RFC 8428, RFC 8798 or our own where both lack one).
        low: Least plausible value, in `unit`.
        high: Largest plausible value, in `unit`.
        scale: Steps per unit of the fixed-point sums (the catalogue's resolution is `1 / scale`).
        stamp: What the time of a reading means, unless the terminal's declaration says otherwise.
        grace: Seconds that a window waits after its end for this quantity's stragglers.
        conversions: Other units that are understood, each with its conversion.
        energetic: Whether means are energy means (levels in dB).
        bucket: Width of the fixed percentile buckets in `unit`; 0 where no percentile is needed.
        zh: Chinese label.
        en: English label.
        source: Where unit and range come from.
    """

    name: str
    unit: str
    low: float
    high: float
    scale: int = 1000
    stamp: Stamp = Stamp.INSTANT
    grace: float = 5.0
    conversions: dict[str, Conversion] = {}
    energetic: bool = False
    bucket: float = 0.0
    zh: str = ""
    en: str = ""
    source: str = "range [D]"


_MG = {"mg/m3": Conversion(1000.0), "g/m3": Conversion(1e6)}
_UG = {"ug/m3": Conversion(0.001)}
_LENGTH = {"cm": Conversion(0.01), "mm": Conversion(0.001)}
_TEMPERATURE = {"K": Conversion(1.0, -273.15)}
_SPEED = {"m/s": Conversion(3.6)}

# A table: a row is read at a glance; one argument a line would be 300 lines.
# fmt: off
QUANTITIES: tuple[Quantity, ...] = (
    Quantity(name="water_depth", unit="m", low=-0.05, high=6.0, conversions=_LENGTH,
             zh="路面积水深度", en="Road water depth",
             source="range [D]: an underpass holds at most 6 m; -5 cm is a gauge's zero error"),
    Quantity(name="rain", unit="mm", low=0.0, high=200.0, stamp=Stamp.END,
             conversions={"m": Conversion(1000.0), "cm": Conversion(10.0)},
             zh="降雨量", en="Rain since the last reading",
             source="range [D]: the world's hourly record is about 300 mm"),
    Quantity(name="rain_rate", unit="mm/h", low=0.0, high=500.0,
             zh="雨强", en="Rain rate", source="range [D]"),
    Quantity(name="people_density", unit="1/m2", low=0.0, high=15.0, bucket=0.05,
             zh="人群密度", en="Crowd density",
             source="range [D]: crowds of 10 per m² have been measured (Johansson, Helbing 2008)"),
    Quantity(name="people_count", unit="count", low=0.0, high=200000.0, scale=1, stamp=Stamp.END,
             grace=30.0, zh="人流量", en="People who passed", source="range [D]"),
    Quantity(name="traffic_speed", unit="km/h", low=0.0, high=220.0, conversions=_SPEED, bucket=1.0,
             zh="车速", en="Traffic speed", source="range [D]"),
    Quantity(name="traffic_flow", unit="1/min", low=0.0, high=400.0,
             conversions={"1/s": Conversion(60.0)}, zh="车流量", en="Traffic flow",
             source="range [D]: 8 lanes at capacity are about 300 a minute"),
    Quantity(name="occupancy", unit="%", low=0.0, high=100.0, conversions={"/": Conversion(100.0)},
             zh="占有率", en="Occupancy", source="share of time"),
    Quantity(name="pm25", unit="ug/m3", low=0.0, high=2000.0, conversions=_MG,
             zh="PM2.5", en="PM2.5", source="range [D]"),
    Quantity(name="pm10", unit="ug/m3", low=0.0, high=5000.0, conversions=_MG,
             zh="PM10", en="PM10", source="range [D]"),
    Quantity(name="so2", unit="ug/m3", low=0.0, high=5000.0, conversions=_MG,
             zh="二氧化硫", en="SO2", source="range [D]"),
    Quantity(name="no2", unit="ug/m3", low=0.0, high=5000.0, conversions=_MG,
             zh="二氧化氮", en="NO2", source="range [D]"),
    Quantity(name="o3", unit="ug/m3", low=0.0, high=2000.0, conversions=_MG,
             zh="臭氧", en="O3", source="range [D]"),
    Quantity(name="co", unit="mg/m3", low=0.0, high=300.0, conversions=_UG,
             zh="一氧化碳", en="CO", source="range [D]"),
    Quantity(name="laeq", unit="dB", low=10.0, high=130.0, scale=100, energetic=True, bucket=0.5,
             conversions={"dBspl": Conversion(1.0), "Bspl": Conversion(10.0)},
             zh="等效声级", en="Equivalent sound level",
             source="range [D]: 130 dB is the range of a class 1 meter"),
    Quantity(name="temperature", unit="Cel", low=-60.0, high=60.0, conversions=_TEMPERATURE,
             zh="气温", en="Air temperature", source="range [D]"),
    Quantity(name="dew_point", unit="Cel", low=-80.0, high=40.0, conversions=_TEMPERATURE,
             zh="露点", en="Dew point", source="range [D]"),
    Quantity(name="humidity", unit="%RH", low=0.0, high=105.0, zh="相对湿度", en="Humidity",
             source="range [D]: sensors overshoot saturation by a few per cent"),
    Quantity(name="pressure", unit="hPa", low=850.0, high=1100.0,
             conversions={"Pa": Conversion(0.01)}, zh="气压", en="Pressure", source="range [D]"),
    Quantity(name="wind_speed", unit="m/s", low=0.0, high=90.0,
             conversions={"km/h": Conversion(1 / 3.6)}, zh="风速", en="Wind speed",
             source="range [D]"),
    Quantity(name="cover_tilt", unit="deg", low=-180.0, high=180.0,
             conversions={"rad": Conversion(57.29577951308232)}, zh="井盖倾角", en="Cover tilt",
             source="full turn; deg is our own unit"),
    Quantity(name="shaft_level", unit="m", low=-0.1, high=15.0, conversions=_LENGTH,
             zh="井内水位", en="Water level in the shaft", source="range [D]"),
    Quantity(name="lamp_current", unit="A", low=0.0, high=200.0,
             conversions={"mA": Conversion(0.001)}, zh="路灯电流", en="Lamp circuit current",
             source="range [D]"),
    Quantity(name="smoke", unit="%", low=0.0, high=100.0, conversions={"/": Conversion(100.0)},
             zh="烟雾置信度", en="Smoke confidence", source="share"),
    Quantity(name="spot_temperature", unit="Cel", low=-60.0, high=600.0, conversions=_TEMPERATURE,
             zh="热点温度", en="Spot temperature", source="range [D]: thermal cameras end at 550"),
    Quantity(name="flow_speed", unit="m/s", low=0.0, high=10.0,
             conversions={"cm/s": Conversion(0.01), "km/h": Conversion(1 / 3.6)},
             zh="水流速度", en="Speed of water on the road", source="range [D]"),
    Quantity(name="river_level", unit="m", low=-20.0, high=100.0, conversions=_LENGTH,
             zh="河道水位", en="River stage", source="range [D]: above the gauge's own zero"),
    Quantity(name="pump_running", unit="/", low=0.0, high=1.0, conversions={"%": Conversion(0.01)},
             zh="水泵运行", en="Pump running", source="share of time or of pumps"),
    Quantity(name="people_in", unit="count", low=0.0, high=200000.0, scale=1, stamp=Stamp.END,
             grace=30.0, zh="进入人数", en="People who entered", source="range [D]"),
    Quantity(name="people_out", unit="count", low=0.0, high=200000.0, scale=1, stamp=Stamp.END,
             grace=30.0, zh="离开人数", en="People who left", source="range [D]"),
    Quantity(name="people_speed", unit="m/s", low=0.0, high=12.0,
             conversions={"km/h": Conversion(1 / 3.6)}, bucket=0.05,
             zh="行人速度", en="Walking speed", source="range [D]: no one sprints faster"),
    Quantity(name="people_speed_variance", unit="m2/s2", low=0.0, high=50.0,
             zh="行人速度方差", en="Variance of walking speeds", source="range [D]"),
    Quantity(name="parking_occupied", unit="count", low=0.0, high=100000.0, scale=1,
             zh="已停车位", en="Occupied parking spaces", source="range [D]"),
    Quantity(name="wind_gust", unit="m/s", low=0.0, high=120.0,
             conversions={"km/h": Conversion(1 / 3.6)}, zh="阵风", en="Wind gust",
             source="range [D]"),
    Quantity(name="visibility", unit="m", low=0.0, high=100000.0, scale=1,
             conversions={"km": Conversion(1000.0)}, zh="能见度", en="Visibility",
             source="range [D]"),
    Quantity(name="globe_temperature", unit="Cel", low=-60.0, high=90.0, conversions=_TEMPERATURE,
             zh="黑球温度", en="Globe temperature", source="range [D]"),
    Quantity(name="wet_bulb_temperature", unit="Cel", low=-60.0, high=60.0,
             conversions=_TEMPERATURE, zh="自然湿球温度", en="Natural wet-bulb temperature",
             source="range [D]"),
    Quantity(name="h2s", unit="ppm", low=0.0, high=1000.0, zh="硫化氢", en="H2S",
             source="range [D]"),
    Quantity(name="ch4_lel", unit="%LEL", low=0.0, high=100.0, zh="甲烷爆炸下限百分比",
             en="CH4, share of the lower explosive limit", source="share"),
    Quantity(name="lamp_lit", unit="/", low=0.0, high=1.0, conversions={"%": Conversion(0.01)},
             zh="亮灯率", en="Lamps lit", source="share of the lamps of a circuit"),
    Quantity(name="lamp_commanded", unit="/", low=0.0, high=1.0,
             zh="路灯开灯指令", en="Lamp switched on", source="1 is on"),
    Quantity(name="mains_voltage", unit="V", low=0.0, high=1000.0, zh="供电电压",
             en="Mains voltage", source="range [D]"),
    Quantity(name="waiting_time", unit="min", low=0.0, high=1440.0,
             conversions={"s": Conversion(1 / 60), "h": Conversion(60.0)}, zh="办事等候时间",
             en="Waiting time at the service counter", source="range [D]"),
    Quantity(name="service_cases", unit="count", low=0.0, high=1e6, scale=1, stamp=Stamp.END,
             zh="政务办件量", en="Cases handled by one-stop service", source="range [D]"),
    Quantity(name="hotline_calls", unit="count", low=0.0, high=1e6, scale=1, stamp=Stamp.END,
             zh="热线来电", en="Calls to the hotline", source="range [D]"),
    Quantity(name="order_backlog", unit="count", low=0.0, high=1e6, scale=1,
             zh="在办工单", en="Open work orders", source="range [D]"),
    Quantity(name="clinic_visits", unit="count", low=0.0, high=1e6, scale=1, stamp=Stamp.END,
             zh="发热门诊就诊量", en="Visits to fever clinics", source="range [D]"),
    Quantity(name="park_power", unit="kWh", low=0.0, high=1e9, scale=10, stamp=Stamp.END,
             conversions={"MWh": Conversion(1000.0)}, zh="园区用电量",
             en="Electricity used by the industrial park", source="range [D]"),
    Quantity(name="battery", unit="%EL", low=0.0, high=100.0, zh="电量", en="Battery",
             source="RFC 8428 unit %EL"),
    Quantity(name="signal", unit="dBm", low=-160.0, high=0.0, zh="信号强度", en="Signal strength",
             source="range [D]"),
)
# fmt: on

CATALOGUE: dict[str, Quantity] = {quantity.name: quantity for quantity in QUANTITIES}
