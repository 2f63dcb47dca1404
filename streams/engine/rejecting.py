"""Dead letters: what was refused, why, what mends it, and the original bytes."""

from zlib import crc32

from indicators.rounding import rfc3339
from sensors.reason import Reason
from streams.engine.published import REJECTS, Published, canonical

DETAIL_LIMIT = 300


class Refused:
    """Writes the dead letters of one line.

    Args:
        now: Effective received, Unix ms.
        terminal: Terminal of the topic.
        zone: Its zone, empty where unknown.
        timezone: IANA zone of the times in the letter.
        line: The original line.
    """

    def __init__(self, now: int, terminal: str, zone: str, timezone: str, line: bytes) -> None:
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
        id_ = f"{self._terminal}-{self._now}-{crc32(self._line):08x}-{where}"
        body = {
            "at": rfc3339(self._now, self._timezone),
            "terminal": self._terminal,
            "zone": self._zone or None,
            "reason": reason,
            "outcome": reason.outcome,
            "detail": detail[:DETAIL_LIMIT],
            "mend": reason.mend,
            "record": record,
            "count": count,
            "line": self._line.decode("utf-8", "replace"),
            "id": id_,
        }
        zone = self._zone or self._terminal
        return Published(REJECTS, self._now, zone, reason, 0, 0, id_, canonical(body))
