"""Receipts: what the gateway tells a terminal once Kafka has its pack."""

import hashlib

import msgspec

_entries = msgspec.json.Decoder(list[msgspec.Raw])


class Receipt(msgspec.Struct, frozen=True):
    """One receipt, for one MQTT message.

    Attributes:
        terminal: Terminal id of the topic.
        received: The stamp that the pack got, Unix seconds.
        count: SenML records taken: entries of the pack's array, 1 for anything else.
        id: First 16 hex digits of the SHA-256 of the payload; by it a terminal finds its pack.
        sha256: All 64 of them.
    """

    terminal: str
    received: float
    count: int
    id: str
    sha256: str


_decoder = msgspec.json.Decoder(Receipt)


def pack_id(payload: bytes) -> str:
    """What identifies a pack between terminal and gateway: 16 hex digits of its SHA-256.

    Example:
        >>> pack_id(b"[]")
        '4f53cda18c2baa0c'
    """
    return hashlib.sha256(payload).hexdigest()[:16]


def count_entries(payload: bytes) -> int:
    """Entries of a pack's array; 1 for a payload that is not a JSON array."""
    try:
        return len(_entries.decode(payload))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return 1


def encode_receipt(
    terminal: str, received: float, payload: bytes, entries: int | None = None
) -> bytes:
    """The receipt of a payload as it stands on `…/ack`.

    Args:
        terminal: Terminal id of the topic.
        received: The stamp that the pack got, Unix seconds.
        payload: The payload.
        entries: What `count_entries` gives, where it is known already.
    """
    digest = hashlib.sha256(payload).hexdigest()
    count = count_entries(payload) if entries is None else entries
    return msgspec.json.encode(Receipt(terminal, received, count, digest[:16], digest))


def decode_receipt(payload: bytes) -> Receipt:
    """Read a receipt.

    Raises:
        msgspec.DecodeError: It is not one.
    """
    return _decoder.decode(payload)
