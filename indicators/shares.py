"""How much each terminal has in the value of a vital sign."""

from collections.abc import Iterable, Mapping

from indicators.window import Aggregate


def shares(amounts: Mapping[str, float]) -> dict[str, float]:
    """Amounts ≥ 0 as shares that come to 1; nothing where the amounts come to 0.

    Example:
        >>> shares({"a": 1.0, "b": 3.0})
        {'a': 0.25, 'b': 0.75}
    """
    whole = sum(amounts.values())
    return {name: amount / whole for name, amount in amounts.items()} if whole else {}


def reading_shares(aggregates: Iterable[Aggregate]) -> dict[str, float]:
    """Share of each terminal in the mean of all readings."""
    return shares({a.terminal: float(a.count) for a in aggregates})
