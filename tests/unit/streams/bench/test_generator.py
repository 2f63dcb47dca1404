"""What the generator of the measurements makes, and what the engine makes of it."""

from collections import Counter
from pathlib import Path

import msgspec
import numpy as np
import pytest

from indicators.registry import SignSet
from sensors.ledger import Ledger, merged
from sensors.quantity import CATALOGUE
from sensors.senml import decode
from streams.bench.feed import closing_tick
from streams.bench.frames import frames, receptions
from streams.bench.ledger_check import check
from streams.bench.places import Places, Shape, places_of, write_city
from streams.bench.schedule import NO_FAULTS, START_MS, Faults, Schedule, schedule
from streams.citypack import engine_config, load_pack
from streams.engine.published import Published
from streams.engine.zone_partition import ZonePartition
from streams.topics import partition_of

MANY = Faults(duplicate=0.1, reordered=0.2, too_late=0.05)


def booked(run: Schedule, folder: Path, limit: int = 1 << 18) -> tuple[Ledger, list[bytes]]:
    """The engine's ledger after a run, and the bodies that it published."""
    write_city(run.places, folder)
    count = run.places.shape.partitions
    config = engine_config(load_pack(folder), count, 2, SignSet.WINDOWS)
    partitions = [ZonePartition(config) for _ in range(count)]
    published: list[Published] = []
    for frame in frames(run, 1, limit):
        published += partitions[frame.partition].step(frame.body)[0]
    for partition in partitions:
        published += partition.step(closing_tick(run))[0]
    return merged(p.ledger() for p in partitions), [output.body for output in published]


@pytest.mark.parametrize(
    ("shape", "faults"),
    [
        (Shape(), Faults()),
        (Shape(20, 8), MANY),
        (Shape(20, 8, quantities=1), MANY),
        (Shape(30, 7, cadence=20.0, is_staggered=True), MANY),
        (Shape(40, 10, partitions=1), NO_FAULTS),
    ],
)
def test_generated_run_gives_the_ledger_that_the_generator_expects(
    shape: Shape, faults: Faults, tmp_path: Path
) -> None:
    run = schedule(places_of(shape), 3000, 5, faults)
    ledger, _ = booked(run, tmp_path)
    check(ledger, run.expected)
    total = run.expected.total()
    assert total.received == 3000 * shape.quantities
    assert total.duplicate == round(3000 * faults.duplicate) * shape.quantities
    assert total.late == round(3000 * faults.too_late) * shape.quantities
    assert total.accepted == total.received - total.duplicate - total.late


def test_reordered_packs_some_come_after_their_window_was_closed(tmp_path: Path) -> None:
    _, bodies = booked(schedule(places_of(Shape(20, 8)), 3000, 5, MANY), tmp_path)
    windows = [msgspec.json.decode(body) for body in bodies if b'"revision"' in body]
    assert {window["revision"] for window in windows} >= {0, 1}


def test_closing_tick_closes_every_window_with_readings(tmp_path: Path) -> None:
    run = schedule(places_of(Shape(8, 4)), 8 * 25, 5, NO_FAULTS)
    _, bodies = booked(run, tmp_path)
    counts = [window["detail"]["count"] for window in map(msgspec.json.decode, bodies)]
    assert sum(counts) == run.expected.total().accepted


def test_receptions_are_in_the_order_of_reception() -> None:
    run = schedule(places_of(Shape(20, 8)), 2000, 5, MANY)
    received = [msgspec.json.decode(r.line)["received"] for r in receptions(run, 5)]
    assert received == sorted(received)
    assert np.array_equal(run.received_ms, np.round(np.array(received) * 1000))


def test_duplicate_is_the_same_pack_received_again_later() -> None:
    run = schedule(places_of(Shape(20, 8)), 2000, 5, Faults(0.1, 0.0, 0.0))
    bodies = [reception.body for reception in receptions(run, 5)]
    seen = Counter(bodies)
    assert Counter(seen.values()) == {1: 1600, 2: 200}


def test_same_seed_makes_the_same_bytes_and_another_does_not() -> None:
    places = places_of(Shape(20, 8))

    def made(seed: int) -> list[bytes]:
        return [r.line for r in receptions(schedule(places, 300, seed), seed)]

    assert made(3) == made(3)
    assert made(3) != made(4)


def test_pack_is_valid_senml_within_the_range_of_its_quantities() -> None:
    run = schedule(places_of(Shape(4, 4)), 400, 2, NO_FAULTS)
    for reception in receptions(run, 2):
        for record in decode(reception.body):
            terminal, _, name = record.name.partition("/")
            quantity = CATALOGUE[name]
            assert terminal == run.places.terminals[reception.terminal]
            assert record.unit == quantity.unit
            assert record.value is not None
            assert quantity.low <= record.value <= quantity.high
            assert record.at == reception.at_ms >= START_MS


@pytest.mark.parametrize("limit", [600, 5000, 1 << 18])
def test_frames_hold_every_line_of_their_partition_in_order(limit: int) -> None:
    run = schedule(places_of(Shape(20, 8)), 1500, 5)
    lines: dict[int, list[bytes]] = {number: [] for number in range(4)}
    for frame in frames(run, 5, limit):
        parts = frame.body.split(b"\n")
        assert len(parts) == frame.lines
        assert len(frame.body) <= limit or frame.lines == 1
        lines[frame.partition] += parts
    expected: dict[int, list[bytes]] = {number: [] for number in range(4)}
    for reception in receptions(run, 5):
        expected[run.places.partition_of(reception.terminal)].append(reception.line)
    assert lines == expected


@pytest.mark.parametrize(("zones", "partitions"), [(64, 4), (7, 4), (672, 1), (16, 3)])
def test_zones_are_spread_evenly_over_the_partitions(zones: int, partitions: int) -> None:
    places: Places = places_of(Shape(zones, zones, partitions=partitions))
    counts = Counter(partition_of(zone, partitions) for zone in places.zones)
    assert len(set(places.zones)) == zones
    assert max(counts.values()) <= -(-zones // partitions)


def test_fewer_terminals_than_zones_is_refused() -> None:
    with pytest.raises(ValueError, match="do not fill"):
        places_of(Shape(3, 4))


def test_terminals_report_one_after_the_other_where_they_are_staggered() -> None:
    shape = Shape(10, 5, cadence=20.0, is_staggered=True)
    run = schedule(places_of(shape), 30, 1, NO_FAULTS)
    assert sorted((run.at_ms - START_MS).tolist()) == [2000 * number for number in range(30)]
