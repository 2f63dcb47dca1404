"""What a store keeps of a verdict on a sensor."""

from datetime import datetime

import msgspec


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of evidence: what one test found in a series.

    Attributes:
        kind: The test, e.g. `flat_line`.
        side: What it speaks for: fault or event.
        strength: How surely, 0–1.
        since: Since when it has been so, aware.
        zh: What was found, in Chinese.
        en: The same in English.
    """

    kind: str
    side: str
    strength: float
    since: datetime
    zh: str = ""
    en: str = ""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of a sensor since it changed. Its identity is (zone, series, window_end).

    Attributes:
        zone: Zone id.
        terminal: Its terminal.
        quantity: Its quantity.
        window_end: End of the window in which it was found, aware, whole milliseconds.
        verdict: fault, event or clear.
        before: What was told before.
        kind: The strongest evidence of the verdict; empty where it is clear.
        since: Since when it has been so, aware: of a fault, when it began.
        at: When it was published, aware.
        evidence: All that was found, the strongest first.
        text: The strongest evidence in words, by language (zh, en).
    """

    zone: str
    terminal: str
    quantity: str
    window_end: datetime
    verdict: str
    before: str
    kind: str
    since: datetime
    at: datetime
    evidence: list[Found] = []
    text: dict[str, str] = {}

    @property
    def series(self) -> str:
        """Terminal and quantity."""
        return f"{self.terminal}/{self.quantity}"

    @property
    def revision(self) -> int:
        """Verdicts are not corrected."""
        return 0
