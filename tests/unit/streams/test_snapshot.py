"""Snapshots: what is torn is never restored, and something always can be."""

import hashlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.worker.manifest import MANIFEST_BYTES, ManifestSizeError, unseal
from streams.worker.snapshot import BLOCK_BYTES, Lineage, restore

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
    """A state that depends on the offset: blocks that change always, rarely, never; deltas.

    The deltas are those of the last few offsets: they come, are merged, and go.
    """
    deltas = {f"rows/{n:06d}": f"delta {n}".encode() for n in range(offset - offset % 4, offset)}
    return {
        "partition": f"at {offset}".encode(),
        "zone/a": f"slow {offset // 10}".encode() * 3,
        "zone/b": b"",
        **deltas,
    }


class Writer:
    """What a worker does with a lineage: it dumps everything first, then what changed or went."""

    def __init__(self, lease, log=()):
        self.lineage = Lineage(lease, IDENTITY, list(log))
        self.dumped = {}

    def checkpoint(self, offset):
        state = state_at(offset)
        assert self.lineage.is_first == (not self.dumped)
        blocks = {name: content for name, content in state.items()
                  if self.dumped.get(name) != content or name == "zone/a"}  # fmt: skip
        blocks |= dict.fromkeys(self.dumped.keys() - state.keys())
        self.dumped = state
        return self.lineage.plan(blocks, {TOPIC: offset})


def test_checkpoint_is_restored():
    log: dict[str, bytes] = {}
    write(log, Writer("a").checkpoint(7))
    found = restore(log, {TOPIC: 7})
    assert found is not None
    assert found.blocks == state_at(7)
    assert found.manifest.offsets == {TOPIC: 7}
    assert (found.manifest.code, found.manifest.pack) == IDENTITY


def test_nothing_is_restored_from_nothing():
    assert restore({}, {TOPIC: -1}) is None


@pytest.mark.parametrize("size", [0, 1, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1])
def test_block_of_any_size_is_cut_and_put_together(size):
    content = b"0123456789abcdef" * (size // 16) + b"x" * (size % 16)
    log: dict[str, bytes] = {}
    plan = Lineage("a", IDENTITY, []).plan({"zone/a": content}, {TOPIC: 1})
    assert len(plan.blocks) == -(-size // BLOCK_BYTES)
    assert all(len(value) <= BLOCK_BYTES for _, value in plan.blocks)
    write(log, plan)
    found = restore(log, {TOPIC: 1})
    assert found is not None
    assert found.blocks == {"zone/a": content}


def test_unchanged_block_is_not_written_again():
    writer = Writer("a")
    writer.checkpoint(1)
    keys = [key for key, _ in writer.checkpoint(2).blocks]
    assert sorted(key.split("/")[3] for key in keys) == ["partition", "rows"]


def test_block_that_was_not_dumped_stays_in_the_next_manifest():
    log: dict[str, bytes] = {}
    writer = Writer("a")
    write(log, writer.checkpoint(1))
    write(log, writer.lineage.plan({"partition": b"new"}, {TOPIC: 2}))
    found = restore(log, {TOPIC: 2})
    assert found is not None
    assert found.blocks == {**state_at(1), "partition": b"new"}


def test_dropped_block_is_gone_from_the_manifest_and_then_from_the_log():
    log: dict[str, bytes] = {}
    lineage = Lineage("a", IDENTITY, [])
    large = b"x" * (2 * BLOCK_BYTES)
    write(log, lineage.plan({"rows/1": large, "rows/2": b"2"}, {TOPIC: 1}))
    plan = lineage.plan({"rows/1": None, "rows/2": None, "merged": b"12"}, {TOPIC: 2})
    gone = [key for key in log if "/rows/" in key]
    assert len(gone) == 3
    assert set(gone) <= set(plan.tombstones)
    write(log, plan)
    assert sorted(log) == ["b/a/2/merged/0", "m/a/2"]


def test_name_that_comes_back_is_a_new_block():
    log: dict[str, bytes] = {}
    lineage = Lineage("a", IDENTITY, [])
    for offset, content in enumerate([b"same", None, b"same"]):
        write(log, lineage.plan({"x": content, "y": b"y"}, {TOPIC: offset}))
    found = restore(log, {TOPIC: 2})
    assert found is not None
    assert found.blocks == {"x": b"same", "y": b"y"}


def test_drop_of_a_name_that_was_never_written_is_nothing():
    plan = Lineage("a", IDENTITY, []).plan({"x": None, "y": b"y"}, {TOPIC: 0})
    assert plan.tombstones == []
    assert [key for key, _ in plan.blocks] == ["b/a/1/y/0"]


def test_dropped_blocks_are_still_there_until_the_new_manifest_is():
    log: dict[str, bytes] = {}
    lineage = Lineage("a", IDENTITY, [])
    write(log, lineage.plan({"rows/1": b"1", "rows/2": b"2"}, {TOPIC: 1}))
    plan = lineage.plan({"rows/1": None, "rows/2": None, "merged": b"12"}, {TOPIC: 2})
    write(log, plan, len(plan.blocks))
    found = restore(log, {TOPIC: 1})
    assert found is not None
    assert found.blocks == {"rows/1": b"1", "rows/2": b"2"}


@given(st.data())
def test_any_missing_key_of_the_newest_checkpoint_falls_back_to_the_one_before(data):
    log: dict[str, bytes] = {}
    writer = Writer("a")
    write(log, writer.checkpoint(5))
    newest = writer.checkpoint(27)
    keys = [key for key, _ in newest.blocks] + [newest.manifest[0]]
    missing = data.draw(st.sets(st.sampled_from(keys), min_size=1))
    log |= {k: v for k, v in [*newest.blocks, newest.manifest] if k not in missing}
    found = restore(log, {TOPIC: 5})
    assert found is not None
    assert found.blocks == state_at(5)


@given(st.data())
def test_damage_anywhere_in_the_newest_checkpoint_falls_back_to_the_one_before(data):
    """One bit, or the end torn off: of a block or of the manifest."""
    log: dict[str, bytes] = {}
    writer = Writer("a")
    write(log, writer.checkpoint(5))
    newest = writer.checkpoint(27)
    entries = [*newest.blocks, newest.manifest]
    log |= dict(entries)
    key, value = data.draw(st.sampled_from(entries))
    at = data.draw(st.integers(0, len(value) - 1))
    flipped = value[:at] + bytes([value[at] ^ 1 << data.draw(st.integers(0, 7))]) + value[at + 1 :]
    log[key] = data.draw(st.sampled_from([flipped, value[:at]]))
    found = restore(log, {TOPIC: 5})
    assert found is not None
    assert found.blocks == state_at(5)


def test_zombie_writes_beside_and_takes_nothing_from_its_successor():
    log: dict[str, bytes] = {}
    zombie = Writer("old")
    write(log, zombie.checkpoint(5))
    successor = Writer("new", log)
    write(log, successor.checkpoint(9))
    own = {key: value for key, value in log.items() if key.split("/")[1] == "new"}
    assert own
    write(log, zombie.checkpoint(8))
    write(log, zombie.checkpoint(18))
    found = restore(log, {TOPIC: 9})
    assert found is not None
    assert found.blocks in (state_at(9), state_at(18))
    assert own.items() <= log.items()
    write(log, successor.checkpoint(30))
    found = restore(log, {TOPIC: 30})
    assert found is not None
    assert found.blocks == state_at(30)


def test_manifest_of_another_version_is_passed_over():
    log: dict[str, bytes] = {}
    writer = Writer("a")
    write(log, writer.checkpoint(5))
    key, value = writer.checkpoint(9).manifest
    _, digest, body = msgspec.msgpack.decode(value)
    log[key] = msgspec.msgpack.encode((99, digest, body))
    found = restore(log, {TOPIC: 5})
    assert found is not None
    assert found.manifest.offsets == {TOPIC: 5}


@pytest.mark.parametrize("garbage", [b"", b"\x00", b"\xa2\xff\xfe", b"{}"])
def test_manifest_of_garbage_is_passed_over(garbage):
    log: dict[str, bytes] = {}
    write(log, Writer("a").checkpoint(5))
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
    content = b"content" * BLOCK_BYTES
    plan = Lineage("a", IDENTITY, []).plan({"x": content}, {TOPIC: 1})
    manifest = unseal(plan.manifest[1])
    assert manifest is not None
    assert manifest.blocks["x"].sha256 == hashlib.sha256(content).digest()


def test_manifest_of_a_thousand_blocks_takes_some_fifty_bytes_each():
    blocks = {f"rows/{n:06d}": f"{n}".encode() for n in range(1000)}
    _, sealed = Lineage("0123456789abcdef", IDENTITY, []).plan(blocks, {TOPIC: 1}).manifest
    assert len(sealed) < 60_000


def test_checkpoint_of_too_many_blocks_is_refused_with_what_to_do():
    blocks = {f"rows/{n:06d}": b"x" for n in range(MANIFEST_BYTES // 40)}
    with pytest.raises(ManifestSizeError, match="fewer blocks"):
        Lineage("a", IDENTITY, []).plan(blocks, {TOPIC: 1})


@given(st.integers(0, 20))
def test_broken_off_writing_leaves_nothing_behind_after_the_next_checkpoint(written):
    log: dict[str, bytes] = {}
    writer = Writer("a")
    write(log, writer.checkpoint(6))
    plan = writer.checkpoint(11)
    write(log, plan, written)
    lineage = writer.lineage.abandoned("b", plan)
    assert lineage.is_first
    write(log, lineage.plan(dict(state_at(12)), {TOPIC: 12}))
    assert {key.split("/")[1] for key in log} == {"b"}
    found = restore(log, {TOPIC: 12})
    assert found is not None
    assert found.blocks == state_at(12)


_moves = st.lists(
    st.tuples(
        st.sampled_from(["go", "go", "go", "crash", "lease", "break", "zombie"]), st.integers(0, 30)
    ),
    max_size=25,
)


class Life:
    """One worker after the other, one paused beside them, on one snapshot log."""

    def __init__(self):
        self.log: dict[str, bytes] = {}
        self.leases = 0
        self.offset = 0
        self.acknowledged = -1
        self.writer, self.zombie, self.paused_at = Writer("lease-0"), Writer("zombie-0"), 0

    def begin(self):
        self.leases += 1
        self.writer = Writer(f"lease-{self.leases}", self.log)

    def go(self, number):
        self.offset += 1 + number % 7
        write(self.log, self.writer.checkpoint(self.offset))
        self.acknowledged = self.offset

    def _torn(self, number):
        self.offset += 1 + number % 7
        plan = self.writer.checkpoint(self.offset)
        write(self.log, plan, number)
        if number > len(plan.blocks):
            self.acknowledged = self.offset
        return plan

    def crash(self, number):
        """Another process goes on from what the log holds."""
        self._torn(number)
        found = restore(self.log, {})
        self.offset = found.manifest.offsets[TOPIC] if found else 0
        self.begin()

    def interrupt(self, number):
        """The same process goes on from its own state."""
        plan = self._torn(number)
        self.leases += 1
        self.writer.lineage = self.writer.lineage.abandoned(f"lease-{self.leases}", plan)
        self.writer.dumped = {}

    def wake(self, number):
        """Who was paused writes a checkpoint of what it has; now and then another is paused."""
        self.paused_at += number
        write(self.log, self.zombie.checkpoint(self.paused_at), self.leases + number)
        if number % 3 == 0:
            self.zombie, self.paused_at = self.writer, self.offset
            self.begin()


@given(_moves)
def test_what_the_last_complete_manifest_said_can_always_be_restored(moves):
    """Checkpoints with changes and drops, new leases, crashes after any number of writes."""
    life = Life()
    steps = {"go": life.go, "crash": life.crash, "break": life.interrupt, "zombie": life.wake}
    for move, number in moves:
        if move == "lease":
            life.begin()
            continue
        steps[move](number)
        found = restore(life.log, {TOPIC: max(life.acknowledged, 0)})
        assert found is not None or life.acknowledged < 0
        if found is not None:
            assert found.manifest.offsets[TOPIC] >= life.acknowledged
            assert found.blocks == state_at(found.manifest.offsets[TOPIC])
