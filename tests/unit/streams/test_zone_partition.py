"""One partition of readings: what is poisoned stops nothing, and a snapshot forgets nothing."""

import json

import pytest

from sensors.ledger import UNKNOWN, Account
from sensors.line import join_frame
from streams.engine.zone_partition import ZonePartition
from tests.builders import T0, a_city, a_config, a_line, a_raw_line, a_terminal, a_tick

CITY = a_city([a_terminal("wl-1", "dip"), a_terminal("wl-2", "hill")])
POISON = [
    b"",
    b"\xff\xfe",
    b"{}",
    b"[]",
    b'[{"n":"wl-1/water_depth","t":1e308,"v":1}]',
    b'[{"n":"wl-1/water_depth","t":1e306,"u":"m","v":1}]',
    b'[{"n":"wl-1/water_depth","t":-1e300,"u":"m","v":1}]',
    b'[{"n":"\\ud800","v":1}]',
    b'[{"n":"wl-1/water_depth","t":1760000400,"u":"\\ud800","v":1}]',
    b"[" * 998 + b"]" * 998,
    b'[{"n":"wl-1/water_depth","t":1760000400,"u":"m","v":1e400}]',
]


def partition(partitions=(1, 1)):
    return ZonePartition(a_config(CITY, partitions=partitions))


def letters(published):
    return [json.loads(out.body) for out in published if out.stream == "rejects"]


@pytest.mark.parametrize("payload", POISON)
def test_poisoned_payload_is_rejected_and_what_follows_is_read(payload):
    zone = partition()
    frame = [a_raw_line("wl-1", T0 + 1.0, payload), a_line("wl-1", T0 + 1, water_depth=0.1)]
    published, _ = zone.step(join_frame(frame))
    assert len(letters(published)) == 1
    assert zone.ledger().terminals["wl-1"] == Account(received=2, accepted=1, rejected=1)


@pytest.mark.parametrize(
    "line",
    [
        b"x",
        b"{}",
        b'{"received":1e300,"terminal":"wl-1"}',
        b'{"received":-1e300}',
        b'{"received":1760000401,"terminal":"wl-1","raw":5}',
        b'{"received":1760000401,"terminal":"\xff"}',
        b'{"received":1760000401,"terminal":"wl-1","pack":' + b"[" * 5000 + b"]" * 5000 + b"}",
    ],
)
def test_broken_line_is_rejected_and_what_follows_is_read(line):
    zone = partition()
    published, _ = zone.step(join_frame([line, a_line("wl-1", T0 + 1, water_depth=0.1)]))
    assert [letter["reason"] for letter in letters(published)] == ["broken_line"]
    ledger = zone.ledger()
    assert ledger.terminals[UNKNOWN] == Account(received=1, rejected=1)
    assert ledger.terminals["wl-1"] == Account(received=1, accepted=1)


def test_broken_line_with_a_time_moves_stream_time():
    zone = partition()
    zone.step(b'{"received":1760000999.5,"terminal":"wl-1","raw":5}')
    assert zone.now == 1_760_000_999_500


def test_letter_carries_reason_mend_and_the_original_payload():
    line = a_line("wl-1", T0, water_depth=7.5)
    published, _ = partition().step(line)
    (letter,) = letters(published)
    assert letter["reason"] == "out_of_range"
    assert letter["outcome"] == "rejected"
    assert letter["mend"]
    assert letter["encoding"] == "json"
    assert line.endswith(b'"pack":' + letter["payload"].encode() + b"}")
    assert letter["record"] == 0
    assert letter["terminal"] == "wl-1"
    assert letter["zone"] == "dip"


def test_unknown_terminal_gets_one_letter_for_its_pack():
    published, _ = partition().step(a_line("stranger", T0, water_depth=0.1, battery=50))
    (letter,) = letters(published)
    assert (letter["reason"], letter["count"], letter["record"]) == ("unknown_terminal", 2, None)


def test_pack_of_another_terminal_is_a_mismatch():
    payload = b'[{"bn":"wl-2/","bt":%d,"n":"water_depth","u":"m","v":0.1}]' % T0
    published, _ = partition().step(a_raw_line("wl-1", T0 + 1.0, payload))
    assert letters(published)[0]["reason"] == "terminal_mismatch"


def test_quantity_that_is_not_declared_is_unknown():
    published, _ = partition().step(a_line("wl-1", T0, battery=50))
    assert letters(published)[0]["reason"] == "unknown_quantity"


def test_refused_payload_is_in_the_next_snapshot():
    zone = partition()
    zone.step(a_line("wl-1", T0, water_depth=0.1))
    blocks = zone.dump(everything=True)
    zone.step(a_raw_line("wl-1", T0 + 2.0, b"no json"))
    blocks |= zone.dump(everything=False)
    restored = partition()
    restored.load(blocks)
    assert restored.ledger() == zone.ledger()


def test_untouched_zone_is_not_written_again():
    zone = partition()
    zone.step(
        join_frame([a_line("wl-1", T0, water_depth=0.1), a_line("wl-2", T0, water_depth=0.1)])
    )
    zone.dump(everything=True)
    zone.step(a_line("wl-2", T0 + 30, water_depth=0.1))
    assert sorted(zone.dump(everything=False)) == ["partition", "zone/hill"]


def test_stream_time_never_goes_back():
    zone = partition()
    zone.step(join_frame([a_tick(T0 + 100.0), a_line("wl-1", T0, water_depth=0.1)]))
    assert zone.now == (T0 + 100) * 1000


def test_snapshots_of_changed_blocks_only_continue_identically():
    lines = [
        a_line("wl-1" if n % 3 else "wl-2", T0 + 10 * n, water_depth=round(0.01 * (n % 40), 3))
        for n in range(200)
    ]
    whole = partition()
    blocks: dict[str, bytes] = {}
    for n in range(0, len(lines), 20):
        blocks |= whole.dump(everything=n == 0)
        resumed = partition()
        resumed.load(blocks)
        for line in lines[n : n + 20]:
            assert resumed.step(line) == whole.step(line)
