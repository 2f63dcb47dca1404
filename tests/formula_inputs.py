"""Inputs of a formula, as short as a test can write them."""

import numpy as np

from indicators.vital_sign import Inputs
from indicators.window import Aggregate
from indicators.window import aggregate as aggregate_of
from sensors.city import Zone
from sensors.quantity import CATALOGUE
from tests.builders import T0_MS

HOUR = 3_600_000


def aggregate(quantity, values, terminal="t", expected=None):
    about = CATALOGUE[quantity]
    return aggregate_of(terminal, about, expected or float(len(values)), np.array(values, float))


def inputs(*aggregates, window=HOUR, terminals=(), **changes):
    declared: dict[str, dict[str, float]] = {}
    for terminal in terminals:
        for own in terminal.quantities:
            declared.setdefault(own.name, {})[terminal.id] = own.cadence
    by_quantity: dict[str, tuple[Aggregate, ...]] = {}
    for item in aggregates:
        by_quantity[item.quantity.name] = (*by_quantity.get(item.quantity.name, ()), item)
    fields = {"declared": declared, "zone": Zone(id="z"), "start": T0_MS, "end": T0_MS + window}
    return Inputs(**{**fields, "by_quantity": by_quantity, **changes})
