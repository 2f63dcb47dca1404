"""Reception lines: payloads survive byte for byte, whatever they are."""

import base64
import contextlib
import hashlib
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sensors.line import (
    KEPT_OF_OVERSIZED,
    MAX_PAYLOAD,
    Command,
    decode_line,
    encode_command,
    encode_reception,
    encode_tick,
    is_json_line,
    join_frame,
    received_ms,
    split_frame,
)
from sensors.reason import Reason
from sensors.senml import SenmlError
from streams.engine.payload import payload_of

PACK = b'[{"bn":"a/","bt":1760000000,"n":"x","v":1.50}]'


def round_trip(payload: bytes) -> bytes:
    return bytes(payload_of(decode_line(encode_reception("a", 1760000000.25, payload))))


def test_pack_stands_verbatim_in_its_line():
    line = encode_reception("a", 1760000000.25, PACK)
    assert line == b'{"terminal":"a","received":1760000000.25,"pack":' + PACK + b"}"
    assert decode_line(line).terminal == "a"
    assert decode_line(line).received == 1760000000.25


@pytest.mark.parametrize(
    "payload", [b"", b"\x00", b"no json", b"[1,\n2]", b"[1]\r", b"[NaN]", b"\xff"]
)
def test_payload_that_is_no_json_line_is_kept_as_raw(payload):
    line = decode_line(encode_reception("a", 1.0, payload))
    assert line.raw is not None
    assert base64.b64decode(line.raw) == payload
    assert round_trip(payload) == payload


@given(st.binary(max_size=300))
@example(b" [1] ")
@example(b"null")
@example(b'"\xe2\x80\xa8"')
def test_any_payload_survives_byte_for_byte(payload):
    assert round_trip(payload) == payload


_trees = st.recursive(
    st.none() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)  # fmt: skip


@given(_trees)
def test_any_json_survives_verbatim(tree):
    payload = msgspec.json.encode(tree)
    line = encode_reception("a", 1.0, payload)
    assert payload in line
    assert round_trip(payload) == payload


@pytest.mark.parametrize("extra", [0, 1])
def test_payload_is_cut_only_beyond_the_limit(extra):
    payload = b'"' + b"x" * (MAX_PAYLOAD - 2 + extra) + b'"'
    line = decode_line(encode_reception("a", 1.0, payload))
    assert (line.oversized is not None) == bool(extra)


def test_oversized_payload_keeps_beginning_length_and_digest():
    payload = bytes(range(256)) * 1200
    line = decode_line(encode_reception("a", 1.0, payload))
    assert line.oversized is not None
    assert line.raw is not None
    assert base64.b64decode(line.raw) == payload[:KEPT_OF_OVERSIZED]
    assert line.oversized.length == len(payload)
    assert line.oversized.sha256 == hashlib.sha256(payload).hexdigest()
    with pytest.raises(SenmlError) as caught:
        payload_of(line)
    assert caught.value.reason is Reason.OVERSIZED


@pytest.mark.parametrize("depth", [10, 99, 200, 700, 900, 960, 970, 980, 990, 996, 1500, 100_000])
def test_payload_nested_as_deep_as_its_writer_can_read_does_not_break_the_line(depth):
    payload = b"[" * depth + b"]" * depth
    with ThreadPoolExecutor(1) as shallow_stack:
        line = shallow_stack.submit(encode_reception, "a", 1.0, payload).result()
    assert bytes(payload_of(decode_line(line))) == payload


@pytest.mark.parametrize("received", [-0.001, -1e9, 1e12, 1e300])
def test_reception_outside_of_the_calendar_is_a_decode_error(received):
    with pytest.raises(msgspec.DecodeError):
        received_ms(received)


def test_reception_is_rounded_to_the_millisecond():
    assert [received_ms(r) for r in (0.0, 1760000000.2504, 1760000000.2506)] == [
        0, 1760000000250, 1760000000251,
    ]  # fmt: skip


def test_line_nested_too_deeply_is_an_ordinary_decode_error():
    deep = b"[" * 100_000 + b"]" * 100_000
    with pytest.raises(msgspec.DecodeError):
        decode_line(b'{"received":1.0,"terminal":"a","pack":' + deep + b"}")


@pytest.mark.parametrize(
    "line", [b"", b"x", b"[]", b"{}", b'{"received":"1"}', b'{"received":1,"terminal":\xff}',
             b'{"received":1,"terminal":"\xff"}', b'{"received":1,"command":{}}']
)  # fmt: skip
def test_line_of_another_shape_is_a_decode_error(line):
    with pytest.raises(msgspec.DecodeError):
        decode_line(line)


@given(st.binary(max_size=100))
@example(b'{"received":1,"terminal":"\xff"}')
def test_any_bytes_as_a_line_raise_nothing_but_decode_errors(line):
    with contextlib.suppress(msgspec.DecodeError):
        decode_line(line)


def test_unpadded_raw_is_a_broken_line():
    with pytest.raises(SenmlError) as caught:
        payload_of(decode_line(b'{"received":1,"terminal":"a","raw":"AAA"}'))
    assert caught.value.reason is Reason.BROKEN_LINE


def test_line_without_a_payload_is_a_broken_line():
    with pytest.raises(SenmlError) as caught:
        payload_of(decode_line(b'{"received":1,"terminal":"a"}'))
    assert caught.value.reason is Reason.BROKEN_LINE


def test_tick_has_a_time_and_nothing_else():
    line = decode_line(encode_tick(1760000000.2))
    assert (line.received, line.terminal, line.command) == (1760000000.2, None, None)


def test_command_survives():
    command = Command(id="c1", order="wo-1", zone="dip", action="accept", actor="李", note="ok")
    assert decode_line(encode_command(5.5, command)).command == command


@given(st.lists(st.binary(min_size=1, max_size=60).map(lambda p: encode_reception("a", 1.0, p))))
def test_frame_gives_back_its_lines(lines):
    assert list(split_frame(join_frame(lines))) == lines


def test_empty_lines_of_a_frame_are_skipped():
    assert list(split_frame(b"\n\na\n\nb\n")) == [b"a", b"b"]


@pytest.mark.parametrize("payload", [b"[1]\n", b"\r[1]", b"[", b""])
def test_json_with_line_ends_or_none_at_all_is_no_json_line(payload):
    assert not is_json_line(payload)
