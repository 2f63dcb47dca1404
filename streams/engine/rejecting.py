"""Dead letters: what was refused, why, what mends it, and the original bytes."""

import base64
from collections.abc import Sequence
from hashlib import blake2b
from typing import Annotated, Literal, cast
from zlib import crc32

import msgspec

from indicators.rounding import rfc3339
from sensors.line import Line
from sensors.reason import Outcome, Reason
from sensors.screening import Channel
from sensors.senml import Resolved
from streams.engine.lines import Instant
from streams.engine.published import REJECTS, Published, canonical

DETAIL_LIMIT = 300
PAYLOAD_LIMIT = 512 * 1024
"""Bytes of an original that a letter keeps: sixfold in JSON at worst, which Kafka still takes."""
NAME_LIMIT = 256
"""Characters of a terminal's name that a letter keeps; a line may carry any name."""
NUMBERED_LIMIT = 10_000
"""Letters of one instant that are told apart; a clock that stands still must not fill memory."""


class Numbers(msgspec.Struct):
    """How many letters of one instant would have the same id; what a snapshot holds of them.

    Equal letters are numbered among themselves only, so that neither what shares the partition nor
    how lines are framed changes an id.

    Attributes:
        now: The instant, Unix ms.
        given: 64-bit digest of an id → how often it was given.
    """

    now: int = 0
    given: dict[bytes, int] = {}

    def next_of(self, now: int, id_: str) -> int:
        """How many letters with this id there were at `now` (Unix ms) before."""
        if now != self.now or len(self.given) >= NUMBERED_LIMIT:
            self.now, self.given = now, {}
        key = blake2b(id_.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        number = self.given.get(key, 0)
        self.given[key] = number + 1
        return number


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


Encoding = Literal[
    "json", "base64", "line", "line-base64",
    "json-cut", "base64-cut", "line-cut", "line-base64-cut",
]  # fmt: skip


class RejectLine(msgspec.Struct, kw_only=True):
    """A dead letter: a line of `rejects`."""

    at: Instant
    count: Annotated[int, msgspec.Meta(ge=1, description="Readings that it stands for")]
    detail: Annotated[str, msgspec.Meta(description="What exactly is wrong with the first one")]
    encoding: Annotated[Encoding, msgspec.Meta(description="Of `payload`; -cut: its beginning")]
    id: str
    mend: Annotated[str, msgspec.Meta(description="What the owner of the terminal can do")]
    outcome: Outcome
    payload: Annotated[str, msgspec.Meta(description="What came")]
    reason: Reason
    records: Annotated[
        list[int] | None, msgspec.Meta(description="Which records of the pack; null is the whole")
    ]
    terminal: str
    zone: Annotated[str | None, msgspec.Meta(description="Null where the terminal is unknown")]


class Refused:
    """Writes the dead letters of one line.

    Args:
        now: Effective received, Unix ms.
        terminal: Terminal of the topic.
        zone: Its zone, empty where unknown.
        timezone: IANA zone of the times in the letter.
        line: The line; its bytes where it could not be read.
        numbers: Tells letters apart that are otherwise equal; changed in place.
    """

    def __init__(
        self,
        now: int,
        terminal: str,
        zone: str,
        timezone: str,
        line: Line | bytes,
        numbers: Numbers,
    ) -> None:
        self._now = now
        self._numbers = numbers
        self._terminal = terminal[:NAME_LIMIT]
        self._zone = zone
        self._timezone = timezone
        self._line = line

    def pack(self, reason: Reason, detail: str, count: int = 1) -> Published:
        """The dead letter of a whole pack or line.

        Args:
            reason: The code.
            detail: What exactly is wrong.
            count: Readings that it stands for.
        """
        return self._letter(reason, _shortened(detail, DETAIL_LIMIT), None, count)

    def records(self, reason: Reason, detail: str, records: Sequence[int]) -> Published:
        """The one dead letter of all records of the pack that are refused for the same reason.

        Args:
            reason: The code.
            detail: What exactly is wrong with the first one, with the value.
            records: Their indices in the pack, ascending.
        """
        others = len(records) - 1
        more = f"; and {others} more" if others else ""
        shortened = _shortened(detail, DETAIL_LIMIT - len(more))
        return self._letter(reason, shortened + more, records, len(records))

    def _letter(
        self, reason: Reason, detail: str, records: Sequence[int] | None, count: int
    ) -> Published:
        encoding, payload, checksum = _original(self._line)
        id_ = f"{self._terminal}-{self._now}-{checksum:08x}-{reason}"
        number = self._numbers.next_of(self._now, id_)
        if number:
            id_ = f"{id_}-{number}"
        body = RejectLine(
            at=rfc3339(self._now, self._timezone), terminal=self._terminal, zone=self._zone or None,
            reason=reason, outcome=reason.outcome, detail=detail, mend=reason.mend,
            records=None if records is None else list(records), count=count, payload=payload,
            encoding=cast("Encoding", encoding), id=id_,
        )  # fmt: skip
        zone = self._zone or self._terminal
        return Published(REJECTS, self._now, zone, reason, 0, 0, id_, canonical(body))


def _shortened(detail: str, limit: int) -> str:
    return detail.encode("utf-8", "backslashreplace").decode()[:limit]


def _original(line: Line | bytes) -> tuple[str, str, int]:
    """What came: its encoding, its text and the CRC-32 of the whole.

    The encoding is `json` for a pack, `base64` for what is none, `line` or `line-base64` where no
    line could be read, and ends in `-cut` where the text is only the beginning. Not the line
    itself: its `received` is made effective when a run is recorded, and a dead letter of the
    recording must be that of the run.
    """
    if isinstance(line, bytes):
        encoding, coded, original = "line", "line-base64", line
    elif line.pack:
        encoding, coded, original = "json", "base64", bytes(line.pack)
    else:
        encoding, coded, original = "base64", "base64", (line.raw or "").encode()
    kept = original[:PAYLOAD_LIMIT]
    try:
        text = kept.decode()
    except UnicodeDecodeError:
        encoding, text = coded, base64.b64encode(kept).decode()
    return encoding + ("-cut" if len(kept) < len(original) else ""), text, crc32(original)
