"""What the files of a city pack look like, beside those whose structs live with the pure code."""

from datetime import date

import msgspec

from sensors.city import Place, Terminal, Zone
from streams.pack.calendar import AUTO
from streams.workorders.dispatch import Department, DispatchRow


class TerminalsFile(msgspec.Struct, frozen=True):
    """`terminals.json`: the only required file; further fields are allowed and ignored."""

    zones: tuple[Zone, ...]
    terminals: tuple[Terminal, ...]


class CityFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`city.yaml`.

    Attributes:
        id: Id of the city.
        name: In the city's own language.
        name_en: In English; the name where empty.
        timezone: Of every zone that names none.
        calendar: Whose holidays and make-up workdays count: `china`, `weekend` (Saturday and Sunday
            rest, nothing else), or `auto`: that of China in its time zones, the weekend elsewhere.
        rest_days: Further days of rest.
        working_days: Further working days.
        districts: May be empty: then nothing is known but the ids that zones name.
        towns: Likewise.
    """

    id: str
    name: str = ""
    name_en: str = ""
    timezone: str = "Asia/Shanghai"
    calendar: str = AUTO
    rest_days: tuple[date, ...] = ()
    working_days: tuple[date, ...] = ()
    districts: tuple[Place, ...] = ()
    towns: tuple[Place, ...] = ()


class DepartmentsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`departments.yaml`."""

    departments: tuple[Department, ...]


class DispatchFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`dispatch.yaml`: the rows in their order."""

    rows: tuple[DispatchRow, ...]
