"""The same recording gives the same bytes, however it is framed, partitioned and ticked."""

import json
from collections import Counter

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors.ledger import UNKNOWN, merged, unbalanced
from sensors.reason import Reason
from sensors.senml import decode
from streams.engine.published import canonical
from tests.builders import T0, a_pack, a_raw_line, a_tick
from tests.recorded_day import a_day, outputs_of


@pytest.fixture(scope="module")
def day():
    return a_day()


@pytest.fixture(scope="module")
def reference(day, tmp_path_factory):
    return outputs_of(day, tmp_path_factory.mktemp("reference"))


def rows(files, stream):
    return [json.loads(line) for line in files[stream].splitlines()]


def test_the_day_has_everything_in_it(reference):
    files, _, pipeline = reference
    ledger = merged(zone.ledger() for zone in pipeline.zones)
    assert set(ledger.reasons) == set(Reason)
    assert ledger.total().duplicate > 10
    assert any(value["revision"] for value in rows(files, "vitals"))
    assert {value["kind"] for value in rows(files, "vitals")} == {"zone", "town", "district"}
    assert {change["verdict"] for change in rows(files, "faults")} >= {"fault"}
    assert {alert["data"]["kind"] for alert in rows(files, "alerts")} == {"waterlogging", "crowd"}
    states = {event["type"].split(".")[-2] for event in rows(files, "workorders")}
    assert states == {
        "new",
        "dispatched",
        "accepted",
        "in_progress",
        "verifying",
        "closed",
        "refused",
    }


@pytest.mark.parametrize("frame_lines", [1, 7, 499])
def test_frames_of_any_length_give_the_same_bytes(day, reference, tmp_path, frame_lines):
    assert outputs_of(day, tmp_path, frame_lines)[:2] == reference[:2]


@pytest.mark.parametrize("partitions", [(1, 1), (7, 3)])
def test_any_number_of_partitions_gives_the_same_bytes(day, reference, tmp_path, partitions):
    assert outputs_of(day, tmp_path, 50, partitions)[:2] == reference[:2]


def test_extra_ticks_change_no_byte(day, reference, tmp_path):
    ticked, newest = [], 0.0
    for number, line in enumerate(day):
        ticked.append(line)
        try:
            received = json.loads(line).get("received", 0.0)
        except ValueError:
            continue
        newest = max(newest, received) if received < 1e12 else newest
        if number % 3 == 0 and number < len(day) - 1:
            ticked.append(a_tick(newest))
    assert outputs_of(ticked, tmp_path, 10)[:2] == reference[:2]


def test_the_same_again_gives_the_same_bytes(day, reference, tmp_path):
    assert outputs_of(day, tmp_path)[:2] == reference[:2]


@pytest.mark.parametrize("restart_every", [5, 37])
def test_partitions_restored_from_snapshots_go_on_to_the_byte(
    day, reference, tmp_path, restart_every
):
    assert outputs_of(day, tmp_path, 9, restart_every=restart_every)[:2] == reference[:2]


def test_every_refusal_has_its_letter(reference):
    files, _, pipeline = reference
    ledger = merged(zone.ledger() for zone in pipeline.zones)
    letters: Counter[str] = Counter()
    for letter in rows(files, "rejects"):
        letters[letter["reason"]] += letter["count"]
    assert letters == ledger.reasons


def test_equal_refusals_of_one_instant_have_different_ids(reference):
    files, _, _ = reference
    letters = rows(files, "rejects")
    contents = Counter((letter["at"], letter["payload"], letter["reason"]) for letter in letters)
    assert max(contents.values()) > 1
    assert len({letter["id"] for letter in letters}) == len(letters)


def test_files_are_ordered_and_without_wall_time(reference):
    files, _, _ = reference
    for stream in ("vitals", "scores"):
        # Zones may lie in different time zones, so times are compared as instants.
        keys = [
            (r["zone"], r["indicator"], r["window_end"], r["revision"]) for r in rows(files, stream)
        ]
        assert len(keys) == len(set(keys))
    for stream, content in files.items():
        for line in content.splitlines():
            assert line == canonical(msgspec.json.decode(line)), stream


_terminals = st.sampled_from(["wl-1", "rg-1", "nl-1", "slow-1", "stranger", "nobody"])
_quantities = st.sampled_from(["water_depth", "rain", "laeq", "temperature", "battery"])
_payloads = st.one_of(
    st.sampled_from([b"", b"[", b"{}", b"[]", b'[{"n":"wl-1/water_depth","t":1e308,"v":1}]']),
    st.binary(max_size=20),
    st.builds(
        lambda owner, age, readings: a_pack(owner, T0 - age, **readings),
        _terminals, st.sampled_from([-100, -1, 0, 0, 0, 60, 4000, 100_000]),
        st.dictionaries(_quantities, st.sampled_from([0.0, 1.0, 1.0, 50.0, 9999.0]), min_size=1, max_size=3),
    ),
)  # fmt: skip
_lines = st.one_of(
    st.tuples(_terminals, _payloads),
    st.tuples(st.none(), st.sampled_from([b"x", b"{}", b'{"received":1,"raw":2}', b"[]"])),
)


def independent_count(lines):
    """How many readings of whom: records where a pack can be read, else one."""
    count: Counter[str] = Counter()
    for terminal, payload in lines:
        known = terminal in {"wl-1", "rg-1", "nl-1", "slow-1"}
        try:
            records = len(decode(payload)) if terminal else 1
        except ValueError:
            records = 1
        count[terminal if known else UNKNOWN] += records
    return count


@settings(max_examples=60)
@given(st.lists(_lines, max_size=25), st.data())
def test_ledger_balances_over_any_interleaving(tmp_path_factory, entries, data):
    lines = [
        payload if terminal is None else a_raw_line(terminal, T0 + n * 0.01, payload)
        for n, (terminal, payload) in enumerate(entries)
    ]
    shuffled = data.draw(st.permutations(lines))
    _, _, pipeline = outputs_of(shuffled, tmp_path_factory.mktemp("ledger"), 5)
    ledger = merged(zone.ledger() for zone in pipeline.zones)
    assert not unbalanced(ledger)
    received = {name: account.received for name, account in ledger.terminals.items()}
    assert received == dict(independent_count(entries))
    total = ledger.total()
    assert sum(ledger.reasons.values()) == total.late + total.rejected
