"""What a zone computes: its windows and signs, worked out once from the city pack.

Nearly all of it depends on what kinds of terminals a zone has and not on which: zones of the same
make-up share it.
"""

from collections.abc import Mapping
from functools import cached_property

import msgspec

from indicators.vital_sign import VitalSign
from sensors.city import DeclaredQuantity, Terminal, Zone
from sensors.kind import Kind

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
        word: In which last part of its window readings count, of terminals that send several in
            it; 0 is all of it.
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
    word: int = 0

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
