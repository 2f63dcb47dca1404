"""Terminals and channels by number, against dictionaries of names."""

from hypothesis import given
from hypothesis import strategies as st

from sensors.directory import Directory
from sensors.kind import Kind
from sensors.row_store import RowStore
from sensors.screening import channels
from tests.builders import T0_MS, a_terminal

QUANTITIES = ("water_depth", "rain", "battery", "temperature", "humidity")
_kinds = st.dictionaries(st.sampled_from(QUANTITIES), st.sampled_from([1.0, 60.0]), min_size=1)


def a_kind(cadences: dict[str, float], keep: int = 7_200_000) -> Kind:
    known = channels(a_terminal("t", "z", cadences).quantities)
    return Kind(known, dict.fromkeys(known, (keep, 180_000)))


@given(st.lists(_kinds, min_size=1, max_size=5), st.lists(st.integers(0, 4), max_size=12))
def test_every_channel_is_found_by_its_name_and_is_what_was_declared(declared, whose):
    kinds, directory = [a_kind(cadences) for cadences in declared], Directory(RowStore())
    named: dict[str, tuple[int, str, float]] = {}
    for n, kind in enumerate(whose):
        cadences = declared[kind % len(kinds)]
        # Terminals may have a slash in their names.
        assert directory.add_terminal(f"t/{n}", kinds[kind % len(kinds)]) == n
        named |= {f"t/{n}/{quantity}": (n, quantity, cadences[quantity]) for quantity in cadences}
    found = {name: directory.channel_of(name) for name in named}
    assert sorted(channel for channel in found.values() if channel is not None) == list(
        range(len(named))
    )
    for name, channel in found.items():
        assert channel is not None
        number, quantity, cadence = named[name]
        about = directory.about(channel)
        assert directory.name_of(channel) == name
        assert directory.terminal[channel] == number
        assert (about.quantity.name, about.cadence_ms) == (quantity, cadence * 1000)
        sort = directory.sort[channel]
        assert directory.low[sort] == about.quantity.low
        assert directory.high[sort] == about.quantity.high
        assert directory.horizon[sort] == about.horizon_ms


def test_nothing_else_is_found():
    directory = Directory(RowStore())
    directory.add_terminal("t-1", a_kind({"rain": 60.0}))
    for name in ("t-1/battery", "t-1", "t-2/rain", "rain", "/rain", "t-1/rain/", ""):
        assert directory.channel_of(name) is None
    assert directory.terminal_of("t-2") is None


def test_terminal_that_has_a_number_keeps_it():
    directory = Directory(RowStore())
    kind = a_kind({"rain": 60.0})
    assert [directory.add_terminal(name, kind) for name in ("a", "b", "a")] == [0, 1, 0]
    assert len(directory.sort) == 2


def test_channels_remembered_differently_are_told_apart():
    store = RowStore()
    directory = Directory(store)
    for name, keep in (("a", 10**7), ("b", 10**8)):
        directory.add_terminal(name, a_kind({"rain": 60.0}, keep))
    directory.group_up([0])
    directory.group_up([1])
    assert store.keep.tolist() == [10**7, 10**8]


def test_terminal_was_heard_when_its_newest_group_was():
    store = RowStore()
    directory = Directory(store)
    for name in ("a", "b"):
        directory.add_terminal(name, a_kind({"rain": 60.0, "battery": 1.0, "humidity": 60.0}))
    directory.group_up([0])
    directory.group_up([0, 1, 2])
    directory.group_up([3])
    assert list(directory.members) == [[0], [1], [2], [3]]
    store.insert(1, T0_MS + 5, T0_MS)
    store.insert(0, T0_MS + 7, T0_MS)
    store.insert(2, T0_MS + 6, T0_MS)
    assert (directory.heard(0), directory.heard(1)) == (T0_MS + 7, None)
    directory.set_heard(1, T0_MS - 1)
    directory.set_heard(0, T0_MS)
    assert directory.heard_all().tolist() == [T0_MS + 7, T0_MS - 1]
