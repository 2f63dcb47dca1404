"""How much one gateway, or two, carries from an MQTT broker to Kafka, and at what cost.

Three loads of QoS 1 messages of ten readings, one after the other, on servers of its own:

- `full`: published as fast as the broker takes them, with the gateway at work;
- `backlog`: published while the gateway is stopped (SIGSTOP), then drained;
- `paced`: published at a given rate. Only here do latencies mean something.

Publishers are processes of their own; how much they and the broker manage without a gateway is
measured first. Every pack is looked for in the topic afterwards.
"""

import asyncio
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from streams.bench.arrivals import Arrivals, arrivals, end_offsets
from streams.bench.gateway_servers import Servers, servers
from streams.bench.mqtt_publishers import Publishers, drain_alone
from streams.bench.report import BenchError
from streams.bench.usage import Usage
from streams.clock import wall_seconds
from streams.topics import READINGS

_POLL_S: Final = 0.03
_PATIENCE_S: Final = 90.0


class GatewayOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What to measure.

    Attributes:
        messages: Messages of the loads `full` and `backlog`, >= 1000.
        rate: Messages a second of the load `paced`.
        seconds: How long `paced` is.
        broker: "mosquitto", "embedded", or "" for the first that is there.
        gateways: 1, or 2 that divide the messages by a shared subscription.
    """

    messages: int = 60_000
    rate: float = 12_000.0
    seconds: float = 10.0
    broker: str = ""
    gateways: int = 1


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """One load and what became of it.

    Attributes:
        messages: Messages published.
        seconds: From the first PUBLISH (of a backlog: from its release) to the last PUBACK that
            the broker got from the gateway.
        per_second: Messages a second of these.
        cpu_us: CPU µs a message of each process.
        arrived: What stands in Kafka.
    """

    messages: int
    seconds: float
    per_second: int
    cpu_us: dict[str, float]
    arrived: Arrivals


class GatewayFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured.

    Attributes:
        broker: Which broker.
        gateways: How many gateway processes.
        broker_alone_per_second: The load `full` taken by a bare client, without a gateway.
        loads: What became of each load.
        peak_mib: Largest resident size of each process, MiB.
    """

    broker: str
    gateways: int
    broker_alone_per_second: int
    loads: dict[str, Load]
    peak_mib: dict[str, int]


def bench_gateway(options: GatewayOptions, tell: Callable[[str], None]) -> GatewayFigures:
    """Start Kafka, the broker and the gateways, and measure.

    Args:
        options: What to measure.
        tell: Gets a line on each step.

    Raises:
        BenchError: Messages were lost, doubled or disordered, or it took too long.
        ServerError: A server did not start.
    """
    tell(f"starting Kafka, the MQTT broker and {options.gateways} gateway(s)")
    with (
        tempfile.TemporaryDirectory(prefix="vitals-bench-") as folder,
        servers(options.broker, options.gateways, Path(folder)) as running,
    ):
        loads = _loads(running, options, tell)
        peaks = {name: used.peak_bytes >> 20 for name, used in running.usage().items()}
        running.signal(signal.SIGTERM)  # else it would take part in what follows
        tell(f"{options.messages} messages without a gateway")
        alone = drain_alone(running.broker.address, options.messages)
    return GatewayFigures(
        broker=running.broker.name,
        gateways=options.gateways,
        broker_alone_per_second=round(alone),
        loads=loads,
        peak_mib=peaks,
    )


def _loads(
    running: Servers, options: GatewayOptions, tell: Callable[[str], None]
) -> dict[str, Load]:
    count = options.messages
    begin = max(1000, count // 4)
    tell("warming up")
    _measure(running, range(begin), 0.0)
    tell(f"{count} messages at full speed")
    full = _measure(running, range(begin, begin + count), 0.0)
    tell(f"a backlog of {count} messages")
    begin += count
    backlog = _measure(running, range(begin, begin + count), 0.0, stopped=True)
    tell(f"{options.rate:.0f} messages/s for {options.seconds:.0f} s")
    begin += count
    due = int(options.rate * options.seconds)
    paced = _measure(running, range(begin, begin + due), options.rate)
    return {"full": full, "backlog": backlog, "paced": paced}


def _measure(running: Servers, numbers: range, rate: float, *, stopped: bool = False) -> Load:
    """Publish the packs of these numbers and wait until the gateways have acknowledged all."""
    kafka, partitions = running.settings.kafka, running.settings.zone_partitions
    topic = running.settings.topic(READINGS)
    begins = asyncio.run(end_offsets(kafka, topic, partitions))
    goal = running.acks() + len(numbers)
    if stopped:
        running.signal(signal.SIGSTOP)
    before = running.usage()
    publishers = Publishers(running.broker.address, numbers, rate)
    began = publishers.begin
    if stopped:
        publishers.wait()
        before = running.usage()
        began = wall_seconds()
        running.signal(signal.SIGCONT)
    ended = _acknowledged(running, goal)
    after = running.usage()
    publishers.wait()
    ends = asyncio.run(end_offsets(kafka, topic, partitions))
    arrived = asyncio.run(arrivals(kafka, topic, begins, ends, numbers))
    # Gateways that divide the messages promise the order of a terminal each for itself only.
    disordered = arrived.out_of_order and len(running.gateways) == 1
    if arrived.lost or arrived.twice or disordered:
        raise BenchError(f"the gateway has failed its guarantees: {arrived}")
    return Load(
        messages=len(numbers),
        seconds=round(ended - began, 3),
        per_second=round(len(numbers) / (ended - began)),
        cpu_us=_cpu_us(before, after, len(numbers)),
        arrived=arrived,
    )


def _acknowledged(running: Servers, goal: int) -> float:
    """Wait for so many PUBACKs; the Unix time at which they were seen."""
    deadline = time.monotonic() + _PATIENCE_S
    while (acks := running.acks()) < goal:
        if time.monotonic() > deadline:
            raise BenchError(f"{goal - acks} messages were not acknowledged in {_PATIENCE_S:.0f} s")
        time.sleep(_POLL_S)
    return wall_seconds()


def _cpu_us(before: dict[str, Usage], after: dict[str, Usage], count: int) -> dict[str, float]:
    return {
        name: round((used.cpu_s - before[name].cpu_s) / count * 1e6, 1)
        for name, used in after.items()
    }
