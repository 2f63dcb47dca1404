"""The embedded servers of a run: started so that an interrupt ends it, restarted where they were.

Clients know a server by its port, so a server that died comes back on the same one.
"""

import asyncio
import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from streams.embedded.kafka import EmbeddedKafka
from streams.embedded.mqtt import EmbeddedMqtt

_GENTLE_S: Final = 3.0
"""An interrupted start asks its server to end, and kills it after this time."""
_PATIENCE_S: Final = 8.0
"""After it, an interrupted start is left to itself: it may be in the midst of a fetch."""


class Server:
    """One embedded server.

    Args:
        name: What a user knows it by.
        make: Makes the server on a port; 0 is the one remembered in its folder. The event is set
            when its start is to end.
    """

    def __init__(
        self, name: str, make: Callable[[int, threading.Event], EmbeddedKafka | EmbeddedMqtt]
    ) -> None:
        self.name = name
        self._make = make
        self._interrupted = threading.Event()
        self._server = make(0, self._interrupted)

    @property
    def pid(self) -> int | None:
        """Process id, or None while it does not run."""
        return self._server.pid

    @property
    def log(self) -> Path:
        """Its log."""
        return self._server.log

    @property
    def address(self) -> str:
        """`host:port` for clients, once it was started."""
        server = self._server
        return server.bootstrap if isinstance(server, EmbeddedKafka) else server.address

    async def start(self) -> None:
        """Start it; cancelled, it is stopped again before this returns.

        Raises:
            ServerError: It did not come up.
        """
        # Not `to_thread`: the end of the event loop would wait for a thread of its own.
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[None] = loop.create_future()
        begun = threading.Thread(
            target=_run, args=(self._server, loop, outcome), name=f"start {self.name}", daemon=True
        )
        begun.start()
        try:
            await asyncio.shield(outcome)
        except asyncio.CancelledError:
            self._interrupted.set()
            await asyncio.to_thread(_end_start, self._server, begun)
            raise

    async def restart(self) -> None:
        """Start it again on its port, after it died.

        Raises:
            ServerError: It did not come up, or its port is taken by now.
        """
        port = int(self.address.rpartition(":")[2])
        await asyncio.to_thread(self._server.stop)
        self._server = self._make(port, self._interrupted)
        await self.start()

    async def stop(self) -> None:
        """Stop it. Safe to call twice."""
        await asyncio.to_thread(self._server.stop)


def embedded_kafka(folder: Path, report: Callable[[str], None]) -> Server:
    """A Kafka with its data in `folder`; `report` is told of each step of a first start."""

    def make(port: int, interrupted: threading.Event) -> EmbeddedKafka:
        def tell(text: str) -> None:
            if interrupted.is_set():  # ends the fetch of the jars
                raise RuntimeError("interrupted")
            report(text)

        return EmbeddedKafka(folder, port, tell)

    return Server("Kafka", make)


def embedded_mqtt(folder: Path) -> Server:
    """An MQTT broker with its log in `folder`."""
    return Server("MQTT", lambda port, _: EmbeddedMqtt(folder, port))


def _run(
    server: EmbeddedKafka | EmbeddedMqtt,
    loop: asyncio.AbstractEventLoop,
    outcome: asyncio.Future[None],
) -> None:
    """In a thread: start, and tell the event loop what came of it, if it is still there."""
    error: Exception | None = None
    try:
        server.start()
    except Exception as problem:  # noqa: BLE001 - whatever it is, it is raised in the event loop
        error = problem
    with contextlib.suppress(RuntimeError):  # the loop has closed: nobody waits any more
        loop.call_soon_threadsafe(_settle, outcome, error)


def _settle(outcome: asyncio.Future[None], error: Exception | None) -> None:
    if outcome.cancelled():
        return
    if error is None:
        outcome.set_result(None)
    else:
        outcome.set_exception(error)
        outcome.exception()  # a start that was interrupted fails, and nobody asks how


def _end_start(server: EmbeddedKafka | EmbeddedMqtt, begun: threading.Thread) -> None:
    """End a start that goes on in a thread: its server ends, and so it fails."""
    began = time.monotonic()
    while begun.is_alive() and time.monotonic() - began < _PATIENCE_S:
        pid = server.pid
        if pid is not None:
            patient = time.monotonic() - began < _GENTLE_S
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM if patient else signal.SIGKILL)
        begun.join(0.2)
    if not begun.is_alive():
        server.stop()
