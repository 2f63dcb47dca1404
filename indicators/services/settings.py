"""Figures of slow signs that a city may change."""

import msgspec

from indicators.vital_sign import Level

WAITING_LEVELS = (
    Level("WT4", 15.0, "等候较长", "long waiting", "blue"),
    Level("WT3", 30.0, "等候长", "very long waiting", "yellow"),
    Level("WT2", 60.0, "等候过长", "excessive waiting", "orange"),
)


class ServiceSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Levels of slow signs, all [D]; counts have none until a city knows what is usual there.

    Attributes:
        waiting_levels: Of the waiting time, min.
        waiting_utility: Of the same.
        case_levels: Of cases handled in a window.
        call_levels: Of calls to the hotline in a window.
        backlog_levels: Of open work orders.
        visit_levels: Of visits to fever clinics in a window.
        power_levels: Of electricity used in a window, kWh.
    """

    waiting_levels: tuple[Level, ...] = WAITING_LEVELS
    waiting_utility: tuple[tuple[float, float], ...] = ((5, 100), (15, 85), (30, 65), (60, 30))
    case_levels: tuple[Level, ...] = ()
    call_levels: tuple[Level, ...] = ()
    backlog_levels: tuple[Level, ...] = ()
    visit_levels: tuple[Level, ...] = ()
    power_levels: tuple[Level, ...] = ()
