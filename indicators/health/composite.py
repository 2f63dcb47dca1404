"""The composite of domain scores: a weighted geometric mean, what each took away, how sure it is.

In a geometric mean one good domain cannot make good for a bad one as it can in an arithmetic one
(COINr after OECD/JRC, [V]): domains are essentials. The interval shows how much the index depends
on weights that nobody can prove: the composite under random weights around them.
"""

import math
from collections.abc import Mapping
from functools import lru_cache
from random import Random

import numpy as np

from sensors.decimals import Floats


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
    # Column by column: single operations, which are the same on every machine.
    above: Floats = np.zeros(draws)
    below: Floats = np.zeros(draws)
    for factor, (domain, score) in zip(
        _factors(len(scores), spread, draws, seed), scores.items(), strict=True
    ):
        drawn = factor * weights[domain]
        above += drawn * math.log(score)
        below += drawn
    means = np.sort(above / below)
    low, high = float(means[draws // 20]), float(means[draws - 1 - draws // 20])
    return min(math.exp(low), 100.0), min(math.exp(high), 100.0)


@lru_cache(maxsize=64)
def _factors(count: int, spread: float, draws: int, seed: int) -> tuple[Floats, ...]:
    """For each domain as many random factors of mean 1; the same for every index."""
    random, shape = Random(seed), 1.0 / spread**2  # noqa: S311 - nothing is kept secret
    return tuple(
        np.array([random.gammavariate(shape, 1.0 / shape) for _ in range(draws)])
        for _ in range(count)
    )
