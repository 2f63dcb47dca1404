"""The vital signs of noise."""

from typing import Any

from indicators.bound import bound
from indicators.noise.periods import noise_day, noise_ldn, noise_night
from indicators.noise.settings import NoiseSettings
from indicators.noise.windows import (
    noise_l10,
    noise_l50,
    noise_l90,
    noise_leq,
    noise_lmax,
    noise_over_limit,
)
from indicators.vital_sign import Basis, VitalSign

_HOUR_S, _DAY_S = 3600.0, 86400.0


def noise_signs(settings: NoiseSettings | None = None) -> tuple[VitalSign, ...]:
    """The declarations, with a city's settings or the defaults."""
    given = settings or NoiseSettings()
    return (_leq(given), _hourly(given), *_statistics(given), _over_limit(given), *_periods(given))


def _leq(settings: NoiseSettings) -> VitalSign:
    return VitalSign(
        id="noise_leq",
        zh="等效声级",
        en="Noise level Leq",
        group="noise",
        unit="dB",
        owner="environment",
        inputs=("laeq",),
        formula=noise_leq,
        window_s=600,
        levels=settings.levels,
        utility=settings.utility,
        source="energy mean; levels, utility [D]; 70 dB: GB 3096-2008 4a by day [V secondary]",
    )


def _hourly(settings: NoiseSettings) -> VitalSign:
    return VitalSign(
        id="noise_hourly",
        zh="小时等效声级",
        en="Hourly noise level Leq",
        is_scored=False,
        group="noise",
        unit="dB",
        owner="environment",
        inputs=("laeq",),
        formula=noise_leq,
        window_s=_HOUR_S,
        min_coverage=settings.hour_coverage,
        source="energy mean; coverage [D]",
    )


def _statistics(settings: NoiseSettings) -> tuple[VitalSign, ...]:
    common: dict[str, Any] = {
        "group": "noise", "unit": "dB", "owner": "environment", "inputs": ("laeq",),
        "window_s": _HOUR_S, "min_coverage": settings.hour_coverage, "is_scored": False,
        "source": "level exceeded N % of the time, from fixed buckets; coverage [D]",
    }  # fmt: skip
    return (
        VitalSign(id="noise_l10", zh="累积百分声级L10", en="Noise L10, peaks",
                  formula=noise_l10, **common),
        VitalSign(id="noise_l50", zh="累积百分声级L50", en="Noise L50, median",
                  formula=noise_l50, **common),
        VitalSign(id="noise_l90", zh="累积百分声级L90", en="Noise L90, background",
                  formula=noise_l90, **common),
        VitalSign(id="noise_lmax", zh="最大分段等效声级", en="Loudest LAeq interval",
                  formula=noise_lmax,
                  **{**common, "min_coverage": 0.0, "source": "largest reading of LAeq [D]"}),
    )  # fmt: skip


def _over_limit(settings: NoiseSettings) -> VitalSign:
    return VitalSign(
        id="noise_over_limit",
        zh="噪声超限值",
        en="Noise above the limit",
        group="noise",
        unit="dB",
        owner="environment",
        inputs=("laeq",),
        formula=bound(noise_over_limit, settings),
        window_s=_HOUR_S,
        min_coverage=settings.hour_coverage,
        levels=settings.over_levels,
        remark=("限值{limit:.0f} dB(A)", "limit {limit:.0f} dB(A)"),
        is_scored=False,
        source="GB 3096-2008 table 1 [V secondary], sudden noise by night [V]; hours [M]; "
        "levels, coverage [D]",
    )


def _periods(settings: NoiseSettings) -> tuple[VitalSign, ...]:
    morning, evening = settings.day_hour * _HOUR_S, settings.night_hour * _HOUR_S
    common: dict[str, Any] = {
        "group": "noise", "unit": "dB", "owner": "environment", "basis": Basis.HISTORY,
        "sources": ("noise_hourly",), "min_coverage": 0.0, "is_scored": False,
    }  # fmt: skip
    source = "energy mean of hours; hours of day and night [M]; coverage [D]"
    return (
        VitalSign(id="noise_day", zh="昼间等效声级", en="Noise by day Ld",
                  formula=bound(noise_day, settings), window_s=_DAY_S, hop_s=_DAY_S,
                  align_s=evening, source=source, **common),
        VitalSign(id="noise_night", zh="夜间等效声级", en="Noise by night Ln",
                  formula=bound(noise_night, settings), window_s=_DAY_S, hop_s=_DAY_S,
                  align_s=morning, source=source, **common),
        VitalSign(id="noise_ldn", zh="昼夜等效声级", en="Day-night noise level Ldn",
                  formula=bound(noise_ldn, settings), window_s=_DAY_S, hop_s=_DAY_S,
                  align_s=morning, source=f"Ldn, 16 and 8 hours; {source}", **common),
    )  # fmt: skip
