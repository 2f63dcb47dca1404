"""What a zone computes: its windows and signs, worked out once from the city pack.

Nearly all of it depends on what kinds of terminals a zone has and not on which: zones of the same
make-up share it.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property

import msgspec

from indicators.calendar_days import DAY_MS
from indicators.vital_sign import Basis, VitalSign
from indicators.window import stretch
from sensors.city import City, DeclaredQuantity, Terminal, Zone
from sensors.kind import Kind, Remembered
from sensors.quantity import CATALOGUE
from sensors.screening import channels, horizon_ms

Declared = tuple[DeclaredQuantity, ...]
"""What a terminal declares."""


class Member(msgspec.Struct, frozen=True):
    """A (terminal, quantity) that feeds a sign; `expected` readings a window by its cadence."""

    terminal: str
    quantity: str
    expected: float


class SignPlan(msgspec.Struct, frozen=True):
    """One vital sign in zones of one make-up. All times are ms.

    Attributes:
        sign: Its declaration.
        window: Length of its window.
        hop: From one window to the next; divides `window`.
        grace: How long a window waits after its end.
        horizon: How late a reading of its inputs may come.
        silence: How long after its last reading empty windows are still reported.
        quantities: Those of its inputs that the zones' terminals report, ascending.
        sources: Those of the signs it is made of that the zones have.
        depth: How many signs lie one on the other between it and readings.
        kept: What signs that are made of it ask for: (multiples of what their ends are, how long).
        is_daily: Whether its windows are days of the place.
    """

    sign: VitalSign
    window: int
    hop: int
    grace: int
    horizon: int
    silence: int
    quantities: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    depth: int = 0
    kept: tuple[tuple[int, int], ...] = ()
    is_daily: bool = False

    @property
    def source_hop(self) -> int:
        """Of which multiples the ends of the windows are that it is made of, ms."""
        return max(round(self.sign.source_hop_s * 1000), 1)

    @property
    def reach(self) -> int:
        """How long after its end a window may still be corrected."""
        return self.horizon + self.window


class MakeUp(msgspec.Struct, frozen=True):
    """What zones have in common that have terminals of the same kinds, however many of each.

    Attributes:
        signs: Sign id → its plan.
        by_quantity: Quantity → plans that read it.
        grid: What a state's windows stand on: sign → hop, ms.
        kinds: What a terminal declares → its kind.
        cadences: What a terminal declares → seconds between its most frequent readings.
    """

    signs: Mapping[str, SignPlan]
    by_quantity: Mapping[str, tuple[SignPlan, ...]]
    grid: dict[str, int]
    kinds: Mapping[Declared, Kind]
    cadences: Mapping[Declared, float]


class ZonePlan(msgspec.Struct, frozen=True, dict=True):
    """One zone.

    Attributes:
        zone: The place.
        terminals: Its terminals, ordered by id.
        counts: What terminals declare → how many do.
        make_up: What it has in common with others.
    """

    zone: Zone
    terminals: tuple[Terminal, ...]
    counts: Mapping[Declared, int]
    make_up: MakeUp

    @property
    def signs(self) -> Mapping[str, SignPlan]:
        """Sign id → its plan."""
        return self.make_up.signs

    @property
    def by_quantity(self) -> Mapping[str, tuple[SignPlan, ...]]:
        """Quantity → plans that read it."""
        return self.make_up.by_quantity

    @property
    def cadences(self) -> dict[str, float]:
        """Terminal → seconds between its most frequent readings."""
        return {t.id: self.make_up.cadences[t.quantities] for t in self.terminals}

    @cached_property
    def ratings(self) -> dict[tuple[str, str], float]:
        """(terminal, quantity) → what the thing is built for, where its terminal declares it."""
        return {
            (terminal.id, quantity.name): quantity.rated
            for terminal in self.terminals
            for quantity in terminal.quantities
            if quantity.rated is not None
        }

    def size(self, plan: SignPlan) -> int:
        """How many members feed one of its signs."""
        return sum(
            count * sum(quantity.name in plan.quantities for quantity in declared)
            for declared, count in self.counts.items()
        )

    def only_terminal(self, plan: SignPlan) -> dict[str, float]:
        """The terminal that alone feeds one of its signs, with all the weight; else nothing."""
        feeding = [
            terminal.id
            for terminal in self.terminals
            if any(quantity.name in plan.quantities for quantity in terminal.quantities)
        ]
        return dict.fromkeys(feeding, 1.0) if len(feeding) == 1 else {}

    def members(self, plan: SignPlan) -> list[Member]:
        """What feeds one of its signs, by terminal and quantity."""
        seconds = plan.window // 1000
        feeding = {
            declared: sorted((q.name, q.cadence) for q in declared if q.name in plan.quantities)
            for declared in self.make_up.kinds
        }
        return [
            Member(terminal.id, quantity, seconds / cadence)
            for terminal in self.terminals
            for quantity, cadence in feeding[terminal.quantities]
        ]


_HOUR_MS = 3_600_000
_QUIET_MS = 26 * _HOUR_MS


def plan_zone(
    city: City,
    zone: Zone,
    signs: Iterable[VitalSign],
    made_up: dict[frozenset[Declared], MakeUp] | None = None,
) -> ZonePlan:
    """Work out the plan of one zone.

    Args:
        city: The city.
        zone: The place.
        signs: The catalogue of vital signs.
        made_up: What was made of these signs before, by what terminals declare; grows.
    """
    terminals = city.terminals_of(zone.id)
    counts = Counter(terminal.quantities for terminal in terminals)
    key = frozenset(counts)
    found = None if made_up is None else made_up.get(key)
    if found is None:
        found = _make_up(key, signs)
        if made_up is not None:
            made_up[key] = found
    return ZonePlan(zone, terminals, counts, found)


def remembered(plans: Iterable[SignPlan]) -> Remembered:
    """How long readings are needed by what reads them, ms: late ones, and for open windows."""
    plans = list(plans)
    span = max((plan.window + plan.hop + plan.grace for plan in plans), default=0)
    horizon = max((plan.horizon for plan in plans), default=0)
    return horizon + span, span


def _make_up(kinds: frozenset[Declared], signs: Iterable[VitalSign]) -> MakeUp:
    signs = list(signs)
    cadences = {kind: min((q.cadence for q in kind), default=60.0) for kind in kinds}
    plans: dict[str, SignPlan] = {}
    for sign in signs:
        if sign.basis is Basis.READINGS:
            declared = [q for kind in kinds for q in kind if q.name in sign.inputs]
            if sign.is_made_by((q.name, q.cadence) for q in declared):
                plans[sign.id] = _plan_readings(sign, declared)
    made_of = {sign.id: sign for sign in signs if sign.basis is Basis.HISTORY}
    for id_ in made_of:
        _plan_history(id_, made_of, plans)
    _keep_sources(plans)
    for sign in signs:
        if sign.basis in {Basis.LIVENESS, Basis.SIGNS} and kinds:
            plans[sign.id] = _plan_derived(sign, plans.values(), cadences.values())
    by_quantity: dict[str, tuple[SignPlan, ...]] = {}
    for plan in plans.values():
        for quantity in plan.quantities:
            by_quantity[quantity] = (*by_quantity.get(quantity, ()), plan)
    needed = {q.name: remembered(by_quantity.get(q.name, ())) for kind in kinds for q in kind}
    made = {kind: Kind(channels(kind), needed) for kind in kinds}
    grid = {sign: plan.hop for sign, plan in plans.items()}
    return MakeUp(plans, by_quantity, grid, made, cadences)


def _plan_readings(sign: VitalSign, declared: list[DeclaredQuantity]) -> SignPlan:
    fastest = min(quantity.cadence for quantity in declared)
    slowest = max(quantity.cadence for quantity in declared)
    hop = stretch(sign.hop_s or sign.window_s, fastest)
    window = max(stretch(sign.window_s, fastest), hop)
    window = math.ceil(window / hop) * hop
    return SignPlan(
        sign=sign,
        window=window * 1000,
        hop=hop * 1000,
        grace=max(round(CATALOGUE[q.name].grace * 1000) for q in declared),
        horizon=horizon_ms(slowest),
        silence=max(_HOUR_MS, (window + 3 * hop) * 1000),
        quantities=tuple(sorted({q.name for q in declared})),
    )


def _plan_history(id_: str, made_of: Mapping[str, VitalSign], plans: dict[str, SignPlan]) -> None:
    """A sign that is made of others: at the pace of the quickest, when all of them have closed."""
    sign = made_of[id_]
    for source in sign.sources:
        if source in made_of and source not in plans:
            _plan_history(source, made_of, plans)
    sources = [plans[source] for source in sign.sources if source in plans]
    if id_ in plans or not sources:
        return
    pace = min(plan.hop for plan in sources) / 1000
    hop = stretch(sign.hop_s or sign.window_s, pace)
    # Of a single value nothing can be said that it does not say itself.
    window = math.ceil(max(sign.window_s, 2 * pace, hop) / hop) * hop
    plans[id_] = SignPlan(
        sign=sign,
        window=window * 1000,
        hop=hop * 1000,
        grace=max(plan.grace for plan in sources) + 1000,
        horizon=max(plan.reach for plan in sources),
        silence=max(_QUIET_MS, (window + 3 * hop) * 1000),
        sources=tuple(plan.sign.id for plan in sources),
        depth=1 + max(plan.depth for plan in sources),
        is_daily=sign.hop_s == DAY_MS / 1000,
    )


def _keep_sources(plans: dict[str, SignPlan]) -> None:
    """Have signs remember their values for as long as a sign that is made of them may change."""
    for plan in list(plans.values()):
        for source in plan.sources:
            known = plans[source]
            most = known.reach + plan.window + 2 * plan.hop + plan.grace
            kept = {*known.kept, (plan.source_hop, most)}
            plans[source] = msgspec.structs.replace(known, kept=tuple(sorted(kept)))


def _plan_derived(
    sign: VitalSign, measured: Iterable[SignPlan], cadences: Iterable[float]
) -> SignPlan:
    """Liveness and index follow the pace of what they are made of, and wait for it."""
    pace = max(cadences)
    plans = [plan for plan in measured if plan.sign.basis is Basis.READINGS]
    if sign.basis is Basis.SIGNS:
        # At the pace of the quickest sign: a slow one stays fresh by its own pace.
        pace = min((plan.hop / 1000 for plan in plans), default=pace)
    hop = stretch(sign.window_s, pace) * 1000
    grace = max((plan.grace for plan in plans), default=5000)
    if sign.basis is Basis.SIGNS:
        # After those that are made of others, which wait for them in their turn.
        grace = max((plan.grace for plan in measured), default=grace) + 1000
    return SignPlan(sign, hop, hop, grace, 0, _QUIET_MS)
