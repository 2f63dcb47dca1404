"""A whole partition of `readings`, slow and obvious: lines in, vital signs, letters and ledger out.

Written from the meaning and not from the engine: every accepted reading stays in a list and each
window is computed anew from all of them; nothing is forgotten, packed, merged or cached.
"""

import base64
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

import msgspec

from anomaly.faults.zone_faults import FaultChange
from indicators.sentence import naming, sentence
from indicators.vital_sign import PLAIN, VitalValue
from sensors.ledger import UNKNOWN
from sensors.line import Line, decode_line, received_ms, stamp_of
from sensors.reason import Outcome, Reason
from sensors.senml import Resolved, SenmlError, decode
from streams.engine.config import EngineConfig
from streams.engine.payload import payload_of
from tests.plain.reading import Reading
from tests.plain.screening import PlainScreening
from tests.plain.zone import PlainZone

COLUMNS = ("received", "accepted", "duplicate", "late", "rejected")


def written(at: int, timezone: str) -> str:
    """An instant (Unix ms) as local time with its offset."""
    local = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at)
    places = "milliseconds" if at % 1000 else "seconds"
    return local.astimezone(ZoneInfo(timezone)).isoformat(timespec=places)


class PlainPartition:
    """One partition.

    Args:
        config: City and signs.

    Attributes:
        now: Stream time, Unix ms.
        vitals: All that was published, in the order of publication.
        accepted: All accepted readings.
        letters: The dead letters.
        accounts: Terminal → column of the ledger → readings.
        reasons: Reason → readings.
    """

    def __init__(self, config: EngineConfig) -> None:
        self._city, self._signs, self._rules = config.city, config.signs, config.rules.version
        self._screening = PlainScreening(config.city)
        self.zones = {zone: PlainZone(config.plan(zone)) for zone in config.city.zones}
        self.now = 0
        self.vitals: list[VitalValue] = []
        self.accepted: list[Reading] = []
        self.letters: list[dict[str, Any]] = []
        self.accounts: dict[str, Counter[str]] = {}
        self.reasons: Counter[str] = Counter()
        self._ids: Counter[tuple[int, str]] = Counter()

    def take(self, raw: bytes) -> None:
        """Take one line."""
        try:
            line = decode_line(raw)
            received = received_ms(line.received)
        except msgspec.DecodeError:
            self._advance(stamp_of(raw) or 0)
            self._refuse_whole(UNKNOWN, Reason.BROKEN_LINE, raw, 1)
            return
        self._advance(received)
        if line.terminal is None:
            return
        account = line.terminal if line.terminal in self._city.terminals else UNKNOWN
        try:
            records = decode(payload_of(line))
        except SenmlError as error:
            self._refuse_whole(line.terminal, error.reason, line, 1)
            return
        if account is UNKNOWN:
            self._refuse_whole(line.terminal, Reason.UNKNOWN_TERMINAL, line, len(records))
        else:
            self._take_records(line.terminal, records, line)

    def _advance(self, received: int) -> None:
        """Move stream time, never back; close what is due on the way, in the order of timers."""
        self.now = max(self.now, received)
        while True:
            timers = sorted(timer for zone in self.zones.values() for timer in zone.timers())
            if not timers or timers[0][0] > self.now:
                return
            _, zone, sign, _ = timers[0]
            value = self.zones[zone].fire(sign)
            self.vitals += [] if value is None else [value]

    def _take_records(self, terminal: str, records: list[Resolved], line: Line) -> None:
        readings: list[Reading] = []
        refused: dict[Reason, list[int]] = {}
        for index, record in enumerate(records):
            verdict = self._screening.judge(terminal, record, self.now)
            if isinstance(verdict, Reading):
                readings.append(verdict)
                self._book(terminal, Outcome.ACCEPTED, 1)
            elif isinstance(verdict, Outcome):
                self._book(terminal, verdict, 1)
            else:
                refused.setdefault(verdict, []).append(index)
                self._refuse(terminal, verdict, 1)
        for reason, indices in refused.items():
            first = records[indices[0]]
            about = f"{first.name} = {first.value} {first.unit}"
            self._letter(terminal, reason, line, indices, len(indices), about)
        self.accepted += readings
        zone = self.zones[self._city.terminals[terminal].zone]
        self.vitals += zone.take(readings, self.now)

    def _refuse_whole(self, terminal: str, reason: Reason, line: Line | bytes, count: int) -> None:
        known = terminal in self._city.terminals
        self._refuse(terminal if known else UNKNOWN, reason, count)
        self._letter(terminal, reason, line, None, count, "")

    def _refuse(self, account: str, reason: Reason, count: int) -> None:
        late = {Reason.BEYOND_HORIZON, Reason.BEYOND_MEMORY}
        self._book(account, Outcome.LATE if reason in late else Outcome.REJECTED, count)
        self.reasons[reason] += count

    def _book(self, account: str, column: Outcome, count: int) -> None:
        row = self.accounts.setdefault(account, Counter(dict.fromkeys(COLUMNS, 0)))
        row["received"] += count
        row[column] += count

    def _letter(
        self, terminal: str, reason: Reason, line: Line | bytes, records: list[int] | None,
        count: int, about: str,
    ) -> None:  # fmt: skip
        home = self._city.terminals.get(terminal)
        timezone = self._city.zones[home.zone].timezone if home else "UTC"
        original = _original(line)
        id_ = f"{terminal}-{self.now}-{crc32(original):08x}-{reason}"
        self._ids[self.now, id_] += 1
        again = self._ids[self.now, id_] - 1
        encoding = "line" if isinstance(line, bytes) else "json" if line.pack else "base64"
        payload = original.decode("utf-8", "replace")
        if original != payload.encode():
            encoding = "line-base64" if encoding == "line" else "base64"
            payload = base64.b64encode(original).decode()
        self.letters.append(
            {
                "at": written(self.now, timezone), "terminal": terminal,
                "zone": home.zone if home else None, "reason": reason, "records": records,
                "count": count, "payload": payload, "encoding": encoding,
                "id": f"{id_}-{again}" if again else id_, "about": about,
            }
        )  # fmt: skip

    def span(self) -> tuple[int, int] | None:
        """First and last accepted event time, Unix ms."""
        oldest = [zone.oldest for zone in self.zones.values() if zone.oldest is not None]
        newest = [zone.newest for zone in self.zones.values() if zone.newest is not None]
        return (min(oldest), max(newest)) if oldest else None

    def files(self) -> list[bytes]:
        """The lines of the file of vital signs."""
        key = lambda v: (v.at, v.zone, v.indicator, v.window_end, v.revision)  # noqa: E731
        return [self._line_of(value) for value in sorted(self.vitals, key=key)]

    def faults(self) -> list[bytes]:
        """The lines of the file of verdicts."""
        found = [
            ((at, zone, c.quantity, c.verdict.at, c.terminal), self._line_of_change(at, zone, c))
            for zone, own in self.zones.items()
            for at, c in own.changes
        ]
        return [line for _, line in sorted(found)]

    def _line_of_change(self, at: int, zone: str, change: FaultChange) -> bytes:
        timezone, verdict = self._city.zones[zone].timezone, change.verdict
        told = str(verdict.verdict) if verdict.verdict in {"fault", "event"} else "clear"
        text = {"zh": "已无故障或真实事件迹象"} | {
            "en": "nothing speaks for a fault or an event any more"
        }
        for found in reversed(verdict.evidence):
            if found.side == told:
                text = {"zh": found.zh, "en": found.en}
        evidence = [
            {
                "kind": e.kind, "side": e.side, "strength": float(f"{e.strength:.4f}"),
                "since": written(e.since, timezone), "zh": e.zh, "en": e.en,
            }
            for e in verdict.evidence
        ]  # fmt: skip
        body = {
            "at": written(at, timezone), "zone": zone, "terminal": change.terminal,
            "quantity": change.quantity, "before": change.before, "verdict": told,
            "kind": verdict.kind if told != "clear" else "", "text": text,
            "evidence": evidence, "since": written(verdict.since, timezone),
            "window_end": written(verdict.at, timezone),
        }  # fmt: skip
        return msgspec.json.encode(body, order="sorted")

    def _line_of(self, value: VitalValue) -> bytes:
        timezone = self._city.zones[value.zone].timezone
        body: dict[str, Any] = {
            "at": written(value.at, timezone), "zone": value.zone, "kind": "zone",
            "indicator": value.indicator, "window_start": written(value.window_start, timezone),
            "window_end": written(value.window_end, timezone), "value": value.value,
            "unit": value.unit, "level": value.level, "coverage": value.coverage,
            "revision": value.revision, "reason": value.reason, "detail": value.detail,
        }  # fmt: skip
        sign = self._signs[value.indicator]
        if sign.group != PLAIN:
            zh, en = sentence(sign, value, naming(self._signs, self._city.label_of))
            body |= {"quality": value.quality, "rules": self._rules, "weights": value.weights}
            body["text"] = {"zh": zh, "en": en}
        return msgspec.json.encode(body, order="sorted")


def _original(line: Line | bytes) -> bytes:
    """The bytes that came: the line where none could be read, else its payload as it stands."""
    if isinstance(line, bytes):
        return line
    return bytes(line.pack) or (line.raw or "").encode()
