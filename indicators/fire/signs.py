"""The vital signs of fire."""

from indicators.bound import bound
from indicators.extremes import highest
from indicators.fire.fusion import fire_probability
from indicators.fire.settings import FireSettings
from indicators.vital_sign import VitalSign

_HOP_S = 60.0


def fire_signs(settings: FireSettings | None = None) -> tuple[VitalSign, ...]:
    """The declarations, with the figures of a city."""
    settings = settings or FireSettings()
    # Readings a minute apart span the time of a rise only where it has one more minute.
    window_s = settings.rise_span_s + _HOP_S
    return (
        VitalSign(
            id="fire_probability",
            zh="火情概率",
            en="Probability of fire",
            group="fire",
            unit="1",
            owner="fire",
            inputs=("smoke", "co", "pm25", "pm10", "spot_temperature"),
            # Particles beside them are evidence; alone they are air quality, not a fire sensor.
            made_by=(
                ("smoke", window_s / settings.smoke_needed),
                ("co", settings.rise_span_s),
                ("spot_temperature", window_s),
            ),
            formula=bound(fire_probability, settings),
            window_s=window_s,
            hop_s=_HOP_S,
            # A camera that is there must be heard, however many slow stations are not.
            min_coverage=0.0,
            levels=settings.levels,
            utility=settings.utility,
            is_life_safety=True,
            is_scored=False,
            remark=("证据：{evidence_zh}", "evidence: {evidence_en}"),
            source="1 − ∏(1 − p_k), thresholds and levels [D]; 1 ppm CO = 1.145 mg/m³ [M]",
        ),
        VitalSign(
            id="smoke",
            zh="烟雾置信度",
            en="Smoke confidence",
            group="fire",
            unit="%",
            owner="fire",
            inputs=("smoke",),
            formula=bound(highest, "smoke"),
            is_extreme=True,
            min_coverage=0.0,
            window_s=60,
            levels=settings.smoke_levels,
            source="maximum; levels [D]",
        ),
        VitalSign(
            id="spot_temperature",
            zh="热点温度",
            en="Spot temperature",
            group="fire",
            unit="Cel",
            owner="fire",
            inputs=("spot_temperature",),
            formula=bound(highest, "spot_temperature"),
            is_extreme=True,
            min_coverage=0.0,
            window_s=60,
            levels=settings.spot_levels,
            source="maximum; levels [D]",
        ),
    )
