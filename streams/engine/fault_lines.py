"""Changes of verdict on sensors, as they are published: lines of `faults`."""

from typing import Annotated, Final, Literal, cast

import msgspec

from anomaly.faults.evidence import CLEAR, Evidence
from anomaly.faults.zone_faults import FaultChange
from indicators.rounding import rfc3339
from streams.engine.lines import Instant, Share, Words
from streams.engine.published import FAULTS, Published, canonical

Told = Literal["fault", "event", "clear"]
_CLEAR: Final = Words("nothing speaks for a fault or an event any more", "已无故障或真实事件迹象")


class EvidenceLine(msgspec.Struct, gc=False):
    """What one test found; the fields in the order of their names."""

    en: str
    kind: Annotated[str, msgspec.Meta(description="The test, e.g. flat_line")]
    side: Annotated[Literal["fault", "event"], msgspec.Meta(description="What it speaks for")]
    since: Annotated[Instant, msgspec.Meta(description="Since when it has been so")]
    strength: Annotated[Share, msgspec.Meta(description="How surely it speaks for its side")]
    zh: str


class FaultLine(msgspec.Struct, gc=False):
    """A series of which something else is told than before: a line of `faults`."""

    at: Annotated[Instant, msgspec.Meta(description="Stream time of the publication")]
    before: Annotated[Told, msgspec.Meta(description="What was told of the series before")]
    evidence: Annotated[
        list[EvidenceLine], msgspec.Meta(description="All that was found, the strongest first")
    ]
    kind: Annotated[
        str, msgspec.Meta(description="The strongest evidence of the verdict; empty where clear")
    ]
    quantity: str
    since: Annotated[
        Instant,
        msgspec.Meta(description="Since when it has been so: when a fault began, not when noticed"),
    ]
    terminal: str
    text: Annotated[Words, msgspec.Meta(description="The strongest evidence, in words")]
    verdict: Annotated[
        Told,
        msgspec.Meta(description="fault asks for maintenance, event for help on the spot"),
    ]
    window_end: Annotated[Instant, msgspec.Meta(description="End of the window that was judged")]
    zone: str


def publish_fault(change: FaultChange, at: int, zone: str, timezone: str) -> Published:
    """The line of a change.

    Args:
        change: The change.
        at: When the window closed that it was found in, Unix ms.
        zone: Id of the terminal's zone.
        timezone: IANA zone of its local time.
    """
    verdict, terminal, quantity = change.verdict, change.terminal, change.quantity
    told = verdict.verdict.told
    spoken = (e for e in verdict.evidence if e.side.value == told)
    strongest = next(spoken, None)
    line = FaultLine(
        rfc3339(at, timezone), cast("Told", change.before),
        [_evidence_line(evidence, timezone) for evidence in verdict.evidence],
        "" if told == CLEAR else verdict.kind, quantity, rfc3339(verdict.since, timezone), terminal,
        _CLEAR if strongest is None else Words(strongest.en, strongest.zh), cast("Told", told),
        rfc3339(verdict.at, timezone), zone,
    )  # fmt: skip
    return Published(FAULTS, at, zone, quantity, verdict.at, 0, terminal, canonical(line))


def _evidence_line(evidence: Evidence, timezone: str) -> EvidenceLine:
    since = rfc3339(evidence.since, timezone)
    strength = round(evidence.strength, 4)
    return EvidenceLine(
        evidence.en, evidence.kind, evidence.side.value, since, strength, evidence.zh
    )
