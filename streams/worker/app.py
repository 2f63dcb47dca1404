"""The Faust application: two agents that hand events to the hosts of their partitions.

Faust gives agents, partitions and rebalancing. Its tables are not used: a snapshot log that is read
when it is needed shows a returning worker what its successor wrote, which a table recovered at the
last rebalance does not (docs/decisions/0003).
"""

import asyncio
import gc
import os
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import faust
import structlog
import uvloop
from prometheus_client import start_http_server

from streams.citypack import engine_config, load_pack
from streams.settings import Settings
from streams.topics import (
    COMMANDS,
    DISTRICT_SNAPSHOTS,
    INDICATIONS,
    READINGS,
    ZONE_SNAPSHOTS,
)
from streams.worker.hosts import Hosts
from streams.worker.intake import Input
from streams.worker.kafka_log import KafkaLog
from streams.worker.partition_host import PartitionHost, Site
from streams.worker.work import DistrictWork, ZoneWork

log = structlog.get_logger("worker")

_GC_THRESHOLD: Final = 50_000
"""Objects that may come before the youngest are looked at."""


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
    return faust.App(
        f"{settings.topic_prefix}vitals",
        broker=[f"kafka://{address}" for address in settings.kafka.split(",")],
        datadir=Path(tempfile.gettempdir()) / f"vitals-worker-{os.getpid()}",
        store="memory://",
        web_enabled=False,
        topic_allow_declare=True,
        topic_replication_factor=settings.replication,
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=8 << 20,
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
                topic, partition = bare[message.topic], message.partition
                await hosts.put(Input(event, topic, partition, message.offset, event.value))


def run_worker(settings: Settings) -> None:
    """Run a worker until it is told to stop (SIGTERM, SIGINT)."""
    uvloop.install()
    app = build_app(settings)
    _spare_the_collector()
    if settings.metrics_port:
        start_http_server(settings.metrics_port)
    worker = faust.Worker(app, loglevel="WARN", redirect_stdouts=False, override_logging=False)
    worker.execute_from_commandline()


def _spare_the_collector() -> None:
    """Let the garbage collector look at what the inputs make, and not at the program and the city.

    Cycles are rare here, and what an input makes goes by its reference count. Measured over 100,000
    packs (9 s of CPU time): 1.4 % of the time collecting with Python's settings, longest pause
    48 ms; 0.9 % and 22 ms with the start-up frozen; 0.4 % and 18 ms with the threshold too. Without
    any collection the cycles of lost connections would stay.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GC_THRESHOLD, 10, 10)
