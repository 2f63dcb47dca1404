"""Noise and weather."""

from indicators.vital_sign import Inputs, Level, Measure, VitalSign
from indicators.window import pooled

NOISE_LEVELS = (
    Level("N3", 70.0, "超过70分贝", "above 70 dB", "yellow"),
    Level("N2", 75.0, "超过75分贝", "above 75 dB", "orange"),
    Level("N1", 85.0, "超过85分贝", "above 85 dB", "red"),
)


def noise_leq(inputs: Inputs) -> Measure:
    """Equivalent level Leq = 10 lg((1/T)∫10^(L/10) dt), dB(A): energy mean of all readings.

    Source: levels [D]; 70 dB is the day limit of zone 4a in GB 3096-2008 [V secondary].
    """
    pool = pooled(inputs.all("laeq"))
    if pool is None:
        return Measure(None, "no_data")
    return Measure(pool.mean, detail={"max": pool.high, "readings": pool.count})


def temperature(inputs: Inputs) -> Measure:
    """Air temperature, °C: mean over the stations of their means."""
    stations = inputs.all("temperature")
    if not stations:
        return Measure(None, "no_data")
    return Measure(
        sum(a.mean for a in stations) / len(stations), detail={"stations": len(stations)}
    )


AMBIENT_SIGNS = (
    VitalSign(
        id="noise_leq",
        zh="等效声级",
        en="Noise level Leq",
        group="noise",
        unit="dB",
        inputs=("laeq",),
        formula=noise_leq,
        window_s=600,
        levels=NOISE_LEVELS,
        utility=((45, 100), (55, 90), (70, 70), (75, 50), (85, 20)),
        source="energy mean; levels, utility [D]; 70 dB: GB 3096-2008 4a by day [V secondary]",
    ),
    VitalSign(
        id="temperature",
        zh="气温",
        en="Air temperature",
        group="weather",
        unit="Cel",
        inputs=("temperature",),
        formula=temperature,
        window_s=600,
        utility=((-5, 40), (5, 80), (15, 100), (28, 100), (35, 70), (37, 50), (40, 20)),
        source="mean; utility [D] through Guangdong's heat signals 35/37/39 °C [V secondary]",
    ),
)
