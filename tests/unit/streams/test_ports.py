"""Free ports: the preferred one unless something listens on it."""

import socket

from streams.embedded.ports import HOST, answers, free_port, is_free


def test_free_preferred_port_is_taken() -> None:
    port = free_port(0)
    assert free_port(port) == port


def test_busy_preferred_port_gives_another() -> None:
    with socket.create_server((HOST, 0)) as listener:
        busy = listener.getsockname()[1]
        other = free_port(busy)
        assert other != busy
        assert is_free(other)
        assert not is_free(busy)


def test_chosen_port_is_below_those_of_outgoing_connections() -> None:
    assert all(20_000 <= free_port(0) < 32_000 for _ in range(50))


def test_only_a_listener_answers() -> None:
    with socket.create_server((HOST, 0)) as listener:
        port = listener.getsockname()[1]
        assert answers(port)
    assert not answers(port)
