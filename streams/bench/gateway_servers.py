"""What a measurement runs on: Kafka, a broker, and gateways as a user starts them."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import httpx
import msgspec

from streams.bench.brokers import Broker, broker
from streams.bench.mqtt_load import DISTRICT, TERMINALS, ZONES, name_of, zone_of
from streams.bench.report import BenchError
from streams.bench.usage import Usage, usage_of
from streams.embedded.child import ServerError, end, last_lines, spawn
from streams.embedded.kafka import EmbeddedKafka
from streams.embedded.ports import HOST, free_port
from streams.kafka_topics import ensure_topics
from streams.settings import Settings

_READY_S: Final = 30.0
_GROUP: Final = "bench"


class Servers(msgspec.Struct, frozen=True):
    """The running processes.

    Attributes:
        broker: The MQTT broker.
        kafka: Process id of Kafka.
        gateways: Process ids of the gateways.
        metrics: The port on which each gateway serves its counts.
        settings: Addresses and partitions.
    """

    broker: Broker
    kafka: int
    gateways: list[int]
    metrics: list[int]
    settings: Settings

    def usage(self) -> dict[str, Usage]:
        """What each process has used since its start."""
        pids = {f"gateway {n}": pid for n, pid in enumerate(self.gateways, 1)}
        pids |= {self.broker.name: self.broker.pid, "kafka": self.kafka}
        return {name: usage_of(pid) for name, pid in pids.items()}

    def acks(self) -> int:
        """PUBACKs that the gateways have given since their start.

        Raises:
            BenchError: A gateway has ended.
        """
        try:
            return sum(_count(port, "acks") for port in self.metrics)
        except httpx.HTTPError as error:
            raise BenchError(f"a gateway does not answer: {error}") from None

    def signal(self, number: int) -> None:
        """Send a signal to the gateways."""
        for pid in self.gateways:
            os.kill(pid, number)


@contextmanager
def servers(broker_name: str, gateways: int, folder: Path) -> Iterator[Servers]:
    """Start everything on free ports; it ends when the context ends.

    Args:
        broker_name: "mosquitto", "embedded", or "" for the first of them that is there.
        gateways: How many; more than one divide the messages by a shared subscription.
        folder: Where all data and logs are.

    Raises:
        ServerError: One of them did not start.
    """
    with ExitStack() as stack:
        kafka = stack.enter_context(EmbeddedKafka(folder / "kafka"))
        mqtt = stack.enter_context(broker(broker_name, folder / "mqtt"))
        settings = Settings(
            city=_write_city(folder / "city"),
            state_dir=folder / "state",
            kafka=kafka.bootstrap,
            mqtt=mqtt.address,
        )
        asyncio.run(ensure_topics(settings))
        pids, ports = [], []
        for number in range(1, gateways + 1):
            port = free_port(0)
            group = _GROUP if gateways > 1 else ""
            process = _start_gateway(settings, number, port, group, folder / f"gateway-{number}")
            stack.callback(end, process)
            pids.append(process.pid)
            ports.append(port)
        _wait_connected(ports, folder)
        yield Servers(mqtt, kafka.pid or 0, pids, ports, settings)


def _start_gateway(
    settings: Settings, number: int, port: int, group: str, folder: Path
) -> "subprocess.Popen[bytes]":
    environment = {
        "VITALS_CITY": settings.city,
        "VITALS_STATE_DIR": settings.state_dir,
        "VITALS_METRICS_PORT": port,
    }
    words = [f"{name}={value}" for name, value in environment.items()]
    gateway = [sys.executable, "-m", "streams.cli", "gateway", "--kafka", settings.kafka]
    options = ["--mqtt", settings.mqtt, "--id", f"gateway-{number}"]
    options += ["--group", group] if group else []
    return spawn(["/usr/bin/env", *words, *gateway, *options], folder / "gateway.log")


def _write_city(folder: Path) -> Path:
    """A city pack of the load's terminals; the gateway needs their zones only."""
    folder.mkdir()
    depth = [{"name": "water_depth", "unit": "m", "cadence": 60}]
    city = {
        "zones": [{"id": zone_of(n), "district": DISTRICT} for n in range(ZONES)],
        "terminals": [
            {"id": name_of(n), "zone": zone_of(n), "quantities": depth} for n in range(TERMINALS)
        ],
    }
    (folder / "terminals.json").write_text(json.dumps(city), "utf-8")
    return folder


def _count(port: int, name: str) -> int:
    text = httpx.get(f"http://{HOST}:{port}/metrics", timeout=10.0).text
    value = next(
        line.split()[1]
        for line in text.splitlines()
        if line.startswith((f"vitals_gateway_{name} ", f"vitals_gateway_{name}_total "))
    )
    return int(float(value))


def _wait_connected(ports: list[int], folder: Path) -> None:
    """Wait until each gateway is subscribed and has Kafka (its first ticks are acknowledged)."""
    deadline = time.monotonic() + _READY_S
    for number, port in enumerate(ports, 1):
        while not _ready(port):
            if time.monotonic() > deadline:
                log = folder / f"gateway-{number}" / "gateway.log"
                raise ServerError(f"the gateway does not start:\n{last_lines(log)}")
            time.sleep(0.05)


def _ready(port: int) -> bool:
    try:
        return _count(port, "mqtt_connected") == 1 and _count(port, "ticks") > 0
    except httpx.HTTPError:
        return False
