"""What a city may change of its health index; all of it is ours [D]."""

import msgspec

from indicators.vital_sign import Level


class HealthSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Figures of the index.

    Attributes:
        domain_weights: Topic → weight in the composite, > 0; 1 where it is not named.
        sign_weights: Vital sign → weight within its domain's comfort mean, > 0; 1 where not named.
        red_cap: Highest index that a life-safety sign at a red level allows, 1–100.
        orange_cap: The same at an orange one.
        floor: Sub-scores below this count as this much in roll-ups, so that a mean stays one.
        power: Exponent p of the roll-up's mean, below 0; the lower, the more the worst counts.
        freshness_hops: A value that is this many of its hops older than it need be counts 1/e.
        clear_share: Below this share of freshness and coverage a life-safety sign that says all is
            well counts as unknown, 0–1.
        min_weight: Below this share of the weight that a place could have its index is NA, 0–1.
        min_exposure: From this share of a place's exposure on its red parts cap it, 0–1.
        min_reds: From so many red parts on they cap it, whatever their exposure.
        spread: Relative standard deviation of the random weights behind the interval, > 0.
        draws: How many of them.
        seed: Of the draws.
        levels: From harmless to severe; each holds at values up to its edge.
    """

    domain_weights: dict[str, float] = {}
    sign_weights: dict[str, float] = {}
    red_cap: float = 40.0
    orange_cap: float = 60.0
    floor: float = 5.0
    power: float = -1.0
    freshness_hops: float = 3.0
    clear_share: float = 0.25
    min_weight: float = 0.6
    min_exposure: float = 0.05
    min_reds: int = 3
    spread: float = 0.25
    draws: int = 200
    seed: int = 20260301
    levels: tuple[Level, ...] = (
        Level("HI2", 80.0, "良好", "good", "yellow"),
        Level("HI3", 60.0, "亚健康", "fair", "orange"),
        Level("HI4", 40.0, "不健康", "poor", "red"),
    )

    def cap_of(self, colour: str) -> float:
        """The highest index that a life-safety sign at a level of a colour allows, 1–100."""
        return {"red": self.red_cap, "orange": self.orange_cap}.get(colour, 100.0)
