"""The composite of domain scores: a weighted geometric mean, what each took away, how sure it is.

In a geometric mean one good domain cannot make good for a bad one as it can in an arithmetic one
(COINr after OECD/JRC, [V]): domains are essentials. The interval shows how much the index depends
on weights that nobody can prove: the composite under random weights around them.
"""

import math
from collections.abc import Mapping
from functools import lru_cache
from random import Random


def composite(scores: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Weighted geometric mean.

    Args:
        scores: Domain → score, 1–100; one or more.
        weights: Domain → weight, > 0.

    Returns:
        1–100.

    Example:
        >>> round(composite({"flood": 5.0, "air": 95.0}, {"flood": 1.0, "air": 1.0}), 1)
        21.8
    """
    total = sum(weights[domain] for domain in scores)
    mean = sum(weights[domain] * math.log(score) for domain, score in scores.items()) / total
    return min(math.exp(mean), 100.0)


def contributions(scores: Mapping[str, float], weights: Mapping[str, float]) -> dict[str, float]:
    """Share of each domain in what is missing to 100, 0–1; together 1, all 0 where nothing is.

    The logarithm of the composite is a sum over domains, so this is exact.
    """
    lost = {domain: weights[domain] * math.log(100.0 / score) for domain, score in scores.items()}
    total = sum(lost.values())
    return {domain: part / total if total else 0.0 for domain, part in lost.items()}


def interval(
    scores: Mapping[str, float], weights: Mapping[str, float], spread: float, draws: int, seed: int
) -> tuple[float, float]:
    """The 5th and 95th percentile of the composite under random weights.

    Args:
        scores: Domain → score, 1–100; one or more.
        weights: Domain → weight, > 0.
        spread: Relative standard deviation of each weight, before they are brought to one sum.
        draws: How many random weights, >= 20.
        seed: Of the draws.

    Weights are Gamma distributed around their own, which brought to one sum is a Dirichlet draw
    where all are alike.
    """
    logs = [math.log(score) for score in scores.values()]
    base = [weights[domain] for domain in scores]
    found = []
    for factors in _factors(len(logs), spread, draws, seed):
        drawn = [weight * factor for weight, factor in zip(base, factors, strict=True)]
        mean = sum(w * log for w, log in zip(drawn, logs, strict=True)) / sum(drawn)
        found.append(min(math.exp(mean), 100.0))
    found.sort()
    return found[draws // 20], found[draws - 1 - draws // 20]


@lru_cache(maxsize=64)
def _factors(count: int, spread: float, draws: int, seed: int) -> tuple[tuple[float, ...], ...]:
    """Random factors of mean 1, the same for every index: all places have one measure."""
    random, shape = Random(seed), 1.0 / spread**2  # noqa: S311 - nothing is kept secret
    return tuple(
        tuple(random.gammavariate(shape, 1.0 / shape) for _ in range(count)) for _ in range(draws)
    )
