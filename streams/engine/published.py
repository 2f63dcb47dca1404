"""What the stages publish, as canonical bytes with the key that orders the output files."""

from typing import Any, NamedTuple

import msgspec

VITALS, SCORES, FORECASTS = "vitals", "scores", "forecasts"
FAULTS = "faults"
ALERTS, WORKORDERS, REJECTS = "alerts", "workorders", "rejects"
DIGESTED = (VITALS, SCORES, FORECASTS, ALERTS, WORKORDERS)
"""The streams whose files make the digest, in this order."""


Order = tuple[int, str, str, int, int, str]
"""What a file is sorted by; see `Published`."""


class Published(NamedTuple):
    """One output. Its first seven fields after `stream` order the lines of a file.

    Attributes:
        stream: Name of the topic and the file.
        at: Stream time, Unix ms.
        zone: Place.
        kind: Indicator, kind of alert, or reason.
        window_end: Unix ms; 0 where there is no window.
        revision: 0 where there is none.
        id: Unique where the others are not.
        body: The canonical JSON, keys sorted.
    """

    stream: str
    at: int
    zone: str
    kind: str
    window_end: int
    revision: int
    id: str
    body: bytes

    @property
    def order(self) -> Order:
        """What a file is sorted by."""
        return self[1:7]


def canonical(tree: object) -> bytes:
    """JSON with sorted keys and no spaces."""
    return msgspec.json.encode(tree, order="sorted")


def publish_event(stream: str, at: int, zone: str, kind: str, event: dict[str, Any]) -> Published:
    """A CloudEvent on the alerts or work-orders stream; ids sort by number."""
    name, _, number = event["id"].rpartition("-")
    order = f"{name}-{number:0>12}"
    return Published(stream, at, zone, kind, 0, 0, order, canonical(event))
