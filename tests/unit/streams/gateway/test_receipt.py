"""Receipts: what a terminal can match its pack by."""

import hashlib

import pytest

from streams.gateway.receipt import count_entries, decode_receipt, encode_receipt, pack_id


def test_receipt_names_the_pack_by_its_bytes() -> None:
    payload = b'[{"bn":"WL-07/","n":"water_depth","v":0.1},{"n":"battery","v":88}]'
    receipt = decode_receipt(encode_receipt("WL-07", 1760000000.123, payload))
    digest = hashlib.sha256(payload).hexdigest()
    assert receipt.sha256 == digest
    assert receipt.id == digest[:16] == pack_id(payload)
    assert (receipt.terminal, receipt.received, receipt.count) == ("WL-07", 1760000000.123, 2)


@pytest.mark.parametrize(
    ("payload", "count"),
    [(b"", 1), (b"{}", 1), (b"[]", 0), (b"[1,2,3]", 3), (b"\xff\xfe", 1), (b"[" * 5000, 1)],
)
def test_payload_that_is_no_array_counts_one(payload: bytes, count: int) -> None:
    assert count_entries(payload) == count
