"""Lines that are taken before the windows close that are due on the way change nothing at all.

Here even the order is compared in which values are published and districts are told.
"""

from collections import Counter
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators import stage
from indicators.registry import SignSet
from indicators.rounds import Rhythm, take_rhythms
from sensors.city import City
from sensors.line import join_frame
from streams.engine.config import EngineConfig
from streams.engine.run_ahead import RunAhead
from streams.engine.zone_partition import ZonePartition
from tests.builders import T0, a_config, a_line, a_tick
from tests.plain.cities import CITIES, MIXED
from tests.plain.picks import MINUTE_MS
from tests.plain.scene import Move, lines_of
from tests.plain.signs import REFERENCE

SEEDS = st.integers(0, 2**64 - 1)


def a_stream(random: Random, city: City) -> list[bytes]:
    """Sparse readings, and between them what makes a closer look necessary."""
    kinds = ["sparse"] * 3
    if random.random() < 0.5:
        kinds = random.choices(["sparse"] * 8 + ["again", "tick", "faulty", "backlog"], k=6)
    gaps = [0, 1000, MINUTE_MS, 90 * MINUTE_MS]
    moves = [Move(kind, random.choice(gaps), random.getrandbits(32)) for kind in kinds]
    silence = random.choice([0, MINUTE_MS, 300 * MINUTE_MS, 2000 * MINUTE_MS])
    return lines_of(city, [*moves, Move("tick", silence, 0)])


def said(config: EngineConfig, frames: list[list[bytes]]) -> tuple[Any, ...]:
    """What a partition says of frames: by stream and in order, to whom, and its ledger."""
    partition = ZonePartition(config)
    published: dict[str, list[object]] = {}
    told: dict[int, list[object]] = {}
    for frame in frames:
        outputs, indications = partition.step(join_frame(frame))
        for output in outputs:
            published.setdefault(output.stream, []).append(output)
        for destination, items in indications.items():
            values = [item.value for item in items if item.value is not None]
            told.setdefault(destination, []).extend(values)
    return published, {d: v for d, v in told.items() if v}, partition.ledger(), partition.span()


def cut(random: Random, lines: list[bytes]) -> list[list[bytes]]:
    frames, start = [], 0
    while start < len(lines):
        size = random.choice([1, 3, 10, 40])
        frames.append(lines[start : start + size])
        start += size
    return frames


@pytest.mark.parametrize("signs", list(SignSet))
@settings(max_examples=25)
@given(seed=SEEDS)
def test_frames_of_many_closings_say_what_single_lines_say_in_the_same_order(signs, seed):
    random = Random(seed)
    city = CITIES[random.choice(sorted(CITIES))]
    lines = a_stream(random, city)
    config = a_config(city, partitions=(1, 2), signs=REFERENCE[signs])
    singly = said(config, [[line] for line in lines])
    assert said(config, [lines]) == singly
    assert said(config, cut(random, lines)) == singly


@pytest.fixture
def batches(monkeypatch):
    """Counts closings that came together, and how lines ran ahead of them."""
    found: Counter[str] = Counter()

    def counted(*given) -> list[Rhythm]:
        rhythms = take_rhythms(*given)
        found["rounds"] += max(rhythm.rounds for rhythm in rhythms) > 1
        found["unlike"] += len(rhythms) > 1
        found["repeated"] += len({rhythm.due for rhythm in rhythms}) < len(rhythms)
        return rhythms

    monkeypatch.setattr(stage, "take_rhythms", counted)
    return found


def test_sparse_streams_reach_every_kind_of_closing_together(batches):
    for seed in range(12):
        for signs in SignSet:
            said(a_config(MIXED, signs=REFERENCE[signs]), [a_stream(Random(seed), MIXED)])
    assert min(batches[kind] for kind in ("rounds", "unlike", "repeated")) > 20, batches


def test_ten_hours_of_a_reading_a_minute_take_few_looks(monkeypatch):
    """What a frame costs must not grow with the windows that close in it."""
    looks: Counter[str] = Counter()
    look = RunAhead.reach

    def counted(self, *given):
        looks["looks"] += 1
        return look(self, *given)

    monkeypatch.setattr(RunAhead, "reach", counted)
    lines = [a_line("wl-2", T0 + 60.0 * n, water_depth=0.5) for n in range(600)]
    config = a_config(MIXED, signs=REFERENCE[SignSet.WINDOWS])
    published, *_ = said(config, [[*lines, a_tick(T0 + 36_000.0)]])
    assert len(published["vitals"]) == 3599
    assert looks["looks"] < 20


def test_sign_that_falls_silent_in_a_frame_sleeps_and_wakes_there():
    before = [a_line("wl-2", T0 + 60.0 * n, water_depth=0.5) for n in range(30)]
    other = [
        a_line("wl-1", T0 + 1800.0 + 10 * n, water_depth=0.1, battery=50.0) for n in range(900)
    ]
    after = [a_line("wl-2", T0 + 11_000.0 + 60 * n, rain=1.0, rain_rate=2.0) for n in range(30)]
    lines = [*before, *other, *after, a_tick(T0 + 100_000.0)]
    for signs in SignSet:
        config = a_config(MIXED, signs=REFERENCE[signs])
        assert said(config, [lines]) == said(config, [[line] for line in lines])


def test_quantity_that_no_pack_has_any_more_falls_silent_beside_those_that_come():
    whole = [a_line("aq-1", T0 + 3600.0 * n, so2=9.0, no2=8.0, o3=7.0) for n in range(3)]
    part = [a_line("aq-1", T0 + 3600.0 * n, so2=9.0) for n in range(3, 40)]
    lines = [*whole, *part, a_line("aq-1", T0 + 3600.0 * 40, so2=9.0, no2=8.0, o3=7.0)]
    for signs in SignSet:
        config = a_config(MIXED, signs=REFERENCE[signs])
        assert said(config, [lines]) == said(config, [[line] for line in lines])


def test_index_that_falls_asleep_after_the_liveness_of_its_zone_does_so_in_a_frame_too():
    """Another zone's reading comes in the second between the two."""
    asleep = 26 * 3600.0 + 300.0 + 30.0
    square = [a_line("b", T0 + 0.0, people_density=1.0, temperature=20.0)]
    road = [a_line("ts:1", T0 + asleep + 900.0 * n, rain=0.0) for n in range(-4, 8)]
    config = a_config(CITIES["crowded"], signs=REFERENCE[SignSet.CATALOGUE])
    lines = [*square, *road, a_tick(T0 + 2 * asleep)]
    assert said(config, [lines]) == said(config, [[line] for line in lines])
