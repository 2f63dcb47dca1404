"""What a terminal keeps until its receipt."""

from sensors.outgoing import Outgoing
from streams.gateway.receipt import pack_id
from streams.terminals.outbox import Outbox


def outgoing(payload: bytes) -> Outgoing:
    return Outgoing(0.0, "T", payload, 1)


def test_pack_without_receipt_is_due_again_with_growing_pauses() -> None:
    outbox = Outbox(first=1.0, longest=4.0)
    waiting = outbox.add("t", outgoing(b"a"), 100.0)
    now, sendings = 100.0, []
    while now < 120:
        for due in outbox.due(now):
            sendings.append(now)
            outbox.sent(due, now)
        now += 0.5
    assert sendings == [100.0, 101.0, 103.0, 107.0, 111.0, 115.0, 119.0]
    assert waiting.sent == len(sendings)


def test_receipt_ends_the_wait_once() -> None:
    outbox = Outbox()
    outbox.add("t", outgoing(b"a"), 0.0)
    assert outbox.confirm(pack_id(b"a"))
    assert not outbox.confirm(pack_id(b"a"))
    assert outbox.due(1e9) == []
    assert len(outbox) == 0


def test_same_bytes_twice_wait_for_one_receipt() -> None:
    outbox = Outbox()
    first = outbox.add("t", outgoing(b"a"), 0.0)
    assert outbox.add("t", outgoing(b"a"), 1.0) is first
    outbox.add("t", outgoing(b"b"), 1.0)
    assert len(outbox) == 2


def test_packs_fall_due_in_the_order_in_which_they_were_added() -> None:
    outbox = Outbox()
    for number in range(5):
        outbox.add("t", outgoing(str(number).encode()), float(number))
    assert [w.outgoing.payload for w in outbox.due(3.5)] == [b"0", b"1", b"2", b"3"]
