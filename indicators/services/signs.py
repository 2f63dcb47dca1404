"""The vital signs of services, hotline, public health and economy."""

from indicators.bound import bound
from indicators.services.amounts import mean_of, newest_of, sum_of
from indicators.services.settings import ServiceSettings
from indicators.vital_sign import Level, VitalSign
from sensors.quantity import CATALOGUE

_HOUR_S = 3600.0
_SILENT = ("{terminals}处已报，{silent}处未报", "{terminals} reported, {silent} did not")


def service_signs(settings: ServiceSettings | None = None) -> tuple[VitalSign, ...]:
    """The declarations, with the figures of a city.

    Windows are an hour, or the declared cadence where data come more slowly, up to a day.
    """
    settings = settings or ServiceSettings()
    return (
        VitalSign(
            id="service_waiting_time",
            zh="办事平均等候时间",
            en="Mean waiting time at the counter",
            group="services",
            unit="min",
            inputs=("waiting_time",),
            formula=bound(mean_of, "waiting_time"),
            window_s=_HOUR_S,
            levels=settings.waiting_levels,
            utility=settings.waiting_utility,
            remark=("最长{highest:.0f}分钟", "longest {highest:.0f} min"),
            source="mean; levels and utility [D]",
        ),
        _amount("service_cases", "services", "operations", settings.case_levels),
        _amount("hotline_calls", "hotline", "operations", settings.call_levels),
        VitalSign(
            id="order_backlog",
            zh="在办工单数",
            en="Open work orders",
            group="hotline",
            unit="count",
            inputs=("order_backlog",),
            formula=bound(newest_of, "order_backlog"),
            window_s=_HOUR_S,
            levels=settings.backlog_levels,
            remark=_SILENT,
            source="newest count; levels [D]",
        ),
        _amount("clinic_visits", "health_care", "town", settings.visit_levels),
        _amount("park_power", "economy", "town", settings.power_levels),
    )


def _amount(quantity: str, group: str, owner: str, levels: tuple[Level, ...]) -> VitalSign:
    """A sign that adds up the amounts of the quantity of its own name."""
    about = CATALOGUE[quantity]
    return VitalSign(
        id=quantity,
        zh=about.zh,
        en=about.en,
        group=group,
        unit=about.unit,
        owner=owner,
        inputs=(quantity,),
        formula=bound(sum_of, quantity),
        window_s=_HOUR_S,
        levels=levels,
        remark=_SILENT,
        source="sum; levels [D]",
    )
