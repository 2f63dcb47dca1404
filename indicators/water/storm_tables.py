"""Storm intensity tables of the stations nearest to the city, until it has its own.

[V secondary]: Guangdong Climate Centre, 广州市暴雨强度公式编制与设计暴雨雨型研究技术报告（简本）,
2022-12; records of 1981–2020, annual maxima, Pearson III; the single-period forms, which fit better
than the general one (that is 13 to 15 % too high at P = 2 a, 60 min). That they stand for the city
is ours [D]: Huadu for Sanshui, the centre of Guangzhou for Nanhai.
"""

from itertools import pairwise
from typing import Final

import msgspec


class StormRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`q = a / (t + b)^n`, q in L/(s·ha), t in min, of storms that come once in `period` years."""

    period: float
    a: float
    b: float
    n: float


class StormTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The rows of one station, `period` ascending; ValueError otherwise."""

    zh: str
    en: str
    rows: tuple[StormRow, ...]

    def __post_init__(self) -> None:
        """See the class."""
        if not self.rows or any(one.period >= other.period for one, other in pairwise(self.rows)):
            raise ValueError("storm rows are needed, with their periods ascending")


def _table(zh: str, en: str, *rows: tuple[float, float, float, float]) -> StormTable:
    named = tuple(StormRow(period=period, a=a, b=b, n=n) for period, a, b, n in rows)
    return StormTable(zh=zh, en=en, rows=named)


STORM_TABLES: Final[dict[str, StormTable]] = {
    "huadu": _table(
        "花都", "Huadu",
        (1, 13110.502, 26.745, 1.042),
        (2, 9934.830, 26.474, 0.923),
        (3, 8809.751, 26.352, 0.866),
        (5, 7599.335, 26.213, 0.800),
        (10, 6435.345, 25.354, 0.727),
        (20, 5835.815, 23.576, 0.680),
        (30, 5595.669, 22.864, 0.658),
        (50, 5330.473, 22.077, 0.632),
        (100, 5001.984, 21.103, 0.600),
    ),
    "guangzhou_centre": _table(
        "广州中心城区", "Guangzhou centre",
        (1, 6879.231, 16.770, 0.934),
        (2, 10848.487, 25.581, 0.931),
        (3, 12682.648, 28.369, 0.930),
        (5, 14788.685, 31.311, 0.928),
        (10, 16971.542, 34.941, 0.916),
        (20, 20694.473, 41.519, 0.915),
        (30, 22480.204, 43.803, 0.914),
        (50, 24556.014, 46.250, 0.913),
        (100, 27212.984, 49.226, 0.912),
    ),
}  # fmt: skip
