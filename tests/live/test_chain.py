"""The chain on the servers of production: Mosquitto, Kafka, InfluxDB, each part its own process."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import paho.mqtt.client as paho
import pytest

from streams.clock import Clock, fresh_id, wall_seconds
from streams.kafka_topics import ensure_topics
from streams.settings import Settings
from streams.stores.open import open_store
from streams.topics import ALERTS, WORKORDERS, mqtt_ack, mqtt_up
from streams.up.topics_reader import ends, event_of, follow
from tests.live.servers import influxd, mosquitto

pytestmark = pytest.mark.live

SPEED = 60.0
TERMINAL, ZONE, DISTRICT = "WL-04", "xq-underpass", "sanshui"
ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def _processes(settings: Settings, folder: Path) -> Iterator[None]:
    env = {k: v for k, v in os.environ.items() if not k.startswith("VITALS_")}
    for name, value in settings.model_dump().items():
        if value not in (None, ""):
            env[f"VITALS_{name.upper()}"] = str(value)
    children = []
    for name in ("gateway", "worker", "ops"):
        with (folder / f"{name}.log").open("wb") as log:
            command = [sys.executable, "-m", "streams.cli", name]
            children.append(subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log))
    try:
        yield
        assert [child.poll() for child in children] == [None] * 3
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait(30)


class _Gauge:
    """A water gauge that is nothing but an MQTT client."""

    def __init__(self, address: str, clock: Clock) -> None:
        host, port = address.split(":")
        self._clock = clock
        self.receipts: list[dict] = []
        self._client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id="gauge")
        self._client.on_message = lambda _c, _u, m: self.receipts.append(json.loads(m.payload))
        self._client.connect(host, int(port))
        self._client.subscribe(mqtt_ack(DISTRICT, ZONE, TERMINAL), 1)
        self._client.loop_start()

    def send(self, depth: float) -> None:
        pack = [
            {
                "bn": f"{TERMINAL}/",
                "bt": int(self._clock.now()),
                "n": "water_depth",
                "u": "m",
                "v": depth,
            }
        ]
        topic = mqtt_up(DISTRICT, ZONE, TERMINAL)
        self._client.publish(topic, json.dumps(pack), qos=1).wait_for_publish(10)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


async def test_published_depth_is_seen_in_the_store_on_the_topics_and_as_an_order(
    kafka: str, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        broker = stack.enter_context(mosquitto())
        influx = stack.enter_context(influxd())
        anchor = wall_seconds()
        settings = Settings(
            kafka=kafka, mqtt=broker, topic_prefix=f"chain-{fresh_id()}.", speed=SPEED,
            clock_anchor=anchor, store=f"influxdb:{influx.url}", influx_token=influx.token,
            influx_bucket=influx.bucket, state_dir=tmp_path / "state", ops_port=0,
        )  # fmt: skip
        await ensure_topics(settings)
        stack.enter_context(_processes(settings, tmp_path))
        clock = Clock(anchor, SPEED)
        gauge = _Gauge(broker, clock)
        stack.callback(gauge.close)
        deadline = time.monotonic() + 90
        sent = 0
        store = open_store(settings)
        stack.callback(store.close)
        seen: set[str] = set()
        while time.monotonic() < deadline and seen < {"receipt", "value", "alert", "order"}:
            gauge.send(0.02 if sent < 4 else 0.47)
            sent += 1
            time.sleep(0.5)
            if gauge.receipts:
                seen.add("receipt")
            if any(
                v.zone == ZONE and v.indicator == "water_depth" and v.value == 0.47
                for v in store.latest_vitals()
            ):
                seen.add("value")
            if sent % 10 == 0:
                seen |= await _events(settings)
        assert seen == {"receipt", "value", "alert", "order"}, _logs(tmp_path)
        assert gauge.receipts[0]["terminal"] == TERMINAL
        assert any(state.event.subject for state in store.alerts(active_only=True))
        (order,) = store.orders(open_only=True)
        assert order is not None


async def _events(settings: Settings) -> set[str]:
    stop = await ends(settings, ALERTS, WORKORDERS)
    found = set()
    async for topic, value in follow(settings, dict.fromkeys(stop, 0), stop):
        data = event_of(value)["data"]
        if topic == ALERTS and data["zone"] == ZONE and data["msgType"] == "Alert":
            found.add("alert")
        if topic == WORKORDERS and data["zone"] == ZONE and data["department"] == "drainage":
            found.add("order")
    return found


def _logs(folder: Path) -> str:
    return "\n".join(f"{path.name}: {path.read_text()[-1500:]}" for path in folder.glob("*.log"))
