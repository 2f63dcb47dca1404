"""From an MQTT topic to a terminal and its partition. Pure; any topic has a route."""

import msgspec

from sensors.city import City
from sensors.line import reception_head
from streams.topics import MQTT_ROOT, partition_of

REMEMBERED = 100_000
"""Topics whose route is remembered; beyond it the memory starts afresh."""


class Route(msgspec.Struct, frozen=True):
    """Where the messages of one MQTT topic go.

    Attributes:
        terminal: Terminal id as the topic has it.
        partition: Partition of `readings`.
        district: District in the topic, empty in a malformed one.
        zone: Zone in the topic, empty in a malformed one.
        receipts: Topic of the receipts, empty in a malformed one.
        head: What stands in its lines ahead of the time; follows from the terminal.
    """

    terminal: str
    partition: int
    district: str = ""
    zone: str = ""
    receipts: str = ""
    head: bytes = b""

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "head", reception_head(self.terminal))


class Router:
    """Routes of a city's topics.

    Args:
        city: Its terminals decide the partition: what a topic says of the zone is only checked
            later, by the screening.
        partitions: Count of partitions by zone, >= 1.
    """

    def __init__(self, city: City, partitions: int) -> None:
        self.partitions = partitions
        self._city = city
        self._routes: dict[str, Route] = {}

    def route(self, topic: str) -> Route:
        """The route of a topic, whatever it looks like."""
        route = self._routes.get(topic)
        if route is None:
            if len(self._routes) >= REMEMBERED:
                self._routes.clear()
            route = self._routes[topic] = self._find(topic)
        return route

    def _find(self, topic: str) -> Route:
        match topic.split("/"):
            case [*root, district, zone, terminal, "up"] if "/".join(root) == MQTT_ROOT:
                receipts = topic.removesuffix("up") + "ack"
                return Route(terminal, self._partition(terminal), district, zone, receipts)
            case [*_, terminal, _] if terminal:
                return Route(terminal, self._partition(terminal))
        return Route(topic, self._partition(topic))

    def _partition(self, terminal: str) -> int:
        known = self._city.terminals.get(terminal)
        return partition_of(known.zone if known else terminal, self.partitions)
