"""The Faust application: two agents that hand events to the hosts of their partitions.

Faust gives agents, partitions and rebalancing. Its tables are not used: a snapshot log that is read
when it is needed shows a returning worker what its successor wrote, which a table recovered at the
last rebalance does not (docs/decisions/0003).
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, NamedTuple

import faust
import structlog
import uvloop
from prometheus_client import start_http_server

from streams.citypack import engine_config, load_pack
from streams.memory import keep_freed_memory, spare_the_collector
from streams.settings import Settings
from streams.topics import (
    COMMANDS,
    DISTRICT_SNAPSHOTS,
    INDICATIONS,
    READINGS,
    ZONE_SNAPSHOTS,
)
from streams.worker.consumer import ShortWaits
from streams.worker.hosts import Hosts
from streams.worker.intake import Input
from streams.worker.kafka_log import KafkaLog
from streams.worker.partition_host import PartitionHost, Site
from streams.worker.work import DistrictWork, ZoneWork

log = structlog.get_logger("worker")

_FETCH_BYTES: Final = 2 << 20
"""Largest part of a fetch for a partition; four of them fit a block of the heap. Fetches of 8 MiB a
partition are mapped anew, page by page. A larger batch is still fetched whole."""

_BUFFERED: Final = 1024
"""Inputs that Faust may hold for a kind of partition; it asks for more when half of them are gone.
In frames of 256 KiB this is 256 MiB; with Faust's 4,096 a worker that is behind takes 1 GiB. If all
partitions are full it sleeps for a second, so the half must last as long."""


class _App(faust.App):  # type: ignore[misc]  # Faust has no types
    """An application without tables, which has nothing to keep in a folder and leaves none.

    Nor does it count each message at six places: the worker's metrics are its own.
    """

    def on_init_dependencies(self) -> Iterable[Any]:
        """Faust's services, its monitor without the events that it counts."""
        services = super().on_init_dependencies()
        self.sensors.remove(self.monitor)
        return services  # type: ignore[no-any-return]

    def _create_directories(self) -> None:
        pass

    def _new_transport(self) -> ShortWaits:
        return ShortWaits(self.conf.broker_consumer, self)


class _Taken(NamedTuple):
    """An input whose content was let go, and that is still to be acknowledged."""

    message: Any
    consumer: Any

    def ack(self) -> bool:
        """Let the consumer commit it."""
        return bool(self.message.ack(self.consumer))


def build_app(settings: Settings) -> faust.App:
    """The application of one worker process.

    Args:
        settings: Where Kafka is, which city, how it is cut.
    """
    pack = load_pack(settings.city, settings.rules)
    config = engine_config(
        pack, settings.zone_partitions, settings.district_partitions, settings.signs
    )
    identity = (version("city-vitals"), pack.digest)
    kafka = KafkaLog(settings.kafka)
    app = _faust_app(settings)

    def site_of(inputs: tuple[str, ...], snapshots: str, partition: int) -> Site:
        topic = settings.topic
        return Site(
            partition, inputs, topic(snapshots), app.conf.id, topic, identity, settings.adopt_pack
        )

    def zone_host(partition: int) -> PartitionHost:
        site = site_of((READINGS,), ZONE_SNAPSHOTS, partition)
        return PartitionHost(site, lambda: ZoneWork(config, partition), kafka, interval)

    def district_host(partition: int) -> PartitionHost:
        site = site_of((INDICATIONS, COMMANDS), DISTRICT_SNAPSHOTS, partition)
        return PartitionHost(site, lambda: DistrictWork(config, partition), kafka, interval)

    interval = settings.checkpoint_seconds
    zones, districts = Hosts(zone_host), Hosts(district_host)
    _agent(app, settings, zones, (READINGS,), settings.zone_partitions)
    _agent(app, settings, districts, (INDICATIONS, COMMANDS), settings.district_partitions)

    @app.on_rebalance_complete.connect
    async def rebalanced(*_args: object, **_kwargs: object) -> None:
        app.monitor.stream_inbound_time.clear()
        zones.new_lease()
        districts.new_lease()
        log.info("rebalanced", assigned=sorted(str(tp) for tp in app.consumer.assignment()),
                 pid=os.getpid(), loop=type(asyncio.get_running_loop()).__module__)  # fmt: skip

    @app.on_before_shutdown.connect
    async def stopping(*_args: object, **_kwargs: object) -> None:
        await zones.close()
        await districts.close()
        await kafka.stop()

    return app


def _faust_app(settings: Settings) -> faust.App:
    return _App(
        f"{settings.topic_prefix}vitals",
        broker=[f"kafka://{address}" for address in settings.kafka.split(",")],
        datadir=Path(tempfile.gettempdir()) / f"vitals-worker-{os.getpid()}",
        store="memory://",
        web_enabled=False,
        topic_allow_declare=True,
        topic_replication_factor=settings.replication,
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=_FETCH_BYTES,
        stream_buffer_maxsize=_BUFFERED,
        # The broker checks the CRC of what it takes, and librdkafka's consumers do not check it
        # again either; 0.3 µs of CPU time a pack. State has checksums of its own.
        broker_check_crcs=False,
        broker_session_timeout=6,
        broker_heartbeat_interval=1,
        broker_commit_interval=0.5,
        # An event whose handling failed must not be committed, and a rebalance must not wait for
        # events that only a checkpoint acknowledges.
        stream_ack_exceptions=False,
        stream_ack_cancelled_tasks=False,
        stream_wait_empty=False,
        # There are no tables to have a standby for; with one (the default) Faust fills each worker
        # up before the next: four partitions over three workers would be 2, 2 and 0.
        table_standby_replicas=0,
    )


def _agent(
    app: faust.App, settings: Settings, hosts: Hosts, topics: tuple[str, ...], partitions: int
) -> None:
    """One agent over topics with equal partition counts."""
    bare = {settings.topic(name): name for name in topics}
    source = app.topic(
        *bare, value_type=bytes, value_serializer="raw", key_type=bytes, partitions=partitions
    )

    @app.agent(source, name=f"vitals.{topics[0]}")
    async def agent(stream: Any) -> None:  # noqa: ANN401 - Faust's, untyped
        async for event in stream.noack().events():
            message = event.message
            if message.tp in app.consumer.assignment():
                # Faust says in the log that a stream stands still if it does not hear of it.
                app.monitor.stream_inbound_time[message.tp] = time.monotonic()
                body, more = message.value, _is_followed(app, message)
                # It waits for the next checkpoint, which comes after seconds of frames; its content
                # need not.
                message.value = event.value = None
                taken = _Taken(message, app.consumer)
                topic, partition = bare[message.topic], message.partition
                await hosts.put(Input(taken, topic, partition, message.offset, body, more))


def _is_followed(app: faust.App, message: Any) -> bool:  # noqa: ANN401 - Faust's, untyped
    """Whether the partition held a later record when it was last read."""
    highwater = app.consumer.highwater(message.tp)
    return highwater is not None and highwater > message.offset + 1


def run_worker(settings: Settings) -> None:
    """Run a worker until it is told to stop (SIGTERM, SIGINT)."""
    keep_freed_memory()
    uvloop.install()
    app = build_app(settings)
    spare_the_collector()
    if settings.metrics_port:
        start_http_server(settings.metrics_port)
    worker = faust.Worker(app, loglevel="WARN", redirect_stdouts=False, override_logging=False)
    worker.execute_from_commandline()
