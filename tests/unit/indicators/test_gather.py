"""Gathered windows against plain sums over all readings."""

from random import Random
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.gather import Gathering
from indicators.gathered import Gathered
from indicators.plan import SignPlan
from indicators.planning import plan_zone
from indicators.registry import SIGNS
from indicators.sign_members import members_of
from indicators.vital_sign import Basis
from indicators.window import Aggregate, pooled
from sensors.city import DeclaredQuantity, Terminal
from sensors.directory import Directory
from sensors.kind import Kind
from sensors.quantity import CATALOGUE, Stamp
from sensors.row_store import RowStore
from sensors.screening import channels
from tests.builders import T0_MS, a_city, a_terminal
from tests.plain.reading import Reading

END_STAMPED = Terminal(
    id="nl-2", zone="z", quantities=(DeclaredQuantity("laeq", "dB", 10.0, Stamp.END),)
)
CITY = a_city(
    [
        a_terminal("wl-1", "z", {"water_depth": 10.0, "rain": 60.0, "laeq": 1.0}),
        a_terminal("wl-2", "z", {"water_depth": 60.0, "rain": 60.0, "temperature": 60.0}),
        a_terminal("pc-1", "z", {"people_count": 60.0, "people_density": 10.0}),
        END_STAMPED,
        a_terminal("never", "z", {"water_depth": 10.0, "traffic_speed": 60.0}),
    ]
)
PLAN = plan_zone(CITY, CITY.zones["z"], SIGNS.values())
PLANS = [plan for plan in PLAN.signs.values() if plan.sign.basis is Basis.READINGS]
HEARD = ("wl-1", "wl-2", "pc-1", "nl-2")
pytestmark = pytest.mark.usefixtures("twin")
_SEEDS = st.integers(0, 2**64 - 1)


class Scene(NamedTuple):
    """A store and the readings that are in it."""

    directory: Directory
    store: RowStore
    readings: list[Reading]


def kind_of(terminal: Terminal) -> Kind:
    known = channels(terminal.quantities)
    return Kind(known, dict.fromkeys(known, (10**8, 10**7)))


def a_scene(random: Random) -> Scene:
    """Up to four hours of readings; packs have all quantities of a terminal, or some."""
    store = RowStore()
    scene = Scene(Directory(store), store, [])
    for terminal in CITY.terminals.values():
        scene.directory.add_terminal(terminal.id, kind_of(terminal))
    for heard in HEARD:
        is_whole = random.random() < 0.6
        if random.random() < 0.9:
            reach = random.choice([60, 600, 7200, 14_400])
            seconds = random.sample(range(-reach, 1), min(reach, random.choice([1, 5, 60, 300])))
            for second in seconds:
                _report(scene, random, heard, T0_MS + 1000 * second, is_whole=is_whole)
    return scene


def _report(scene: Scene, random: Random, terminal: str, at: int, *, is_whole: bool) -> None:
    declared = CITY.terminals[terminal].quantities
    if not is_whole:
        declared = tuple(random.sample(declared, random.randint(1, len(declared))))
    numbers = {q: scene.directory.channel_of(f"{terminal}/{q.name}") for q in declared}
    scene.directory.group_up(number for number in numbers.values() if number is not None)
    for quantity, number in numbers.items():
        assert number is not None
        cell = scene.store.insert(int(scene.directory.group[number]), at, T0_MS)
        assert cell is not None
        about = CATALOGUE[quantity.name]
        value = round(random.uniform(max(about.low, 0), min(about.high, 100)), 3)
        scene.store.values[cell + int(scene.directory.column[number])] = value
        is_end = (quantity.stamp or about.stamp) is Stamp.END
        scene.readings.append(Reading(terminal, quantity.name, at, value, is_end))


def plainly(scene: Scene, terminal: str, quantity: str, start: int, end: int) -> list[Reading]:
    """The readings of a terminal in a window, by event time."""
    found = [r for r in scene.readings if (r.terminal, r.quantity) == (terminal, quantity)]
    return sorted((r for r in found if r.is_in(start, end)), key=lambda r: r.at)


def numbers(of: Aggregate) -> tuple[object, ...]:
    return of.count, of.low, of.high, of.steps, of.energy, of.values.tolist()


def expected_of(readings: list[Reading], name: str) -> tuple[object, ...]:
    values = [reading.value for reading in readings]
    is_loud = CATALOGUE[name].energetic
    return (
        len(values), min(values), max(values), sum(r.steps for r in readings),
        sum(r.energy for r in readings) if is_loud else 0, values,
    )  # fmt: skip


def check(scene: Scene, found: Gathered, index: int, plan: SignPlan, end: int) -> None:
    by_quantity, coverage = found.window(index)
    names = {member.quantity for member in PLAN.members(plan)}
    arrived, newest = 0.0, []
    for name in sorted(names):
        members = sorted(
            (m for m in PLAN.members(plan) if m.quantity == name), key=lambda m: m.terminal
        )
        reported = []
        for member in members:
            readings = plainly(scene, member.terminal, name, end - plan.window, end)
            arrived += min(len(readings), member.expected)
            if readings:
                reported.append((member, readings))
                newest.append(readings[-1].newest_instant)
        assert (name in by_quantity) == bool(reported)
        if not reported:
            continue
        aggregates = list(by_quantity[name])
        assert [a.terminal for a in aggregates] == [m.terminal for m, _ in reported]
        for aggregate, (member, readings) in zip(aggregates, reported, strict=True):
            assert numbers(aggregate) == expected_of(readings, name)
            assert (aggregate.expected, aggregate.quantity.name) == (member.expected, name)
        pool = pooled(by_quantity[name])
        assert pool is not None
        everyone = [reading for _, readings in reported for reading in readings]
        assert numbers(pool) == expected_of(everyone, name)
    assert set(by_quantity) <= names
    promised = sum(member.expected for member in PLAN.members(plan))
    assert coverage == pytest.approx(arrived / promised, abs=5.1e-5)
    if newest:
        assert found.newest(index) == max(newest)
    else:
        assert found.newest(index) < 0


def gathering_of(
    plans: list[SignPlan], ends: list[int], directory: Directory, store: RowStore
) -> Gathering:
    members = [members_of(PLAN, plan, directory) for plan in plans]
    return Gathering(members, [plan.window for plan in plans], ends, store)


@settings(max_examples=60)
@given(_SEEDS)
def test_windows_hold_what_plain_sums_say(seed):
    random = Random(seed)
    scene = a_scene(random)
    plans = random.choices(PLANS, k=random.choice([1, 2, 3, 8]))
    ends = [T0_MS - plan.hop * random.choice([0, 0, 1, 3, 30]) for plan in plans]
    after = [end - ends[0] for end in ends]
    gathering = gathering_of(plans, after, scene.directory, scene.store)
    for shift in (0, -60_000, 3_600_000):
        found = gathering.gather(scene.store, ends[0] + shift)
        for index, (plan, end) in enumerate(zip(plans, ends, strict=True)):
            check(scene, found, index, plan, end + shift)
    hop, rounds = random.choice([10_000, 60_000, 3_600_000]), random.choice([2, 5, 60])
    found = gathering.gather(scene.store, ends[0] - hop * rounds, hop, rounds)
    for round_ in {0, random.randrange(rounds), rounds - 1}:
        for index, (plan, end) in enumerate(zip(plans, ends, strict=True)):
            number = round_ * len(plans) + index
            check(scene, found, number, plan, end + hop * (round_ - rounds))


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.sign.id)
def test_window_of_a_zone_that_was_never_heard_is_empty(plan):
    store = RowStore()
    directory = Directory(store)
    found = gathering_of([plan], [0], directory, store).gather(store, T0_MS)
    assert found.window(0) == ({}, 0.0)
    assert found.newest(0) < 0


def test_edge_of_a_window_is_that_of_the_stamps():
    random, store = Random(0), RowStore()
    scene = Scene(Directory(store), store, [])
    terminal = CITY.terminals["wl-1"]
    scene.directory.add_terminal("wl-1", kind_of(terminal))
    for at in (T0_MS - 600_000, T0_MS, T0_MS - 1, T0_MS - 599_999):
        _report(scene, random, "wl-1", at, is_whole=True)
    rain, noise = PLAN.signs["rain_10min"], PLAN.signs["noise_leq"]
    found = gathering_of([rain, noise], [0, 0], scene.directory, store).gather(store, T0_MS)
    assert rain.window == noise.window == 600_000
    values = {(r.quantity, r.at - T0_MS): r.value for r in scene.readings}
    (of_rain,) = found.window(0)[0]["rain"]
    assert of_rain.values.tolist() == [values["rain", at] for at in (-599_999, -1, 0)]
    (of_noise,) = found.window(1)[0]["laeq"]
    assert of_noise.values.tolist() == [values["laeq", at] for at in (-600_000, -599_999, -1)]
    assert found.newest(0) == found.newest(1) == T0_MS - 1
