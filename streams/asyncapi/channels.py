"""What travels on each topic that others may use: which messages, under which key."""

from typing import Any, Final, Literal

import msgspec

from sensors.line import Command, Oversized
from sensors.senml import Record
from streams import topics
from streams.asyncapi.events import AlertCloudEvent, OrderCloudEvent, RefusalCloudEvent
from streams.engine.fault_lines import FaultLine
from streams.engine.lines import ForecastLine, ScoreLine, VitalLine, WindowLine
from streams.engine.rejecting import RejectLine
from streams.gateway.receipt import Receipt
from streams.ledger_records import LedgerRecord


class ReceptionLine(msgspec.Struct, kw_only=True):
    """An MQTT message as a gateway saw it; `pack` where it was JSON on one line, else `raw`."""

    received: float
    terminal: str
    pack: Any = msgspec.UNSET
    raw: str | msgspec.UnsetType = msgspec.UNSET
    oversized: Oversized | msgspec.UnsetType = msgspec.UNSET


class TickLine(msgspec.Struct):
    """Stream time moves though nothing happens: Unix seconds."""

    received: float


class CommandLine(msgspec.Struct):
    """What a person or a linked system asks of a work order; `received` in Unix seconds."""

    received: float
    command: Command


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """A channel of the document.

    Attributes:
        name: Of the topic.
        action: What the system does with it: send or receive.
        summary: What it carries.
        messages: The types of its lines or records.
        key: What the key of a record is; empty where it has none.
        is_lines: Whether a record holds one line or more, separated by LF.
    """

    name: str
    action: Literal["send", "receive"]
    summary: str
    messages: tuple[type[msgspec.Struct], ...]
    key: str = ""
    is_lines: bool = True


CHANNELS: Final = (
    Channel(
        name=topics.READINGS, action="receive", messages=(ReceptionLine, TickLine),
        summary="终端数据 Packs of terminals as the gateway took them, and ticks",
    ),
    Channel(
        name=topics.COMMANDS, action="receive", messages=(CommandLine, TickLine),
        summary="工单指令 What people ask of work orders, and ticks",
    ),
    Channel(
        name=topics.VITALS, action="send", messages=(VitalLine, WindowLine),
        summary="体征 Vital signs of zones, towns and districts",
    ),
    Channel(
        name=topics.SCORES, action="send", messages=(ScoreLine,),
        summary="异常分 How unusual values are",
    ),
    Channel(
        name=topics.FORECASTS, action="send", messages=(ForecastLine,),
        summary="预测 What vital signs are expected to come to, one line a horizon",
    ),
    Channel(
        name=topics.FAULTS, action="send", messages=(FaultLine,),
        summary="传感器故障判定 What is told of sensors when it changes: fault, event or clear",
    ),
    Channel(
        name=topics.REJECTS, action="send", messages=(RejectLine,),
        summary="拒收 Dead letters: what was refused, why, and what mends it",
    ),
    Channel(
        name=topics.LEDGER, action="send", messages=(LedgerRecord,), is_lines=False,
        key="<partition> for totals, <partition>/<chunk> for accounts; the topic is compacted",
        summary="台账 received = accepted + duplicate + late + rejected",
    ),
    Channel(
        name=topics.ALERTS, action="send", messages=(AlertCloudEvent,), is_lines=False,
        key="<incident>-<number of the message, twelve digits>",
        summary="预警 Alerts: CloudEvents with CAP 1.2 in Chinese and English",
    ),
    Channel(
        name=topics.WORKORDERS, action="send", is_lines=False,
        messages=(OrderCloudEvent, RefusalCloudEvent),
        key="<order>-<number of the event, twelve digits>",
        summary="工单 Work orders after each change, and refused commands: CloudEvents",
    ),
)  # fmt: skip
"""The Kafka topics that are a contract; snapshots and indications are the worker's own."""

MQTT_TYPES: Final = (Record, Receipt)
"""What MQTT messages are made of."""
MQTT_MESSAGES: Final = {"up": "SenmlPack", "ack": "Receipt"}
"""Last level of an MQTT topic → the schema of what travels there."""
