"""What is said where readings of a running system cannot be shown, or not all."""

from typing import Final

from indicators.rounding import rfc3339
from streams.lineage.readings import Words

BUSY: Final[Words] = {
    "zh": "正在为其他人查读数，请稍后再试",
    "en": "readings are being looked up for others: ask again in a moment",
}
NO_KAFKA: Final[Words] = {
    "zh": "这里没有接 Kafka，因此没有读数",
    "en": "readings are in Kafka, and this page has none",
}


def away(why: str) -> Words:
    """Kafka does not answer."""
    return {
        "zh": f"暂时读不到 Kafka，因此没有读数，请稍后再试（{why}）",
        "en": f"Kafka cannot be read now, hence no readings: ask again later ({why})",
    }


def cut(nbytes: int, seconds: float) -> Words:
    """The limit was reached before everything was read."""
    limit = f"{nbytes >> 20} MB, {seconds:g} s"
    return {
        "zh": f"读数不全：读到上限（{limit}）即止；全部读数可用 vitals record 录下后追溯",
        "en": f"not all readings: reading ended at its limit ({limit}); "
        "`vitals record`, then `vitals explain --recording` has all",
    }


def gone(oldest: int | None, timezone: str) -> Words:
    """Kafka no longer holds the time: past its retention, or its log began anew.

    Args:
        oldest: Stream time of the oldest record, Unix ms; None where there is no record.
        timezone: IANA zone in which it is said.
    """
    if oldest is None:
        return {"zh": "Kafka 已不再保留任何读数", "en": "Kafka no longer holds any readings"}
    since = rfc3339(oldest, timezone)
    return {
        "zh": f"Kafka 只有 {since} 以后收到的读数，更早的已不再保留",
        "en": f"Kafka holds readings received since {since}; it no longer keeps those before",
    }
