"""Which readings a value was made of: picked from reception lines as screening took them. Pure."""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping

import msgspec

from indicators.rounding import rfc3339
from sensors.city import City
from sensors.line import decode_line, received_ms, split_frame, stamp_of
from sensors.screening import Channel, channels, convert, time_reason
from sensors.senml import Resolved, SenmlError, decode
from streams.engine.payload import payload_of

Words = dict[str, str]
"""What is said to people, by language (zh, en); empty where there is nothing to say."""


class Found(msgspec.Struct, frozen=True):
    """A reading that a value is made of.

    Attributes:
        terminal: Terminal.
        quantity: Quantity.
        time: Event time, RFC 3339.
        value: In the catalogue's unit.
        unit: That unit.
    """

    terminal: str
    quantity: str
    time: str
    value: float
    unit: str


class Wanted(msgspec.Struct, frozen=True):
    """The readings of one value. Times are Unix ms.

    Attributes:
        zone: Their zone.
        quantities: Their quantities.
        start: First instant of the window.
        end: First instant after it.
        by: Stream time by which they had been accepted.
    """

    zone: str
    quantities: tuple[str, ...]
    start: int
    end: int
    by: int


class Picked(msgspec.Struct, frozen=True):
    """What was found.

    Attributes:
        readings: By terminal, quantity and time.
        note: What is missing, and why; empty where nothing is.
    """

    readings: list[Found]
    note: Words = {}


class _Head(msgspec.Struct):
    """What of a line tells whether it is looked into."""

    received: float
    terminal: str | None = None


_head = msgspec.json.Decoder(_Head)
_Series = tuple[str, str]


class Picker:
    """Picks the accepted readings of some zones from lines in log order.

    Args:
        city: Zones and terminals.
        quantities: Zone → quantities that are kept.
    """

    def __init__(self, city: City, quantities: Mapping[str, Collection[str]]) -> None:
        self._city, self.now = city, 0
        ids = (t.id.encode() for zone in quantities for t in city.terminals_of(zone))
        any_id = b"|".join(map(re.escape, ids))
        # What all have in common is looked for first: a fifth of the time of ids alone.
        self._any = re.compile(rb'"terminal"\s*:\s*"(?:' + any_id + rb')"')
        self._channels: dict[str, dict[str, Channel]] = {}
        for zone, names in quantities.items():
            for terminal in city.terminals_of(zone):
                own = channels(terminal.quantities)
                self._channels[terminal.id] = {n: own[n] for n in own if n in names}
        # Series → event time → when it was received, and the value.
        self._accepted: dict[_Series, dict[int, tuple[int, float]]] = {}
        self._ordered: dict[_Series, list[int]] = {}

    def take(self, lines: Iterable[bytes]) -> None:
        """Take the lines of a log on from those before. `now` becomes their stream time, Unix ms.

        A log that begins anew is told by setting `now` to 0.
        """
        self._ordered.clear()
        for line in lines:
            terminal = self._advance(line)
            if terminal in self._channels:
                self._look_into(line, terminal)

    def take_frame(self, frame: bytes) -> None:
        """Take the lines of a frame, as `take` does.

        Most frames of a large city tell nothing of a zone. Of these only the last line is read: one
        gateway stamped all of them, in order.
        """
        if self._any.search(frame) is not None:
            self.take(split_frame(frame))
        else:
            self._advance(frame.rstrip(b"\n").rpartition(b"\n")[2])

    def _advance(self, line: bytes) -> str:
        """Move stream time as a line does; gives its terminal, empty where it has none."""
        try:
            head = _head.decode(line)
            self.now = max(self.now, received_ms(head.received))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            self.now = max(self.now, stamp_of(line) or 0)
            return ""
        return head.terminal or ""

    def _look_into(self, raw: bytes, terminal: str) -> None:
        try:
            records = decode(payload_of(decode_line(raw)))
        except (msgspec.DecodeError, SenmlError):
            return
        for record in records:
            self._keep(terminal, record)

    def _keep(self, terminal: str, record: Resolved) -> None:
        """Keep a reading that screening would have accepted; the first of an instant stands."""
        owner, _, quantity = record.name.rpartition("/")
        channel = self._channels[terminal].get(quantity)
        if owner != terminal or channel is None:
            return
        value, at = convert(channel, record.unit, record.value), record.at
        if isinstance(value, float) and time_reason(channel, at, self.now) is None:
            series = self._accepted.setdefault((terminal, quantity), {})
            series.setdefault(at, (self.now, value))

    def readings(self, wanted: Wanted) -> list[Found]:
        """Those of a value, by terminal, quantity and time."""
        timezone = self._city.zones[wanted.zone].timezone
        found: list[Found] = []
        for terminal in sorted(t.id for t in self._city.terminals_of(wanted.zone)):
            for quantity in sorted(wanted.quantities):
                accepted = self._accepted.get((terminal, quantity), {})
                channel = self._channels[terminal].get(quantity)
                if channel is None:
                    continue
                for at in self._within(terminal, quantity, wanted, channel.shift_ms):
                    received, value = accepted[at]
                    if received <= wanted.by:
                        stamp, unit = rfc3339(at, timezone), channel.quantity.unit
                        found.append(Found(terminal, quantity, stamp, value, unit))
        return found

    def _within(self, terminal: str, quantity: str, wanted: Wanted, shift: int) -> list[int]:
        """Event times of a series in a window, ascending."""
        key = (terminal, quantity)
        if key not in self._ordered:
            self._ordered[key] = sorted(self._accepted.get(key, ()))
        ordered = self._ordered[key]
        first, last = (bisect_left(ordered, t + shift) for t in (wanted.start, wanted.end))
        return ordered[first:last]
