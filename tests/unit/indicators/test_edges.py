"""Edges and closings against the obvious: every slot and every sign looked at anew."""

from hypothesis import given
from hypothesis import strategies as st

from indicators.closings import Closings
from indicators.edges import ASLEEP, Edges
from indicators.planning import plan_zone
from indicators.registry import SIGNS
from indicators.state import ZoneState
from indicators.zone_vitals import Sign, ZoneVitals
from tests.builders import T0_MS, a_city, a_terminal

_times = st.one_of(st.integers(-(2**61), 2**61), st.just(ASLEEP))


@given(st.data())
def test_edge_of_a_group_is_the_latest_of_its_slots_in_its_own_time(data):
    edges = Edges()
    slots: list[int] = []
    groups: list[list[tuple[int, int]]] = []
    for _ in range(data.draw(st.integers(1, 25))):
        step = data.draw(st.sampled_from(["slot", "group", "set", "set"])) if slots else "slot"
        if step == "slot":
            assert edges.add_slot() == len(slots)
            slots.append(ASLEEP)
        elif step == "group":
            feeds = st.tuples(st.integers(0, len(slots) - 1), st.integers(0, 1))
            pairs = data.draw(st.lists(feeds, min_size=1, max_size=5))
            edges.add_group(dict.fromkeys(pairs))
            groups.append(pairs)
        else:
            slot = data.draw(st.integers(0, len(slots) - 1))
            slots[slot] = data.draw(_times)
            edges.set(slot, slots[slot])
        expected = [max(slots[slot] + shift for slot, shift in pairs) for pairs in groups]
        assert edges.of_groups().tolist() == expected
        assert edges.groups == len(groups)


CITY = a_city(
    [
        a_terminal("wl-1", "dip", {"water_depth": 10.0, "rain": 60.0}),
        a_terminal("pc-1", "gate", {"people_count": 60.0, "laeq": 1.0}),
    ]
)


def some_signs() -> list[Sign]:
    """All signs of two zones; their graces are 5 to 36 s."""
    zones = [plan_zone(CITY, CITY.zones[zone], SIGNS.values()) for zone in ("gate", "dip")]
    made = [ZoneVitals(plan, ZoneState(), Edges()) for plan in zones]
    return [sign for zone in made for sign in zone.signs.values()]


def close_all(closings: Closings, until: int) -> list[tuple[int, str, str]]:
    """(due, zone, sign) of all that closes up to an instant; each sign then goes on or sleeps."""
    closed = []
    while (due := closings.due) is not None and due <= until:
        at, signs = closings.take()
        assert at == due
        for sign in signs:
            closed.append((due, *sign.order))
            sign.state.next_end = None
    return closed


@given(st.data())
def test_windows_close_once_by_due_time_zone_and_sign(data):
    signs, closings = some_signs(), Closings()
    ends = st.integers(0, 12).map(lambda n: T0_MS + 5000 * n)
    settings = st.lists(st.tuples(st.sampled_from(range(len(signs))), ends), max_size=30)
    closed, wanted = [], []
    for number, end in data.draw(settings):
        sign = signs[number]
        # A window may only be overtaken by an earlier one.
        if sign.state.next_end is None or end <= sign.state.next_end:
            sign.state.next_end = end
            closings.set(sign, end)
    wanted = sorted(
        (sign.state.next_end + sign.plan.grace, *sign.order)
        for sign in signs
        if sign.state.next_end is not None
    )
    middle = data.draw(st.integers(T0_MS, T0_MS + 100_000))
    closed = close_all(closings, middle)
    assert closed == [entry for entry in wanted if entry[0] <= middle]
    assert closed + close_all(closings, 2**62) == wanted
    assert closings.due is None


@given(st.lists(st.integers(0, 5), min_size=1, max_size=8))
def test_sign_that_goes_on_closes_hop_by_hop(numbers):
    every, closings = some_signs(), Closings()
    signs = [every[number % len(every)] for number in dict.fromkeys(numbers)]
    for sign in signs:
        sign.state.next_end = T0_MS + sign.plan.hop
        closings.set(sign, T0_MS + sign.plan.hop)
    closed: dict[tuple[str, str], list[int]] = {sign.order: [] for sign in signs}
    dues = []
    for _ in range(50):
        due, some = closings.take()
        dues.append(due)
        for sign in some:
            closed[sign.order].append(due)
            sign.state.next_end = due - sign.plan.grace + sign.plan.hop
            closings.set(sign, sign.state.next_end)
    assert dues == sorted(set(dues))
    for sign in signs:
        first = T0_MS + sign.plan.hop + sign.plan.grace
        expected = [first + n * sign.plan.hop for n in range(len(closed[sign.order]))]
        assert closed[sign.order] == expected


def test_nothing_set_is_never_due():
    assert Closings().due is None
