"""Publishes in flight: an identifier is used once at a time, and all go out again."""

from streams.mqtt.outstanding import Outstanding
from streams.mqtt.wire import Message, PacketReader


def test_identifiers_are_free_again_once_acknowledged_and_never_before() -> None:
    outstanding = Outstanding(4)
    mids: list[int] = []
    while (added := outstanding.add("a", b"", retain=False)) is not None:
        mids.append(added[0])
    assert len(set(mids)) == len(mids) == len(outstanding)
    assert min(mids) > 1000  # paho's subscriptions count up from 1
    assert max(mids) == 65_535
    freed = [mids[5], mids[-1]]
    assert outstanding.settle([*freed, 1, freed[0]]) == freed
    again = [outstanding.add("a", b"", retain=False) for _ in freed]
    assert [added and added[0] for added in again] == freed
    assert outstanding.add("a", b"", retain=False) is None


def test_new_connection_gets_what_is_left_in_order_and_marked() -> None:
    outstanding = Outstanding(5)
    added = [outstanding.add("a", payload, retain=False) for payload in (b"x", b"y", b"z")]
    mids = [each[0] for each in added if each is not None]
    outstanding.settle([mids[1]])
    packets = list(outstanding.again())
    assert all(packet[0] & 0x08 for packet in packets)
    assert PacketReader(5).feed(b"".join(packets)).messages == [
        Message("a", b"x", mids[0]),
        Message("a", b"z", mids[2]),
    ]
