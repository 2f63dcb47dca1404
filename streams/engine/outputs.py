"""What one frame publishes: values together as they were written, and one by one when asked for."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, overload

from indicators.vital_sign import VitalValue
from streams.engine.published import VITALS, Published, published_values


class _Values(NamedTuple):
    """Values that were published together, and their lines."""

    values: Sequence[VitalValue]
    lines: bytes


class Outputs(Sequence[Published]):
    """Outputs in the order of publication."""

    def __init__(self) -> None:
        self._parts: list[Published | _Values] = []

    def add(self, outputs: Iterable[Published]) -> None:
        """Add outputs."""
        self._parts.extend(outputs)

    def add_values(self, values: Sequence[VitalValue], lines: bytes) -> None:
        """Add values with their lines, separated by LF."""
        self._parts.append(_Values(values, lines))

    def __len__(self) -> int:
        return sum(1 if isinstance(part, Published) else len(part.values) for part in self._parts)

    def __iter__(self) -> Iterator[Published]:
        for part in self._parts:
            if isinstance(part, Published):
                yield part
            else:
                yield from published_values(*part)

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
