"""Receipts: what a terminal can match its pack by."""

import hashlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors.line import reception_tail
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


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
)


@given(
    st.binary(max_size=50)
    | JSON.map(msgspec.json.encode)
    | st.lists(JSON, max_size=12).map(msgspec.json.encode)
    | st.sampled_from([b"[1,\n2]", b" [1]", b"[NaN,1]", b"[" * 99 + b"]" * 99, b'["\xff",2]'])
)
def test_receipt_counts_the_same_whether_or_not_the_line_has_counted(payload: bytes) -> None:
    _, entries = reception_tail(payload)
    assert encode_receipt("a", 1.5, payload, entries) == encode_receipt("a", 1.5, payload)
