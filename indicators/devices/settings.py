"""Figures of devices and data quality that a city may change."""

import msgspec

from indicators.vital_sign import Level

AVAILABILITY_LEVELS = (
    Level("D3", 0.95, "部分设备离线", "some devices down", "blue"),
    Level("D2", 0.60, "大量设备离线", "many devices down", "orange"),
    Level("D1", 0.20, "设备基本离线", "nearly all devices down", "red"),
)
OFFLINE_LEVELS = (
    Level("DO4", 1.0, "有设备离线", "devices offline", "blue"),
    Level("DO2", 5.0, "大面积离线", "many devices offline together", "orange"),
)
BATTERY_LEVELS = (
    Level("BT3", 20.0, "电量低", "battery low", "yellow"),
    Level("BT1", 10.0, "电量极低", "battery nearly empty", "red"),
)
SIGNAL_LEVELS = (
    Level("SG4", -95.000001, "信号一般", "signal fair", "blue"),
    Level("SG3", -110.000001, "信号弱", "signal weak", "yellow"),
    Level("SG2", -115.000001, "信号差", "signal poor", "orange"),
)
SKEW_LEVELS = (
    Level("CK4", 10.0, "时钟略偏", "a clock slightly off", "blue"),
    Level("CK3", 30.0, "时钟偏差", "a clock off", "yellow"),
    Level("CK2", 3600.0, "时钟严重偏差", "a clock badly off", "orange"),
)
QUALITY_LEVELS = (
    Level("DQ4", 99.0, "个别数据存疑", "some data doubtful", "blue"),
    Level("DQ3", 80.0, "多项数据存疑", "much data doubtful", "yellow"),
    Level("DQ2", 50.0, "数据大半存疑", "most data doubtful", "orange"),
)


class SeriesLimits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the readings of one quantity are tested against; a test without a figure is left out.

    Attributes:
        low: Least value of the gross range, in the quantity's unit.
        high: Largest value of it.
        spike: Distance from the mean of its neighbours from which a reading is suspect.
        spike_fail: From which it fails.
        rate_per_min: Change per minute above which a reading is suspect.
        flat_suspect_s: Time without a change after which a series is suspect.
        flat_fail_s: After which it fails.
        flat_within: Changes up to this are none.
        resting: Values up to this may last for ever: a dry road, a still night.
    """

    low: float | None = None
    high: float | None = None
    spike: float | None = None
    spike_fail: float | None = None
    rate_per_min: float | None = None
    flat_suspect_s: float | None = None
    flat_fail_s: float | None = None
    flat_within: float = 0.0
    resting: float | None = None


def _limits() -> dict[str, SeriesLimits]:
    gas = SeriesLimits(low=0.0, high=1000.0, flat_fail_s=3600.0, resting=2.0)
    particles = SeriesLimits(
        low=0.0, high=1000.0, spike=200.0, spike_fail=500.0, flat_fail_s=3600.0, resting=2.0
    )
    return {
        "water_depth": SeriesLimits(
            low=-0.05, high=5.0, spike=0.1, spike_fail=0.3, rate_per_min=0.15,
            flat_suspect_s=1800.0, flat_fail_s=3600.0, resting=0.03,
        ),
        "shaft_level": SeriesLimits(
            low=-0.1, high=10.0, spike=0.3, spike_fail=1.0, rate_per_min=0.5,
            flat_suspect_s=3600.0, resting=0.05,
        ),
        "river_level": SeriesLimits(spike=0.2, spike_fail=0.5, rate_per_min=0.1),
        "rain_rate": SeriesLimits(low=0.0, high=300.0, flat_fail_s=1800.0, resting=0.0),
        "temperature": SeriesLimits(
            low=-10.0, high=45.0, spike=2.0, spike_fail=5.0, rate_per_min=2.0,
            flat_suspect_s=3600.0,
        ),
        "humidity": SeriesLimits(
            low=5.0, high=102.0, spike=10.0, spike_fail=25.0, rate_per_min=10.0,
            flat_suspect_s=3600.0,
        ),
        "pressure": SeriesLimits(
            low=930.0, high=1050.0, spike=1.0, spike_fail=3.0, rate_per_min=1.0
        ),
        "wind_speed": SeriesLimits(
            low=0.0, high=60.0, spike=15.0, spike_fail=30.0, flat_fail_s=1800.0, resting=0.5
        ),
        "pm25": particles,
        "pm10": particles,
        "so2": gas,
        "no2": gas,
        "o3": gas,
        "co": SeriesLimits(low=0.0, high=50.0, flat_fail_s=3600.0, resting=1.0),
        "laeq": SeriesLimits(low=25.0, high=115.0, flat_suspect_s=600.0, flat_fail_s=1800.0),
        "people_density": SeriesLimits(low=0.0, high=10.0, flat_fail_s=1800.0, resting=0.1),
        "traffic_speed": SeriesLimits(low=0.0, high=160.0, flat_fail_s=1800.0, resting=0.0),
        "mains_voltage": SeriesLimits(low=150.0, high=450.0, flat_suspect_s=3600.0),
    }  # fmt: skip


class DeviceSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All [D], but where said.

    Attributes:
        stale_factor: A terminal is stale after so many of its cadences without a reading.
        stale_floor_s: But not before so long, s.
        offline_factor: It is offline after so many.
        offline_floor_s: But not before so long, s.
        common_share: From this share of a place's terminals down it is one common cause, 0–1.
        common_least: Fewer terminals than this have nothing in common.
        common_within_s: Those of a common cause fell silent within this time, s.
        widespread_share: Below this share of a place's terminals offline none is widespread, 0–1.
        availability_levels: Of the share alive; descending.
        availability_utility: Of the same.
        offline_levels: Of the count offline; the last holds also where the cause is common.
        battery_levels: Of the lowest battery, %; descending.
        signal_levels: Of the weakest signal, dBm: RSRP of 4G and NB-IoT good from −95, fair to
            −110, poor below −115 [M]; descending.
        skew_levels: Of the clock that is farthest off, s; more than 30 s ahead are refused.
        skew_behind_factor: A clock is behind where its readings are older than so many of its
            cadences when they come.
        quality_levels: Of the share of series that pass, %; descending.
        quality: Quantity → what its readings are tested against.
        tolerated: Share of bad readings in an hour that a series may have, 0–1.
        missing_share: Below this share of its expected readings a series counts as missing, 0–1.
        whole_share: From this share its readings are taken as evenly spaced, 0–1; tests that need
            it are not evaluated below.
    """

    stale_factor: float = 3.0
    stale_floor_s: float = 120.0
    offline_factor: float = 10.0
    offline_floor_s: float = 900.0
    common_share: float = 0.6
    common_least: int = 3
    common_within_s: float = 60.0
    widespread_share: float = 0.1
    availability_levels: tuple[Level, ...] = AVAILABILITY_LEVELS
    availability_utility: tuple[tuple[float, float], ...] = (
        (0.0, 20), (0.5, 50), (0.8, 80), (1.0, 100),
    )  # fmt: skip
    offline_levels: tuple[Level, ...] = OFFLINE_LEVELS
    battery_levels: tuple[Level, ...] = BATTERY_LEVELS
    signal_levels: tuple[Level, ...] = SIGNAL_LEVELS
    skew_levels: tuple[Level, ...] = SKEW_LEVELS
    skew_behind_factor: float = 2.0
    quality_levels: tuple[Level, ...] = QUALITY_LEVELS
    quality: dict[str, SeriesLimits] = msgspec.field(default_factory=_limits)
    tolerated: float = 0.02
    missing_share: float = 0.25
    whole_share: float = 0.9
