"""Noise of one window of readings: equivalent level, percentiles, maximum, excess."""

import math
from collections.abc import Sequence

import numpy as np

from indicators.noise.gb3096 import LIMITS, SUDDEN_DB, is_night, limit, local
from indicators.noise.periods import HOUR_MS
from indicators.noise.settings import NoiseSettings
from indicators.shares import reading_shares, shares
from indicators.spacing import spacing_s
from indicators.vital_sign import Inputs, Measure
from indicators.window import ENERGY_STEP, Aggregate, pooled, quantile


def noise_leq(inputs: Inputs) -> Measure:
    """Equivalent level Leq = 10 lg((1/T)∫10^(L/10) dt), dB(A): energy mean over all meters' time.

    Source: levels [D]; 70 dB is the day limit of zone 4a in GB 3096-2008 [V secondary].
    """
    meters = inputs.all("laeq")
    pool = pooled(meters)
    if pool is None:
        return Measure(None, "no_data")
    level, weights = _equivalent(meters, pool, inputs)
    return Measure(level, detail={"max": pool.high, "readings": pool.count}, weights=weights)


def _equivalent(
    meters: Sequence[Aggregate], pool: Aggregate, inputs: Inputs
) -> tuple[float, dict[str, float]]:
    """Level of all meters, dB, and each one's share in the sound energy, of which it is a sum."""
    if _is_even(meters):
        return pool.mean, shares({meter.terminal: float(meter.energy) for meter in meters})
    # A reading stands for the time to the next: a quick meter counts no more than a slow one.
    spacings = [spacing_s(meter, inputs) for meter in meters]
    both = list(zip(meters, spacings, strict=True))
    energy = {meter.terminal: meter.energy * spacing for meter, spacing in both}
    seconds = math.fsum(meter.count * spacing for meter, spacing in both)
    level = 10.0 * math.log10(math.fsum(energy.values()) / ENERGY_STEP / seconds)
    return level, shares(energy)


def _is_even(meters: Sequence[Aggregate]) -> bool:
    """Whether all readings stand for the same time."""
    return len({meter.expected for meter in meters}) == 1


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
    detail = {"readings": pool.count}
    if _is_even(meters):
        return Measure(quantile(pool, 1.0 - share), None, detail, weights=reading_shares(meters))
    spacings = [spacing_s(meter, inputs) for meter in meters]
    both = list(zip(meters, spacings, strict=True))
    weights = shares({meter.terminal: meter.count * spacing for meter, spacing in both})
    seconds = np.concatenate([np.full(meter.count, spacing) for meter, spacing in both])
    return Measure(quantile(pool, 1.0 - share, seconds), detail=detail, weights=weights)


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
    if inputs.end - inputs.start > HOUR_MS:
        # A level of hours is no hour's, and may be of day and night.
        return Measure(None, "too_long", {"leq": pool.mean})
    at_night = is_night(settings, local(inputs.start, inputs.zone.timezone).hour)
    allowed = limit(noise_class, at_night=at_night)
    level, weights = _equivalent(meters, pool, inputs)
    detail = {"limit": allowed, "leq": level, "period": "night" if at_night else "day"}
    if at_night:
        detail |= {"max": pool.high, "sudden": pool.high > allowed + SUDDEN_DB}
    return Measure(level - allowed, detail=detail, weights=weights)
