"""Records of a replay: its output files and the recordings that it was made of."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from indicators.rounding import rfc3339
from sensors.city import City
from sensors.line import decode_line, received_ms, stamp_of
from sensors.screening import Channel, channels, convert, time_reason
from sensors.senml import Resolved, SenmlError, decode
from streams.engine.payload import payload_of
from streams.lineage.times import instant_of
from streams.lineage.tree import Found
from streams.recording import read_lines

_Key = tuple[str, str, int]


class ReplayRecords:
    """What a replay wrote, and what it read.

    Args:
        folder: Its output folder.
        recordings: Its recordings, in the order in which they were given.
        city: Its city.
    """

    def __init__(self, folder: Path, recordings: Sequence[Path], city: City) -> None:
        self._folder, self._recordings, self._city = folder, recordings, city
        self.lacks = "" if recordings else "readings: give the --recording that was replayed"
        self._values: dict[str, list[dict[str, Any]]] = {}
        self._readings: dict[str, dict[_Key, tuple[int, float]]] = {}

    def alert(self, id_: str) -> dict[str, Any] | None:
        """See `Records`."""
        for line in read_lines(self._folder / "alerts.ndjson"):
            if id_.encode() in line:
                event: dict[str, Any] = msgspec.json.decode(line)
                if event["id"] == id_:
                    return event
        return None

    def values(self, place: str, after: int, until: int, by: int | None) -> list[dict[str, Any]]:
        """See `Records`."""
        newest: dict[tuple[int, str], dict[str, Any]] = {}
        for line in self._of_place(place):
            end = instant_of(line["window_end"])
            if after < end <= until and (by is None or instant_of(line["at"]) <= by):
                newest[end, line["indicator"]] = line
        return [line for _, line in sorted(newest.items())]

    def _of_place(self, place: str) -> list[dict[str, Any]]:
        """All values of a place, in the order of their publication."""
        if place not in self._values:
            mark = f'"zone":{msgspec.json.encode(place).decode()}'.encode()
            self._values[place] = [
                msgspec.json.decode(line)
                for line in read_lines(self._folder / "vitals.ndjson")
                if line.endswith(mark + b"}")
            ]
        return self._values[place]

    def readings(
        self, zone: str, quantities: tuple[str, ...], start: int, end: int, by: int
    ) -> list[Found]:
        """See `Records`."""
        if zone not in self._readings:
            self._readings[zone] = self._accepted(zone)
        timezone = self._city.zones[zone].timezone
        known = {t.id: channels(t.quantities) for t in self._city.terminals_of(zone)}
        found = []
        for (terminal, quantity, at), (received, value) in sorted(self._readings[zone].items()):
            if quantity not in quantities or received > by:
                continue
            channel = known[terminal][quantity]
            if start <= at - channel.shift_ms < end:
                unit = channel.quantity.unit
                found.append(Found(terminal, quantity, rfc3339(at, timezone), value, unit))
        return found

    def _accepted(self, zone: str) -> dict[_Key, tuple[int, float]]:
        """The accepted readings of a zone: when each was received, and its value."""
        known = {t.id: channels(t.quantities) for t in self._city.terminals_of(zone)}
        names = [terminal.encode() for terminal in known]
        found: dict[_Key, tuple[int, float]] = {}
        for path in self._recordings:
            now = 0
            for raw in read_lines(path):
                now = max(now, stamp_of(raw) or 0)
                if not any(name in raw for name in names):
                    continue
                try:
                    line = decode_line(raw)
                    now = max(now, received_ms(line.received))
                    records = decode(payload_of(line)) if line.terminal in known else []
                except (msgspec.DecodeError, SenmlError):
                    continue
                for record in records:
                    _take(found, known[str(line.terminal)], str(line.terminal), record, now)
        return found


def _take(
    found: dict[_Key, tuple[int, float]], known: dict[str, Channel], terminal: str,
    record: Resolved, now: int,
) -> None:  # fmt: skip
    """Keep a reading that screening would have accepted; the first of an instant stands."""
    owner, _, quantity = record.name.rpartition("/")
    channel = known.get(quantity)
    if owner != terminal or channel is None:
        return
    value, at = convert(channel, record.unit, record.value), record.at
    if isinstance(value, float) and time_reason(channel, at, now) is None:
        found.setdefault((terminal, quantity, at), (now, value))
