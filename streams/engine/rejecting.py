"""Dead letters: what was refused, why, what mends it, and the original bytes."""

import base64
from zlib import crc32

from indicators.rounding import rfc3339
from sensors.line import Line
from sensors.reason import Reason
from sensors.screening import Channel
from sensors.senml import Resolved
from streams.engine.published import REJECTS, Published, canonical

DETAIL_LIMIT = 300


def detail_of(reason: Reason, record: Resolved, channel: Channel | None, now: int) -> str:
    """What exactly is wrong with one record: the name, the value, and what would have been right.

    Args:
        reason: Why it was refused.
        record: The record.
        channel: Its channel; None where the terminal has no such quantity.
        now: Effective received, Unix ms.
    """
    what = f"{record.name} = {record.value} {record.unit}"
    if channel is None:
        return f"{what}: not declared for this terminal"
    quantity = channel.quantity
    age = (now - record.at) / 1000
    units = ", ".join(channel.units)
    explained = {
        Reason.WRONG_UNIT: f"unit {record.unit!r}, expected one of {units}",
        Reason.OUT_OF_RANGE: f"outside {quantity.low:g} to {quantity.high:g} {quantity.unit}",
        Reason.RELATIVE_TIME: f"time {record.at / 1000:g} s is below 2^28 and so relative to now",
        Reason.FUTURE: f"stamped {-age:.0f} s after its reception",
        Reason.BEYOND_HORIZON: f"{age:.0f} s old, the horizon is {channel.horizon_ms // 1000} s",
        Reason.CONFLICT: "the same instant had another value",
    }.get(reason)
    return what if explained is None else f"{what}: {explained}"


class Refused:
    """Writes the dead letters of one line.

    Args:
        now: Effective received, Unix ms.
        terminal: Terminal of the topic.
        zone: Its zone, empty where unknown.
        timezone: IANA zone of the times in the letter.
        line: The line; its bytes where it could not be read.
    """

    def __init__(
        self, now: int, terminal: str, zone: str, timezone: str, line: Line | bytes
    ) -> None:
        self._now = now
        self._terminal = terminal
        self._zone = zone
        self._timezone = timezone
        self._line = line

    def letter(self, reason: Reason, detail: str, record: int | None, count: int = 1) -> Published:
        """One dead letter.

        Args:
            reason: The code.
            detail: What exactly is wrong, with the value.
            record: Index of the record in the pack; None where the whole pack is refused.
            count: Readings that it stands for.
        """
        where = "pack" if record is None else str(record)
        encoding, payload = _original(self._line)
        id_ = f"{self._terminal}-{self._now}-{crc32(payload.encode()):08x}-{where}"
        body = {
            "at": rfc3339(self._now, self._timezone),
            "terminal": self._terminal,
            "zone": self._zone or None,
            "reason": reason,
            "outcome": reason.outcome,
            "detail": detail.encode("utf-8", "backslashreplace").decode()[:DETAIL_LIMIT],
            "mend": reason.mend,
            "record": record,
            "count": count,
            "payload": payload,
            "encoding": encoding,
            "id": id_,
        }
        zone = self._zone or self._terminal
        return Published(REJECTS, self._now, zone, reason, 0, 0, id_, canonical(body))


def _original(line: Line | bytes) -> tuple[str, str]:
    """What came, as text, and how it is encoded: json, base64, or line where no line could be read.

    Not the line itself: its `received` is made effective when a run is recorded, and a dead letter
    of the recording must be that of the run.
    """
    if isinstance(line, bytes):
        try:
            return "line", line.decode()
        except UnicodeDecodeError:
            return "line-base64", base64.b64encode(line).decode()
    if line.pack:
        return "json", bytes(line.pack).decode()
    return "base64", line.raw or ""
