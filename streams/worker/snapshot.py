"""Snapshots as immutable blocks and manifests: what is written, and what can be restored. Pure.

A worker writes under a lease of its own, so that one that was paused and comes back writes beside
its successor and never over it. State is a function of the inputs up to the manifest's offsets,
whoever computed it, so the restorable manifest with the largest offsets is as good as any.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

VERSION: Final = 1
BLOCK_BYTES: Final = 512 * 1024


class BlockRef(msgspec.Struct, frozen=True, array_like=True):
    """Where a named block is: its chunks' keys in order, and the SHA-256 of the whole."""

    keys: tuple[str, ...]
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What makes a checkpoint.

    Attributes:
        version: Of this format.
        lease: Who wrote it.
        number: Checkpoints of this lease, from 1.
        offsets: Input topic → last offset in the state.
        blocks: Name → where it is.
        code: Version of the program.
        pack: Digest of the city pack.
    """

    version: int
    lease: str
    number: int
    offsets: dict[str, int]
    blocks: dict[str, BlockRef]
    code: str
    pack: str


class Plan(msgspec.Struct, frozen=True):
    """The writes of one checkpoint, in three steps, each acknowledged before the next."""

    blocks: list[tuple[str, bytes]]
    manifest: tuple[str, bytes]
    tombstones: list[str]


class Lineage:
    """The checkpoints of one lease on one partition.

    Args:
        lease: A name that no other process has.
        identity: (version of the program, digest of the city pack).
        inherited: Keys found at the restore; dropped after the first own checkpoint.
    """

    def __init__(self, lease: str, identity: tuple[str, str], inherited: Iterable[str]) -> None:
        self._lease = lease
        self._identity = identity
        self._number = 0
        self._refs: dict[str, BlockRef] = {}
        self._old = list(inherited)

    @property
    def is_first(self) -> bool:
        """Whether the next checkpoint must hold every block."""
        return self._number == 0

    def plan(self, blocks: Mapping[str, bytes], offsets: Mapping[str, int]) -> Plan:
        """Plan a checkpoint of the blocks that changed; unchanged bytes are not written again."""
        self._number += 1
        stem = f"{self._lease}/{self._number}"
        writes: list[tuple[str, bytes]] = []
        superseded = self._old
        for name, content in blocks.items():
            sha256 = hashlib.sha256(content).hexdigest()
            known = self._refs.get(name)
            if known is not None and known.sha256 == sha256:
                continue
            if known is not None:
                superseded.extend(known.keys)
            keys = []
            for start in range(0, len(content), BLOCK_BYTES):
                keys.append(f"b/{stem}/{name}/{start // BLOCK_BYTES}")
                writes.append((keys[-1], content[start : start + BLOCK_BYTES]))
            self._refs[name] = BlockRef(tuple(keys), sha256)
        code, pack = self._identity
        refs = dict(self._refs)
        manifest = Manifest(VERSION, self._lease, self._number, dict(offsets), refs, code, pack)
        key = f"m/{stem}"
        self._old = [key]
        return Plan(writes, (key, msgspec.msgpack.encode(manifest)), superseded)


class Restored(msgspec.Struct, frozen=True):
    """A checkpoint whose blocks all verify, and every key that stands beside it."""

    manifest: Manifest
    blocks: dict[str, bytes]


def restore(entries: Mapping[str, bytes], floors: Mapping[str, int]) -> Restored | None:
    """The best checkpoint among what a partition's snapshot log holds.

    Args:
        entries: Key → value, tombstoned keys left out.
        floors: Input topic → the offset that the state must have reached.

    Returns:
        Of the checkpoints that reach every floor and verify, the one with the largest offsets.
    """
    manifests = [
        manifest
        for key, value in entries.items()
        if key.startswith("m/") and (manifest := _manifest(value)) is not None
        if all(manifest.offsets.get(topic, -1) >= floor for topic, floor in floors.items())
    ]
    manifests.sort(key=lambda m: (sum(m.offsets.values()), m.number, m.lease), reverse=True)
    for manifest in manifests:
        blocks = _verified(manifest, entries)
        if blocks is not None:
            return Restored(manifest, blocks)
    return None


def _manifest(value: bytes) -> Manifest | None:
    try:
        manifest = msgspec.msgpack.decode(value, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return manifest if manifest.version == VERSION else None


def _verified(manifest: Manifest, entries: Mapping[str, bytes]) -> dict[str, bytes] | None:
    blocks = {}
    for name, ref in manifest.blocks.items():
        chunks = [entries.get(key) for key in ref.keys]
        content = b"".join(chunk for chunk in chunks if chunk is not None)
        if None in chunks or hashlib.sha256(content).hexdigest() != ref.sha256:
            return None
        blocks[name] = content
    return blocks
