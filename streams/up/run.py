"""One run of the whole city on this machine, from the first start to the summary."""

import asyncio
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import structlog

from sensors.simulator.scenario import People, Scenario
from sensors.simulator.simulate import simulate
from streams.citypack import CityPack, load_pack
from streams.clock import Clock, wall_seconds
from streams.pack.scenarios import load_scenario
from streams.settings import Settings
from streams.summary import summarise
from streams.terminals.counts import PublishedCounts
from streams.terminals.play import PlayOptions, play
from streams.topics import ALERTS, SCORES, VITALS, WORKORDERS
from streams.up.crew import Crew
from streams.up.stack import Running, Stack, fresh_folder
from streams.up.topics_reader import (
    LedgerRecord,
    Offsets,
    ends,
    event_of,
    follow,
    newest_ledgers,
    since,
)
from streams.worker.kafka_log import KafkaLog

log = structlog.get_logger("up")

OUTPUTS = (VITALS, SCORES, ALERTS, WORKORDERS)
DRAIN_S = 60.0
SETTLE_S = 3.0
"""After the last reading is booked, its windows, alerts and orders follow within this time."""


class Options(msgspec.Struct, frozen=True):
    """What `vitals up` was asked for.

    Attributes:
        scenario: Name of a scenario; None leaves the terminals to others.
        seconds: Real seconds to run; None is until interrupted.
        seed: Of the simulator.
    """

    scenario: str | None = None
    seconds: float | None = None
    seed: int = 0


class Reporter:
    """What a run tells its user while it runs.

    Args:
        say: Prints one sentence.
        show: Prints the table of what runs where.
    """

    def __init__(self, say: Callable[[str], None], show: Callable[[list[Running]], None]) -> None:
        self.say = say
        self.show = show
        self._began = time.monotonic()
        self._has_vitals = False

    def output(self, topic: str, value: bytes) -> None:
        """Look at one output record."""
        if topic == VITALS:
            self._first_vital(value)
        elif topic == ALERTS:
            data = event_of(value)["data"]
            self.say(f"alert   {data['sent']}  {data['info'][0]['headline']}")
        elif topic == WORKORDERS:
            event = event_of(value)
            data = event["data"]
            what = data.get("change", "refused")
            who = data.get("department_name", {}).get("zh", "")
            self.say(f"order   {event['time']}  {data['order']}  {what}  {who}")

    def _first_vital(self, value: bytes) -> None:
        if self._has_vitals:
            return
        for line in value.split(b"\n"):
            vital = msgspec.json.decode(line)
            if vital["value"] is not None:
                self._has_vitals = True
                what = f"{vital['zone']} {vital['indicator']} {vital['value']} {vital['unit']}"
                self.say(f"first vital sign after {time.monotonic() - self._began:.0f} s: {what}")
                return


def rehearsal(settings: Settings) -> Settings:
    """An accelerated run keeps its own, fresh state: its stream time runs ahead of the wall."""
    if settings.speed == 1.0:
        return settings
    folder = fresh_folder(settings.state_dir / "rehearsal")
    return settings.model_copy(update={"state_dir": folder})


async def run(
    settings: Settings, options: Options, reporter: Reporter, stop: asyncio.Event
) -> dict[str, Any]:
    """Start everything, run until told to stop or the time is over, drain, stop, sum up.

    Args:
        settings: Where what is left empty is embedded.
        options: What was asked for.
        reporter: Told what happens.
        stop: Set to end the run.

    Returns:
        The run's summary; `balanced` and, with a scenario, `complete` say whether all is well.
    """
    pack = load_pack(settings.city, settings.rules)
    scenario = load_scenario(options.scenario, pack.city) if options.scenario else None
    settings = rehearsal(settings).model_copy(update={"clock_anchor": wall_seconds()})
    stack = Stack(settings, reporter.say)
    try:
        await stack.start()
        reporter.show(stack.table())
        city_run = _CityRun(stack, pack, options, reporter)
        return await city_run.go(scenario, stop)
    finally:
        await stack.stop()


class _CityRun:
    """The part of a run in which everything is up."""

    def __init__(self, stack: Stack, pack: CityPack, options: Options, reporter: Reporter) -> None:
        self._stack = stack
        self._settings = stack.settings
        self._pack = pack
        self._options = options
        self._reporter = reporter
        self._clock = Clock(self._settings.clock_anchor, self._settings.speed)
        self._published: PublishedCounts | None = None

    async def go(self, scenario: Scenario | None, stop: asyncio.Event) -> dict[str, Any]:
        before = await newest_ledgers(self._settings)
        begin = await ends(self._settings, *OUTPUTS)
        async with KafkaLog(self._settings.kafka) as kafka:
            crew = self._crew(scenario, kafka)
            watching = asyncio.create_task(self._watch(begin, crew))
            supervising = asyncio.create_task(self._supervise(stop))
            timer = asyncio.create_task(self._timer(stop))
            try:
                await self._terminals(scenario, stop)
                await self._drain(before)
            finally:
                for task in (watching, supervising, timer):
                    task.cancel()
                results = await asyncio.gather(watching, supervising, timer, return_exceptions=True)
                await crew.stop()
        for result in results:
            if isinstance(result, Exception):
                raise result
        await self._stack.stop("gateway", "worker")
        return await self._summary(before, begin)

    def _crew(self, scenario: Scenario | None, kafka: KafkaLog) -> Crew:
        people = scenario.people if scenario else People()
        return Crew(people, self._pack.city, self._settings, self._clock, kafka)

    async def _watch(self, begin: Offsets, crew: Crew) -> None:
        async for topic, value in follow(self._settings, begin):
            self._reporter.output(topic, value)
            if topic == WORKORDERS and self._options.scenario:
                crew.see(event_of(value))

    async def _supervise(self, stop: asyncio.Event) -> None:
        try:
            while True:
                self._stack.check()
                await asyncio.sleep(0.5)
        finally:
            stop.set()

    async def _timer(self, stop: asyncio.Event) -> None:
        if self._options.seconds is not None:
            await asyncio.sleep(self._options.seconds)
            stop.set()

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

    async def _drain(self, before: dict[int, LedgerRecord]) -> None:
        """Wait until the worker has booked everything that the terminals know to be received."""
        self._reporter.say("draining")
        deadline = time.monotonic() + DRAIN_S
        published = self._published
        while published is not None and time.monotonic() < deadline:
            booked = since(await newest_ledgers(self._settings), before).total().received
            if booked >= published.records + published.resent_records:
                break
            await asyncio.sleep(0.5)
        await asyncio.sleep(SETTLE_S)

    async def _summary(self, before: dict[int, LedgerRecord], begin: Offsets) -> dict[str, Any]:
        now = await newest_ledgers(self._settings)
        stop = await ends(self._settings, *OUTPUTS)
        counts: dict[str, int] = dict.fromkeys(OUTPUTS, 0)
        orders: dict[str, dict[str, Any]] = {}
        incidents: dict[str, str] = {}
        async for topic, value in follow(self._settings, begin, stop):
            counts[topic] += value.count(b"\n") + 1
            if topic == WORKORDERS:
                data = event_of(value)["data"]
                if "state" in data:
                    orders[data["order"]] = data
            elif topic == ALERTS:
                data = event_of(value)["data"]
                incidents[data["incident"]] = data["msgType"]
        first = [r.first for r in now.values() if r.first is not None]
        last = [r.last for r in now.values() if r.last is not None]
        span = (min(first), max(last)) if first and last else None
        summary = summarise(since(now, before), counts, span, self._pack.timezone)
        return summary | self._outcome(summary, orders, incidents)

    def _outcome(
        self,
        summary: dict[str, Any],
        orders: dict[str, dict[str, Any]],
        incidents: dict[str, str],
    ) -> dict[str, Any]:
        published = self._published
        sent = published and published.records + published.resent_records
        # A broker that redelivers after an outage makes more of them, never fewer.
        complete = published is None or (
            published.unconfirmed == 0 and summary["received"] >= (sent or 0)
        )
        keep = ("order", "kind", "zone", "department", "priority", "level", "state", "accept_by",
                "done_by")  # fmt: skip
        return {
            "scenario": self._options.scenario,
            "speed": self._settings.speed,
            "published": msgspec.structs.asdict(published) if published else None,
            "complete": complete,
            "redelivered": sent and summary["received"] - sent,
            "incidents": {incident: kind != "Cancel" for incident, kind in incidents.items()},
            "orders": [{name: order[name] for name in keep} for order in orders.values()],
            "closed": sum(order["state"] == "closed" for order in orders.values()),
            "city": self._pack.id,
            "rules_version": self._pack.rules.version,
            "state_dir": str(Path(self._settings.state_dir)),
        }
