"""The figures of `vitals bench gateway` as tables, JSON and sentences."""

from collections.abc import Sequence

import msgspec

from streams.bench.facts import facts
from streams.bench.gateway import GatewayFigures, Load
from streams.bench.report import Grid, Report

_SPEED = ("load", "gateways", "messages", "messages/s", "gateway", "broker", "Kafka", "peak MiB")
_DELAY = (
    *("load", "gateways", "publish → Kafka p50 ms", "p99", "max", "in the gateway p50 ms", "p99"),
    *("packs a frame", "KiB a frame"),
)
_NOTES = (
    "A message is a pack of ten readings at QoS 1, from 4 publishers. The gateway is `vitals "
    "gateway` in one process each, as a user starts it: acks=all, receipts, spool and counts on. "
    "Its PUBACK goes out when Kafka has the pack.",
    "messages/s: from the first PUBLISH (backlog: from the gateway's release) to the last PUBACK "
    "that the gateway gave. Afterwards every pack was looked for in the topic: none was missing or "
    "there twice, and with one gateway each terminal's were in order.",
    "full: published as fast as the broker takes them, with the gateway at work. backlog: the "
    "gateway drains what the broker has kept. paced: at a given rate; only there do latencies mean "
    "anything, elsewhere they are the length of the queue.",
    "publish → Kafka: from the publisher's PUBLISH to Kafka's append (LogAppendTime, whole ms). In "
    "the gateway: from `received` to the append; the gateway collects a frame for 50 ms at most.",
    "CPU µs: a message, user and system, all threads; of several gateways together. packs and KiB "
    "a frame: medians.",
)


def gateway_report(runs: Sequence[GatewayFigures]) -> Report:
    """The report of one or more runs.

    Args:
        runs: At least one, all with the same broker.
    """
    first = runs[0]
    loads = [(name, load, run) for run in runs for name, load in run.loads.items()]
    alone = f"without a gateway it passes on {first.broker_alone_per_second:,} messages/s"
    grids = (
        Grid(
            f"Messages/s with {first.broker} ({alone}), and CPU µs a message",
            _SPEED,
            tuple(_speed(*each) for each in loads),
        ),
        Grid("Latency and frames", _DELAY, tuple(_delay(*each) for each in loads)),
    )
    figures = {"gateway": [msgspec.to_builtins(run) for run in runs]}
    return Report("gateway", "Gateway", facts(), figures, grids, _NOTES)


def _speed(name: str, load: Load, run: GatewayFigures) -> tuple[str, ...]:
    ours = sum(us for of, us in load.cpu_us.items() if of.startswith("gateway"))
    peak = max(mib for of, mib in run.peak_mib.items() if of.startswith("gateway"))
    costs = (ours, load.cpu_us[run.broker], load.cpu_us["kafka"])
    counts = (f"{run.gateways}", f"{load.messages:,}", f"{load.per_second:,}")
    return (name, *counts, *(f"{us:.1f}" for us in costs), f"{peak}")


def _delay(name: str, load: Load, run: GatewayFigures) -> tuple[str, ...]:
    late, inside = load.arrived.to_kafka, load.arrived.in_gateway
    times = (late.p50, late.p99, late.max, inside.p50, inside.p99)
    frame = (f"{load.arrived.frame_lines}", f"{load.arrived.frame_bytes / 1024:.0f}")
    return (name, f"{run.gateways}", *(f"{ms:.0f}" for ms in times), *frame)
