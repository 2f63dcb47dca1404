"""Records of a partition: none outgrows Kafka, and cutting loses and moves nothing."""

import pytest

from sensors.city import Zone
from sensors.line import join_frame
from streams.engine.district_partition import DistrictPartition
from streams.engine.indication import Indication, IndicationFrame, decode_indications
from streams.engine.zone_partition import ZonePartition
from streams.topics import INDICATIONS, LEDGER, REJECTS, SCORES, VITALS
from streams.worker.held import RECORD_BYTES, HeldLines
from streams.worker.work import HELD_BYTES, HELD_ITEMS, Record, ZoneWork
from tests.builders import T0, a_city, a_config, a_line, a_raw_line, a_terminal, a_tick

ZONES = [f"zone-{n}" for n in range(30)]
CADENCES = {"water_depth": 30.0, "rain": 60.0, "laeq": 60.0, "people_density": 60.0}
CITY = a_city(
    [a_terminal(f"t-{zone}", zone, CADENCES) for zone in ZONES],
    [Zone(id=zone, name=zone, district="east") for zone in ZONES],
)
HEARD = join_frame(
    a_line(f"t-{zone}", T0, water_depth=0.1, rain=0.1, laeq=50.0, people_density=0.1)
    for zone in ZONES
)
SILENCE = a_tick(T0 + 26 * 3600.0)


@pytest.fixture(scope="module")
def records() -> list[Record]:
    work = ZoneWork(a_config(CITY, partitions=(1, 1)), 0)
    work.process("readings", HEARD)
    return work.process("readings", SILENCE)


@pytest.fixture(scope="module")
def engine_said():
    engine = ZonePartition(a_config(CITY, partitions=(1, 1)))
    engine.step(HEARD)
    return engine.step(SILENCE)


def of(records: list[Record], topic: str) -> list[bytes]:
    return [record.value for record in records if record.topic == topic]


def test_day_of_silence_makes_no_record_that_kafka_refuses(records):
    assert sum(len(record.value) for record in records) > 4 << 20
    assert max(len(record.value) for record in records) <= 1 << 20
    assert len(of(records, VITALS)) > 2


@pytest.mark.parametrize("topic", [VITALS, SCORES])
def test_lines_of_all_records_are_those_of_the_engine_in_order(records, engine_said, topic):
    published, _ = engine_said
    assert b"\n".join(of(records, topic)) == b"\n".join(
        out.body for out in published if out.stream == topic
    )


def test_items_of_all_records_are_those_of_the_engine_in_order(records, engine_said):
    frames = [decode_indications(body) for body in of(records, INDICATIONS)]
    assert len(frames) > 1
    assert {frame.source for frame in frames} == {0}
    assert [item for frame in frames for item in frame.items] == engine_said[1][0]


def test_district_says_the_same_to_items_in_one_record_or_many(records, engine_said):
    config = a_config(CITY)
    parts, whole = DistrictPartition(config), DistrictPartition(config)
    first = IndicationFrame(0, ZonePartition(config).step(HEARD)[1][0])
    for district in (parts, whole):
        district.commands(a_tick(T0 + 27 * 3600.0))
        district.indications(first)
    frames = [decode_indications(body) for body in of(records, INDICATIONS)]
    said = [out for frame in frames for out in parts.indications(frame)]
    assert said == whole.indications(IndicationFrame(0, engine_said[1][0]))
    assert said


def test_line_larger_than_a_record_stands_alone():
    huge = b'["' + b"\\n" * (RECORD_BYTES // 2) + b'"]'
    line = b'{"received":%d,"terminal":"t-zone-0","pack":%b}' % (T0, huge)
    work = ZoneWork(a_config(CITY), 0)
    small = a_raw_line("t-zone-0", T0 + 1.0, b"no")
    rejects = of(work.process("readings", join_frame([small, line, small])), REJECTS)
    assert [len(record) > RECORD_BYTES for record in rejects] == [False, True, False]
    assert [record.count(b"\n") for record in rejects] == [0, 0, 0]


def test_indications_wait_while_more_follows_and_none_is_lost():
    config = a_config(CITY, partitions=(1, 1))
    works = [ZoneWork(config, 0) for _ in range(3)]
    frames = [HEARD, *(a_tick(T0 + minute * 60.0) for minute in range(1, 60))]
    at_once = [record for frame in frames for record in works[0].process("readings", frame)]
    held = [record for frame in frames for record in works[1].process("readings", frame, more=True)]
    held += works[1].report(everything=False)
    assert items_of(held) == items_of(at_once)
    assert len(of(held, INDICATIONS)) < len(of(at_once, INDICATIONS))
    assert min(len(frame.items) for frame in frames_of(held)[:-1]) >= HELD_ITEMS
    assert of(works[2].process("readings", HEARD, more=True), INDICATIONS) == []
    assert items_of(works[2].process("readings", frames[1])) == items_of(at_once)[:2]


def minutes(count: int) -> list[bytes]:
    """A frame a minute in which every terminal reports."""
    values = {"water_depth": 0.1, "rain": 0.1, "laeq": 50.0, "people_density": 0.1}
    return [
        join_frame(a_line(f"t-{zone}", T0 + minute * 60.0, **values) for zone in ZONES[:6])
        for minute in range(count)
    ]


def test_lines_wait_while_more_follows_and_none_is_lost_or_moved():
    config = a_config(CITY, partitions=(1, 1))
    at_once, behind = ZoneWork(config, 0), ZoneWork(config, 0)
    frames = minutes(30)
    one_by_one = [at_once.process("readings", frame) for frame in frames]
    held = [behind.process("readings", frame, more=True) for frame in frames]
    sent = [record for records in [*held, behind.report(everything=False)] for record in records]
    expected = [record for records in one_by_one for record in records]
    for topic in (VITALS, SCORES):
        assert b"\n".join(of(sent, topic)) == b"\n".join(of(expected, topic))
    assert 1 < len(of(sent, VITALS)) < len(of(expected, VITALS)) / 2
    first = next(records for records in held if of(records, VITALS))
    assert sum(len(r.value) + 1 for r in first if r.topic in (VITALS, SCORES)) >= HELD_BYTES


def test_lines_that_waited_go_with_those_of_the_last_input_of_the_log():
    behind = ZoneWork(a_config(CITY, partitions=(1, 1)), 0)
    *frames, last = minutes(4)
    assert not [of(behind.process("readings", f, more=True), VITALS) for f in frames][-1]
    assert of(behind.process("readings", last), VITALS)
    assert [r.topic for r in behind.report(everything=True) if r.topic != LEDGER] == []


def frames_of(records: list[Record]) -> list[IndicationFrame]:
    return [decode_indications(body) for body in of(records, INDICATIONS)]


def items_of(records: list[Record]) -> list[Indication]:
    return [item for frame in frames_of(records) for item in frame.items]


def test_checkpoint_tells_the_ledger_once_and_the_last_one_all_of_it():
    work = ZoneWork(a_config(CITY, partitions=(1, 1)), 0)
    work.process("readings", HEARD)
    first = work.report(everything=False)
    assert [(record.topic, record.partition, record.key) for record in first] == [
        (LEDGER, 0, "0/0"),
        (LEDGER, 0, "0"),
    ]
    assert work.report(everything=True) == []


def test_lines_added_together_are_cut_into_records_where_they_are_large():
    line = b"x" * 1000
    held = HeldLines()
    for count in (10, 1500, 1):
        held.add(VITALS, b"\n".join([line] * count))
    bodies = [body for _, body in held.let_go()]
    assert b"\n".join(bodies) == b"\n".join([line] * 1511)
    assert max(map(len, bodies)) <= RECORD_BYTES
    assert len(bodies) == 3
