"""Signs whose windows close together again and again: what is worked out once for all closings."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from indicators.evaluate_many import Alike
from indicators.gather import Gathering
from indicators.gatherings import Gatherings
from indicators.vital_sign import PLAIN, ManyFormula
from indicators.zone_vitals import Sign

_MOST: Final = 1 << 16
"""Signs of all cohorts that are kept."""


class Seat(NamedTuple):
    """Where the windows of one sign are.

    Attributes:
        gathering: Number of its gathering.
        first: Number of its first window there.
        step: From the number of one round's window to that of the next.
    """

    gathering: int
    first: int
    step: int


class Cohort:
    """Signs whose windows close together.

    Args:
        signs: The signs, in their order.
        gatherings: Gathers what windows hold.
        due: When some windows of theirs close, ms; those of days differ in length.

    Attributes:
        signs: The signs.
        gatherings: How their windows are gathered, and the end of the first one of each relative
            to the due time, ms.
        seats: Where the windows are of those signs that readings feed, by slot.
        alike: Those whose windows can be evaluated as columns.
        noted: Those of whose values something is kept, by their place among all.
    """

    def __init__(self, signs: Sequence[Sign], gatherings: Gatherings, due: int) -> None:
        self.signs = signs
        fed = [sign for sign in signs if sign.is_fed]
        ends = [due - sign.plan.grace for sign in fed]
        self.gatherings: list[tuple[Gathering, int]] = []
        self.seats: dict[int, Seat] = {}
        for numbers, gathering in gatherings.shelved(fed, ends):
            for first, number in enumerate(numbers):
                self.seats[fed[number].slot] = Seat(len(self.gatherings), first, len(numbers))
            self.gatherings.append((gathering, ends[numbers[0]] - due))
        self.alike = [self._alike(formula, some) for formula, some in self._by_formula(fed).items()]
        self.noted = [
            (place, sign) for place, sign in enumerate(signs) if sign.makes or sign.about.utility
        ]

    def _by_formula(self, fed: Sequence[Sign]) -> dict[ManyFormula, list[Sign]]:
        """Signs of one quantity with a formula for many windows."""
        found: dict[ManyFormula, list[Sign]] = {}
        for sign in fed:
            formula, (number, first, _) = sign.many, self.seats[sign.slot]
            if formula is None or len(self.gatherings[number][0].places.pools_of[first]) != 1:
                continue
            if sign.weights or sign.about.group == PLAIN:
                found.setdefault(formula, []).append(sign)
        return found

    def _alike(self, formula: ManyFormula, signs: Sequence[Sign]) -> Alike:
        places = [gathering.places for gathering, _ in self.gatherings]
        before = np.cumsum([0, *(len(some.pools) for some in places)]).tolist()
        seats = [self.seats[sign.slot] for sign in signs]
        pools = [places[seat.gathering].pools_of[seat.first][0] for seat in seats]
        return Alike(
            formula, signs,
            np.array([before[s.gathering] + p.number for s, p in zip(seats, pools, strict=True)]),
            np.array([float(pool.quantity.scale) for pool in pools]),
            np.array([places[seat.gathering].expected[seat.first] for seat in seats]),
            np.array([sign.about.min_coverage for sign in signs]),
            np.array([sign.plan.grace for sign in signs]),
            np.array([sign.plan.window for sign in signs]),
        )  # fmt: skip


class Cohorts:
    """The cohorts there are, until one of their signs gets a group.

    Args:
        gatherings: Gathers what windows hold.
    """

    def __init__(self, gatherings: Gatherings) -> None:
        self._gatherings = gatherings
        self._known: dict[tuple[int, ...], Cohort] = {}
        self._signs = 0
        self._changes = gatherings.changes

    def of(self, signs: Sequence[Sign], due: int) -> Cohort:
        """The cohort of signs whose windows close together at an instant (ms), in their order."""
        if self._gatherings.has_days and any(sign.plan.is_daily for sign in signs):
            return Cohort(signs, self._gatherings, due)
        if self._changes != self._gatherings.changes or self._signs > _MOST:
            self._known.clear()
            self._signs, self._changes = 0, self._gatherings.changes
        key = tuple([sign.slot for sign in signs])
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = Cohort(signs, self._gatherings, due)
            self._signs += len(signs)
        return found
