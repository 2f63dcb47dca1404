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

    Source: plain sum.
    """
    return _added(
        {a.terminal: a.total for a in inputs.all(quantity)},
    )


def newest_of(quantity: str, inputs: Inputs) -> Measure:
    """Sum over the terminals of what each reported last, in the quantity's unit.

    Source: plain sum; for stocks, of which only the newest count says anything.
    """
    return _added({a.terminal: float(a.values[-1]) for a in inputs.all(quantity)})


def _added(amounts: dict[str, float]) -> Measure:
    if not amounts:
        return Measure(None, "no_data")
    total = sum(amounts.values())
    weights = {terminal: amount / total for terminal, amount in amounts.items()} if total else {}
    return Measure(total, detail={"terminals": len(amounts)}, weights=weights)
