"""Weather of one window: means over the stations of a place, and how hot they make it feel."""

from collections.abc import Sequence

from indicators.vital_sign import Inputs, Measure
from indicators.weather.heat import heat_index_of, humidex_of, wbgt_outdoor, wbgt_simplified
from indicators.weather.settings import WeatherSettings
from indicators.window import Aggregate


def _mean(stations: Sequence[Aggregate]) -> float:
    return sum(a.mean for a in stations) / len(stations)


def _shares(stations: Sequence[Aggregate]) -> dict[str, float]:
    """Stations weigh alike, however often they report."""
    return {a.terminal: 1 / len(stations) for a in stations}


def _over_stations(inputs: Inputs, quantity: str) -> Measure:
    stations = inputs.all(quantity)
    if not stations:
        return Measure(None, "no_data")
    return Measure(_mean(stations), detail={"stations": len(stations)}, weights=_shares(stations))


def temperature(inputs: Inputs) -> Measure:
    """Air temperature, °C: mean over the stations of their means."""
    return _over_stations(inputs, "temperature")


def humidity(inputs: Inputs) -> Measure:
    """Relative humidity, %: mean over the stations of their means; sensors may pass 100."""
    return _over_stations(inputs, "humidity")


def _air(inputs: Inputs) -> tuple[float, float] | str:
    """Temperature, °C, and humidity, %, at most 100; or why there are not both."""
    warm, moist = inputs.all("temperature"), inputs.all("humidity")
    if warm and moist:
        return _mean(warm), min(_mean(moist), 100.0)
    if not warm and not moist:
        return "no_data"
    return "no_humidity" if warm else "no_temperature"


def heat_index(inputs: Inputs) -> Measure:
    """Heat index of NWS, °C, of the mean temperature and humidity.

    Source: NWS, Rothfusz' regression [V].
    """
    air = _air(inputs)
    if isinstance(air, str):
        return Measure(None, air)
    detail = {"temperature": air[0], "humidity": air[1]}
    return Measure(heat_index_of(*air), detail=detail)


def humidex(settings: WeatherSettings, inputs: Inputs) -> Measure:
    """Humidex, in degrees, of the mean temperature and humidity. Source: formula [M]."""
    air = _air(inputs)
    if isinstance(air, str):
        return Measure(None, air)
    detail = {"temperature": air[0], "humidity": air[1]}
    return Measure(humidex_of(settings, *air), detail=detail)


def wbgt(settings: WeatherSettings, inputs: Inputs) -> Measure:
    """Wet-bulb globe temperature, °C: measured where globe and wet bulb are there, else simplified.

    The measured one is outdoors, with air temperature; the other takes moderate sun and light
    wind for granted. Source: both formulas [M].
    """
    measured = [inputs.all(q) for q in ("wet_bulb_temperature", "globe_temperature", "temperature")]
    if all(measured):
        value = wbgt_outdoor(settings, *(_mean(stations) for stations in measured))
        return Measure(value, detail={"method": "measured"})
    air = _air(inputs)
    if isinstance(air, str):
        return Measure(None, air)
    return Measure(wbgt_simplified(settings, *air), detail={"method": "simplified"})


def visibility(inputs: Inputs) -> Measure:
    """Visibility in whole metres: the mean of the station that sees least, rounded down."""
    stations = inputs.all("visibility")
    if not stations:
        return Measure(None, "no_data")
    least = min(stations, key=lambda station: (station.mean, station.terminal))
    detail = {"terminal": least.terminal}
    return Measure(float(int(least.mean)), detail=detail, weights={least.terminal: 1.0})
