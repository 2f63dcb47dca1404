"""A city that was indexed."""

from sensors.city import build_city
from tests.builders import a_city, a_terminal


def test_terminals_that_declare_alike_share_what_they_declare():
    cadences = {"rain": 60.0, "battery": 600.0}
    terminals = [a_terminal(name, "z", cadences) for name in ("a", "b")]
    other = a_terminal("c", "z", {"rain": 30.0, "battery": 600.0})
    first, second = (terminal.quantities for terminal in terminals)
    city = build_city(a_city(terminals).zones.values(), [*terminals, other])
    assert city.terminals["a"].quantities is city.terminals["b"].quantities
    assert (city.terminals["a"].quantities, city.terminals["b"].quantities) == (first, second)
    assert [q.cadence for q in city.terminals["c"].quantities] == [30.0, 600.0]
