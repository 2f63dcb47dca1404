"""The socket of a connection as paho sees it: what it reads comes from us, what it writes waits.

The link reads the real socket, keeps messages and PUBACKs for itself and gives paho the rest. What
both write is collected and goes out in one write a turn of the loop.
"""

import contextlib
import socket
import ssl

READ_BYTES = 64 << 10
"""Bytes read at a time; what is in them is handled before the loop gets its turn again."""
_NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Channel:
    """A connected socket, plain or TLS, soon to be non-blocking.

    Args:
        sock: The socket; closed with the channel.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._for_paho = bytearray()
        self._out = bytearray()
        self._end: OSError | None = None

    # What paho calls.

    def recv(self, size: int) -> bytes:
        """At most `size` of the bytes given to paho.

        Raises:
            BlockingIOError: There are none now.
            OSError: The connection is gone.
        """
        if self._for_paho:
            data = bytes(self._for_paho[:size])
            del self._for_paho[:size]
            return data
        raise self._end or BlockingIOError

    def send(self, data: bytes | bytearray) -> int:
        """Take bytes for the next `flush`, all of them."""
        self._out += data
        return len(data)

    def setblocking(self, flag: bool) -> None:  # noqa: FBT001 - as sockets have it
        """Make the socket blocking or not."""
        self._sock.setblocking(flag)

    def fileno(self) -> int:
        """The socket's file descriptor."""
        return self._sock.fileno()

    def close(self) -> None:
        """Write what can be written at once, and close the socket."""
        with contextlib.suppress(OSError):
            self.flush()
        self._sock.close()

    # What the link calls.

    @property
    def waiting(self) -> int:
        """Bytes that paho has not read yet."""
        return len(self._for_paho)

    def read(self) -> bytes:
        """Bytes from the socket; none where nothing has come.

        Raises:
            OSError: The connection is broken, or the broker has closed it.
        """
        try:
            data = self._sock.recv(READ_BYTES)
        except _NOT_NOW:
            return b""
        if not data:
            raise ConnectionResetError("closed by the broker")
        return data

    def set_no_delay(self) -> None:
        """Send every write at once; they are few and whole."""
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def has_more(self) -> bool:
        """Whether TLS holds bytes that do not make the socket readable."""
        return isinstance(self._sock, ssl.SSLSocket) and self._sock.pending() > 0

    def give(self, data: bytes) -> None:
        """Let paho read bytes."""
        self._for_paho += data

    def end(self, error: OSError) -> None:
        """Let paho see that the connection is gone."""
        self._end = error

    def flush(self) -> bool:
        """Write; False where the socket takes no more now.

        Raises:
            OSError: The connection is broken.
        """
        while self._out:
            try:
                sent = self._sock.send(self._out)
            except _NOT_NOW:
                return False
            del self._out[:sent]
        return True
