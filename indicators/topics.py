"""The twelve topics of the command centre, and which groups of vital signs belong to each."""

from typing import Final

import msgspec


class Topic(msgspec.Struct, frozen=True):
    """One topic of the board (专题); `zh` and `en` are its labels, `groups` the signs' groups."""

    id: str
    zh: str
    en: str
    groups: tuple[str, ...]


TOPICS: Final = (
    Topic("flood", "防汛", "Flood control", ("water", "rain")),
    Topic("crowd", "人流", "Crowds", ("crowd",)),
    Topic("traffic", "交通停车", "Traffic and parking", ("traffic", "parking")),
    Topic("air", "空气", "Air", ("air",)),
    Topic("noise", "噪声", "Noise", ("noise",)),
    Topic("weather", "气象", "Weather", ("weather",)),
    Topic("fire", "消防", "Fire", ("fire",)),
    Topic("facilities", "市政设施", "Municipal facilities", ("facilities", "devices")),
    Topic("hotline", "工单热线", "Work orders and hotline", ("hotline",)),
    Topic("services", "政务服务", "Government services", ("services",)),
    Topic("health_care", "公共卫生", "Public health", ("health_care",)),
    Topic("economy", "经济园区", "Economy and industrial parks", ("economy",)),
)

TOPIC_OF: Final = {group: topic for topic in TOPICS for group in topic.groups}
"""Group of a vital sign → its topic."""
