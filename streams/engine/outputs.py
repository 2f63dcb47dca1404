"""What one frame publishes: values together as they were written, and one by one when asked for."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from operator import attrgetter, lt
from typing import Final, NamedTuple, overload

from indicators.vital_sign import VitalValue
from streams.engine.line_writer import published_values
from streams.engine.published import VITALS, Order, Published

_order: Final = attrgetter("at", "zone", "indicator", "window_end", "revision")
"""What orders values; their lines have no id."""


class Run(NamedTuple):
    """Outputs of one stream in the order of their file, no two of the same order.

    Attributes:
        stream: Name of the topic and the file.
        first: Order of the first.
        last: Order of the last.
        size: How many there are.
        lines: Their bodies, separated by LF.
        one_by_one: Makes them one by one.
    """

    stream: str
    first: Order
    last: Order
    size: int
    lines: bytes
    one_by_one: Callable[[], Sequence[Published]]


def _run_of_one(output: Published) -> Run:
    order = output.order
    return Run(output.stream, order, order, 1, output.body, lambda: (output,))


class _Values(NamedTuple):
    """Values that were published together, and their lines."""

    values: Sequence[VitalValue]
    lines: bytes

    def one_by_one(self) -> list[Published]:
        return published_values(self.values, self.lines)

    def runs(self) -> Iterable[Run]:
        """One run: windows close in the order of their file. Corrections do not."""
        orders = list(map(_order, self.values))
        if not all(map(lt, orders, islice(orders, 1, None))):
            return map(_run_of_one, self.one_by_one())
        first, last = (*orders[0], ""), (*orders[-1], "")
        return (Run(VITALS, first, last, len(orders), self.lines, self.one_by_one),)


class Outputs(Sequence[Published]):
    """Outputs in the order of publication."""

    def __init__(self) -> None:
        self._parts: list[Published | _Values] = []

    def add(self, outputs: Iterable[Published]) -> None:
        """Add outputs."""
        self._parts.extend(outputs)

    def add_values(self, values: Sequence[VitalValue], lines: bytes) -> None:
        """Add values, one at least, with their lines, separated by LF."""
        self._parts.append(_Values(values, lines))

    def __len__(self) -> int:
        return sum(1 if isinstance(part, Published) else len(part.values) for part in self._parts)

    def __iter__(self) -> Iterator[Published]:
        return chain.from_iterable(
            (part,) if isinstance(part, Published) else part.one_by_one() for part in self._parts
        )

    @overload
    def __getitem__(self, number: int) -> Published: ...

    @overload
    def __getitem__(self, number: slice) -> list[Published]: ...

    def __getitem__(self, number: int | slice) -> Published | list[Published]:
        return list(self)[number]

    def __eq__(self, other: object) -> bool:
        return list(self) == (list(other) if isinstance(other, Outputs) else other)

    __hash__ = None  # type: ignore[assignment]  # as of a list

    def bodies(self) -> Iterator[tuple[str, bytes]]:
        """Stream and body of each, those of values that were published together as one."""
        for part in self._parts:
            if isinstance(part, Published):
                yield part.stream, part.body
            else:
                yield VITALS, part.lines

    def runs(self) -> Iterator[Run]:
        """As few runs as can be told cheaply."""
        for part in self._parts:
            if isinstance(part, Published):
                yield _run_of_one(part)
            else:
                yield from part.runs()


def runs_of(outputs: Iterable[Published]) -> Iterator[Run]:
    """The runs of any outputs."""
    return outputs.runs() if isinstance(outputs, Outputs) else map(_run_of_one, outputs)
