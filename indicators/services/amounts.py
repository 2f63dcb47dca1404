"""What slow readings come to: means, sums, and what is open now."""

from indicators.vital_sign import Inputs, Measure
from indicators.window import pooled


def mean_of(quantity: str, inputs: Inputs) -> Measure:
    """Mean of all readings of the window, in the quantity's unit. Source: arithmetic mean."""
    members = inputs.all(quantity)
    pool = pooled(members)
    if pool is None:
        return Measure(None, "no_data")
    weights = {a.terminal: a.count / pool.count for a in members}
    return Measure(
        pool.mean, detail={"highest": pool.high, "readings": pool.count}, weights=weights
    )


def sum_of(quantity: str, inputs: Inputs) -> Measure:
    """Sum of the amounts that were reported for the window, in the quantity's unit.

    Suspect where a terminal that declares the quantity was silent: its amount is not in the sum.

    Source: plain sum.
    """
    return _added(quantity, inputs, {a.terminal: a.total for a in inputs.all(quantity)})


def newest_of(quantity: str, inputs: Inputs) -> Measure:
    """Sum over the terminals of what each reported last, in the quantity's unit.

    Suspect where one was silent: what it has is not in the sum.

    Source: plain sum; for stocks, of which only the newest count says anything.
    """
    newest = {a.terminal: float(a.values[-1]) for a in inputs.all(quantity)}
    return _added(quantity, inputs, newest)


def _added(quantity: str, inputs: Inputs, amounts: dict[str, float]) -> Measure:
    if not amounts:
        return Measure(None, "no_data")
    total = sum(amounts.values())
    weights = {terminal: amount / total for terminal, amount in amounts.items()} if total else {}
    detail = {"terminals": len(amounts)}
    window_s = (inputs.end - inputs.start) / 1000
    due = {t for t, cadence in inputs.declared.get(quantity, {}).items() if cadence <= window_s}
    silent = len(due - amounts.keys())
    if silent:
        detail["silent"] = silent
    return Measure(total, detail=detail, weights=weights, is_suspect=silent > 0)
