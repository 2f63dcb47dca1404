"""The vital signs of devices."""

from indicators.bound import bound
from indicators.devices.clocks import device_clock_skew
from indicators.devices.condition import device_signal
from indicators.devices.liveness import device_availability, device_offline, device_staleness
from indicators.devices.quality import device_quality
from indicators.devices.settings import DeviceSettings
from indicators.extremes import lowest
from indicators.vital_sign import Basis, VitalSign


def device_signs(settings: DeviceSettings | None = None) -> tuple[VitalSign, ...]:
    """The declarations, with the figures of a city."""
    settings = settings or DeviceSettings()
    return (*_liveness_signs(settings), *_condition_signs(settings))


def _liveness_signs(settings: DeviceSettings) -> tuple[VitalSign, ...]:
    return (
        VitalSign(
            id="device_availability",
            zh="设备在线率",
            en="Device availability",
            group="devices",
            unit="1",
            basis=Basis.LIVENESS,
            formula=bound(device_availability, settings),
            window_s=60,
            levels=settings.availability_levels,
            shown_in="%",
            descending=True,
            is_scored=False,
            utility=settings.availability_utility,
            source="liveness and levels [D]",
        ),
        VitalSign(
            id="device_staleness",
            zh="设备最长静默",
            en="Longest silence of a device",
            group="devices",
            unit="s",
            basis=Basis.LIVENESS,
            formula=device_staleness,
            window_s=300,
            is_scored=False,
            source="end of the window less the last word of who is latest by its own cadence [D]",
        ),
        VitalSign(
            id="device_offline",
            zh="离线设备数",
            en="Devices offline",
            group="devices",
            unit="count",
            basis=Basis.LIVENESS,
            formula=bound(device_offline, settings),
            window_s=300,
            levels=settings.offline_levels,
            is_scored=False,
            remark=("占{share:.0%}", "{share:.0%} of the place's"),
            source="offline after max(10 × cadence, 900 s), 60 % common cause [D]",
        ),
        VitalSign(
            id="device_clock_skew",
            zh="设备时钟偏差",
            en="Clock skew of devices",
            group="devices",
            unit="s",
            basis=Basis.CLOCKS,
            formula=bound(device_clock_skew, settings),
            window_s=300,
            levels=settings.skew_levels,
            is_scored=False,
            remark=("{ahead}台偏快，{behind}台偏慢", "{ahead} ahead, {behind} behind"),
            source="least of reception less newest reading of a pack; levels [D]",
        ),
    )


def _condition_signs(settings: DeviceSettings) -> tuple[VitalSign, ...]:
    return (
        VitalSign(
            id="device_battery",
            zh="最低电量",
            en="Lowest battery",
            group="devices",
            unit="%EL",
            inputs=("battery",),
            formula=bound(lowest, "battery"),
            window_s=3600,
            min_coverage=0.0,
            levels=settings.battery_levels,
            descending=True,
            is_scored=False,
            source="minimum; 20 and 10 % [D]",
        ),
        VitalSign(
            id="device_signal",
            zh="最弱信号",
            en="Weakest signal",
            group="devices",
            unit="dBm",
            inputs=("signal",),
            formula=device_signal,
            window_s=3600,
            min_coverage=0.0,
            levels=settings.signal_levels,
            descending=True,
            is_scored=False,
            source="lowest mean; RSRP of 4G and NB-IoT from -95 good, below -115 poor [M]",
        ),
        VitalSign(
            id="device_quality",
            zh="数据质量合格率",
            en="Share of series that pass quality tests",
            group="devices",
            unit="%",
            inputs=tuple(settings.quality),
            formula=bound(device_quality, settings),
            window_s=3600,
            min_coverage=0.0,
            levels=settings.quality_levels,
            descending=True,
            is_scored=False,
            remark=("{series}个序列中{bad}个存疑", "{bad} of {series} series doubtful"),
            source="tests and flags of QARTOD [M]; limits and levels [D]",
        ),
    )
