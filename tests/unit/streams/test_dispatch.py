"""The dispatch table: first match wins, every condition counts, nothing is left over."""

import pytest

from sensors.city import Zone
from streams.workorders.dispatch import DispatchRow, DispatchTable

FALLBACK = DispatchRow(kind="*", department="anyone")
DIP = Zone(id="dip", kind="underpass", town="north")


def test_first_matching_row_wins_and_its_number_is_the_reason() -> None:
    first = DispatchRow(kind="crowd", department="a")
    second = DispatchRow(kind="waterlogging", department="b")
    third = DispatchRow(kind="waterlogging", department="c")
    table = DispatchTable((first, second, third, FALLBACK))
    assert table.department_for("waterlogging", DIP, "W4") == (second, 2)
    assert table.department_for("fire", DIP, "F1") == (FALLBACK, 4)


@pytest.mark.parametrize(
    ("condition", "matches"),
    [
        ({"zone_kind": "underpass"}, True),
        ({"zone_kind": "square"}, False),
        ({"town": "north"}, True),
        ({"town": "south"}, False),
        ({"levels": ("W2", "W1")}, True),
        ({"levels": ("W4",)}, False),
        ({"levels": ()}, False),
        ({"zone_kind": "underpass", "town": "south"}, False),
    ],
)
def test_every_condition_of_a_row_must_hold(condition: dict[str, object], matches: bool) -> None:
    row = DispatchRow(kind="waterlogging", department="a", **condition)  # type: ignore[arg-type]
    assert row.matches("waterlogging", DIP, "W1") is matches
    assert not row.matches("crowd", DIP, "W1")


@pytest.mark.parametrize("rows", [(), (DispatchRow(kind="*", town="north", department="a"),)])
def test_table_without_fallback_is_refused(rows: tuple[DispatchRow, ...]) -> None:
    with pytest.raises(ValueError, match="fallback"):
        DispatchTable(rows)
