"""PUBACKs: in the order of the PUBLISHes, and never for another connection."""

from hypothesis import given
from hypothesis import strategies as st

from streams.gateway.acks import AckWindow, Pending


@given(st.permutations(range(12)))
def test_messages_safe_in_any_order_are_acknowledged_in_theirs(order: list[int]) -> None:
    window = AckWindow()
    pendings = [Pending(mid) for mid in range(100, 112)]
    for pending in pendings:
        window.take(pending)
    given_acks: list[int] = []
    for index in order:
        acks = window.settle([pendings[index]])
        given_acks += acks
        assert all(pendings[mid - 100].safe for mid in acks)
    assert given_acks == list(range(100, 112))
    assert len(window) == 0


def test_messages_of_a_lost_connection_are_not_acknowledged_on_the_next() -> None:
    window = AckWindow()
    old, new = Pending(1), Pending(1)
    window.take(old)
    window.reset()
    window.take(new)
    assert window.settle([old]) == []
    assert window.settle([new]) == [1]
