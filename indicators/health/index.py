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
from indicators.vital_sign import UNRATED, Inputs, Measure, Quality, VitalSign

_SMALLEST = 1.0


class _Part(NamedTuple):
    """One sign's part: its score, and its weight as it counts by its age and coverage."""

    sign: VitalSign
    domain: str
    score: float
    weight: float
    cap: float


class _Known(NamedTuple):
    """What is known of a place.

    Attributes:
        parts: Of the signs whose values count.
        nominal: Topic → weight that all its signs would have.
        unknown: Life-safety signs without a fresh value.
        doubtful: Life-safety signs whose value is suspect.
    """

    parts: list[_Part]
    nominal: dict[str, float]
    unknown: list[str]
    doubtful: list[str]


class HealthIndex:
    """Geometric mean of the topics' scores; red and orange signs of life safety cap it.

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
        known = self._known(inputs)
        weights = self._weights(known)
        nominal = sum(self._domain_weight(domain) for domain in known.nominal)
        share = sum(weights.values()) / nominal if nominal else 0.0
        capping = min(known.parts, key=lambda part: (part.cap, part.sign.id), default=None)
        is_capped = capping is not None and capping.cap < 100.0
        # A flood that is known is told, whatever else is not.
        if capping is None or (share < self._settings.min_weight and not is_capped):
            return Measure(None, "too_few_fresh_signs", {"fresh_share": share, **_unsure(known)})
        return self._measure(known, weights, capping)

    def _known(self, inputs: Inputs) -> _Known:
        """Sort the signs of a place by what is known of them."""
        known = _Known([], {}, [], [])
        blind = set()
        for id_, hop in sorted(inputs.hops.items()):
            sign, newest = self._signs.get(id_), inputs.latest.get(id_)
            if sign is None or (newest is not None and newest.reason in UNRATED):
                continue
            domain = TOPIC_OF[sign.group].id
            known.nominal[domain] = known.nominal.get(domain, 0.0) + self._weight(sign)
            part, is_fresh = self._part(sign, domain, inputs, hop)
            if part is not None:
                known.parts.append(part)
            if sign.is_life_safety:
                if not is_fresh:
                    known.unknown.append(id_)
                    blind.add(domain)
                elif inputs.latest[id_].quality is Quality.SUSPECT:
                    known.doubtful.append(id_)
        # Where a topic's life safety is not known, only its bad news counts.
        kept = [part for part in known.parts if part.domain not in blind or part.cap < 100.0]
        return known._replace(parts=kept)

    def _part(
        self, sign: VitalSign, domain: str, inputs: Inputs, hop: int
    ) -> tuple[_Part | None, bool]:
        """What a sign's newest value counts, and whether it is fresh."""
        newest = inputs.latest.get(sign.id)
        if newest is None or newest.value is None:
            return None, False
        hops_late = max(0, inputs.end - newest.window_end - hop) / hop
        freshness = newest.coverage * math.exp(-hops_late / self._settings.freshness_hops)
        is_fresh = hops_late <= self._settings.freshness_hops
        cap = self._cap_of(sign, newest.level)
        if sign.is_life_safety and _colour_of(sign, newest.level) in {"", "green"}:
            # That all is well takes more than a few readings.
            is_fresh &= freshness >= self._settings.clear_share
        if cap < 100.0:
            # The last that was heard of it stands until something else is known.
            freshness = 1.0
        if not freshness:
            return None, is_fresh
        score = subscore(sign.utility, newest.value)
        return _Part(sign, domain, score, self._weight(sign) * freshness, cap), is_fresh

    def _weights(self, known: _Known) -> dict[str, float]:
        """Topic → its weight, by the share of it that fresh values stand for; > 0."""
        found = dict.fromkeys(sorted({part.domain for part in known.parts}), 0.0)
        for part in known.parts:
            found[part.domain] += part.weight
        return {d: self._domain_weight(d) * found[d] / known.nominal[d] for d in found}

    def _domain_weight(self, domain: str) -> float:
        return self._settings.domain_weights.get(domain, 1.0)

    def _weight(self, sign: VitalSign) -> float:
        return self._settings.sign_weights.get(sign.id, 1.0)

    def _cap_of(self, sign: VitalSign, level: str | None) -> float:
        """The highest index that a life-safety sign at this level allows."""
        if not sign.is_life_safety:
            return 100.0
        return self._settings.cap_of(_colour_of(sign, level))

    def _measure(self, known: _Known, weights: dict[str, float], capping: _Part) -> Measure:
        settings, parts, cap = self._settings, known.parts, capping.cap
        scores = _domains(parts)
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
        if cap < 100.0:
            found["capped_by"] = capping.sign.id
        unsure = _unsure(known)
        return Measure(min(mean, cap), detail=found | unsure, is_suspect=bool(unsure))


def _unsure(known: _Known) -> dict[str, list[str]]:
    """The life-safety signs that are not known, and those that are not sure."""
    named = {"unknown": known.unknown, "doubtful": known.doubtful}
    return {key: signs for key, signs in named.items() if signs}


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
