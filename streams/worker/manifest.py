"""The table of contents of a checkpoint, and its sealed form in the snapshot log. Pure.

A block is named; what is written of it stands under keys that follow from the lease, the checkpoint
that wrote it, its name and the number of the chunk, so a manifest need not spell them out: an entry
takes some 50 bytes, a thousand blocks 50 KB.
"""

import hashlib
from typing import Final

import msgspec

VERSION: Final = 4
MANIFEST_BYTES: Final = 512 * 1024
"""Largest sealed manifest: it is one Kafka record, written at every checkpoint."""


class ManifestSizeError(Exception):
    """A checkpoint has so many blocks that its manifest would outgrow a Kafka record."""


class BlockRef(msgspec.Struct, frozen=True, array_like=True):
    """Where a named block is.

    Attributes:
        number: The checkpoint of the manifest's lease that wrote it.
        chunks: How many chunks it was cut into, from 0.
        sha256: Of the whole, 32 bytes.
    """

    number: int
    chunks: int
    sha256: bytes


class Manifest(msgspec.Struct, frozen=True):
    """What makes a checkpoint.

    Attributes:
        lease: Who wrote it, and all its blocks.
        number: Checkpoints of this lease, from 1.
        offsets: Input topic → last offset in the state.
        blocks: Name → where it is.
        code: Version of the program.
        pack: Digest of the city pack.
    """

    lease: str
    number: int
    offsets: dict[str, int]
    blocks: dict[str, BlockRef]
    code: str
    pack: str

    @property
    def key(self) -> str:
        """Its key in the snapshot log."""
        return f"m/{self.lease}/{self.number}"

    def block_keys(self, name: str) -> list[str]:
        """The keys of a block's chunks, in order."""
        return block_keys(self.lease, name, self.blocks[name])


class _Sealed(msgspec.Struct, frozen=True, array_like=True):
    version: int
    sha256: bytes
    body: bytes


def block_keys(lease: str, name: str, ref: BlockRef) -> list[str]:
    """The keys of a block's chunks, in order.

    Example:
        >>> block_keys("a1", "rows/000007", BlockRef(3, 2, b""))
        ['b/a1/3/rows/000007/0', 'b/a1/3/rows/000007/1']
    """
    return [f"b/{lease}/{ref.number}/{name}/{chunk}" for chunk in range(ref.chunks)]


def is_manifest(key: str) -> bool:
    """Whether a key of the snapshot log is that of a manifest."""
    return key.startswith("m/")


def sha256(content: bytes) -> bytes:
    """The checksum of blocks and manifests: 1.7 GB/s where the processor has it, 0.6 ms a MiB."""
    return hashlib.sha256(content).digest()


def seal(manifest: Manifest) -> bytes:
    """The manifest as it is written: version, checksum, body.

    Raises:
        ManifestSizeError: It would be larger than `MANIFEST_BYTES`.
    """
    body = msgspec.msgpack.encode(manifest)
    sealed = msgspec.msgpack.encode(_Sealed(VERSION, sha256(body), body))
    if len(sealed) > MANIFEST_BYTES:
        raise ManifestSizeError(
            f"the manifest of {len(manifest.blocks)} blocks has {len(sealed)} bytes, more than "
            f"{MANIFEST_BYTES}: cut the state into fewer blocks, or the city into more partitions"
        )
    return sealed


def unseal(value: bytes) -> Manifest | None:
    """The manifest, or None if it is torn, damaged or of another version."""
    try:
        sealed = msgspec.msgpack.decode(value, type=_Sealed)
        if sealed.version != VERSION or sha256(sealed.body) != sealed.sha256:
            return None
        return msgspec.msgpack.decode(sealed.body, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
