"""Noise of one window of readings: equivalent level, percentiles, maximum, excess."""

from collections.abc import Sequence

from indicators.noise.gb3096 import LIMITS, SUDDEN_DB, is_night, limit, local
from indicators.noise.settings import NoiseSettings
from indicators.vital_sign import Inputs, Measure
from indicators.window import Aggregate, pooled, quantile


def noise_leq(inputs: Inputs) -> Measure:
    """Equivalent level Leq = 10 lg((1/T)∫10^(L/10) dt), dB(A): energy mean of all readings.

    Source: levels [D]; 70 dB is the day limit of zone 4a in GB 3096-2008 [V secondary].
    """
    meters = inputs.all("laeq")
    pool = pooled(meters)
    if pool is None:
        return Measure(None, "no_data")
    detail = {"max": pool.high, "readings": pool.count}
    return Measure(pool.mean, detail=detail, weights=_energy_shares(meters, pool))


def _energy_shares(meters: Sequence[Aggregate], pool: Aggregate) -> dict[str, float]:
    """The meters' shares in the sound energy: an equivalent level is a sum of it."""
    return {meter.terminal: meter.energy / pool.energy for meter in meters} if pool.energy else {}


def noise_lmax(inputs: Inputs) -> Measure:
    """Loudest reading, dB(A): the largest LAeq of a meter's own interval.

    Meters that send LAeq of 1 s come near to Lmax of time weighting F; slower ones stay below it.
    """
    meters = inputs.all("laeq")
    if not meters:
        return Measure(None, "no_data")
    loudest = max(meters, key=lambda meter: (meter.high, meter.terminal))
    detail = {"terminal": loudest.terminal}
    return Measure(loudest.high, detail=detail, weights={loudest.terminal: 1.0})


def _exceeded(inputs: Inputs, share: float) -> Measure:
    """The level that is exceeded for a share of the time, over all readings."""
    meters = inputs.all("laeq")
    pool = pooled(meters)
    if pool is None:
        return Measure(None, "no_data")
    weights = {meter.terminal: meter.count / pool.count for meter in meters}
    return Measure(quantile(pool, 1.0 - share), detail={"readings": pool.count}, weights=weights)


def noise_l10(inputs: Inputs) -> Measure:
    """L10, dB(A): exceeded for 10 % of the time, the 90th percentile; the peaks."""
    return _exceeded(inputs, 0.10)


def noise_l50(inputs: Inputs) -> Measure:
    """L50, dB(A): exceeded for half of the time; the median."""
    return _exceeded(inputs, 0.50)


def noise_l90(inputs: Inputs) -> Measure:
    """L90, dB(A): exceeded for 90 % of the time, the 10th percentile; the background."""
    return _exceeded(inputs, 0.90)


def noise_over_limit(settings: NoiseSettings, inputs: Inputs) -> Measure:
    """Leq less the limit of the functional zone at the hour in which the window begins, dB.

    By night the detail also says whether the loudest reading passes the limit by more than 15 dB
    (sudden noise).

    Source: GB 3096-2008 limits [V secondary], sudden noise [V]; hours of day and night [M].
    """
    meters = inputs.all("laeq")
    pool = pooled(meters)
    if pool is None:
        return Measure(None, "no_data")
    noise_class = inputs.zone.noise_class
    if noise_class not in LIMITS:
        return Measure(None, "no_noise_class", {"leq": pool.mean})
    at_night = is_night(settings, local(inputs.start, inputs.zone.timezone).hour)
    allowed = limit(noise_class, at_night=at_night)
    detail = {"limit": allowed, "leq": pool.mean, "period": "night" if at_night else "day"}
    if at_night:
        detail |= {"max": pool.high, "sudden": pool.high > allowed + SUDDEN_DB}
    return Measure(pool.mean - allowed, detail=detail, weights=_energy_shares(meters, pool))
