"""Snapshots as immutable blocks and manifests: what is written, and what can be restored. Pure.

A worker writes under a lease of its own, so that one that was paused and comes back writes beside
its successor and never over it. State is a function of the inputs up to the manifest's offsets,
whoever computed it, so the restorable manifest with the largest offsets is as good as any.

A checkpoint costs what has changed: only the blocks that were dumped are hashed and written, and a
block that is gone costs its tombstones. The manifest alone names every block.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from streams.worker.manifest import (
    BlockRef,
    Manifest,
    block_keys,
    is_manifest,
    seal,
    sha256,
    unseal,
)

BLOCK_BYTES: Final = 512 * 1024


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
        self._manifest: list[str] = []
        self._superseded = list(inherited)

    @property
    def is_first(self) -> bool:
        """Whether the next checkpoint must hold every block."""
        return self._number == 0

    def plan(self, blocks: Mapping[str, bytes | None], offsets: Mapping[str, int]) -> Plan:
        """Plan a checkpoint.

        Args:
            blocks: Name → content of the blocks that changed since the last plan; None for one that
                is no more. Unchanged bytes are not written again.
            offsets: Input topic → last offset in the state.

        Raises:
            ManifestSizeError: There are too many blocks.
        """
        self._number += 1
        writes: list[tuple[str, bytes]] = []
        superseded = self._superseded + self._manifest
        for name, content in blocks.items():
            known = self._refs.get(name)
            ref = None if content is None else _cut(self._number, content)
            if ref is not None and known is not None and known.sha256 == ref.sha256:
                continue
            if known is not None:
                superseded += block_keys(self._lease, name, known)
            if ref is None or content is None:
                self._refs.pop(name, None)
                continue
            self._refs[name] = ref
            for index, key in enumerate(block_keys(self._lease, name, ref)):
                writes.append((key, content[index * BLOCK_BYTES : (index + 1) * BLOCK_BYTES]))
        code, pack = self._identity
        refs = dict(self._refs)
        manifest = Manifest(self._lease, self._number, dict(offsets), refs, code, pack)
        self._manifest = [manifest.key]
        self._superseded = []
        return Plan(writes, (manifest.key, seal(manifest)), superseded)

    def abandoned(self, lease: str, plan: Plan) -> "Lineage":
        """A lineage that goes on where the writing of a plan was broken off.

        Which of the writes Kafka has is not known, so nothing is built on them: the next checkpoint
        holds every block, and what this lease may have written is dropped after it.

        Args:
            lease: A new name.
            plan: The last one.
        """
        own = [
            key for name, ref in self._refs.items() for key in block_keys(self._lease, name, ref)
        ]
        return Lineage(lease, self._identity, [*plan.tombstones, *own, *self._manifest])


def _cut(number: int, content: bytes) -> BlockRef:
    return BlockRef(number, -(-len(content) // BLOCK_BYTES), sha256(content))


class Restored(msgspec.Struct, frozen=True):
    """A checkpoint whose blocks all verify."""

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
        if is_manifest(key) and (manifest := unseal(value)) is not None
        if all(manifest.offsets.get(topic, -1) >= floor for topic, floor in floors.items())
    ]
    manifests.sort(key=lambda m: (sum(m.offsets.values()), m.number, m.lease), reverse=True)
    for manifest in manifests:
        blocks = _verified(manifest, entries)
        if blocks is not None:
            return Restored(manifest, blocks)
    return None


def _verified(manifest: Manifest, entries: Mapping[str, bytes]) -> dict[str, bytes] | None:
    blocks = {}
    for name, ref in manifest.blocks.items():
        chunks = [entries.get(key) for key in manifest.block_keys(name)]
        content = b"".join(chunk for chunk in chunks if chunk is not None)
        if None in chunks or sha256(content) != ref.sha256:
            return None
        blocks[name] = content
    return blocks
