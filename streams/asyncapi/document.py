"""The AsyncAPI 3.0 document of a city: channels, keys, partitions, and schemas of every message.

Schemas come from the types that write the messages, the vital signs from the catalogue. Pure.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from anomaly.joint import JOINTS
from indicators.topics import TOPICS
from indicators.vital_sign import VitalSign
from streams import topics
from streams.asyncapi.channels import CHANNELS, MQTT_MESSAGES, MQTT_TYPES, Channel
from streams.catalogue import described
from streams.settings import Settings

VERSION: Final = "1.0.0"
"""Of the interfaces; a change that breaks a reader raises the first number."""
_REF: Final = "#/components/schemas/{name}"
_SIGN: Final = "VitalSignId"
_ABOUT: Final = """\
City vital-signs monitor: readings in; vital signs, alerts and work orders out.

- Records may repeat after a crash; a repeated one is equal to the first, and what it carries has an
  id or (zone, indicator, window_end, revision).
- Of a value the highest `revision` holds. A null `value` is NA, with its `reason`; never clear.
- Partition = crc32 of the zone's id (readings, vitals, scores, rejects) or of the district's id
  (commands, alerts, workorders) modulo the number of partitions; of an unknown terminal its id's.
- A new field may appear at any time; a reader passes over what it does not know.
"""


def document(signs: Mapping[str, VitalSign], settings: Settings) -> dict[str, Any]:
    """The document.

    Args:
        signs: The catalogue, with the city's figures.
        settings: Addresses, prefix of the topics and numbers of partitions.
    """
    return {
        "asyncapi": "3.0.0",
        "id": "urn:cityvitals:monitor",
        "info": {
            "title": "城市运行体征监测 City vital signs", "version": VERSION, "description": _ABOUT,
            "license": {"name": "Apache-2.0"},
            "tags": [{"name": t.id, "description": f"{t.zh} {t.en}"} for t in TOPICS],
        },
        "defaultContentType": "application/json",
        "servers": {
            "kafka": _server(settings.kafka or "localhost:9092", "kafka", "4.1"),
            "mqtt": _server(settings.mqtt or "localhost:1883", "mqtt", "3.1.1"),
        },
        "channels": {c.name: _channel(c, settings) for c in CHANNELS} | _mqtt_channels(),
        "operations": {_operation(c): _acts(c) for c in CHANNELS} | _mqtt_operations(),
        "components": {"schemas": schemas(signs)},
    }  # fmt: skip


def schemas(signs: Mapping[str, VitalSign]) -> dict[str, Any]:
    """JSON schemas of all messages, by name."""
    types = [type_ for channel in CHANNELS for type_ in channel.messages]
    _, found = msgspec.json.schema_components([*types, *MQTT_TYPES], ref_template=_REF)
    for schema in found.values():
        _tell_apart(schema)
    found["SenmlPack"] = {
        "title": "SenML pack", "description": "RFC 8428; names are <terminal>/<quantity>",
        "type": "array", "items": {"$ref": _REF.format(name="Record")},
    }  # fmt: skip
    found[_SIGN] = {
        "title": "体征 Vital sign", "type": "string", "enum": list(signs),
        "x-vital-signs": {id_: _sign(sign) for id_, sign in signs.items()},
    }  # fmt: skip
    sign = {"$ref": _REF.format(name=_SIGN)}
    for name in ("VitalLine", "ForecastLine"):
        found[name]["properties"]["indicator"] = sign
    together = {"enum": [joint.id for joint in JOINTS], "description": "联合异常 Joint scores"}
    found["ScoreLine"]["properties"]["indicator"] = {"anyOf": [sign, together]}
    return found


def _tell_apart(schema: dict[str, Any]) -> None:
    """Give each field its own part of the type's docstring."""
    whole, _, fields = schema.get("description", "").partition("Attributes:\n")
    if fields:
        schema["description"] = whole.strip()
        for name, words in re.findall(r"^ *(\w+): ((?:.|\n(?! *\w+: ))+)", fields, re.MULTILINE):
            about = schema["properties"].get(name)
            if about is not None:
                about.setdefault("description", " ".join(words.split()))


def _sign(sign: VitalSign) -> dict[str, Any]:
    """What a reader of values needs to know of a vital sign."""
    about = described(sign)
    told = ("zh", "en", "topic", "unit", "window_s", "hop_s", "levels", "formula", "source")
    return {name: about[name] for name in told}


def _server(addresses: str, protocol: str, version: str) -> dict[str, Any]:
    host, *others = addresses.split(",")
    server = {"host": host, "protocol": protocol, "protocolVersion": version}
    return server | ({"description": f"also {', '.join(others)}"} if others else {})


def _channel(channel: Channel, settings: Settings) -> dict[str, Any]:
    topic = next(t for t in topics.TOPICS if t.name == channel.name)
    count = settings.zone_partitions if topic.of == "zone" else settings.district_partitions
    policy = ["compact"] if topic.compact else ["delete"]
    return {
        "address": settings.topic(channel.name), "summary": channel.summary,
        "servers": [{"$ref": "#/servers/kafka"}],
        "messages": {type_.__name__: _message(type_, channel) for type_ in channel.messages},
        "bindings": {"kafka": {
            "topic": settings.topic(channel.name), "partitions": count,
            "replicas": settings.replication, "bindingVersion": "0.5.0",
            "topicConfiguration": {
                "cleanup.policy": policy, "retention.ms": topic.retention_ms,
            },
        }},
    }  # fmt: skip


def _message(type_: type[msgspec.Struct], channel: Channel) -> dict[str, Any]:
    name = type_.__name__
    message: dict[str, Any] = {
        "name": name, "payload": {"$ref": _REF.format(name=name)},
        "summary": (type_.__doc__ or "").split("\n")[0],
        "contentType": "application/x-ndjson" if channel.is_lines else "application/json",
    }  # fmt: skip
    if channel.is_lines:
        message["description"] = "One line; a record holds one or more, separated by LF."
    if channel.key:
        key = {"type": "string", "description": channel.key}
        message["bindings"] = {"kafka": {"key": key, "bindingVersion": "0.5.0"}}
    return message


def _operation(channel: Channel) -> str:
    return f"{channel.action}-{channel.name}"


def _acts(channel: Channel) -> dict[str, Any]:
    return {
        "action": channel.action, "channel": {"$ref": f"#/channels/{channel.name}"},
        "summary": channel.summary,
    }  # fmt: skip


def _mqtt_channels() -> dict[str, Any]:
    levels = ("district", "zone", "terminal")
    return {
        f"mqtt-{last}": {
            "address": f"{topics.MQTT_ROOT}/{{district}}/{{zone}}/{{terminal}}/{last}",
            "servers": [{"$ref": "#/servers/mqtt"}],
            "parameters": {level: {"description": f"Id of the {level}"} for level in levels},
            "messages": {name: {
                "name": name, "payload": {"$ref": _REF.format(name=name)},
                "contentType": "application/json",
            }},
        }
        for last, name in MQTT_MESSAGES.items()
    }  # fmt: skip


def _mqtt_operations() -> dict[str, Any]:
    both: Iterable[tuple[str, str, str]] = (
        ("receive", "up", "终端上报 A terminal publishes packs, QoS 1"),
        ("send", "ack", "回执 The receipt of a pack that Kafka has"),
    )
    return {
        f"{action}-mqtt-{last}": {
            "action": action, "channel": {"$ref": f"#/channels/mqtt-{last}"}, "summary": summary,
        }
        for action, last, summary in both
    }  # fmt: skip
