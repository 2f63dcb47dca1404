"""What a zone computes: its channels, windows and signs, worked out once from the city pack."""

import math
from collections.abc import Iterable, Mapping

import msgspec

from indicators.vital_sign import Basis, VitalSign
from indicators.window import stretch
from sensors.city import City, Zone
from sensors.quantity import CATALOGUE
from sensors.screening import Channel, channels, horizon_ms


class Member(msgspec.Struct, frozen=True):
    """A (terminal, quantity) that feeds a sign; `expected` readings a window by its cadence."""

    terminal: str
    quantity: str
    expected: float


class SignPlan(msgspec.Struct, frozen=True):
    """One vital sign in one zone. All times are ms.

    Attributes:
        sign: Its declaration.
        window: Length of its window.
        hop: From one window to the next; divides `window`.
        grace: How long a window waits after its end.
        horizon: How late a reading of its inputs may come.
        silence: How long after its last reading empty windows are still reported.
        members: What feeds it.
    """

    sign: VitalSign
    window: int
    hop: int
    grace: int
    horizon: int
    silence: int
    members: tuple[Member, ...] = ()


class ZonePlan(msgspec.Struct, frozen=True):
    """One zone.

    Attributes:
        zone: The place.
        channels: SenML name → (terminal id, channel).
        signs: Sign id → its plan.
        by_quantity: Quantity → plans that read it.
        cadences: Terminal → seconds between its most frequent readings.
    """

    zone: Zone
    channels: Mapping[str, tuple[str, Channel]]
    signs: Mapping[str, SignPlan]
    by_quantity: Mapping[str, tuple[SignPlan, ...]]
    cadences: Mapping[str, float]

    @property
    def quantities(self) -> set[str]:
        """What its terminals report."""
        return {channel.quantity.name for _, channel in self.channels.values()}

    def remembered(self, quantity: str) -> tuple[int, int]:
        """How long readings of a quantity are needed, ms: for late ones, and for open windows."""
        plans = self.by_quantity.get(quantity, ())
        span = max((plan.window + plan.hop + plan.grace for plan in plans), default=0)
        horizon = max((plan.horizon for plan in plans), default=0)
        return horizon + span, span

    @property
    def grid(self) -> dict[str, int]:
        """What a state's windows stand on: sign → hop, ms."""
        return {sign: plan.hop for sign, plan in self.signs.items()}


_HOUR_MS = 3_600_000
_DAY_MS = 26 * _HOUR_MS


def plan_zone(city: City, zone: Zone, signs: Iterable[VitalSign]) -> ZonePlan:
    """Work out the plan of one zone."""
    terminals = city.terminals_of(zone.id)
    by_name: dict[str, tuple[str, Channel]] = {}
    for terminal in terminals:
        by_name |= {name: (terminal.id, c) for name, c in channels(terminal).items()}
    cadences = {t.id: min((q.cadence for q in t.quantities), default=60.0) for t in terminals}
    plans: dict[str, SignPlan] = {}
    for sign in signs:
        if sign.basis is Basis.READINGS:
            declared = [
                (t.id, q.name, q.cadence)
                for t in terminals
                for q in t.quantities
                if q.name in sign.inputs
            ]
            if declared:
                plans[sign.id] = _plan_readings(sign, declared)
    for sign in signs:
        if sign.basis is not Basis.READINGS and terminals:
            plans[sign.id] = _plan_derived(sign, plans.values(), cadences.values())
    return _index(zone, by_name, plans, cadences)


def _plan_readings(sign: VitalSign, declared: list[tuple[str, str, float]]) -> SignPlan:
    fastest = min(cadence for _, _, cadence in declared)
    slowest = max(cadence for _, _, cadence in declared)
    hop = stretch(sign.hop_s or sign.window_s, fastest)
    window = max(stretch(sign.window_s, fastest), hop)
    window = math.ceil(window / hop) * hop
    members = tuple(Member(t, q, window / cadence) for t, q, cadence in sorted(declared))
    return SignPlan(
        sign=sign,
        window=window * 1000,
        hop=hop * 1000,
        grace=max(round(CATALOGUE[q].grace * 1000) for _, q, _ in declared),
        horizon=horizon_ms(slowest),
        silence=max(_HOUR_MS, (window + 3 * hop) * 1000),
        members=members,
    )


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
    extra = 1000 if sign.basis is Basis.SIGNS else 0
    return SignPlan(sign, hop, hop, grace + extra, 0, _DAY_MS)


def _index(
    zone: Zone,
    by_name: Mapping[str, tuple[str, Channel]],
    plans: Mapping[str, SignPlan],
    cadences: Mapping[str, float],
) -> ZonePlan:
    by_quantity: dict[str, tuple[SignPlan, ...]] = {}
    for plan in plans.values():
        for quantity in sorted({member.quantity for member in plan.members}):
            by_quantity[quantity] = (*by_quantity.get(quantity, ()), plan)
    return ZonePlan(zone, by_name, plans, by_quantity, cadences)
