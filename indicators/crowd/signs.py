"""Declarations of the crowd signs."""

from indicators.bound import bound
from indicators.crowd.density import crowd_capacity_share, crowd_density, crowd_number
from indicators.crowd.flow import people_count, people_in, people_net_inflow, people_out
from indicators.crowd.forecast import crowd_time_to_capacity
from indicators.crowd.motion import crowd_pressure, crowd_speed
from indicators.crowd.service_level import crowd_los
from indicators.crowd.settings import CrowdSettings
from indicators.vital_sign import Basis, VitalSign


def crowd_signs(settings: CrowdSettings | None = None) -> tuple[VitalSign, ...]:
    """The signs of crowds, by the settings of a city."""
    settings = settings or CrowdSettings()
    return (*_dense(settings), *_passing(settings), *_full(settings), *_moving(settings))


def _dense(settings: CrowdSettings) -> tuple[VitalSign, ...]:
    return (
        VitalSign(
            id="crowd_density",
            zh="人群密度",
            en="Crowd density",
            group="crowd",
            unit="1/m2",
            inputs=("people_density",),
            formula=crowd_density,
            is_extreme=True,
            min_coverage=0.0,
            window_s=300,
            hop_s=60,
            levels=settings.density_levels,
            is_life_safety=True,
            utility=settings.density_utility,
            owner="police",
            source="levels [D]; utility by Fruin's queue levels [V] and ours [D]",
        ),
        VitalSign(
            id="crowd_los",
            zh="人群服务水平",
            en="Crowd level of service",
            group="crowd",
            unit="1",
            inputs=("people_density",),
            formula=bound(crowd_los, settings),
            window_s=300,
            hop_s=60,
            levels=settings.service_levels,
            is_scored=False,
            owner="police",
            remark=("每平方米{density:.2f}人", "{density:.2f} people per m2"),
            source="Fruin, Pedestrian Planning and Design, pp. 74-87 [V]; choice of table [D]",
        ),
    )


def _passing(settings: CrowdSettings) -> tuple[VitalSign, ...]:
    return (
        VitalSign(
            id="people_count",
            zh="小时人流量",
            en="People per hour",
            group="crowd",
            unit="count",
            inputs=("people_count",),
            formula=bound(people_count, settings),
            window_s=3600,
            owner="police",
            source="sum",
        ),
        VitalSign(
            id="people_in",
            zh="每分钟进入人数",
            en="People entering per minute",
            group="crowd",
            unit="1/min",
            shown_in="count",
            inputs=("people_in",),
            formula=bound(people_in, settings),
            window_s=300,
            hop_s=60,
            owner="police",
            source="sum over the window's minutes",
        ),
        VitalSign(
            id="people_out",
            zh="每分钟离开人数",
            en="People leaving per minute",
            group="crowd",
            unit="1/min",
            shown_in="count",
            inputs=("people_out",),
            formula=bound(people_out, settings),
            window_s=300,
            hop_s=60,
            owner="police",
            source="sum over the window's minutes",
        ),
        VitalSign(
            id="people_net_inflow",
            zh="每分钟净流入人数",
            en="Net inflow of people per minute",
            group="crowd",
            unit="1/min",
            shown_in="count",
            inputs=("people_in", "people_out"),
            formula=bound(people_net_inflow, settings),
            window_s=300,
            hop_s=60,
            owner="police",
            remark=(
                "每分钟进{in_per_min:.0f}人、出{out_per_min:.0f}人",
                "{in_per_min:.0f} in and {out_per_min:.0f} out per minute",
            ),
            source="people_in - people_out",
        ),
    )


def _full(settings: CrowdSettings) -> tuple[VitalSign, ...]:
    return (
        VitalSign(
            id="crowd_number",
            zh="在场人数",
            en="People in the place",
            is_scored=False,
            group="crowd",
            unit="count",
            inputs=("people_density",),
            formula=crowd_number,
            window_s=300,
            hop_s=60,
            owner="police",
            source="density x area",
        ),
        VitalSign(
            id="crowd_capacity_share",
            zh="核定容量占比",
            en="Share of the approved capacity",
            is_scored=False,
            group="crowd",
            unit="%",
            inputs=("people_density",),
            formula=crowd_capacity_share,
            window_s=300,
            hop_s=60,
            levels=settings.capacity_levels,
            utility=settings.capacity_utility,
            is_life_safety=True,
            owner="police",
            remark=(
                "在场{people:.0f}人，核定{capacity:.0f}人",
                "{people:.0f} people, {capacity:.0f} approved",
            ),
            source="people over the approved number; levels, utility [D]",
        ),
        VitalSign(
            id="crowd_time_to_capacity",
            zh="达到核定容量的时间",
            en="Time to the approved capacity",
            group="crowd",
            unit="min",
            basis=Basis.HISTORY,
            sources=("crowd_number", "people_net_inflow"),
            formula=bound(crowd_time_to_capacity, settings),
            window_s=300,
            hop_s=60,
            levels=settings.filling_levels,
            descending=True,
            is_scored=False,
            owner="police",
            remark=(
                "在场{people:.0f}人，每分钟净减{net_outflow:.0f}人",
                "{people:.0f} people, {net_outflow:.0f} fewer per minute",
            ),
            or_remark=(
                "在场{people:.0f}人，每分钟净增{net_inflow:.0f}人",
                "{people:.0f} people, {net_inflow:.0f} more per minute",
            ),
            source="(capacity - people) / net inflow; levels [D]",
        ),
    )


def _moving(settings: CrowdSettings) -> tuple[VitalSign, ...]:
    return (
        VitalSign(
            id="crowd_pressure",
            zh="人群压力",
            en="Crowd pressure",
            group="crowd",
            unit="1/s2",
            inputs=("people_density", "people_speed_variance"),
            needs=("people_density", "people_speed_variance"),
            formula=bound(crowd_pressure, settings),
            is_extreme=True,
            min_coverage=0.0,
            window_s=60,
            levels=settings.pressure_levels,
            utility=settings.pressure_utility,
            is_life_safety=True,
            owner="police",
            remark=("每平方米{density:.2f}人", "{density:.2f} people per m2"),
            source="Helbing et al., PRE 75 046109 (2007), onset 0.02 [M]; the rest [D]",
        ),
        VitalSign(
            id="crowd_speed",
            zh="人群步行速度",
            en="Walking speed",
            group="crowd",
            unit="m/s",
            inputs=("people_speed",),
            formula=crowd_speed,
            window_s=60,
            owner="police",
            source="mean of readings",
        ),
    )
