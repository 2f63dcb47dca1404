"""The embedded MQTT broker, used with paho as terminals and gateway use it."""

import queue
from collections.abc import Iterator
from contextlib import contextmanager

import paho.mqtt.client as paho
import pytest

from streams.embedded.child import ServerError
from streams.embedded.mqtt import EmbeddedMqtt
from streams.embedded.ports import HOST, free_port

pytestmark = pytest.mark.servers

TOPIC = "vitals/v1/sanshui/xq-07/WL-07/up"


class Client:
    """A paho client that keeps what arrives."""

    def __init__(self, address: str, name: str, *, clean: bool = True) -> None:
        self.arrived: queue.Queue[paho.MQTTMessage] = queue.Queue()
        self._connected: queue.Queue[bool] = queue.Queue()
        self._subscribed: queue.Queue[int] = queue.Queue()
        self.client = paho.Client(
            paho.CallbackAPIVersion.VERSION2,
            client_id=name,
            clean_session=clean,
            protocol=paho.MQTTv311,
        )
        self.client.on_message = lambda _c, _u, message: self.arrived.put(message)
        self.client.on_connect = lambda _c, _u, flags, _r, _p: self._connected.put(
            flags.session_present
        )
        self.client.on_subscribe = lambda _c, _u, mid, _r, _p: self._subscribed.put(mid)
        host, port = address.split(":")
        self.client.connect(host, int(port))
        self.client.loop_start()
        self.session_present = self._connected.get(timeout=10)

    def subscribe(self, topic: str) -> None:
        self.client.subscribe(topic, qos=1)
        self._subscribed.get(timeout=10)

    def publish(self, payload: bytes, *, topic: str = TOPIC, retain: bool = False) -> None:
        info = self.client.publish(topic, payload, qos=1, retain=retain)
        info.wait_for_publish(10)
        assert info.is_published()

    def payload(self) -> bytes:
        return bytes(self.arrived.get(timeout=10).payload)

    def leave(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@contextmanager
def connected(address: str, name: str, *, clean: bool = True) -> Iterator[Client]:
    client = Client(address, name, clean=clean)
    try:
        yield client
    finally:
        client.leave()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with EmbeddedMqtt(tmp_path_factory.mktemp("mqtt")) as broker:
        yield broker.address


def test_subscriber_receives_qos1_messages_in_order(address: str) -> None:
    with connected(address, "q-sub") as subscriber, connected(address, "q-pub") as publisher:
        subscriber.subscribe("q/#")
        for number in range(100):
            publisher.publish(b"%d" % number, topic="q/up")
        assert [subscriber.payload() for _ in range(100)] == [b"%d" % n for n in range(100)]


def test_late_subscriber_receives_the_retained_state(address: str) -> None:
    with connected(address, "r-pub") as publisher:
        publisher.publish(b'{"on":true}', topic="r/state", retain=True)
    with connected(address, "r-sub") as subscriber:
        subscriber.subscribe("r/state")
        message = subscriber.arrived.get(timeout=10)
    assert (bytes(message.payload), bool(message.retain)) == (b'{"on":true}', True)


def test_absent_client_with_a_session_receives_everything_on_return(address: str) -> None:
    with connected(address, "p-sub", clean=False) as subscriber:
        assert not subscriber.session_present
        subscriber.subscribe("p/#")
    with connected(address, "p-pub") as publisher:
        for number in range(100):
            publisher.publish(b"%d" % number, topic="p/up")
    with connected(address, "p-sub", clean=False) as subscriber:
        assert subscriber.session_present
        received = {subscriber.payload() for _ in range(100)}
    assert received == {b"%d" % number for number in range(100)}


@pytest.mark.parametrize("size", [2 << 20, 5 << 20])
def test_oversized_payload_arrives_and_the_client_stays(address: str, size: int) -> None:
    with (
        connected(address, f"b-sub-{size}") as subscriber,
        connected(address, f"b-pub-{size}") as publisher,
    ):
        subscriber.subscribe(f"b/{size}")
        publisher.publish(b"x" * size, topic=f"b/{size}")
        publisher.publish(b"next", topic=f"b/{size}")
        assert len(subscriber.payload()) == size
        assert subscriber.payload() == b"next"


def test_second_start_uses_the_remembered_port(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("mqtt-port")
    with EmbeddedMqtt(folder) as broker:
        first = broker.address
    with EmbeddedMqtt(folder) as broker:
        assert broker.address == first
        assert broker.pid is not None
    assert broker.pid is None


def test_taken_port_is_named_with_what_to_do(
    tmp_path_factory: pytest.TempPathFactory, address: str
) -> None:
    port = int(address.split(":")[1])
    with pytest.raises(ServerError, match=rf"port {port} on {HOST} is taken.*VITALS_MQTT"):
        EmbeddedMqtt(tmp_path_factory.mktemp("mqtt-taken"), port=port).start()


def test_address_before_the_first_start_is_an_error(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    broker = EmbeddedMqtt(tmp_path_factory.mktemp("mqtt-never"), port=free_port(0))
    with pytest.raises(RuntimeError, match="before its first start"):
        _ = broker.address
