"""One partition of readings: what is poisoned stops nothing, and a snapshot forgets nothing."""

import base64
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sensors.ledger import UNKNOWN, Account, unbalanced
from sensors.line import join_frame
from streams.engine.zone_partition import ZonePartition
from tests.builders import T0, a_city, a_config, a_line, a_pack, a_raw_line, a_terminal, a_tick

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
    assert letter["records"] == [0]
    assert letter["terminal"] == "wl-1"
    assert letter["zone"] == "dip"


def test_unknown_terminal_gets_one_letter_for_its_pack():
    published, _ = partition().step(a_line("stranger", T0, water_depth=0.1, battery=50))
    (letter,) = letters(published)
    assert (letter["reason"], letter["count"], letter["records"]) == ("unknown_terminal", 2, None)


def test_pack_of_many_undeclared_names_gives_one_letter():
    records = ",".join(f'{{"n":"wl-1/x{n}","t":{T0},"v":1}}' for n in range(2000))
    line = a_raw_line("wl-1", T0 + 1.0, f"[{records}]".encode())
    zone = partition()
    published, _ = zone.step(line)
    (letter,) = letters(published)
    assert letter["reason"] == "unknown_quantity"
    assert letter["records"] == list(range(2000))
    assert letter["count"] == 2000
    assert letter["detail"].startswith("wl-1/x0 = 1.0")
    assert letter["detail"].endswith("; and 1999 more")
    assert zone.ledger().terminals["wl-1"] == Account(received=2000, rejected=2000)


def test_each_reason_of_a_pack_has_its_letter_and_records():
    payload = (
        b'[{"bn":"wl-1/","bt":%d,"n":"water_depth","u":"m","v":7.5},{"n":"odd","v":1},'
        b'{"n":"water_depth","u":"m","t":-1,"v":0.1},{"n":"water_depth","u":"m","t":-2,"v":8}]'
    ) % T0
    published, _ = partition().step(a_raw_line("wl-1", T0 + 1.0, payload))
    found = {letter["reason"]: letter["records"] for letter in letters(published)}
    assert found == {"out_of_range": [0, 3], "unknown_quantity": [1]}
    assert len({letter["id"] for letter in letters(published)}) == 2


def test_long_detail_keeps_how_many_more_there_are():
    records = ",".join(f'{{"n":"wl-1/{"x" * 400}{n}","t":{T0},"v":1}}' for n in range(3))
    published, _ = partition().step(a_raw_line("wl-1", T0 + 1.0, f"[{records}]".encode()))
    (letter,) = letters(published)
    assert letter["detail"].endswith("; and 2 more")
    assert len(letter["detail"]) <= 300


def test_broken_line_of_megabytes_gives_a_letter_that_kafka_takes():
    published, _ = partition().step(b"\x01" * (4 << 20))
    assert len(published[0].body) < 4 << 20
    (letter,) = letters(published)
    assert letter["encoding"] == "line-cut"
    assert letter["payload"] == "\x01" * len(letter["payload"])


def test_terminal_with_a_name_of_megabytes_gives_a_small_letter():
    published, _ = partition().step(
        a_raw_line("\x01" * (1 << 20), T0 + 1.0, a_pack("x", T0, rain=1))
    )
    (letter,) = letters(published)
    assert letter["reason"] == "unknown_terminal"
    assert len(published[0].body) < 1 << 20


BAD = [
    b"broken",
    a_raw_line("wl-1", T0 + 1.0, b"no json"),
    a_line("wl-1", T0, T0 + 1.0, water_depth=7.5),
    a_line("stranger", T0, T0 + 1.0, water_depth=0.5),
]


@pytest.mark.parametrize("line", BAD)
def test_equal_refusals_of_one_instant_have_letters_of_their_own(line):
    published, _ = partition().step(join_frame([a_tick(T0 + 1.0), line, line, line]))
    assert len({letter["id"] for letter in letters(published)}) == 3


@pytest.mark.parametrize("restart", [False, True])
def test_letters_are_numbered_alike_however_lines_are_framed_and_after_a_restart(restart):
    lines = [a_tick(T0 + 1.0), *BAD, *BAD, a_tick(T0 + 2.0), *BAD[:1], *BAD]
    whole, _ = partition().step(join_frame(lines))
    zone = partition()
    single = []
    for line in lines:
        single += zone.step(line)[0]
        if restart:
            blocks = zone.dump(everything=True)
            zone = partition()
            zone.load(blocks)
    assert [out.body for out in single] == [out.body for out in whole]
    assert len({out.id for out in single}) == len(single) == 13


def test_letters_of_a_partition_whose_time_stands_still_take_no_more_room():
    zone = partition()
    zone.step(a_tick(T0 + 1.0))
    for n in range(40):
        zone.step(join_frame(b"broken %d" % (1000 * n + k) for k in range(1000)))
    assert len(zone.dump(everything=True)["partition"]) < 1 << 20


_packs = st.one_of(
    st.binary(max_size=30),
    st.builds(
        lambda name, unit, at, value: b'[{"n":"%b","u":"%b","t":%b,"v":%b}]' % (name, unit, at, value),
        st.sampled_from([b"wl-1/water_depth", b"wl-1/x", b"\xff", b"\\ud800", b'"']),
        st.sampled_from([b"m", b"ft", b"\xfe", b"\\udfff"]),
        st.sampled_from([b"%d" % T0, b"-1", b"1e305", b"-1e308", b"1e999", b"NaN"]),
        st.sampled_from([b"0.1", b"9", b"1e308", b"-Infinity", b"null", b'"\xff"']),
    ),
)  # fmt: skip
_heads = st.builds(
    lambda received, terminal: b'{"received":%b,"terminal":"%b"' % (received, terminal),
    st.sampled_from([b"%d" % (T0 + 1), b"%d.5" % T0, b"-1", b"1e300", b"NaN", b"1e999"]),
    st.sampled_from([b"wl-1", b"stranger", b"", b"\xff", b"\\ud800", b"\\u0000"]),
)
_any_lines = st.one_of(
    st.binary(max_size=40),
    st.builds(lambda head, pack: head + b',"pack":' + pack + b"}", _heads, _packs),
    st.builds(lambda head, raw: head + b',"raw":"' + raw + b'"}', _heads, _packs),
    st.builds(lambda pack: a_raw_line("wl-1", T0 + 1.0, pack), _packs),
)


@given(st.lists(_any_lines, max_size=10))
@example([b'{"received":%d,"terminal":"wl-1","pack":["\xff"]}' % T0])
@example([b'{"received":%d,"terminal":"wl-1","raw":"\xff"}' % T0])
def test_no_bytes_stop_a_partition_and_the_ledger_balances(lines):
    zone = partition()
    published, _ = zone.step(join_frame(lines))
    ledger = zone.ledger()
    assert not unbalanced(ledger)
    found = letters(published)
    total = ledger.total()
    assert sum(letter["count"] for letter in found) == total.late + total.rejected
    assert len({letter["id"] for letter in found}) == len(found)


def test_pack_with_broken_utf8_comes_back_as_base64():
    pack = b'[{"n":"wl-1/water_depth","u":"\xff","t":%d,"v":1}]' % T0
    published, _ = partition().step(b'{"received":%d,"terminal":"wl-1","pack":%b}' % (T0, pack))
    (letter,) = letters(published)
    assert letter["encoding"] == "base64"
    assert base64.b64decode(letter["payload"]) == pack


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


def test_what_is_untouched_is_not_written_again():
    zone = partition()
    zone.step(a_line("wl-1", T0, water_depth=0.1))
    zone.dump(everything=True)
    zone.step(a_line("wl-2", T0 + 30, water_depth=0.1))
    new = {"partition", "zone/hill", "groups/0", "accounts/0", "rows/delta/0"}
    assert set(zone.dump(everything=False)) == new
    assert set(zone.dump(everything=False)) <= {"partition", "rows/base/1"}


@pytest.mark.parametrize("cut", [True, False])
def test_same_instant_is_a_duplicate_with_its_value_and_a_conflict_with_another(cut):
    zone = partition()
    lines = [
        a_line("wl-1", T0, T0 + 1.0 + n, water_depth=v) for n, v in enumerate((0.1, 0.1, 0.2, 0.1))
    ]
    for frame in lines if cut else [join_frame(lines)]:
        zone.step(frame)
    ledger = zone.ledger()
    assert ledger.terminals["wl-1"] == Account(received=4, accepted=1, duplicate=2, rejected=1)
    assert ledger.reasons == {"conflict": 1}


def test_zero_and_negative_zero_are_the_same_value():
    zone = partition()
    zone.step(join_frame([a_line("wl-1", T0, water_depth=v) for v in (0.0, -0.0)]))
    assert zone.ledger().terminals["wl-1"] == Account(received=2, accepted=1, duplicate=1)


def test_refused_reading_is_not_remembered():
    zone = partition()
    zone.step(a_line("wl-1", T0 + 40, T0 + 0.0, water_depth=0.1))
    zone.step(a_line("wl-1", T0 + 40, T0 + 20.0, water_depth=0.2))
    assert zone.ledger().terminals["wl-1"] == Account(received=2, accepted=1, rejected=1)
    assert zone.ledger().reasons == {"future": 1}


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
