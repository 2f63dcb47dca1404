"""The vital signs of one zone: plans and states side by side, ready for the stage."""

from collections.abc import Mapping

import numpy as np

from indicators.calendar_days import DAY_MS, day_end_after, days_before
from indicators.edges import Edges, Pace
from indicators.plan import SignPlan, ZonePlan
from indicators.sign_members import SignMembers
from indicators.state import SignState, ZoneState
from indicators.vital_sign import PLAIN, Basis
from sensors.decimals import Ints


class Sign:
    """One vital sign of one zone.

    Attributes:
        zone: Its zone.
        place: Id of the zone.
        plan: Its plan.
        about: Its declaration.
        state: Its state.
        slot: Its slot among the edges.
        order: By what signs that close together are ordered: zone and sign.
        members: What feeds it, as arrays; None until it is looked up.
        size: How many members feed it, heard or not.
        is_fed: Whether readings feed it, and not other signs or the silence of terminals.
        weights: Share of its terminal in a value, where it has one and values are weighed.
        made_of: The signs it is made of.
        makes: The signs that are made of it.
    """

    __slots__ = (
        "about",
        "is_fed",
        "made_of",
        "makes",
        "members",
        "order",
        "place",
        "plan",
        "size",
        "slot",
        "state",
        "weights",
        "zone",
    )

    def __init__(self, zone: "ZoneVitals", plan: SignPlan, state: SignState, slot: int) -> None:
        self.zone, self.place = zone, zone.plan.zone.id
        self.plan, self.about, self.state, self.slot = plan, plan.sign, state, slot
        self.order = self.place, plan.sign.id
        self.is_fed = plan.sign.basis is Basis.READINGS
        self.size = zone.plan.size(plan)
        self.members: SignMembers | None = None
        self.weights = {} if self.about.group == PLAIN else zone.plan.only_terminal(plan)
        self.made_of: list[Sign] = []
        self.makes: list[Sign] = []

    def end_after(self, instant: int) -> int:
        """The first end of a window of its own after an instant, Unix ms."""
        plan = self.plan
        if plan.is_daily:
            align = round(self.about.align_s * 1000)
            return day_end_after(instant, self.zone.plan.zone.timezone, align)
        return (instant // plan.hop + 1) * plan.hop

    def start_of(self, end: int) -> int:
        """Where the window begins that ends at an instant, Unix ms."""
        if self.plan.is_daily:
            days = self.plan.window // DAY_MS
            align = round(self.about.align_s * 1000)
            return days_before(end, days, self.zone.plan.zone.timezone, align)
        return end - self.plan.window


class ZoneVitals:
    """The vital signs of one zone.

    Attributes:
        plan: What the zone computes.
        state: Its state.
        slot: Its own slot among the edges.
        shelf: Where its gatherings are kept.
        signs: Its signs by id.
        feeds: Quantity → the signs that it feeds.
        numbers: Number of each terminal of the plan, in its order, int32.
    """

    def __init__(self, plan: ZonePlan, state: ZoneState, edges: Edges) -> None:
        self.plan, self.state = plan, state
        self.slot = edges.add_slot()
        self.shelf = 0
        self.numbers: Ints = np.zeros(0, np.int32)
        self.signs: dict[str, Sign] = {}
        for name, sign_plan in plan.signs.items():
            kept = state.signs.setdefault(name, SignState())
            self.signs[name] = Sign(self, sign_plan, kept, edges.add_slot(_pace_of(sign_plan)))
        for sign in self.signs.values():
            sign.made_of = [self.signs[source] for source in sign.plan.sources]
            for source in sign.made_of:
                source.makes.append(sign)
        self.feeds: Mapping[str, tuple[Sign, ...]] = {
            quantity: tuple(self.signs[plan.sign.id] for plan in plans)
            for quantity, plans in plan.by_quantity.items()
        }
        self.hops = plan.make_up.grid

    @property
    def terminals(self) -> dict[str, tuple[int, float]]:
        """Number and cadence (s) of its terminals by id."""
        cadences = self.plan.cadences.items()
        pairs = zip(self.numbers.tolist(), cadences, strict=True)
        return {terminal: (number, cadence) for number, (terminal, cadence) in pairs}


def _pace_of(plan: SignPlan) -> Pace:
    patience = plan.silence + plan.grace
    if plan.sign.basis is not Basis.READINGS:
        return Pace(patience=patience)
    return Pace(plan.hop, plan.grace, patience)
