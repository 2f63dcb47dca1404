"""The paho client of a link: how it connects and subscribes."""

from typing import Any

import msgspec
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from streams.mqtt.channel import Channel

_FOREVER = 0xFFFFFFFF


class Will(msgspec.Struct, frozen=True):
    """What the broker publishes, retained, when a connection is lost."""

    topic: str
    payload: bytes


class LinkOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How to connect.

    Attributes:
        address: `host:port` of the broker.
        client_id: MQTT client id, not empty.
        protocol: 4 = MQTT 3.1.1, 5 = MQTT 5.
        persistent: The session survives the connection.
        manual_ack: The owner acknowledges each message with `Link.ack`.
        receive_maximum: Messages that the broker may leave unacknowledged (MQTT 5).
        subscription: Topic filter, subscribed with QoS 1; empty = none.
        keepalive: Seconds.
        username: Empty = none.
        password: Empty = none.
        tls_ca: File of the certificate authority; None = no TLS.
        will: Last will.
    """

    address: str
    client_id: str
    protocol: int = 4
    persistent: bool = False
    manual_ack: bool = False
    receive_maximum: int = 65_535
    subscription: str = ""
    keepalive: int = 30
    username: str = ""
    password: str = ""
    tls_ca: str | None = None
    will: Will | None = None


class _Client(paho.Client):  # type: ignore[misc]  # paho is skipped by mypy
    """A paho client whose socket is a `Channel`."""

    def _create_socket(self) -> Channel:
        return Channel(super()._create_socket())


def make_client(options: LinkOptions) -> paho.Client:
    """A client that is not connected yet and has no call-backs; its socket is a `Channel`."""
    clean = {} if options.protocol == 5 else {"clean_session": not options.persistent}
    client = _Client(
        CallbackAPIVersion.VERSION2,
        options.client_id,
        protocol=options.protocol,
        # Otherwise a refusal makes paho reconnect by itself, blocking the event loop.
        reconnect_on_failure=False,
        **clean,
    )
    if options.username:
        client.username_pw_set(options.username, options.password or None)
    if options.tls_ca is not None:
        client.tls_set(ca_certs=options.tls_ca)
    if options.will is not None:
        client.will_set(options.will.topic, options.will.payload, qos=1, retain=True)
    host, _, port = options.address.rpartition(":")
    client.connect_async(host, int(port), options.keepalive, **_session(options))
    return client


def subscribe(client: paho.Client, options: LinkOptions) -> None:
    """Send the subscription, QoS 1."""
    if options.protocol == 5:
        # Retained packs come once, not at every reconnection.
        retained = SubscribeOptions.RETAIN_SEND_IF_NEW_SUB
        client.subscribe(options.subscription, options=SubscribeOptions(1, retainHandling=retained))
    else:
        client.subscribe(options.subscription, qos=1)


def _session(options: LinkOptions) -> dict[str, Any]:
    if options.protocol != 5:
        return {}
    properties = Properties(PacketTypes.CONNECT)
    properties.ReceiveMaximum = options.receive_maximum
    if options.persistent:
        properties.SessionExpiryInterval = _FOREVER
    return {"clean_start": not options.persistent, "properties": properties}
