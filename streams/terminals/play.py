"""Playing many terminals against an MQTT broker, each pack at its time."""

import asyncio
import contextlib
import time
from collections.abc import Iterable, Iterator

import msgspec
import structlog

from sensors.city import City
from sensors.outgoing import Outgoing
from streams.clock import Clock
from streams.mqtt.client import LinkOptions
from streams.terminals.counts import PublishedCounts
from streams.terminals.outbox import RESEND_S, Outbox
from streams.terminals.terminal import Terminal

_ROUND_S = 0.5
_log = structlog.get_logger()


class PlayOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How to play.

    Attributes:
        protocol: 4 = MQTT 3.1.1, 5 = MQTT 5.
        username: Empty = none.
        password: Empty = none.
        tls_ca: File of the certificate authority; None = no TLS.
        resend: Real seconds until a pack without receipt is sent again: the first, the longest.
        patience: Real seconds to wait for receipts after the last pack.
        connect_patience: Real seconds to wait for the city's terminals to connect at the start.
    """

    protocol: int = 4
    username: str = ""
    password: str = ""
    tls_ca: str | None = None
    resend: tuple[float, float] = RESEND_S
    patience: float = 60.0
    connect_patience: float = 15.0


class _Fleet:
    """The connected terminals of a run; strangers join when they first send."""

    def __init__(self, city: City, address: str, options: PlayOptions) -> None:
        self.counts = PublishedCounts()
        self._city = city
        self._options = options
        self._link = LinkOptions(
            address=address,
            client_id="terminal",
            protocol=options.protocol,
            username=options.username,
            password=options.password,
            tls_ca=options.tls_ca,
        )
        self._terminals: dict[str, Terminal] = {}
        self._links: list[asyncio.Task[None]] = []

    @property
    def unconfirmed(self) -> int:
        return sum(terminal.unconfirmed for terminal in self._terminals.values())

    def terminal(self, id_: str) -> Terminal:
        terminal = self._terminals.get(id_)
        if terminal is None:
            outbox = Outbox(*self._options.resend)
            terminal = Terminal(id_, self._city, self._link, self.counts, outbox)
            self._terminals[id_] = terminal
            self._links.append(asyncio.create_task(terminal.link.run()))
        return terminal

    async def connect(self, patience: float) -> None:
        """Connect the city's terminals; go on without those that the broker does not let in."""
        for id_ in self._city.terminals:
            self.terminal(id_)
        deadline = time.monotonic() + patience
        while not all(t.link.connected for t in self._terminals.values()):
            if time.monotonic() > deadline:
                away = [t.id for t in self._terminals.values() if not t.link.connected]
                _log.warning("terminals_not_connected", count=len(away), first=away[:5])
                return
            await asyncio.sleep(0.02)

    async def resend(self) -> None:
        while True:
            await asyncio.sleep(min(_ROUND_S, self._options.resend[0] / 4))
            for terminal in self._terminals.values():
                terminal.send_due()

    async def settle(self, patience: float) -> None:
        """Wait for the receipts that are still due."""
        deadline = time.monotonic() + patience
        while any(terminal.busy for terminal in self._terminals.values()):
            if time.monotonic() > deadline:
                break
            await asyncio.sleep(0.02)
        self.counts.unconfirmed = self.unconfirmed

    async def close(self) -> None:
        for terminal in self._terminals.values():
            terminal.say_goodbye()
        await asyncio.sleep(0)  # lets the goodbyes out
        for link in self._links:
            link.cancel()
        await asyncio.gather(*self._links, return_exceptions=True)


async def play(
    packs: Iterable[Outgoing],
    city: City,
    clock: Clock,
    mqtt: str,
    options: PlayOptions | None = None,
    stop: asyncio.Event | None = None,
) -> PublishedCounts:
    """Publish packs at their time and keep each until its receipt has come.

    Args:
        packs: In the order of `due`; may have no end. Read as time goes on.
        city: Every terminal of it connects at once, strangers when they first send.
        clock: Stream time; a pack whose time has passed leaves at once.
        mqtt: `host:port` of the broker.
        options: Credentials and patience.
        stop: Set to end before the packs do; what was sent is still waited for.

    Returns:
        What was sent and what was confirmed.
    """
    options = options or PlayOptions()
    stop = stop or asyncio.Event()
    fleet = _Fleet(city, mqtt, options)
    resending = asyncio.create_task(fleet.resend())
    try:
        await fleet.connect(options.connect_patience)
        await _publish(iter(packs), fleet, clock, stop)
        await fleet.settle(options.patience)
    finally:
        resending.cancel()
        await asyncio.gather(resending, return_exceptions=True)
        await fleet.close()
    _log.info("terminals_done", **msgspec.structs.asdict(fleet.counts))
    return fleet.counts


async def _publish(
    packs: Iterator[Outgoing], fleet: _Fleet, clock: Clock, stop: asyncio.Event
) -> None:
    """Send every pack at its time until there is none, or `stop`."""
    for number, outgoing in enumerate(packs, 1):
        pause = clock.wait_for(outgoing.due)
        if pause > 0 or number % 32 == 0:  # behind time, connections still need their turns
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await stop.wait()
        if stop.is_set():
            return
        fleet.terminal(outgoing.terminal).send(outgoing)
