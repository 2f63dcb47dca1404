"""What is said where it cannot be shown what a value is made of, or not all of it."""

from typing import Final

from indicators.rounding import rfc3339
from streams.lineage.readings import Words

NOT_FOLLOWED: Final[Words] = {
    "zh": "未再往下追溯：请加大深度（depth）",
    "en": "not followed any further: raise the depth",
}
NOT_IN_CATALOGUE: Final[Words] = {
    "zh": "不在本城市包的体征目录中",
    "en": "not in the catalogue of this city pack",
}
MADE_OF_SILENCE: Final[Words] = {
    "zh": "由各终端最近一次上报的时间得出；`down` 列出失联的终端",
    "en": "made of when each terminal was last heard; `down` names those that were not",
}
MADE_OF_CLOCKS: Final[Words] = {
    "zh": "由收到数据包的时间与其中最新读数的时间得出",
    "en": "made of when packs were received, and of the time of their newest readings",
}
NOT_GIVEN: Final[Words] = {
    "zh": "读数：请用 --recording 指明所重放的记录",
    "en": "readings: give the --recording that was replayed",
}
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
