"""The part of a run in which everything is up: terminals, crews, supervision, and the draining."""

import asyncio
import contextlib
import math
import time
from typing import Any

import structlog
from aiokafka.errors import KafkaError

from sensors.simulator.scenario import People, Scenario
from sensors.simulator.simulate import simulate
from streams.citypack import CityPack
from streams.clock import Clock
from streams.ledger_records import received_since
from streams.terminals.counts import PublishedCounts
from streams.terminals.play import PlayOptions, play
from streams.topics import WORKORDERS
from streams.up.crew import Crew
from streams.up.options import Ending, Options
from streams.up.outcome import Begin, begin_of, completeness, summary_of
from streams.up.reporter import Reporter
from streams.up.stack import Stack
from streams.up.stack_error import StackError
from streams.up.topics_reader import LedgerReader, event_of, follow
from streams.worker.kafka_log import KafkaLog

log = structlog.get_logger("up")

DRAIN_S = 60.0
SETTLE_S = 3.0
"""After the last reading is booked, its windows, alerts and orders follow within this time."""


class CityRun:
    """Plays a scenario, or waits for others' terminals, and watches over what comes of it.

    Args:
        stack: Everything, started.
        pack: The city.
        options: What was asked for.
        reporter: Told what comes out.
    """

    def __init__(self, stack: Stack, pack: CityPack, options: Options, reporter: Reporter) -> None:
        self._stack = stack
        self._settings = stack.settings
        self._pack = pack
        self._options = options
        self._reporter = reporter
        self._clock = Clock(self._settings.clock_anchor, self._settings.speed)
        self._published: PublishedCounts | None = None
        self._ledgers = LedgerReader(stack.settings)

    async def go(self, scenario: Scenario | None, ending: Ending) -> dict[str, Any]:
        """Run until the end, stop gateway and worker, and sum up.

        Raises:
            StackError: Something keeps dying, or the outputs cannot be watched.
            ServerError: An embedded server does not come up again.
            aiokafka.errors.KafkaError: Kafka cannot be read.
        """
        begin = await begin_of(self._settings, self._ledgers)
        async with KafkaLog(self._settings.kafka) as kafka:
            people = scenario.people if scenario else People()
            crew = Crew(people, self._pack.city, self._settings, self._clock, kafka)
            try:
                await self._live(scenario, begin, crew, ending)
            finally:
                await crew.stop()
        if ending.now.is_set():
            await self._stack.stop_children_at_once()
        else:
            await self._stack.stop("gateway", "worker")
        return await self._summary(scenario, begin)

    async def _live(
        self, scenario: Scenario | None, begin: Begin, crew: Crew, ending: Ending
    ) -> None:
        """Work until done or told to hurry; a failure of supervision or watching ends it at once.

        A check in hand, perhaps a restart, is finished: what it restarts must be there to be
        stopped, and to be read for the summary.
        """
        over = asyncio.Event()
        supervising = asyncio.create_task(self._supervise(over))
        watching = asyncio.create_task(self._watch(begin, crew))
        working = asyncio.create_task(self._work(scenario, begin, ending))
        hurrying = asyncio.create_task(ending.now.wait())
        tasks: set[asyncio.Task[Any]] = {supervising, watching, working, hurrying}
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if not supervising.done():
                over.set()
                _raise_failures(watching, working)
                await supervising
            _raise_failures(supervising, watching, working)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _work(self, scenario: Scenario | None, begin: Begin, ending: Ending) -> None:
        timer = asyncio.create_task(self._timer(ending))
        try:
            await self._terminals(scenario, ending.stop)
        finally:
            timer.cancel()
            await asyncio.gather(timer, return_exceptions=True)
        await self._drain(begin)

    async def _watch(self, begin: Begin, crew: Crew) -> None:
        async for topic, value in follow(self._settings, begin.offsets):
            self._reporter.output(topic, value)
            if topic == WORKORDERS and self._options.scenario:
                crew.see(event_of(value))

    async def _supervise(self, over: asyncio.Event) -> None:
        while not over.is_set():
            await self._stack.check()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.5):
                    await over.wait()

    async def _timer(self, ending: Ending) -> None:
        if self._options.seconds is not None:
            await asyncio.sleep(self._options.seconds)
            ending.stop.set()

    async def _terminals(self, scenario: Scenario | None, stop: asyncio.Event) -> None:
        """Play the scenario's terminals, or wait while others publish."""
        if scenario is None:
            await stop.wait()
            return
        settings = self._settings
        messages = simulate(
            self._pack.city, scenario, self._clock.now(), math.inf, self._options.seed
        )
        options = PlayOptions(
            protocol=settings.mqtt_protocol, username=settings.mqtt_username,
            password=settings.mqtt_password,
            tls_ca=str(settings.mqtt_tls_ca) if settings.mqtt_tls_ca else None,
        )  # fmt: skip
        self._published = await play(
            messages, self._pack.city, self._clock, settings.mqtt, options, stop
        )

    async def _drain(self, begin: Begin) -> None:
        """Wait until the worker has booked everything that the terminals know to be received."""
        self._reporter.say("draining (Ctrl-C again ends the wait)")
        deadline = time.monotonic() + DRAIN_S
        published = self._published
        while published is not None and time.monotonic() < deadline:
            if await self._booked(begin) >= published.records:
                break
            await asyncio.sleep(0.5)
        await asyncio.sleep(SETTLE_S)

    async def _booked(self, begin: Begin) -> int:
        """Readings booked so far; none while Kafka is away, for the supervision restarts it."""
        try:
            newest = await self._ledgers.newest()
        except KafkaError as error:
            log.warning("ledger not read", why=str(error))
            return -1
        return received_since(newest, begin.ledgers)

    async def _summary(self, scenario: Scenario | None, begin: Begin) -> dict[str, Any]:
        summary = await summary_of(self._settings, self._pack, begin, self._ledgers)
        own = completeness(summary["received"], self._published, expected=scenario is not None)
        return summary | own | {
            "scenario": self._options.scenario,
            "speed": self._settings.speed,
            "city": self._pack.id,
            "rules_version": self._pack.rules.version,
            "state_dir": str(self._settings.state_dir),
        }  # fmt: skip


def _raise_failures(*tasks: "asyncio.Task[None]") -> None:
    """Raise what ended a task before its time; nothing of those that run or have done their work.

    Raises:
        StackError: Kafka could not be read or written.
    """
    for task in tasks:
        error = task.exception() if task.done() and not task.cancelled() else None
        if error is None:
            continue
        log.error("the run ends", why=str(error) or type(error).__name__)
        if isinstance(error, KafkaError):
            raise StackError(f"the run lost Kafka: {error!r}") from error
        raise error
