"""How far the clocks of a place's terminals are from the gateway's."""

from indicators.devices.settings import DeviceSettings
from indicators.vital_sign import Inputs, Measure


def skew_s(lag_ms: int, cadence_s: float, behind_factor: float) -> float:
    """How far a clock is from the gateway's, s: above 0 ahead, below 0 behind.

    What a pack takes on its way can make a clock look slow, never fast. So the quickest pack of a
    window counts, and a clock is only said to be behind where a reading stamped at the start of its
    interval would not explain it.

    Args:
        lag_ms: Least of reception less newest reading, of the packs of a window, ms.
        cadence_s: Seconds between its readings.
        behind_factor: It is behind from more than so many of them on.

    Example:
        >>> skew_s(-86_400_000, 60, 2), skew_s(90_000, 60, 2), skew_s(121_000, 60, 2)
        (86400.0, 0.0, -121.0)
    """
    lag_s = lag_ms / 1000
    return 0.0 if 0 <= lag_s <= behind_factor * cadence_s else -lag_s


def device_clock_skew(settings: DeviceSettings, inputs: Inputs) -> Measure:
    """The largest distance of a terminal's clock from the gateway's, s, ≥ 0.

    Of all packs that came, those included whose readings are refused for their time. A terminal
    that sent nothing in the window says nothing of its clock.
    """
    if not inputs.lags:
        return Measure(None, "no_data")
    skews = {
        terminal: skew_s(lag, cadence, settings.skew_behind_factor)
        for terminal, (lag, cadence) in inputs.lags.items()
    }
    worst = min(skews, key=lambda terminal: (-abs(skews[terminal]), terminal))
    total = sum(map(abs, skews.values()))
    detail = {
        "terminals": len(skews),
        "ahead": sum(skew > 0 for skew in skews.values()),
        "behind": sum(skew < 0 for skew in skews.values()),
    }
    if not total:
        return Measure(0.0, detail=detail)
    weights = {terminal: abs(skew) / total for terminal, skew in skews.items() if skew}
    named = {"terminal": worst, "skew_s": skews[worst]}
    return Measure(abs(skews[worst]), detail={**detail, **named}, weights=weights)
