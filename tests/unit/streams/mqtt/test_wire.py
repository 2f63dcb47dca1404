"""Packets on the wire: cut right wherever the stream is cut, and nothing else taken for them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.mqtt.wire import (
    MAX_PAYLOAD,
    UNREADABLE,
    Incoming,
    MalformedError,
    Message,
    PacketReader,
    again,
    encode_acks,
    encode_publish,
)

TOPICS = st.text(st.characters(exclude_characters="+#", exclude_categories=["Cs"]), min_size=1)
PAYLOADS = st.binary(max_size=300)
MIDS = st.integers(1, 65_535)
OTHERS = st.sampled_from(
    [
        b"\x20\x02\x00\x00",  # CONNACK
        b"\x90\x03\x00\x01\x01",  # SUBACK
        b"\xd0\x00",  # PINGRESP
        b"\x34\x05\x00\x01a\x00\x07",  # PUBLISH at QoS 2
        b"\xe0\x02\x8e\x00",  # DISCONNECT of MQTT 5
    ]
)


def at_most_once(topic: str, payload: bytes, protocol: int) -> bytes:
    """A PUBLISH at QoS 0: the one at QoS 1 without its identifier."""
    name = topic.encode()
    body = len(name).to_bytes(2, "big") + name + b"\x00" * (protocol == 5) + payload
    assert len(body) < 16384
    return b"\x30" + bytes([len(body) & 0x7F | 0x80, len(body) >> 7]) + body


@st.composite
def streams(draw: st.DrawFn) -> tuple[int, bytes, Incoming]:
    """A protocol, the bytes of some packets, and what they say."""
    protocol = draw(st.sampled_from([4, 5]))
    data, said = b"", Incoming()
    for kind in draw(st.lists(st.sampled_from("1raw0"), max_size=12)):
        topic, payload, mid = draw(TOPICS), draw(PAYLOADS), draw(MIDS)
        match kind:
            case "1" | "r":
                data += encode_publish(topic, payload, mid, protocol, retain=kind == "r")
                said.messages.append(Message(topic, payload, mid))
            case "0":
                data += at_most_once(topic, payload, protocol)
                said.messages.append(Message(topic, payload, 0))
            case "a":
                data += encode_acks([mid])
                said.acked.append(mid)
            case _:
                other = draw(OTHERS)
                data += other
                said.rest += other
    return protocol, data, said


@given(streams(), st.lists(st.integers(0, 2000)))
def test_stream_cut_anywhere_gives_its_packets_in_order(
    stream: tuple[int, bytes, Incoming], cuts: list[int]
) -> None:
    protocol, data, said = stream
    reader, got = PacketReader(protocol), Incoming()
    ends = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    for begin, end in pairwise(ends):
        part = reader.feed(data[begin:end])
        got.messages += part.messages
        got.acked += part.acked
        got.rest += part.rest
    assert got == said


@given(st.binary(max_size=400), st.sampled_from([4, 5]))
def test_arbitrary_bytes_are_packets_or_malformed(data: bytes, protocol: int) -> None:
    reader = PacketReader(protocol)
    try:
        incoming = reader.feed(data)
    except MalformedError:
        return
    assert len(incoming.rest) + sum(len(m.payload) for m in incoming.messages) <= len(data)
    assert all(1 <= mid <= 65_535 for mid in incoming.acked)


def test_packets_are_those_of_the_standard() -> None:
    assert encode_acks([1, 65_535]) == b"\x40\x02\x00\x01\x40\x02\xff\xff"
    assert encode_publish("a/b", b"xy", 10, 4) == b"\x32\x09\x00\x03a/b\x00\x0axy"
    assert encode_publish("a/b", b"xy", 10, 5, retain=True) == b"\x33\x0a\x00\x03a/b\x00\x0a\x00xy"
    assert encode_publish("a", b"x" * 200, 1, 4)[:3] == b"\x32\xcd\x01"
    assert again(b"\x32\x09...") == b"\x3a\x09..."


def test_properties_of_mqtt_5_are_skipped() -> None:
    content_type = b"\x03\x00\x04json"
    body = b"\x00\x01a\x00\x07" + bytes([len(content_type)]) + content_type + b"[]"
    got = PacketReader(5).feed(b"\x32" + bytes([len(body)]) + body)
    assert got.messages == [Message("a", b"[]", 7)]


def test_puback_of_mqtt_5_with_a_reason_is_a_puback() -> None:
    assert PacketReader(5).feed(b"\x40\x04\x00\x07\x10\x00").acked == [7]


def test_topic_that_is_no_text_is_replaced() -> None:
    assert PacketReader(4).feed(b"\x30\x03\x00\x01\xff").messages == [Message(UNREADABLE, b"", 0)]


@pytest.mark.parametrize(
    "data",
    [
        b"\x30\xff\xff\xff\xff\x01",  # a length of five octets
        b"\x30\x01\x00",  # no topic
        b"\x30\x03\x00\x09a",  # a topic beyond the end
        b"\x32\x03\x00\x01a",  # QoS 1 without an identifier
        b"\x32\x05\x00\x01a\x00\x00",  # the identifier 0
        b"\x40\x01\x07",  # a PUBACK without an identifier
    ],
)
def test_malformed_packets_end_the_connection(data: bytes) -> None:
    with pytest.raises(MalformedError):
        PacketReader(4).feed(data)


@pytest.mark.parametrize("topic", ["", "a/+/b", "a/#", "x" * 65_536])
def test_what_is_no_topic_is_not_published_on(topic: str) -> None:
    with pytest.raises(ValueError, match="not a topic"):
        encode_publish(topic, b"", 1, 4)


def test_payload_beyond_what_a_packet_holds_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        encode_publish("a", bytes(MAX_PAYLOAD + 1), 1, 4)
