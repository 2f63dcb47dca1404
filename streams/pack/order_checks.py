"""Whether departments, dispatch table and deadlines of work orders make sense."""

import math
from collections.abc import Iterator

from anomaly.rule import PRIORITIES
from streams.pack.layout import CityFile, DepartmentsFile, DispatchFile
from streams.pack.place_checks import check_ids
from streams.pack.problem import MISSING, Finding, nearest
from streams.pack.shape import valid
from streams.workorders.deadline import Deadlines


def check_departments(file: DepartmentsFile) -> Iterator[Finding]:
    """Check `departments.yaml`."""
    yield from check_ids("departments", file.departments)


def check_dispatch(
    file: DispatchFile, departments: DepartmentsFile, city: CityFile
) -> Iterator[Finding]:
    """Check `dispatch.yaml`: known departments and towns, a fallback row, and it comes last."""
    known = [department.id for _, department in valid(departments.departments)]
    towns = [town.id for _, town in valid(city.towns)]
    rows = list(valid(file.rows))
    for number, row in rows:
        if row.department not in known:
            mend = nearest(row.department, known)
            yield Finding(("rows", number, "department"), row.department, mend)
        for place, copy in enumerate(row.copies):
            if copy not in known:
                yield Finding(("rows", number, "copies", place), copy, nearest(copy, known))
        if row.town is not None and towns and row.town not in towns:
            yield Finding(("rows", number, "town"), row.town, nearest(row.town, towns))
    fallbacks = [number for number, row in rows if row.is_fallback]
    if not fallbacks:
        mend = "add a last row {kind: '*', department: …} without conditions"
        yield Finding(("rows",), f"{len(file.rows)} rows", mend)
    elif fallbacks[0] < len(file.rows) - 1:
        mend = "move this row to the end: the rows after it can never match"
        yield Finding(("rows", fallbacks[0], "kind"), "*", mend)


def check_deadlines(deadlines: Deadlines) -> Iterator[Finding]:
    """Check `workorders.yaml`: every priority has a deadline, accepted before done."""
    for name, deadline in deadlines.priorities.items():
        if name not in PRIORITIES:
            yield Finding(("priorities", name), name, nearest(name, list(PRIORITIES)))
        if not 0 < deadline.accept_s < math.inf:
            yield Finding(("priorities", name, "accept_s"), deadline.accept_s, "must be above 0")
        if not deadline.accept_s <= deadline.done_s < math.inf:
            mend = "not before the order is accepted (accept_s)"
            yield Finding(("priorities", name, "done_s"), deadline.done_s, mend)
    for name in PRIORITIES:
        if name not in deadlines.priorities:
            yield Finding(("priorities", name), MISSING, "add {accept_s: …, done_s: …}")
    if not 0 <= deadlines.verify_clear_s < math.inf:
        mend = "seconds, 0 or more"
        yield Finding(("verify_clear_s",), deadlines.verify_clear_s, mend)
