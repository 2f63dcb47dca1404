"""Every vital sign in one city, run by the engine: arrival, duplicates, units and restarts change
nothing, and what comes late gives in the end what it would have given on time.
"""

import json
import math
from collections.abc import Iterable
from random import Random
from typing import Any

import pytest

from indicators.registry import SIGNS
from indicators.vital_sign import Basis
from sensors.city import City, DeclaredQuantity, Terminal, Zone, build_city
from sensors.line import encode_reception, join_frame
from sensors.quantity import CATALOGUE
from streams.engine.config import EngineConfig
from streams.engine.zone_partition import ZonePartition
from tests.builders import T0, a_config, a_tick

RATED = {"shaft_level": 3.0, "lamp_current": 20.0, "parking_occupied": 200.0, "river_level": 8.0,
         "mains_voltage": 220.0}  # fmt: skip
AWKWARD = {"water_depth": ("cm", 0.01), "pressure": ("Pa", 0.01), "co": ("ug/m3", 0.001)}
"""Quantity → another unit, and what one of it is in the canonical one."""


def whole_city(cadence: float) -> City:
    """A zone in which every vital sign is, from two terminals; the second measures half of all."""
    zone = Zone(
        id="all", kind="underpass", road_class="arterial", noise_class="2", capacity=4000.0,
        area_m2=2000.0, length_m=500.0, free_flow_speed=60.0,
    )  # fmt: skip
    terminals = [
        Terminal(
            id=name,
            zone="all",
            quantities=tuple(
                DeclaredQuantity(q.name, q.unit, cadence, rated=RATED.get(q.name))
                for q in list(CATALOGUE.values())[::step]
            ),
        )
        for name, step in (("a", 1), ("b", 2))
    ]
    return build_city([zone], terminals)


CITIES = {"minutes": (whole_city(60.0), 60.0, 200), "hours": (whole_city(3600.0), 3600.0, 60)}
"""Name → city, seconds between readings, how many of them: three hours, and two days and a half."""


def value_of(name: str, random: Random) -> float:
    """A plausible value; now and then one that stands out."""
    quantity = CATALOGUE[name]
    low = quantity.low if quantity.low > 0 or quantity.high <= 0 else 0.0
    high = min(quantity.high, low + 120.0)
    share = random.random() ** 3 if random.random() < 0.9 else random.random()
    return round(low + (high - low) * share, 2)


Message = tuple[float, str, float, dict[str, float]]
"""When it is received, terminal, event time, values."""


def messages(city: City, cadence: float, count: int, seed: int) -> list[Message]:
    """On time: each pack is received two seconds after its readings."""
    random, found = Random(seed), []
    for number in range(count):
        for terminal in city.terminals.values():
            at = T0 + number * cadence + (7 if terminal.id == "b" else 0)
            if random.random() < 0.05:
                continue
            values = {q.name: value_of(q.name, random) for q in terminal.quantities}
            found.append((at + 2.0, terminal.id, at, values))
    return found


def pack_of(message: Message, *, is_awkward: bool = False) -> bytes:
    _, terminal, at, values = message
    records: list[dict[str, Any]] = []
    for name, value in values.items():
        unit, factor = AWKWARD.get(name, (CATALOGUE[name].unit, 1.0)) if is_awkward else (
            CATALOGUE[name].unit, 1.0
        )  # fmt: skip
        records.append({"n": name, "u": unit, "v": float(f"{value / factor:.10g}")})
    records[0] = {"bn": f"{terminal}/", "bt": at, **records[0]}
    return json.dumps(records).encode()


class Outcome:
    """What a run published in the end of each window, and its last state."""

    def __init__(self, config: EngineConfig, *, restarts: bool = False) -> None:
        self._config, self._restarts = config, restarts
        self.partition = ZonePartition(config)
        self.lines: list[bytes] = []

    def feed(self, received: Iterable[tuple[float, str, bytes]], until: float) -> "Outcome":
        """Feed packs as (received, terminal, payload), then let stream time run on."""
        ordered = sorted(received, key=lambda item: item[0])
        lines = [encode_reception(name, at, payload) for at, name, payload in ordered]
        lines.append(a_tick(until))
        for start in range(0, len(lines), 37):
            published, _ = self.partition.step(join_frame(lines[start : start + 37]))
            self.lines += [out.body for out in published if out.stream == "vitals"]
            if self._restarts:
                blocks = self.partition.dump(everything=True)
                self.partition = ZonePartition(self._config)
                self.partition.load({n: b for n, b in blocks.items() if b is not None})
        return self

    def windows(self) -> dict[tuple[str, str], dict[str, Any]]:
        """(sign, window end) → the newest revision, without when and how often it was said."""
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for line in self.lines:
            value = json.loads(line)
            key = value["indicator"], value["window_end"]
            if key not in found or value["revision"] >= found[key]["revision"]:
                found[key] = value
        for value in found.values():
            del value["at"]
        return found


def stripped(windows: dict[tuple[str, str], dict[str, Any]]) -> dict[Any, Any]:
    """Without revisions, and without signs that go by when terminals were last heard."""
    return {
        key: {name: part for name, part in value.items() if name != "revision"}
        for key, value in windows.items()
        if key[0] not in UNLIKE
    }


OF_ARRIVAL = {s.id for s in SIGNS.values() if s.basis is Basis.CLOCKS}
"""What is made of nothing but when packs were received: delays and repetitions are what it tells."""


def of_readings(outcome: Outcome) -> dict[tuple[str, str], dict[str, Any]]:
    """The windows of a run, without signs that tell of the arrival of packs and not of readings."""
    return {key: value for key, value in outcome.windows().items() if key[0] not in OF_ARRIVAL}


def _unlike() -> set[str]:
    """What a late reading cannot mend: liveness, the index of what was known."""
    found = {s.id for s in SIGNS.values() if s.basis in {Basis.LIVENESS, Basis.SIGNS}}
    # A cover is compared with the flattest it was ever seen, which a correction knows better than
    # the value on time did.
    return found | OF_ARRIVAL | {"manhole_state"}


UNLIKE = _unlike()


@pytest.fixture(params=CITIES)
def case(request: pytest.FixtureRequest) -> tuple[EngineConfig, list[Message], float]:
    city, cadence, count = CITIES[request.param]
    config = a_config(city, partitions=(1, 1), signs=SIGNS)
    return config, messages(city, cadence, count, 5), T0 + (count + 3) * cadence + 3 * 3600


def on_time(case: tuple[EngineConfig, list[Message], float]) -> Outcome:
    config, found, until = case
    return Outcome(config).feed([(m[0], m[1], pack_of(m)) for m in found], until)


def test_every_sign_of_the_catalogue_has_values_somewhere() -> None:
    seen = set()
    for city, cadence, count in CITIES.values():
        config = a_config(city, partitions=(1, 1), signs=SIGNS)
        found = messages(city, cadence, count, 5)
        outcome = Outcome(config).feed([(m[0], m[1], pack_of(m)) for m in found], T0 + 4e5)
        seen |= {v["indicator"] for v in map(json.loads, outcome.lines) if v["value"] is not None}
    # Where more people leave than come, and cars too, nothing fills up.
    assert set(SIGNS) - seen <= {"crowd_time_to_capacity", "parking_time_to_full"}


def test_every_value_carries_what_it_must(case: Any) -> None:
    for (sign, _), value in on_time(case).windows().items():
        about = SIGNS[sign]
        assert value["unit"] == about.unit
        assert value["rules"] == case[0].rules.version
        assert 0 <= value["coverage"] <= 1
        assert value["text"]["zh"].startswith(about.zh)
        assert value["text"]["en"].startswith(about.en)
        assert "{" not in value["text"]["zh"] + value["text"]["en"]
        if value["value"] is None:
            assert (value["quality"], value["level"], value["weights"]) == ("missing", None, {})
            assert value["reason"]
        else:
            assert math.isfinite(value["value"])
            assert value["quality"] in {"pass", "suspect"}
            assert value["reason"] is None
            assert value["level"] in {None, *(level.id for level in about.levels)}
        weights = list(value["weights"].values())
        assert all(0 <= weight <= 1 for weight in weights)
        assert sum(weights) <= 1.001


def test_order_of_arrival_before_a_window_closes_changes_nothing(case: Any) -> None:
    config, found, until = case
    random = Random(1)
    # Two and a half seconds are within the shortest grace of five.
    jittered = [(m[0] + random.uniform(-1.5, 2.5), m[1], pack_of(m)) for m in found]
    assert of_readings(Outcome(config).feed(jittered, until)) == of_readings(on_time(case))


def test_duplicates_change_nothing(case: Any) -> None:
    config, found, until = case
    twice = [(m[0] + delay, m[1], pack_of(m)) for m in found for delay in (0.0, 1.0, 40.0)]
    assert of_readings(Outcome(config).feed(twice, until)) == of_readings(on_time(case))


def test_units_that_are_converted_change_nothing(case: Any) -> None:
    config, found, until = case
    converted = [(m[0], m[1], pack_of(m, is_awkward=True)) for m in found]
    assert Outcome(config).feed(converted, until).windows() == on_time(case).windows()


def test_restart_from_snapshots_changes_nothing(case: Any) -> None:
    config, found, until = case
    received = [(m[0], m[1], pack_of(m)) for m in found]
    restarted = Outcome(config, restarts=True).feed(received, until)
    assert restarted.lines == on_time(case).lines


def test_late_readings_give_in_the_end_what_they_would_have_given_on_time(case: Any) -> None:
    config, found, until = case
    random = Random(2)
    cadence = found[2][2] - found[0][2]
    late = [
        (
            m[0] + (random.uniform(2, 15) * cadence if random.random() < 0.15 else 0),
            m[1],
            pack_of(m),
        )
        for m in found
    ]
    outcome = Outcome(config).feed(late, until + 20 * cadence)
    expected = stripped(on_time((config, found, until + 20 * cadence)).windows())
    corrected = [v for v in map(json.loads, outcome.lines) if v["revision"]]
    assert len({v["indicator"] for v in corrected}) > 40
    assert stripped(outcome.windows()) == expected


def test_dead_terminal_lowers_coverage_and_moves_no_value_of_the_other() -> None:
    city, cadence, count = CITIES["minutes"]
    config = a_config(city, partitions=(1, 1), signs=SIGNS)
    found = messages(city, cadence, count, 5)
    until = T0 + (count + 3) * cadence + 3600
    dead = [(m[0], m[1], pack_of(m)) for m in found if m[1] != "b" or m[2] < T0 + 3600]
    both = Outcome(config).feed([(m[0], m[1], pack_of(m)) for m in found], until).windows()
    alone = Outcome(config).feed(dead, until).windows()
    last = max(end for sign, end in alone if sign == "visibility" and alone[sign, end]["value"])
    assert alone["visibility", last]["coverage"] == pytest.approx(
        both["visibility", last]["coverage"] / 2, abs=0.06
    )
    assert set(alone["visibility", last]["weights"]) == {"a"}
    # What only the living one measures is as it was.
    only_a = {s.id for s in SIGNS.values() if s.inputs and not _measured_by_b(city, s.inputs)}
    assert len(only_a) > 10
    for key, value in both.items():
        if key[0] in only_a:
            assert alone[key] == value


def _measured_by_b(city: City, inputs: Iterable[str]) -> bool:
    return bool({q.name for q in city.terminals["b"].quantities} & set(inputs))


def test_clock_a_day_ahead_changes_nothing_but_its_own_refusals_and_the_skew() -> None:
    city, cadence, count = CITIES["minutes"]
    config = a_config(city, partitions=(1, 1), signs=SIGNS)
    found = messages(city, cadence, count, 5)
    until = T0 + (count + 3) * cadence + 3600
    mine = [(m[0], m[1], pack_of(m)) for m in found if m[1] == "a"]
    ahead = [(r, n, pack_of((r, n, at + 86_400, v))) for r, n, at, v in found if n == "b"]
    alone, fast = Outcome(config).feed(mine, until), Outcome(config).feed([*mine, *ahead], until)
    assert of_readings(fast) == of_readings(alone)
    skew = [v for (sign, _), v in fast.windows().items() if sign == "device_clock_skew"]
    heard = [v for v in skew if v["detail"].get("ahead")]
    # Of each pack the terminal's clock is 86,400 s ahead, and the pack two seconds on its way.
    assert {(v["value"], v["detail"]["terminal"]) for v in heard} == {(86_398.0, "b")}
    assert len(heard) > 30
    ledger = fast.partition.ledger()
    readings = sum(len(m[3]) for m in found if m[1] == "b")
    assert ledger.terminals["b"].rejected == ledger.terminals["b"].received == readings
    assert ledger.reasons == {"future": readings}


@pytest.mark.parametrize("name", CITIES)
def test_snapshot_keeps_within_4_kb_a_sign_and_12_bytes_an_instant(name: str) -> None:
    """This one zone has every sign there is; a real one has a tenth of them."""
    city, cadence, count = CITIES[name]
    config = a_config(city, partitions=(1, 1), signs=SIGNS)
    found = messages(city, cadence, count, 5)
    outcome = Outcome(config).feed([(m[0], m[1], pack_of(m)) for m in found], T0 + count * cadence)
    blocks = outcome.partition.dump(everything=True)
    size = sum(len(block) for block in blocks.values() if block is not None)
    instants = sum(len(m[3]) for m in found)
    assert size <= 4096 * len(SIGNS) + 12 * instants
