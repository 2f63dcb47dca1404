"""Declarations of the traffic and parking signs."""

from typing import Final

from indicators.bound import bound
from indicators.traffic.congestion import (
    traffic_congested_share,
    traffic_level,
    traffic_time_index,
    traffic_tpi,
)
from indicators.traffic.flow import traffic_flow, traffic_occupancy
from indicators.traffic.incident import traffic_incident
from indicators.traffic.parking import parking_occupancy, parking_time_to_full
from indicators.traffic.settings import TrafficSettings, states_at
from indicators.traffic.speed import traffic_speed, traffic_speed_ratio
from indicators.vital_sign import Basis, VitalSign

_DETECTED: Final = ("traffic_speed", "traffic_flow", "occupancy")
"""Flow and occupancy tell an empty road from a jam, and free flow from both."""


def traffic_signs(settings: TrafficSettings | None = None) -> tuple[VitalSign, ...]:
    """The signs of traffic and parking, by the settings of a city."""
    settings = settings or TrafficSettings()
    return (*_measured(settings), *_congested(settings), *_suspected(settings), *_parked(settings))


def _measured(settings: TrafficSettings) -> tuple[VitalSign, ...]:
    return (
        VitalSign(
            id="traffic_speed",
            zh="平均车速",
            en="Traffic speed",
            group="traffic",
            unit="km/h",
            inputs=_DETECTED,
            needs=("traffic_speed",),
            min_coverage=0.0,
            formula=bound(traffic_speed, settings),
            window_s=300,
            owner="traffic",
            source="mean of readings",
        ),
        VitalSign(
            id="traffic_speed_ratio",
            zh="车速比",
            en="Speed ratio",
            group="traffic",
            unit="1",
            inputs=_DETECTED,
            needs=("traffic_speed",),
            min_coverage=0.0,
            formula=bound(traffic_speed_ratio, settings),
            window_s=300,
            kept=("time_index",),
            levels=states_at(1.0, *settings.level_ratios, states=settings.traffic_levels),
            descending=True,
            utility=settings.ratio_utility,
            owner="traffic",
            source="r = v/v_ff, levels [D]",
        ),
        VitalSign(
            id="traffic_flow",
            zh="车流量",
            en="Traffic flow",
            group="traffic",
            unit="1/min",
            inputs=("traffic_flow",),
            formula=traffic_flow,
            window_s=300,
            owner="traffic",
            source="mean of detectors",
        ),
        VitalSign(
            id="traffic_occupancy",
            zh="车道占有率",
            en="Lane occupancy",
            group="traffic",
            unit="%",
            inputs=("occupancy",),
            formula=traffic_occupancy,
            window_s=60,
            owner="traffic",
            source="mean of readings",
        ),
    )


def _congested(settings: TrafficSettings) -> tuple[VitalSign, ...]:
    return (
        VitalSign(
            id="traffic_time_index",
            zh="行程时间指数",
            en="Travel-time index",
            group="traffic",
            unit="1",
            basis=Basis.HISTORY,
            sources=("traffic_speed_ratio",),
            formula=traffic_time_index,
            window_s=600,
            hop_s=300,
            levels=settings.time_index_levels,
            min_coverage=0.0,
            is_scored=False,
            owner="traffic",
            remark=("车速为自由流的{ratio:.0%}", "{ratio:.0%} of the free-flow speed"),
            source="TTI = sum(L/v*w)/sum(L/v_ff*w); levels as Amap's delay index [M]",
        ),
        VitalSign(
            id="traffic_level",
            zh="拥堵等级",
            en="Congestion level",
            group="traffic",
            unit="1",
            basis=Basis.HISTORY,
            sources=("traffic_speed", "traffic_speed_ratio"),
            formula=bound(traffic_level, settings),
            window_s=600,
            hop_s=300,
            levels=settings.traffic_levels,
            min_coverage=0.0,
            is_scored=False,
            owner="traffic",
            remark=("车速每小时{speed:.0f}公里", "{speed:.0f} km/h"),
            source="speeds by road class after DB11/T 785 [V secondary]; speed ratios [D]",
        ),
        VitalSign(
            id="traffic_congested_share",
            zh="拥堵断面占比",
            en="Share of congested detectors",
            is_scored=False,
            group="traffic",
            unit="%",
            inputs=_DETECTED,
            needs=("traffic_speed",),
            min_coverage=0.0,
            formula=bound(traffic_congested_share, settings),
            window_s=300,
            kept=("severe_percent",),
            owner="traffic",
            remark=(
                "{detectors:.0f}个断面中{congested:.0f}个拥堵",
                "{congested:.0f} of {detectors:.0f} detectors",
            ),
            source="levels 4 and 5 of `traffic_level`, each detector alike [D]",
        ),
        VitalSign(
            id="traffic_tpi",
            zh="交通运行指数",
            en="Traffic performance index",
            group="traffic",
            unit="1",
            basis=Basis.HISTORY,
            sources=("traffic_congested_share",),
            formula=bound(traffic_tpi, settings),
            window_s=600,
            hop_s=300,
            levels=settings.tpi_levels,
            min_coverage=0.0,
            is_scored=False,
            owner="traffic",
            remark=(
                "严重拥堵里程占{share_percent:.1f}%",
                "{share_percent:.1f}% severely congested",
            ),
            source="Beijing's mapping of the share of severe congestion, VKT-weighted [M]",
        ),
    )


def _suspected(settings: TrafficSettings) -> tuple[VitalSign, ...]:
    return (
        VitalSign(
            id="traffic_incident",
            zh="交通事件偏离度",
            en="Traffic incident deviate",
            group="traffic",
            unit="1",
            basis=Basis.HISTORY,
            sources=("traffic_occupancy", "traffic_speed"),
            formula=bound(traffic_incident, settings),
            window_s=3600,
            hop_s=60,
            levels=settings.incident_levels,
            # Speed has to do where all of the occupancy is missing; the formula judges both.
            min_coverage=0.0,
            is_scored=False,
            owner="traffic",
            remark=(
                "现为{measured:.0f}，平时{usual:.0f}",
                "now {measured:.0f}, usually {usual:.0f}",
            ),
            source="SND of Dudek et al., TRR 495 (1974) [V abstract]; robust form, figures [D][M]",
        ),
    )


def _parked(settings: TrafficSettings) -> tuple[VitalSign, ...]:
    return (
        VitalSign(
            id="parking_occupancy",
            zh="停车位占用率",
            en="Parking occupancy",
            group="parking",
            unit="%",
            inputs=("parking_occupied",),
            formula=bound(parking_occupancy, settings),
            window_s=300,
            levels=settings.parking_levels,
            utility=settings.parking_utility,
            owner="traffic",
            remark=("余{free:.0f}个车位", "{free:.0f} spaces left"),
            source="taken over rated spaces; levels and utility [D]",
        ),
        VitalSign(
            id="parking_time_to_full",
            zh="停满所需时间",
            en="Time until the car parks are full",
            group="parking",
            unit="min",
            basis=Basis.HISTORY,
            sources=("parking_occupancy",),
            formula=bound(parking_time_to_full, settings),
            window_s=1800,
            hop_s=300,
            levels=settings.filling_levels,
            descending=True,
            is_scored=False,
            owner="traffic",
            remark=("现占用{occupancy:.0f}%", "{occupancy:.0f}% taken"),
            source="(100 % - occupancy) / trend of 30 minutes; levels [D]",
        ),
    )
