"""What a reading costs, in figures that no machine changes: calls, bytes on topics, bytes kept.

A limit that is passed is no error of arithmetic but of design: something is done reading by reading
that was done frame by frame. Speed itself belongs to `vitals bench`.
"""

import sys
from pathlib import Path
from types import FrameType
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from indicators.registry import SignSet
from sensors.line import join_frame
from streams.bench.frames import Frame, frames
from streams.bench.places import Shape, places_of, write_city
from streams.bench.schedule import NO_FAULTS, Faults, schedule
from streams.citypack import engine_config, load_pack
from streams.engine.fault_snapshot import judges_in
from streams.engine.zone_partition import ZonePartition
from streams.engine.zone_snapshot import ZoneSnapshot
from streams.pack.scenarios import load_scenario
from streams.worker.work import ZoneWork
from tests.storm_recording import sanshui, storm_lines

PACKS = 24_000
TERMINALS, ZONES, QUANTITIES = 56, 8, 10


class Costs(NamedTuple):
    """What the second half of a run cost.

    Attributes:
        packs: Packs in it.
        frames: Frames in it.
        calls: Python functions that were entered, those of libraries included.
        sent: Bytes handed to Kafka.
        outputs: Values published.
        dumped: Bytes of a snapshot's blocks after every tenth frame.
        state: Bytes of the arrays in the end.
        rows: Rows that are remembered in the end.
    """

    packs: int
    frames: int
    calls: int
    sent: int
    outputs: int
    dumped: int
    state: int
    rows: int


def cost_of(folder: Path, faults: Faults) -> Costs:
    """Run the bench's input through one partition, frames of 256 KiB."""
    run = schedule(places_of(Shape(TERMINALS, ZONES, partitions=1)), PACKS, 5, faults)
    write_city(run.places, folder)
    config = engine_config(load_pack(folder), 1, 1, SignSet.WINDOWS)
    work = ZoneWork(config, 0)
    given = list(frames(run, 1))
    half = len(given) // 2
    for frame in given[:half]:
        work.process("readings", frame.body)
    work.dump(everything=True)
    return measured(work, given[half:])


def measured(work: ZoneWork, given: list[Frame]) -> Costs:
    calls = sent = outputs = dumped = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    for number, frame in enumerate(given):
        sys.setprofile(count)
        records = work.process("readings", frame.body)
        sys.setprofile(None)
        sent += sum(len(record.value) for record in records)
        outputs += sum(r.value.count(b"\n") + 1 for r in records if r.topic == "vitals")
        if number % 10 == 9:
            blocks = work.dump(everything=False)
            dumped += sum(len(block) for block in blocks.values() if block is not None)
    partition: ZonePartition = work._engine
    packs = sum(frame.lines for frame in given)
    return Costs(packs, len(given), calls, sent, outputs, dumped, partition.nbytes, partition.rows)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Costs:
    return cost_of(tmp_path_factory.mktemp("plain"), NO_FAULTS)


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Costs:
    return cost_of(tmp_path_factory.mktemp("faulty"), Faults())


def test_calls_grow_with_frames_and_windows_and_not_with_readings(plain: Costs) -> None:
    assert plain.calls < 600 * plain.frames + 25 * plain.outputs, plain


def test_faults_in_one_pack_of_fifty_cost_few_calls(plain: Costs, faulty: Costs) -> None:
    assert faulty.calls / faulty.packs < 1.6 * plain.calls / plain.packs, faulty


def test_window_is_published_in_few_bytes(plain: Costs) -> None:
    assert plain.outputs
    assert plain.sent / plain.outputs < 400, plain


def test_snapshots_take_fewer_bytes_than_the_readings(plain: Costs) -> None:
    by_reading = plain.dumped / (plain.packs * QUANTITIES)
    # Decimals in two bytes, and a sixth of a row for each of its ten cells.
    assert by_reading < 4, plain


def test_state_is_twelve_bytes_an_instant_and_little_more(plain: Costs) -> None:
    own = plain.state - 12 * QUANTITIES * plain.rows
    assert own / TERMINALS < 4096, plain


def test_pilot_in_a_storm_keeps_within_4_kb_a_terminal_and_12_bytes_an_instant() -> None:
    pack = sanshui()
    partition = ZonePartition(engine_config(pack, 1, 1))
    lines = storm_lines(pack, load_scenario("storm"), minutes=70)
    for start in range(0, len(lines), 200):
        partition.step(join_frame(lines[start : start + 200]))
    blocks = partition.dump(everything=True)
    sizes = {name: len(block) for name, block in blocks.items() if block is not None}
    zones = {
        name: ZoneSnapshot.decode(block)
        for name, block in blocks.items()
        if block is not None and name.startswith("zone/")
    }
    instants = sum(row.accepted for row in partition.ledger().terminals.values())
    # Vital signs with their past; what is scored and forecast has 16 KB a series, what is judged 4.
    others = sum(size for n, size in sizes.items() if not n.startswith(("zone/", "faults/")))
    vitals = [replace(zone, scores={}, joints={}, forecasts={}).encode() for zone in zones.values()]
    own = sum(map(len, vitals))
    assert own <= 4096 * len(pack.city.terminals)
    assert own + others <= 4096 * len(pack.city.terminals) + 12 * instants
    detectors = [series.detector for zone in zones.values() for series in zone.scores.values()]
    forecasters = [s.forecaster for zone in zones.values() for s in zone.forecasts.values()]
    assert detectors
    assert forecasters
    assert max(map(len, [*detectors, *forecasters])) <= 16 * 1024
    kept_blocks = {name: block for name, block in blocks.items() if block is not None}
    states = [judges_in(kept_blocks, zone) for zone in pack.city.zones]
    judges = [kept for state in states for own in state.judges.values() for kept in own.values()]
    assert len(judges) >= 208
    assert max(map(len, judges)) <= 4096
