"""What the terminals of a zone have promised to send; worked out when asked, and not kept."""

from collections.abc import Iterator, Mapping, Sequence

from sensors.city import Terminal


class Promised(Mapping[str, Mapping[str, float]]):
    """Quantity → terminal → seconds between its readings.

    Args:
        terminals: The terminals of the zone.
    """

    __slots__ = ("_terminals",)

    def __init__(self, terminals: Sequence[Terminal]) -> None:
        self._terminals = terminals

    def __getitem__(self, quantity: str) -> Mapping[str, float]:
        found = {
            terminal.id: declared.cadence
            for terminal in self._terminals
            for declared in terminal.quantities
            if declared.name == quantity
        }
        if not found:
            raise KeyError(quantity)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter({q.name: None for terminal in self._terminals for q in terminal.quantities})

    def __len__(self) -> int:
        return sum(1 for _ in self)
