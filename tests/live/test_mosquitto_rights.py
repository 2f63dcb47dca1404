"""The broker's configuration of production, run by a real Mosquitto: who may say and hear what."""

import queue
import subprocess
from typing import Self

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from tests.live.servers import ROOT, mosquitto, mosquitto_accounts_binary

pytestmark = pytest.mark.live

UP = "vitals/v1/sanshui/xq-07/{}/up"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mosquitto-conf")
    passwords = folder / "passwords"
    passwords.touch()
    for name in ("gateway", "terminals", "WL-07"):
        subprocess.run(
            [mosquitto_accounts_binary(), "-b", passwords, name, f"{name}-secret"], check=True
        )
    config = ROOT / "deploy" / "mosquitto"
    conf = (config / "mosquitto.conf").read_text("utf-8")
    conf = (
        conf.replace("listener 1883", "listener {port} {host}\nuser {user}")
        .replace("/mosquitto/config", str(config))
        .replace("/mosquitto/data/passwords", str(passwords))
        .replace("/mosquitto/data/", "{folder}/")
    )
    with mosquitto(conf) as running:
        yield running


class Client:
    """An MQTT 5 client, whose acknowledgements carry the broker's refusals."""

    def __init__(self, address: str, name: str, password: str | None = None) -> None:
        self.connected: queue.Queue[ReasonCode] = queue.Queue()
        self.subscribed: queue.Queue[ReasonCode] = queue.Queue()
        self.published: queue.Queue[ReasonCode] = queue.Queue()
        self.arrived: queue.Queue[paho.MQTTMessage] = queue.Queue()
        self.client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
        self.client.username_pw_set(name, password or f"{name}-secret")
        self.client.on_connect = lambda _c, _u, _f, reason, _p: self.connected.put(reason)
        self.client.on_subscribe = lambda _c, _u, _m, reasons, _p: self.subscribed.put(reasons[0])
        self.client.on_publish = lambda _c, _u, _m, reason, _p: self.published.put(reason)
        self.client.on_message = lambda _c, _u, message: self.arrived.put(message)
        host, port = address.split(":")
        self.client.connect(host, int(port))
        self.client.loop_start()
        self.reason = self.connected.get(timeout=10)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def publish(self, topic: str, payload: bytes = b"[]") -> ReasonCode:
        self.client.publish(topic, payload, qos=1)
        return self.published.get(timeout=10)

    def subscribe(self, topic: str) -> None:
        self.client.subscribe(topic, options=SubscribeOptions(qos=1))
        assert not self.subscribed.get(timeout=10).is_failure


def test_unknown_account_is_refused(address):
    with Client(address, "gateway", "guessed") as stranger:
        assert stranger.reason.is_failure


def test_gateway_hears_a_terminal_with_an_oversized_payload(address):
    with Client(address, "gateway") as gateway, Client(address, "terminals") as terminals:
        gateway.subscribe("vitals/v1/+/+/+/up")
        assert not terminals.publish(UP.format("AQ-01"), b"x" * (2 << 20)).is_failure
        assert len(gateway.arrived.get(timeout=10).payload) == 2 << 20


def test_terminal_with_its_own_account_speaks_for_itself_only(address):
    with Client(address, "WL-07") as terminal:
        # 16 = nobody listens, which is no refusal.
        assert terminal.publish(UP.format("WL-07")).value in {0, 16}
        assert terminal.publish(UP.format("WL-08")).getName() == "Not authorized"


def test_terminals_may_not_give_receipts(address):
    with Client(address, "terminals") as terminals:
        refused = terminals.publish("vitals/v1/sanshui/xq-07/WL-07/ack")
    assert refused.getName() == "Not authorized"


def test_gateway_gives_a_receipt_and_no_readings(address):
    with Client(address, "gateway") as gateway, Client(address, "terminals") as terminals:
        terminals.subscribe("vitals/v1/sanshui/xq-07/WL-07/ack")
        assert not gateway.publish("vitals/v1/sanshui/xq-07/WL-07/ack", b"{}").is_failure
        assert terminals.arrived.get(timeout=10).payload == b"{}"
        assert gateway.publish(UP.format("WL-07")).getName() == "Not authorized"
