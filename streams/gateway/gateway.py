"""The gateway as a process: MQTT in, stamped, framed, to Kafka, receipts out."""

import asyncio
import time

import msgspec
import structlog

from sensors.city import City
from sensors.line import encode_tick
from streams.citypack import load_pack
from streams.clock import Clock, wall_seconds
from streams.gateway.counts import Counts, GatewayCollector, serve_metrics
from streams.gateway.delivery import Delivery
from streams.gateway.framer import Framer, Slot
from streams.gateway.intake import RECEIVE_MAXIMUM, Intake
from streams.gateway.lane import Held
from streams.gateway.outlet import Outlet
from streams.gateway.receipts import Receipts
from streams.gateway.route import Router
from streams.gateway.spool import Spool
from streams.gateway.stamp import Stamper
from streams.mqtt.client import LinkOptions
from streams.mqtt.link import Link
from streams.settings import Settings
from streams.topics import COMMANDS, MQTT_ROOT, READINGS

TICK_S = 0.2
"""Real seconds between two ticks of a partition."""
QUIET_S = 0.005
"""Silence after which a crowd of lines goes at once: the broker may be waiting for PUBACKs."""
STOP_PATIENCE_S = 5.0
"""How long a stopping gateway waits for Kafka before it spools the rest."""
RECEIPTS_PATIENCE_S = 2.0
SUBSCRIPTION = f"{MQTT_ROOT}/+/+/+/up"

_log = structlog.get_logger()


class Gateway:
    """One gateway, for one run.

    Args:
        settings: Addresses, partition counts, spool.
        city: Its terminals decide the partitions.
        group: Name of a shared subscription by which several gateways divide the messages;
            empty = this gateway gets all.

    Attributes:
        counts: What it has done so far.

    Raises:
        SpoolError: Another process uses the spool of this gateway id.
    """

    def __init__(self, settings: Settings, city: City, group: str = "") -> None:
        self.counts = Counts()
        self._settings = settings
        clock = Clock(settings.clock_anchor, settings.speed)
        self._stamper = Stamper(clock.now, wall_seconds if settings.speed == 1 else None)
        self._link = Link(_link_options(settings, group))
        self._spool = Spool(
            settings.state_dir / "spool" / settings.gateway_id, settings.spool_bytes
        )
        slots = [Slot(READINGS, p) for p in range(settings.zone_partitions)]
        self._slots = slots + [Slot(COMMANDS, p) for p in range(settings.district_partitions)]
        self._delivery = Delivery(
            _outlet(settings), self._spool, self._slots, settings.topic, self.counts
        )
        framer = Framer[Held](quiet=QUIET_S)
        router = Router(city, settings.zone_partitions)
        self._intake = Intake(self._link, router, self._stamper.stamp, framer, self.counts)
        self._receipts = Receipts(self._link, self.counts)
        self._link.on_up = self._up
        self._intake.on_frame = self._delivery.put
        self._delivery.on_safe = self._intake.safe
        self._delivery.on_delivered = self._receipts.give

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; then flush, acknowledge and disconnect."""
        stop_metrics = None
        if self._settings.metrics_port:
            stop_metrics = serve_metrics(self._settings.metrics_port, self._collector())
        try:
            async with asyncio.TaskGroup() as group:
                link = group.create_task(self._link.run())
                ticks = group.create_task(self._tick())
                group.create_task(self._delivery.run())
                await stop.wait()
                ticks.cancel()
                self._intake.close()
                await self._delivery.finish(STOP_PATIENCE_S)
                await self._give_last_receipts()
                link.cancel()
        finally:
            if stop_metrics is not None:
                stop_metrics()
        _log.info("gateway_stopped", **msgspec.structs.asdict(self.counts))

    def _up(self) -> None:
        _log.info("mqtt_connected", broker=self._settings.mqtt, client=self._settings.gateway_id)
        self._receipts.pump()

    async def _tick(self) -> None:
        """Advance stream time in every partition that is flowing, five times a second."""
        due = time.monotonic()
        while True:
            self._stamper.slew()
            line = encode_tick(self._stamper.stamp())
            for slot in self._slots:
                if self._delivery.flowing(slot):
                    self._intake.tick(slot, line)
                    self.counts.ticks += 1
            due = max(due + TICK_S, time.monotonic())
            await asyncio.sleep(due - time.monotonic())

    async def _give_last_receipts(self) -> None:
        deadline = time.monotonic() + RECEIPTS_PATIENCE_S
        while len(self._receipts) and self._link.connected:
            if time.monotonic() > deadline:
                return
            await asyncio.sleep(0.01)

    def _collector(self) -> GatewayCollector:
        return GatewayCollector(
            self.counts,
            {
                "held_messages": ("Messages not yet safe", lambda: self._intake.held),
                "waiting_frames": ("Frames not yet with Kafka", lambda: len(self._delivery)),
                "spool_bytes": ("Bytes on the spool", lambda: self._spool.size),
                "mqtt_connected": ("1 while connected", lambda: self._link.connected),
                "clock_deviation_seconds": (
                    "Wall clock minus stamps", lambda: self._stamper.deviation
                ),
            },
        )  # fmt: skip


async def run_gateway(settings: Settings, stop: asyncio.Event, group: str = "") -> None:
    """Run a gateway until `stop` is set.

    Args:
        settings: With the addresses of Kafka and the MQTT broker filled in.
        stop: Set to end it.
        group: Name of a shared subscription; empty = none.

    Raises:
        PackError: The city pack is faulty.
        SpoolError: Another process uses the spool of this gateway id.
    """
    city = load_pack(settings.city).city
    await Gateway(settings, city, group).run(stop)


def _link_options(settings: Settings, group: str) -> LinkOptions:
    shared = f"$share/{group}/" if group else ""
    return LinkOptions(
        address=settings.mqtt,
        client_id=settings.gateway_id,
        protocol=settings.mqtt_protocol,
        persistent=True,
        manual_ack=True,
        receive_maximum=RECEIVE_MAXIMUM,
        subscription=shared + SUBSCRIPTION,
        username=settings.mqtt_username,
        password=settings.mqtt_password,
        tls_ca=str(settings.mqtt_tls_ca) if settings.mqtt_tls_ca else None,
    )


def _outlet(settings: Settings) -> Outlet:
    return Outlet(
        settings.kafka,
        settings.gateway_id,
        {
            settings.topic(READINGS): settings.zone_partitions,
            settings.topic(COMMANDS): settings.district_partitions,
        },
    )
