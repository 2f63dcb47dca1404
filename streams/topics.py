"""Names of the MQTT and Kafka topics, what each holds, and how it is partitioned."""

from typing import Final
from zlib import crc32

import msgspec

READINGS: Final = "readings"
"""Frames of reception lines, partition = `partition_of(zone)`; unknown terminals by terminal."""
COMMANDS: Final = "commands"
"""Frames of command lines and ticks, partition = `partition_of(district)`."""
INDICATIONS: Final = "indications"
"""Internal: what zones tell their district, with (source, seq, at); one frame a record."""
VITALS: Final = "vitals"
"""Vital signs of zones, towns and districts: NDJSON, one or more lines a record."""
SCORES: Final = "scores"
"""Anomaly scores: NDJSON, one or more lines a record."""
FORECASTS: Final = "forecasts"
"""What vital signs are expected to come to: NDJSON, one or more lines a record."""
FAULTS: Final = "faults"
"""What is told of sensors, fault, event or clear, when it changes: NDJSON, lines likewise."""
REJECTS: Final = "rejects"
"""Dead letters: NDJSON, one or more lines a record."""
ALERTS: Final = "alerts"
"""Alerts: one CloudEvent a record, key = its id, the number in twelve digits."""
WORKORDERS: Final = "workorders"
"""Work orders: one CloudEvent a record, key = its id, the number in twelve digits."""
LEDGER: Final = "ledger"
"""The ledger of each readings partition: totals (key = partition) and accounts of terminals (key =
partition/chunk), JSON, see `streams.ledger_records`."""

ZONE_SNAPSHOTS: Final = "zone-snapshots"
"""Internal: snapshot blocks and manifests of the zone partitions."""
DISTRICT_SNAPSHOTS: Final = "district-snapshots"
"""Internal: snapshot blocks and manifests of the district partitions."""

MQTT_ROOT: Final = "vitals/v1"


class Topic(msgspec.Struct, frozen=True):
    """How a Kafka topic is created: by which count it is partitioned, and how long it is kept."""

    name: str
    of: str  # "zone" or "district": whose partition count it has
    retention_ms: int = 7 * 24 * 3_600_000
    compact: bool = False


TOPICS: Final = (
    Topic(READINGS, "zone"),
    Topic(VITALS, "zone"),
    Topic(SCORES, "zone"),
    Topic(FORECASTS, "zone"),
    Topic(FAULTS, "zone"),
    Topic(REJECTS, "zone"),
    Topic(LEDGER, "zone", compact=True),
    Topic(ZONE_SNAPSHOTS, "zone", compact=True),
    Topic(DISTRICT_SNAPSHOTS, "district", compact=True),
    Topic(COMMANDS, "district"),
    Topic(INDICATIONS, "district"),
    Topic(ALERTS, "district"),
    Topic(WORKORDERS, "district"),
)


def partition_of(key: str, partitions: int) -> int:
    """The partition of a zone, a district or an unknown terminal: crc32 of its id.

    Example:
        >>> partition_of("xq-underpass", 4) in range(4)
        True
    """
    return crc32(key.encode()) % partitions


def mqtt_up(district: str, zone: str, terminal: str) -> str:
    """The MQTT topic on which a terminal publishes its packs.

    Example:
        >>> mqtt_up("sanshui", "xq-07", "WL-07")
        'vitals/v1/sanshui/xq-07/WL-07/up'
    """
    return f"{MQTT_ROOT}/{district}/{zone}/{terminal}/up"


def mqtt_ack(district: str, zone: str, terminal: str) -> str:
    """The MQTT topic on which the gateway gives receipts to a terminal."""
    return f"{MQTT_ROOT}/{district}/{zone}/{terminal}/ack"


def mqtt_state(district: str, zone: str, terminal: str) -> str:
    """The MQTT topic of a terminal's retained state and last will."""
    return f"{MQTT_ROOT}/{district}/{zone}/{terminal}/state"
