"""Snapshots: what is torn is never restored, and something always can be."""

import hashlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.worker.snapshot import BLOCK_BYTES, Lineage, Manifest, restore

IDENTITY = ("code", "pack")
TOPIC = "readings"


def write(log, plan, upto=None):
    """Apply a checkpoint to a log, all of it or its first writes only."""
    writes = [*plan.blocks, plan.manifest, *[(key, None) for key in plan.tombstones]]
    for key, value in writes[:upto]:
        if value is None:
            log.pop(key, None)
        else:
            log[key] = value


def state_at(offset):
    """A state that depends on the offset: one block changes always, one rarely, one never."""
    return {
        "partition": f"at {offset}".encode(),
        "zone/a": f"slow {offset // 10}".encode() * 3,
        "zone/b": b"",
    }


def checkpoint(lineage, offset):
    return lineage.plan(state_at(offset), {TOPIC: offset})


def test_checkpoint_is_restored():
    log: dict[str, bytes] = {}
    write(log, checkpoint(Lineage("a", IDENTITY, []), 7))
    found = restore(log, {TOPIC: 7})
    assert found is not None
    assert found.blocks == state_at(7)
    assert found.manifest.offsets == {TOPIC: 7}
    assert (found.manifest.code, found.manifest.pack) == IDENTITY


def test_nothing_is_restored_from_nothing():
    assert restore({}, {TOPIC: -1}) is None


def test_large_block_is_cut_and_put_together():
    content = b"0123456789" * (BLOCK_BYTES // 4)
    log: dict[str, bytes] = {}
    plan = Lineage("a", IDENTITY, []).plan({"zone/a": content}, {TOPIC: 1})
    assert all(len(value) <= BLOCK_BYTES for _, value in plan.blocks)
    write(log, plan)
    found = restore(log, {TOPIC: 1})
    assert found is not None
    assert found.blocks == {"zone/a": content}


def test_unchanged_block_is_not_written_again():
    lineage = Lineage("a", IDENTITY, [])
    checkpoint(lineage, 1)
    keys = [key for key, _ in checkpoint(lineage, 2).blocks]
    assert [key.split("/")[3] for key in keys] == ["partition"]


def test_block_that_was_not_dumped_stays_in_the_next_manifest():
    log: dict[str, bytes] = {}
    lineage = Lineage("a", IDENTITY, [])
    write(log, checkpoint(lineage, 1))
    write(log, lineage.plan({"partition": b"new"}, {TOPIC: 2}))
    found = restore(log, {TOPIC: 2})
    assert found is not None
    assert found.blocks == {**state_at(1), "partition": b"new"}


@given(st.data())
def test_any_missing_key_of_the_newest_checkpoint_falls_back_to_the_one_before(data):
    log: dict[str, bytes] = {}
    lineage = Lineage("a", IDENTITY, [])
    write(log, checkpoint(lineage, 5))
    newest = checkpoint(lineage, 25)
    keys = [key for key, _ in newest.blocks] + [newest.manifest[0]]
    missing = data.draw(st.sets(st.sampled_from(keys), min_size=1))
    log |= {k: v for k, v in [*newest.blocks, newest.manifest] if k not in missing}
    found = restore(log, {TOPIC: 5})
    assert found is not None
    assert found.blocks == state_at(5)


@given(st.data())
def test_damaged_block_is_never_restored(data):
    log: dict[str, bytes] = {}
    lineage = Lineage("a", IDENTITY, [])
    write(log, checkpoint(lineage, 5))
    newest = checkpoint(lineage, 25)
    log |= dict([*newest.blocks, newest.manifest])
    key, value = data.draw(st.sampled_from([entry for entry in newest.blocks if entry[1]]))
    log[key] = value[:-1] + bytes([value[-1] ^ 1])
    found = restore(log, {TOPIC: 5})
    assert found is not None
    assert found.manifest.offsets == {TOPIC: 5}


def test_zombie_writes_beside_and_takes_nothing_from_its_successor():
    log: dict[str, bytes] = {}
    zombie = Lineage("old", IDENTITY, [])
    write(log, checkpoint(zombie, 5))
    successor = Lineage("new", IDENTITY, list(log))
    write(log, checkpoint(successor, 9))
    own = {key: value for key, value in log.items() if key.split("/")[1] == "new"}
    assert own
    write(log, checkpoint(zombie, 8))
    write(log, checkpoint(zombie, 18))
    found = restore(log, {TOPIC: 9})
    assert found is not None
    assert found.blocks in (state_at(9), state_at(18))
    assert own.items() <= log.items()
    write(log, checkpoint(successor, 30))
    found = restore(log, {TOPIC: 30})
    assert found is not None
    assert found.blocks == state_at(30)


def test_manifest_of_another_version_is_passed_over():
    log: dict[str, bytes] = {}
    lineage = Lineage("a", IDENTITY, [])
    write(log, checkpoint(lineage, 5))
    key, value = checkpoint(lineage, 9).manifest
    manifest = msgspec.msgpack.decode(value, type=Manifest)
    log[key] = msgspec.msgpack.encode(msgspec.structs.replace(manifest, version=99))
    found = restore(log, {TOPIC: 5})
    assert found is not None
    assert found.manifest.offsets == {TOPIC: 5}


@pytest.mark.parametrize("garbage", [b"", b"\x00", b"\xa2\xff\xfe", b"{}"])
def test_manifest_of_garbage_is_passed_over(garbage):
    log: dict[str, bytes] = {}
    write(log, checkpoint(Lineage("a", IDENTITY, []), 5))
    log["m/z/1"] = garbage
    found = restore(log, {TOPIC: 5})
    assert found is not None
    assert found.manifest.offsets == {TOPIC: 5}


def test_checkpoint_that_reaches_the_event_goes_before_one_that_is_larger_in_sum():
    log: dict[str, bytes] = {}
    write(log, Lineage("a", IDENTITY, []).plan({"x": b"1"}, {"commands": 9, TOPIC: 1}))
    write(log, Lineage("b", IDENTITY, []).plan({"x": b"2"}, {"commands": 1, TOPIC: 5}))
    found = restore(log, {TOPIC: 5})
    assert found is not None
    assert found.blocks == {"x": b"2"}


def test_digest_is_that_of_the_whole_block():
    plan = Lineage("a", IDENTITY, []).plan({"x": b"content"}, {TOPIC: 1})
    manifest = msgspec.msgpack.decode(plan.manifest[1], type=Manifest)
    assert manifest.blocks["x"].sha256 == hashlib.sha256(b"content").hexdigest()


_moves = st.lists(
    st.tuples(st.sampled_from(["go", "go", "go", "crash", "lease"]), st.integers(0, 30)),
    max_size=25,
)


@given(_moves)
def test_newest_acknowledged_checkpoint_can_always_be_restored(moves):
    """One worker after the other: checkpoints, new leases, crashes after any number of writes."""
    log: dict[str, bytes] = {}
    lease, offset, acknowledged = 0, 0, None
    lineage = Lineage("lease-0", IDENTITY, [])
    for move, number in moves:
        if move == "lease":
            lease += 1
            lineage = Lineage(f"lease-{lease}", IDENTITY, list(log))
            continue
        offset += 1 + number % 7
        plan = checkpoint(lineage, offset)
        if move == "go":
            write(log, plan)
            acknowledged = offset
        else:
            write(log, plan, number)
            if number > len(plan.blocks):
                acknowledged = offset
            found = restore(log, {TOPIC: -1})
            offset = found.manifest.offsets[TOPIC] if found else 0
            lease += 1
            lineage = Lineage(f"lease-{lease}", IDENTITY, list(log))
        found = restore(log, {TOPIC: acknowledged or 0})
        if acknowledged is None:
            assert found is None
        else:
            assert found is not None
            assert found.manifest.offsets[TOPIC] >= acknowledged
            assert found.blocks == state_at(found.manifest.offsets[TOPIC])
