"""The health index of a zone, over the newest values of its vital signs; all of it is ours [D].

Domains are the topics of the board. A domain's score is the least of its life-safety signs and the
mean of its comfort signs, whichever is lower; a red or orange life-safety sign caps the whole, so
that a flood cannot hide behind clean air. What is unknown never counts as clear.
"""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from indicators.health.composite import composite, contributions, interval
from indicators.health.settings import HealthSettings
from indicators.health.subscore import subscore
from indicators.topics import TOPIC_OF
from indicators.vital_sign import Inputs, Measure, Quality, VitalSign, VitalValue

_SMALLEST = 1.0


class _Part(NamedTuple):
    """One sign's part: its score, and its weight as it counts by its age and coverage."""

    sign: VitalSign
    domain: str
    score: float
    weight: float


class HealthIndex:
    """The formula of the index.

    Args:
        settings: Its figures.
        signs: The signs it is made of, by id.
    """

    def __init__(self, settings: HealthSettings, signs: Mapping[str, VitalSign]) -> None:
        self._settings = settings
        self._signs = {id_: sign for id_, sign in signs.items() if sign.utility}
        self.__doc__ = HealthIndex.__doc__

    def __call__(self, inputs: Inputs) -> Measure:
        """The index of a zone, 1–100."""
        nominal: dict[str, float] = {}
        parts: list[_Part] = []
        unknown: list[str] = []
        cap, capped_by = 100.0, ""
        for id_, hop in sorted(inputs.hops.items()):
            sign = self._signs.get(id_)
            if sign is None:
                continue
            weight, domain = self._weight(sign), TOPIC_OF[sign.group].id
            nominal[domain] = nominal.get(domain, 0.0) + weight
            newest = inputs.latest.get(id_)
            freshness = 0.0 if newest is None else self._freshness(newest, inputs.end, hop)
            if self._is_unknown(sign, newest, freshness):
                unknown.append(id_)
            if newest is None or newest.value is None or not freshness:
                continue
            if id_ in unknown and freshness < self._settings.clear_share:
                continue
            score = subscore(sign.utility, newest.value)
            parts.append(_Part(sign, domain, score, weight * freshness))
            if (allowed := self._cap_of(sign, newest.level)) < cap:
                cap, capped_by = allowed, id_
        share = self._share(parts, nominal)
        # A flood that is known is told, whatever else is not.
        if not parts or (share < self._settings.min_weight and not capped_by):
            why = {"unknown": unknown} if unknown else {}
            return Measure(None, "too_few_fresh_signs", {"fresh_share": share, **why})
        return self._measure(parts, cap, capped_by, unknown)

    def _is_unknown(self, sign: VitalSign, newest: VitalValue | None, freshness: float) -> bool:
        """Whether it is life safety of which nobody can say whether all is well."""
        if not sign.is_life_safety:
            return False
        if newest is None or newest.value is None or not freshness:
            return True
        is_doubtful = newest.quality is Quality.SUSPECT or freshness < self._settings.clear_share
        return is_doubtful and _colour_of(sign, newest.level) in {"", "green"}

    def _share(self, parts: list[_Part], nominal: Mapping[str, float]) -> float:
        """Share of the weight of the zone's domains that fresh values stand for, 0–1."""
        known = dict.fromkeys(nominal, 0.0)
        for part in parts:
            known[part.domain] += part.weight
        weights = {domain: self._domain_weight(domain) for domain in nominal}
        found = sum(weights[d] * known[d] / nominal[d] for d in nominal)
        return found / sum(weights.values()) if weights else 0.0

    def _domain_weight(self, domain: str) -> float:
        return self._settings.domain_weights.get(domain, 1.0)

    def _weight(self, sign: VitalSign) -> float:
        return self._settings.sign_weights.get(sign.id, 1.0)

    def _freshness(self, value: VitalValue, end: int, hop: int) -> float:
        """Coverage times exp(-age/τ); a value is as old as it is more than one hop behind."""
        age = max(0, end - value.window_end - hop)
        return value.coverage * math.exp(-age / (self._settings.freshness_hops * hop))

    def _cap_of(self, sign: VitalSign, level: str | None) -> float:
        """The highest index that a life-safety sign at this level allows."""
        if not sign.is_life_safety:
            return 100.0
        return self._settings.cap_of(_colour_of(sign, level))

    def _measure(
        self, parts: list[_Part], cap: float, capped_by: str, unknown: list[str]
    ) -> Measure:
        settings = self._settings
        scores = _domains(parts)
        weights = {domain: self._domain_weight(domain) for domain in scores}
        mean = composite(scores, weights)
        low, high = interval(scores, weights, settings.spread, settings.draws, settings.seed)
        worst = min(parts, key=lambda part: (part.score, part.sign.id)).sign
        shares = contributions(scores, weights)
        found: dict[str, Any] = {
            "domains": {domain: round(score, 1) for domain, score in scores.items()},
            "contributions": {domain: round(share, 4) for domain, share in shares.items()},
            "worst": worst.id,
            "worst_domain": min(scores, key=lambda domain: (scores[domain], domain)),
            "low": round(min(low, cap), 1),
            "high": round(min(high, cap), 1),
            "cap": cap,
            "capped": cap < mean,
        }
        if capped_by:
            found["capped_by"] = capped_by
        if unknown:
            found["unknown"] = unknown
        return Measure(min(mean, cap), detail=found, is_suspect=bool(unknown))


def _colour_of(sign: VitalSign, level: str | None) -> str:
    """Colour of a level of a sign; empty without one."""
    return next((known.colour for known in sign.levels if known.id == level), "")


def _domains(parts: list[_Part]) -> dict[str, float]:
    """Topic → score, 1–100: the least over life safety, the weighted mean over comfort."""
    found: dict[str, float] = {}
    for domain in sorted({part.domain for part in parts}):
        members = [part for part in parts if part.domain == domain]
        scores = [part.score for part in members if part.sign.is_life_safety]
        comfort = [part for part in members if not part.sign.is_life_safety]
        if comfort:
            total = sum(part.weight for part in comfort)
            scores.append(sum(part.weight * part.score for part in comfort) / total)
        found[domain] = max(min(scores), _SMALLEST)
    return found
