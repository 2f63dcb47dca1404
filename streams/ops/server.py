"""The operations process: projection, ledger and page together, until told to stop."""

import asyncio
import contextlib
import signal
from collections.abc import Iterator

import structlog
import uvicorn

from indicators.registry import catalogue
from sensors.city import City
from streams.citypack import load_pack
from streams.clock import Clock
from streams.lineage.live import KafkaReadings
from streams.ops.app import create_app
from streams.ops.commands import KafkaCommandSender
from streams.ops.ledger import MeteredLedger
from streams.ops.ledger_feed import feed_ledger
from streams.ops.projection import Projection, ProjectionMetrics
from streams.ops.wording import Wording, wording_of
from streams.settings import Settings
from streams.stores.open import open_store

log = structlog.get_logger(__name__)


async def run_ops(settings: Settings) -> None:
    """Run the operations page of the configured city until SIGTERM or SIGINT.

    Raises:
        PackError: The city pack has problems.
        ValueError: `settings.store` names no store.
        StoreUnavailableError: The store cannot be opened.
        StoreRefusedError: The store's address is of something else.
    """
    pack = load_pack(settings.city)
    stopping = asyncio.Event()
    with _signals(stopping):
        wording = wording_of(catalogue(pack.limits).values(), pack.rules, pack.departments.values())
        await serve(settings, pack.city, wording, stopping)


async def serve(settings: Settings, city: City, wording: Wording, stopping: asyncio.Event) -> None:
    """Run the page of a city until `stopping` is set; then everything is closed in order.

    The batch in hand is finished and committed; requests in hand are answered.
    """
    store = await asyncio.to_thread(open_store, settings)
    book, clock = MeteredLedger(), Clock(settings.clock_anchor, settings.speed)
    metrics = ProjectionMetrics(book.registry)
    sender = KafkaCommandSender(settings, clock)
    readings = KafkaReadings(settings, city, clock.wall_at)
    app = create_app(store, book, city, sender, wording, clock.now, readings=readings)
    server = _Server(uvicorn.Config(
        app, host=settings.ops_host, port=settings.ops_port, log_config=None, lifespan="off",
        timeout_graceful_shutdown=5,
    ))  # fmt: skip
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(Projection(settings, store, metrics, stopping).run())
            tasks.create_task(feed_ledger(settings, book, metrics, stopping))
            tasks.create_task(_until_stopped(server, stopping))
            log.info("operations page", url=f"http://{settings.ops_host}:{settings.ops_port}/")
    finally:
        stopping.set()
        await sender.stop()
        await asyncio.to_thread(store.close)
    log.info("operations page stopped")


class _Server(uvicorn.Server):
    """A server that leaves signals to `run_ops`, which has more than it to stop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _until_stopped(server: _Server, stopping: asyncio.Event) -> None:
    """Serve until stopping is set; a server that cannot start ends the process."""
    serving = asyncio.create_task(server.serve())
    waiting = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
        stopping.set()
        server.should_exit = True
        await serving


@contextlib.contextmanager
def _signals(stopping: asyncio.Event) -> Iterator[None]:
    """Let SIGTERM and SIGINT set `stopping`."""
    loop = asyncio.get_running_loop()
    both = (signal.SIGTERM, signal.SIGINT)
    for number in both:
        loop.add_signal_handler(number, stopping.set)
    try:
        yield
    finally:
        for number in both:
            loop.remove_signal_handler(number)
