"""Whether what the terminals declare to measure is known, in a known unit and cadence."""

import math
from collections.abc import Iterator

from sensors.city import DeclaredQuantity, Terminal
from sensors.quantity import CATALOGUE
from streams.pack.layout import TerminalsFile
from streams.pack.problem import Finding, Steps, nearest
from streams.pack.shape import valid


def check_quantities(file: TerminalsFile) -> Iterator[Finding]:
    """Check the quantities of every terminal of `terminals.json`."""
    for number, terminal in valid(file.terminals):
        yield from _terminal(("terminals", number, "quantities"), terminal)


def _terminal(steps: Steps, terminal: Terminal) -> Iterator[Finding]:
    if not terminal.quantities:
        yield Finding(steps, [], "a terminal reports at least one quantity")
    seen: set[str] = set()
    for number, declared in valid(terminal.quantities):
        yield from _quantity((*steps, number), declared)
        if declared.name in seen:
            yield Finding((*steps, number, "name"), declared.name, "declared twice: remove one")
        seen.add(declared.name)


def _quantity(steps: Steps, declared: DeclaredQuantity) -> Iterator[Finding]:
    if not 0 < declared.cadence < math.inf:
        mend = "seconds between two readings, above 0"
        yield Finding((*steps, "cadence"), declared.cadence, mend)
    quantity = CATALOGUE.get(declared.name)
    if quantity is None:
        yield Finding((*steps, "name"), declared.name, nearest(declared.name, list(CATALOGUE)))
        return
    if declared.rated is not None and not 0 < declared.rated < math.inf:
        yield Finding((*steps, "rated"), declared.rated, "must be above 0, or leave it out")
    units = [quantity.unit, *quantity.conversions]
    if declared.unit not in units:
        mend = f"write '{quantity.unit}'"
        if quantity.conversions:
            mend += " or one that is converted: " + ", ".join(quantity.conversions)
        yield Finding((*steps, "unit"), declared.unit, mend)
