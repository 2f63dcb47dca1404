"""The aggregation of the peers that keep one state a zone and window, as their manuals show it."""

from typing import Any

Aggregates = dict[str, list[float]]
"""Quantity → count, sum, least, largest."""


def add(state: Aggregates, pack: list[dict[str, Any]]) -> Aggregates:
    """Add the readings of a pack to the state, in place.

    Example:
        >>> add({}, [{"n": "rain", "v": 2.0}, {"n": "rain", "v": 3.0}])
        {'rain': [2, 5.0, 2.0, 3.0]}
    """
    for record in pack:
        value = record["v"]
        known = state.get(record["n"])
        if known is None:
            state[record["n"]] = [1, value, value, value]
        else:
            known[0] += 1
            known[1] += value
            known[2] = min(known[2], value)
            known[3] = max(known[3], value)
    return state
