"""Several signals of a zone at once: each may be usual, and all of them together never seen.

The deviations of the signals from what is usual for each are compared with how they go together:
the squared Mahalanobis distance by their correlation, slowly followed and shrunk towards none. Its
empirical tail says how rare that is, and the distance falls into a share of each signal. Trees over
several signals were measured beside it (docs/decisions/0023).
"""

import math
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from anomaly.rest import Rest, RestState
from anomaly.tail import EmpiricalTail, TailState

_CLIP: Final = 8.0
"""A deviation counts no more than this, robust standard deviations."""


class JointSignals(msgspec.Struct, frozen=True):
    """Signals that belong together.

    Attributes:
        id: What their score is called.
        zh: In Chinese.
        en: In English.
        members: Ids of vital signs.
    """

    id: str
    zh: str
    en: str
    members: tuple[str, ...]


JOINTS: Final = (
    JointSignals(
        "joint_flood", "雨水路况联合", "Rain, water and traffic together",
        ("rain_10min", "water_depth", "traffic_speed_ratio"),
    ),
    JointSignals(
        "joint_gathering", "人群噪声路况联合", "Crowd, noise and traffic together",
        ("crowd_density", "noise_leq", "traffic_speed_ratio"),
    ),
    JointSignals(
        "joint_burning", "烟雾热点空气联合", "Smoke, heat and air together",
        ("smoke", "spot_temperature", "aqi_hourly"),
    ),
)  # fmt: skip
"""Of every zone that has two of the members or more."""


class JointVerdict(msgspec.Struct, frozen=True):
    """What is said of several signals at one moment.

    Attributes:
        score: 0 (usual) to 1, one half at the level of an alarm.
        shares: Signal → its share of the distance, 1 in all; below 0 where it speaks against.
        is_record: As in `anomaly.detector.Verdict`.
    """

    score: float
    shares: Mapping[str, float]
    is_record: bool


class JointState(msgspec.Struct, frozen=True, array_like=True):
    """What a `Joint` knows: of each pair the mean product and its age, row by row; tail, rest."""

    products: tuple[float, ...]
    ages: tuple[int, ...]
    count: int
    tail: TailState
    rest: RestState


class Joint:
    """How unusual some signals are together.

    Args:
        members: Their names.
        forgetting: Least weight of a new product in the correlation, 0–1.
        shrinkage: Share of no correlation in the correlation, 0–1: few values prove none.
        ready_after: Moments before the first verdict.
        alarm: Surprise (decades) at which the score is one half.
    """

    def __init__(
        self,
        members: Sequence[str],
        forgetting: float = 0.002,
        shrinkage: float = 0.1,
        ready_after: int = 100,
        alarm: float = 2.5,
    ) -> None:
        self._members = tuple(members)
        self._forgetting, self._shrinkage = forgetting, shrinkage
        self._ready_after, self._alarm = ready_after, alarm
        pairs = len(self._members) ** 2
        self._products, self._ages = [0.0] * pairs, [0] * pairs
        self._count = 0
        self._tail, self._rest = EmpiricalTail(), Rest()

    def step(self, at: int, deviations: Mapping[str, float]) -> JointVerdict | None:
        """Judge a moment, then learn from it.

        Args:
            at: Local ms.
            deviations: Of two members or more, in robust standard deviations.

        Returns:
            None while learning.
        """
        known = [n for n, member in enumerate(self._members) if member in deviations]
        clipped = [min(max(deviations[self._members[n]], -_CLIP), _CLIP) for n in known]
        parts = self._parts(known, clipped)
        distance = sum(parts)
        # Of more signals the distance is larger by as much.
        statistic = max(distance, 0.0) / len(known)
        surprise = self._tail.surprise(statistic) if self._count >= self._ready_after else 0.0
        verdict = None
        if self._count >= self._ready_after:
            square = (surprise / self._alarm) ** 2
            shares = {
                self._members[n]: part / distance if distance > 0.0 else 0.0
                for n, part in zip(known, parts, strict=True)
            }
            is_record = self._rest.is_record(surprise)
            verdict = JointVerdict(square / (1.0 + square), shares, is_record)
        self._rest.learn(at, surprise)
        self._tail.learn(statistic)
        self._learn(known, clipped)
        self._count += 1
        return verdict

    def _parts(self, known: Sequence[int], deviations: Sequence[float]) -> list[float]:
        """What each known signal adds to the squared distance."""
        rows = [[self._correlation(a, b) for b in known] for a in known]
        return [d * s for d, s in zip(deviations, _solved(rows, deviations), strict=True)]

    def _correlation(self, a: int, b: int) -> float:
        if a == b:
            return 1.0
        size = len(self._members)
        both = self._products[a * size + b]
        own = self._products[a * size + a] * self._products[b * size + b]
        if own <= 0.0:
            return 0.0
        found = both / math.sqrt(own)
        return (1.0 - self._shrinkage) * min(max(found, -1.0), 1.0)

    def _learn(self, known: Sequence[int], deviations: Sequence[float]) -> None:
        size = len(self._members)
        for a, one in zip(known, deviations, strict=True):
            for b, other in zip(known, deviations, strict=True):
                pair = a * size + b
                self._ages[pair] += 1
                weight = max(self._forgetting, 1.0 / self._ages[pair])
                self._products[pair] += weight * (one * other - self._products[pair])

    def dump(self) -> JointState:
        """The state."""
        return JointState(
            tuple(self._products), tuple(self._ages), self._count, self._tail.dump(),
            self._rest.dump(),
        )  # fmt: skip

    def load(self, state: JointState) -> None:
        """Continue from a `dump`."""
        self._products, self._ages = list(state.products), list(state.ages)
        self._count = state.count
        self._tail.load(state.tail)
        self._rest.load(state.rest)


def _solved(rows: list[list[float]], right: Sequence[float]) -> list[float]:
    """The solution of a small system of equations, positive definite, by elimination.

    Not by a library: its last digits differ from machine to machine, and the same recording is to
    give the same bytes.
    """
    left, solution = [[*row] for row in rows], [*right]
    size = len(solution)
    for n in range(size):
        for below in range(n + 1, size):
            factor = left[below][n] / left[n][n]
            for column in range(n, size):
                left[below][column] -= factor * left[n][column]
            solution[below] -= factor * solution[n]
    for n in reversed(range(size)):
        solution[n] -= sum(left[n][k] * solution[k] for k in range(n + 1, size))
        solution[n] /= left[n][n]
    return solution
