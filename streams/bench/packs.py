"""SenML packs as bytes, quickly: the readings are drawn from texts made beforehand."""

from typing import Final

import numpy as np
import numpy.typing as npt

from sensors.quantity import CATALOGUE
from streams.bench.places import QUANTITIES, Places

_TEXTS: Final = 4096
"""Different texts for each half of a pack: 16 million different packs."""


class PackMaker:
    """Makes the packs of a city; the same seed makes the same ones.

    Args:
        places: The city.
        seed: Of the values.
    """

    def __init__(self, places: Places, seed: int) -> None:
        rng = np.random.default_rng(seed)
        names = places.shape.names
        middle = (len(names) + 1) // 2
        self._heads = [f'[{{"bn":"{name}/","bt":'.encode() for name in places.terminals]
        # The first record carries bn and bt before its own fields, so it opens no brace.
        self._first = [
            b"," + text[1:]
            for text in _texts(rng, names[:middle], joined_to_next=middle < len(names))
        ]
        self._second = [text + b"]" for text in _texts(rng, names[middle:], joined_to_next=False)]

    def draw(self, rng: np.random.Generator, packs: int) -> npt.NDArray[np.int32]:
        """Which texts each pack is made of: (packs, 2), numbers for `body`."""
        return rng.integers(0, _TEXTS, (packs, 2), dtype=np.int32)

    def body(self, terminal: int, at_ms: int, first: int, second: int) -> bytes:
        """One pack.

        Args:
            terminal: Number of the terminal.
            at_ms: Event time of all its readings, Unix ms.
            first: Text of the first half, 0-4095.
            second: Text of the second half, 0-4095.
        """
        instant = repr(at_ms / 1000).encode()
        return self._heads[terminal] + instant + self._first[first] + self._second[second]


def _texts(
    rng: np.random.Generator, names: tuple[str, ...], *, joined_to_next: bool
) -> list[bytes]:
    """Records of several quantities, in `_TEXTS` variants."""
    columns = [_records(rng, name) for name in names]
    end = "," if joined_to_next else ""
    rows = zip(*columns, strict=True) if columns else iter([()] * _TEXTS)
    return [(",".join(row) + end).encode() for row in rows]


def _records(rng: np.random.Generator, name: str) -> list[str]:
    """Records of one quantity; values rounded to two decimals, within the catalogue's range."""
    quantity, (mean, deviation) = CATALOGUE[name], QUANTITIES[name]
    values = np.clip(rng.normal(mean, deviation, _TEXTS), quantity.low, quantity.high)
    return [
        f'{{"n":"{name}","u":"{quantity.unit}","v":{value}}}'
        for value in np.round(values, 2).tolist()
    ]
