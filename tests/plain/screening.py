"""Screening, slow and obvious: one rule after the other, and every accepted instant kept for ever.

Capacity has no place here: streams that overflow what the engine remembers are tested apart.
"""

from sensors.city import City, DeclaredQuantity
from sensors.quantity import CATALOGUE, Stamp
from sensors.reason import Outcome, Reason
from sensors.senml import Resolved
from tests.plain.reading import Reading

MINUTE_MS = 60_000
ABSOLUTE_FROM_MS = 2**28 * 1000
FUTURE_MS = 30_000


def horizon_of(cadence: float) -> int:
    """How late a reading may be, ms: 120 cadences, at least 15 minutes, at most 26 hours."""
    wanted = round(120 * cadence * 1000)
    return max(15 * MINUTE_MS, min(wanted, 26 * 60 * MINUTE_MS))


class PlainScreening:
    """Judges the readings of a city one by one."""

    def __init__(self, city: City) -> None:
        self._city = city
        self._values: dict[tuple[str, str], dict[int, float]] = {}

    def judge(self, terminal: str, record: Resolved, now: int) -> Reading | Reason | Outcome:
        """The reading where it is accepted, `DUPLICATE`, or the reason why it is refused."""
        declared = self._declared(terminal, record.name)
        if isinstance(declared, Reason):
            return declared
        value = self._value(declared, record)
        if isinstance(value, Reason):
            return value
        untimely = _untimely(declared, record.at, now)
        if untimely is not None:
            return untimely
        known = self._values.setdefault((terminal, declared.name), {})
        if record.at in known:
            return Outcome.DUPLICATE if known[record.at] == value else Reason.CONFLICT
        known[record.at] = value
        stamp = declared.stamp or CATALOGUE[declared.name].stamp
        return Reading(terminal, declared.name, record.at, value, stamp is Stamp.END)

    def _declared(self, terminal: str, name: str) -> DeclaredQuantity | Reason:
        owner, _, quantity = name.rpartition("/")
        for declared in self._city.terminals[terminal].quantities:
            if owner == terminal and declared.name == quantity:
                return declared
        is_own = name.startswith(f"{terminal}/")
        return Reason.UNKNOWN_QUANTITY if is_own else Reason.TERMINAL_MISMATCH

    def _value(self, declared: DeclaredQuantity, record: Resolved) -> float | Reason:
        quantity = CATALOGUE[declared.name]
        value = record.value
        if value is None:
            return Reason.WRONG_TYPE
        if record.unit != quantity.unit:
            conversion = quantity.conversions.get(record.unit)
            if conversion is None:
                return Reason.WRONG_UNIT
            # Twelve digits: 12.3 cm and 0.123 m are one value.
            value = float(f"{value * conversion.factor + conversion.offset:.12g}")
        if value != value:  # noqa: PLR0124 - what NaN means
            return Reason.NOT_A_NUMBER
        return value if quantity.low <= value <= quantity.high else Reason.OUT_OF_RANGE


def _untimely(declared: DeclaredQuantity, at: int, now: int) -> Reason | None:
    if at < ABSOLUTE_FROM_MS:
        return Reason.RELATIVE_TIME
    if at > now + FUTURE_MS:
        return Reason.FUTURE
    return Reason.BEYOND_HORIZON if at < now - horizon_of(declared.cadence) else None
