"""Guangdong's signals of heat, from the hottest ten minutes of a day."""

from typing import Final

from indicators.vital_sign import Inputs, Level, Measure
from indicators.weather.settings import WeatherSettings

HEAT_LEVELS: Final = (
    # 24-h maximum, °C; a Guangdong city's met desk. [V secondary]
    Level("HT3", 35.0, "达到高温黄色标准", "as hot as for a yellow signal", "yellow"),
    Level("HT2", 37.0, "达到高温橙色标准", "as hot as for an orange signal", "orange"),
    Level("HT1", 39.0, "达到高温红色标准", "as hot as for a red signal", "red"),
)


def heat_signal(settings: WeatherSettings, inputs: Inputs) -> Measure:
    """Highest air temperature of 24 h, °C, of published 10-min means.

    What was, not what the weather office expects: its signals come from forecasts. Suspect where
    less than the settings' share of the day is known.

    Source: Guangdong's heat signals 35/37/39 °C [V secondary].
    """
    known = [(v.value, v) for v in inputs.history.get("temperature", ()) if v.value is not None]
    if not known:
        return Measure(None, "no_data")
    value, hottest = max(known, key=lambda entry: (entry[0], entry[1].window_end))
    share = sum(v.window_end - v.window_start for _, v in known) / (inputs.end - inputs.start)
    return Measure(
        value,
        detail={"measured": min(share, 1.0)},
        weights=dict(hottest.weights),
        is_suspect=share < settings.heat_coverage,
    )
