"""How the plan of a zone is worked out from what its terminals declare."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from indicators.calendar_days import DAY_MS
from indicators.plan import Declared, MakeUp, SignPlan, ZonePlan
from indicators.vital_sign import Basis, VitalSign
from indicators.window import stretch
from sensors.city import City, DeclaredQuantity, Zone
from sensors.kind import Kind, Remembered
from sensors.quantity import CATALOGUE
from sensors.screening import channels, horizon_ms

_HOUR_MS = 3_600_000
_QUIET_MS = 26 * _HOUR_MS
_DERIVED = (Basis.LIVENESS, Basis.CLOCKS, Basis.SIGNS)
_LONGEST_WORD_S = 3600.0
"""A terminal's word stands no longer than this [D]."""
_GRACE_MS = 5000
"""How long liveness waits for a last word, whatever the terminals measure."""


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
    span = max((_span(plan) for plan in plans), default=0)
    horizon = max((plan.horizon for plan in plans), default=0)
    return horizon + span, span


def _span(plan: SignPlan) -> int:
    """A window, the next one begun and its grace, ms; a day may be longer than its plan says."""
    return plan.window + plan.hop + plan.grace + (2 * _HOUR_MS if plan.is_daily else 0)


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
    derived = [sign for basis in _DERIVED for sign in signs if sign.basis is basis]
    for sign in derived if kinds else ():
        plans[sign.id] = _plan_derived(sign, plans.values(), min(cadences.values()))
    by_quantity: dict[str, tuple[SignPlan, ...]] = {}
    for plan in plans.values():
        for quantity in plan.quantities:
            by_quantity[quantity] = (*by_quantity.get(quantity, ()), plan)
    needed = {q.name: remembered(by_quantity.get(q.name, ())) for kind in kinds for q in kind}
    made = {kind: Kind(channels(kind), needed) for kind in kinds}
    grid = {sign: plan.hop for sign, plan in plans.items()}
    return MakeUp(plans, by_quantity, grid, made, cadences)


def _plan_readings(sign: VitalSign, declared: list[DeclaredQuantity]) -> SignPlan:
    fastest = min(q.cadence for q in declared if not sign.needs or q.name in sign.needs)
    slowest = max(quantity.cadence for quantity in declared)
    hop = stretch(sign.hop_s or sign.window_s, fastest)
    word = window = math.ceil(max(stretch(sign.window_s, fastest), hop) / hop) * hop
    if sign.is_extreme:
        # What a slow gauge said stands until it speaks again, or it would be seen now and then.
        longest = stretch(sign.window_s, min(slowest, _LONGEST_WORD_S))
        window = math.ceil(max(window, longest) / hop) * hop
    return SignPlan(
        sign=sign,
        window=window * 1000,
        hop=hop * 1000,
        grace=max(round(CATALOGUE[q.name].grace * 1000) for q in declared),
        # What is never corrected needs no rows for it.
        horizon=0 if sign.is_internal else horizon_ms(slowest),
        silence=max(_HOUR_MS, (window + 3 * hop) * 1000),
        quantities=tuple(sorted({q.name for q in declared})),
        word=0 if window == word else word * 1000,
        is_daily=hop * 1000 == DAY_MS,
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
        is_daily=hop * 1000 == DAY_MS,
    )


def _keep_sources(plans: dict[str, SignPlan]) -> None:
    """Have signs remember their values for as long as a sign that is made of them may change."""
    for plan in list(plans.values()):
        for source in plan.sources:
            known = plans[source]
            most = known.reach + plan.window + 2 * plan.hop + plan.grace
            kept = {*known.kept, (plan.source_hop, most)}
            plans[source] = msgspec.structs.replace(known, kept=tuple(sorted(kept)))


def _plan_derived(sign: VitalSign, known: Iterable[SignPlan], quickest: float) -> SignPlan:
    """Liveness and index go at the pace of the place's quickest terminal, not of its slowest."""
    hop = stretch(sign.hop_s or sign.window_s, quickest) * 1000
    grace = _GRACE_MS
    if sign.basis is Basis.SIGNS:
        # What comes more slowly is counted with its newest value, and not waited for.
        prompt = (plan.grace for plan in known if plan.sign.utility and plan.hop <= hop)
        grace = max(prompt, default=grace) + 1000
    quiet = max(_QUIET_MS, 4 * hop)
    return SignPlan(sign, hop, hop, grace, 0, quiet, is_daily=hop == DAY_MS)
