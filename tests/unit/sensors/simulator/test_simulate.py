"""Properties of the simulator: reproducible, ordered, honest about what it sent."""

import json
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors.city import Catchment, City, DeclaredQuantity, Terminal, Zone, build_city
from sensors.line import encode_reception, join_frame
from sensors.outgoing import Outgoing
from sensors.quantity import QUANTITIES
from sensors.senml import decode
from sensors.simulator.faults import Counts
from sensors.simulator.rain import DesignStorm
from sensors.simulator.scenario import Gathering, Imperfections, Scenario
from sensors.simulator.simulate import simulate
from streams.engine.zone_partition import ZonePartition
from tests.builders import a_config

START = 1_780_000_000.0
STORM = DesignStorm(start_minute=1, minutes=10, a=7599.335, b=26.213, n=0.8)
ROUGH = Imperfections(0.05, 0.05, 0.03, 0.03, 0.05, 0.03)


def small_city() -> City:
    """A dip, a square, and a terminal for every quantity of the catalogue."""
    zones = [
        Zone(id="dip", kind="underpass", catchment=Catchment(area_m2=20000), free_flow_speed=50),
        Zone(id="square", kind="square", timezone="Europe/Berlin"),
    ]
    terminals = [
        Terminal(
            id=f"T-{number:02d}",
            zone=zones[number % 2].id,
            quantities=(
                DeclaredQuantity(q.name, q.unit, 60.0),
                *((DeclaredQuantity("battery", "%EL", 600.0),) if q.name != "battery" else ()),
            ),
        )
        for number, q in enumerate(QUANTITIES)
    ]
    fast = Terminal(id="FAST", zone="square", quantities=(DeclaredQuantity("laeq", "dB", 1.0),))
    converted = Terminal(
        id="CM", zone="dip", quantities=(DeclaredQuantity("water_depth", "cm", 30.0),)
    )
    return build_city(zones, [*terminals, fast, converted])


CITY = small_city()


def storm(imperfections: Imperfections = ROUGH) -> Scenario:
    crowd = Gathering(zone="square", course=((0.0, 0.0), (5.0, 4.0), (15.0, 0.0)))
    return Scenario(
        name="", name_en="", storms=(STORM,), crowds=(crowd,), imperfections=imperfections
    )


def readings(messages: list[Outgoing]) -> dict[str, list[tuple[float, float]]]:
    """Full name → (instant, value) of packs without faults, in the order of time."""
    out: dict[str, list[tuple[float, float]]] = {}
    for message in messages:
        for record in decode(message.payload):
            assert record.value is not None
            out.setdefault(record.name, []).append((record.at / 1000, record.value))
    return out


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**63), start=st.floats(1.6e9, 2e9))
def test_same_seed_gives_the_same_bytes(seed: int, start: float) -> None:
    first = list(simulate(CITY, storm(), start, 300.0, seed))
    assert first == list(simulate(CITY, storm(), start, 300.0, seed))
    assert b"".join(m.payload for m in first) != b"".join(
        m.payload for m in simulate(CITY, storm(), start, 300.0, seed + 1)
    )


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 1000), start=st.floats(1.6e9, 2e9), seconds=st.floats(1, 900))
def test_messages_are_ordered_and_within_the_run(seed: int, start: float, seconds: float) -> None:
    due = [message.due for message in simulate(CITY, storm(), start, seconds, seed)]
    assert all(earlier <= later for earlier, later in pairwise(due))
    assert all(start < instant < start + seconds for instant in due)


def test_longer_run_begins_with_the_shorter_one() -> None:
    short = list(simulate(CITY, storm(), START, 600.0, 3))
    long = list(simulate(CITY, storm(), START, 1200.0, 3))
    assert long[: len(short)] == short


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 1000))
def test_records_are_what_the_payload_holds(seed: int) -> None:
    counts = Counts()
    messages = list(simulate(CITY, storm(), START, 900.0, seed, counts))
    for message in messages:
        try:
            assert message.records == len(json.loads(message.payload))
            assert message.payload.startswith(b"[") or message.records == 1
        except ValueError:  # no JSON at all
            assert message.records == 1
    assert counts.packs == len(messages)
    assert counts.received == sum(message.records for message in messages)


@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 1000))
def test_ledger_finds_what_the_simulator_says_it_sent(seed: int) -> None:
    counts = Counts()
    messages = list(simulate(CITY, storm(), START, 3600.0, seed, counts))
    lines = [encode_reception(m.terminal, m.due, m.payload) for m in messages]
    partition = ZonePartition(a_config(CITY))
    for first in range(0, len(lines), 200):
        partition.step(join_frame(lines[first : first + 200]))
    ledger = partition.ledger()
    total = msgspec.structs.asdict(ledger.total())
    assert total.pop("received") == counts.received
    assert {name: number for name, number in total.items() if number} == +counts.outcomes
    assert ledger.reasons == +counts.reasons
    assert all(total.values())


def test_each_quantity_comes_at_its_cadence_and_none_twice() -> None:
    values = readings(list(simulate(CITY, storm(Imperfections()), START, 3600.0, 1)))
    for terminal in CITY.terminals.values():
        for declared in terminal.quantities:
            instants = [at for at, _ in values[f"{terminal.id}/{declared.name}"]]
            gaps = {later - earlier for earlier, later in pairwise(instants)}
            assert gaps == {declared.cadence}
            assert len(instants) * declared.cadence == pytest.approx(
                3600, abs=max(10.0, declared.cadence)
            )


def test_terminal_of_one_second_batches_ten_readings() -> None:
    packs = [m for m in simulate(CITY, storm(Imperfections()), START, 60.0) if m.terminal == "FAST"]
    assert {m.records for m in packs[1:]} == {10}
    assert all(record.at <= m.due * 1000 for m in packs for record in decode(m.payload))


def test_gauges_together_read_all_the_rain() -> None:
    values = readings(list(simulate(CITY, storm(Imperfections()), START, 1200.0, 1)))
    (gauge,) = [name for name in values if name.endswith("/rain")]
    assert sum(v for _, v in values[gauge]) == pytest.approx(STORM.fallen(20), abs=0.1)


def test_rain_fills_the_dip_slows_its_traffic_and_not_the_squares() -> None:
    values = readings(list(simulate(CITY, storm(Imperfections()), START, 1500.0, 1)))
    depth = [v / 100 for _, v in values["CM/water_depth"]]
    assert max(depth[:2]) < 0.01
    assert max(depth) > 0.10
    (speed,) = [n for n in values if n.endswith("traffic_speed")]
    assert CITY.terminals[speed.split("/")[0]].zone == "square"
    wet, dry = _speeds("dip"), _speeds("square")
    assert min(wet) < 0.7 * wet[0]
    assert min(dry) > 0.7 * dry[0]


def _speeds(zone: str) -> list[float]:
    radar = Terminal(id="R", zone=zone, quantities=(DeclaredQuantity("traffic_speed", "km/h", 60),))
    city = build_city(CITY.zones.values(), [radar])
    messages = list(simulate(city, storm(Imperfections()), START, 1500.0, 1))
    return [v for _, v in readings(messages)["R/traffic_speed"]]


def test_crowd_follows_its_course() -> None:
    camera = Terminal(
        id="C", zone="square", quantities=(DeclaredQuantity("people_density", "1/m2", 10.0),)
    )
    calm = Scenario(
        name="", name_en="", local_start="03:00",
        crowds=(Gathering(zone="square", course=((0.0, 0.0), (5.0, 4.0), (15.0, 0.0))),),
    )  # fmt: skip
    city = build_city(CITY.zones.values(), [camera])
    values = readings(list(simulate(city, calm, START, 1200.0, 2)))["C/people_density"]
    minutes = [((at - START) / 60, v) for at, v in values]
    assert max(v for m, v in minutes if m < 1) < 1.0
    assert max(minutes, key=lambda pair: pair[1])[0] == pytest.approx(5, abs=1)
    assert max(v for m, v in minutes if m > 15.5) < 0.1


def test_local_start_moves_the_day_and_not_the_stamps() -> None:
    lamp = Terminal(id="L", zone="dip", quantities=(DeclaredQuantity("lamp_current", "A", 60.0),))
    city = build_city(CITY.zones.values(), [lamp])
    amperes = {}
    for local in ("12:00", "23:00"):
        scenario = Scenario(name="", name_en="", local_start=local)
        values = readings(list(simulate(city, scenario, START, 300.0)))["L/lamp_current"]
        assert all(START < at < START + 300 for at, _ in values)
        amperes[local] = values[0][1]
    assert amperes["12:00"] < 1 < amperes["23:00"]


def test_zones_live_by_their_own_clock() -> None:
    # 14:00 UTC on 20 June 2026: 22:00 in the dip (Shanghai), 16:00 in the square (Berlin).
    lamps = [
        Terminal(id=zone, zone=zone, quantities=(DeclaredQuantity("lamp_current", "A", 60.0),))
        for zone in ("dip", "square")
    ]
    city = build_city(CITY.zones.values(), lamps)
    messages = list(simulate(city, Scenario(name="", name_en=""), 1_781_964_000.0, 120.0))
    values = readings(messages)
    assert values["dip/lamp_current"][0][1] > 10 > values["square/lamp_current"][0][1]
