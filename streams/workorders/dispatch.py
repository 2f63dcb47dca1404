"""To which department an alert goes: a table of rows, the first that matches wins. Pure."""

import msgspec

from sensors.city import Zone

ANY_KIND = "*"
"""The kind of a row that matches every kind of alert."""


class Department(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who handles orders; `name` in the city's language, `contact` a telephone or an address."""

    id: str
    name: str
    name_en: str = ""
    contact: str = ""


class DispatchRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of the table; a condition that is None holds everywhere.

    Attributes:
        kind: Kind of alert, or `*` for every kind.
        zone_kind: Kind of zone, e.g. underpass.
        town: Id of the zone's town.
        levels: Levels of the alert.
        department: Id of the department that gets the order.
        copies: Ids of the departments that are informed.
    """

    kind: str
    department: str
    zone_kind: str | None = None
    town: str | None = None
    levels: tuple[str, ...] | None = None
    copies: tuple[str, ...] = ()

    @property
    def is_fallback(self) -> bool:
        """Whether the row matches every alert anywhere."""
        conditions = (self.zone_kind, self.town, self.levels)
        return self.kind == ANY_KIND and conditions == (None, None, None)

    def matches(self, kind: str, zone: Zone, level: str) -> bool:
        """Whether an alert of this kind and level in this zone falls under the row."""
        return (
            self.kind in (ANY_KIND, kind)
            and self.zone_kind in (None, zone.kind)
            and self.town in (None, zone.town)
            and (self.levels is None or level in self.levels)
        )


class DispatchTable:
    """The rows in their order.

    Args:
        rows: At least one of them matches everything: no order is left without a department.

    Raises:
        ValueError: There is no fallback row.
    """

    def __init__(self, rows: tuple[DispatchRow, ...]) -> None:
        if not any(row.is_fallback for row in rows):
            raise ValueError("the dispatch table has no fallback row (kind '*' without conditions)")
        self._rows = rows

    def department_for(self, kind: str, zone: Zone, level: str) -> tuple[DispatchRow, int]:
        """The first row that matches, and its number in the table (from 1) as the reason.

        Example:
            >>> table = DispatchTable((
            ...     DispatchRow(kind="waterlogging", zone_kind="underpass", department="drainage"),
            ...     DispatchRow(kind="*", department="town"),
            ... ))
            >>> square = Zone(id="z", kind="square")
            >>> row, number = table.department_for("waterlogging", square, "W4")
            >>> row.department, number
            ('town', 2)
        """
        return next(
            (row, number)
            for number, row in enumerate(self._rows, 1)
            if row.matches(kind, zone, level)
        )
