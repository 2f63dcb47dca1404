"""Free TCP ports on the loopback address."""

import secrets
import socket
from typing import Final

HOST: Final = "127.0.0.1"
"""Embedded servers listen here only."""

# Below the range from which kernels take the ports of outgoing connections (32768 on Linux), so
# that no client socket sits on a remembered port when its server starts again.
_FIRST, _LAST = 20_000, 32_000
_TRIES = 200


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` (1-65535) of the loopback address now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: connections in TIME_WAIT are no obstacle, a listener is.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def answers(port: int, timeout: float = 0.5) -> bool:
    """Whether something accepts TCP connections on `port` of the loopback address.

    Args:
        port: 1-65535.
        timeout: How long to wait for the connection, s.
    """
    try:
        with socket.create_connection((HOST, port), timeout=timeout):
            return True
    except OSError:
        return False


def free_port(preferred: int) -> int:
    """A port on which a server can listen: `preferred` if it is free, else another.

    Args:
        preferred: 1-65535, or 0 for any.

    Returns:
        A port in 1-65535 that was free a moment ago; nothing reserves it.

    Raises:
        OSError: No free port was found.
    """
    if preferred and is_free(preferred):
        return preferred
    for _ in range(_TRIES):
        port = _FIRST + secrets.randbelow(_LAST - _FIRST)
        if is_free(port):
            return port
    raise OSError(f"no free port between {_FIRST} and {_LAST} on {HOST}")
