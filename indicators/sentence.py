"""A value in one plain sentence, in Chinese and in English."""

from typing import Final

from indicators.vital_sign import Quality, VitalSign, VitalValue
from indicators.words import Label, reason_in_words, shown

_FULL: Final = 0.995
"""From this share of readings on nobody needs to be told that some are missing."""


def sentence(sign: VitalSign, value: VitalValue) -> Label:
    """What a value says.

    Args:
        sign: Its declaration.
        value: The value.

    Returns:
        Name, value, level, what the sign's remark adds, the largest share, and how much of the data
        arrived where it is not all, e.g. 积水深度 31 cm（Ⅲ级积水），贡献最大：WL-07。
    """
    if value.value is None:
        zh, en = reason_in_words(value.reason or "no_data")
        return f"{sign.zh}暂无数值：{zh}。", f"{sign.en}: not available, {en}."
    zh, en = _amount(sign, value, value.value)
    parts = [(f"{sign.zh}{zh}", f"{sign.en}{en}")]
    for level in sign.levels:
        if level.id == value.level:
            parts = [(f"{parts[0][0]}（{level.zh}）", f"{parts[0][1]} ({level.en})")]
    parts += _remark(sign, value)
    if value.weights:
        most, weight = next(iter(value.weights.items()))
        share = "" if len(value.weights) == 1 else f" {round(weight * 100)}%"
        parts.append((f"贡献最大：{most}{share}", f"largest share: {most}{share}"))
    if value.quality is Quality.SUSPECT:
        parts.append(("数据存疑", "doubtful"))
    if value.coverage < _FULL:
        share = f"{round(value.coverage * 100)}%"
        parts.append((f"数据到达{share}", f"{share} of the readings arrived"))
    return "，".join(zh for zh, _ in parts) + "。", ", ".join(en for _, en in parts) + "."


def _amount(sign: VitalSign, value: VitalValue, number: float) -> Label:
    """The number as it is said after the sign's name."""
    said = sign.in_words(value) if sign.in_words else None
    edges = [level.edge for level in sign.levels]
    zh, en = said or shown(number, sign.unit, sign.shown_in, edges)
    # A sum whose readings are not all there.
    least = ("至少", " at least") if value.detail.get("at_least") else ("", "")
    return f"{least[0]} {zh}", f"{least[1]} {en}"


def _remark(sign: VitalSign, value: VitalValue) -> list[Label]:
    for remark in (sign.remark, sign.or_remark):
        try:
            zh, en = (pattern.format_map(value.detail) for pattern in remark)
        except (KeyError, IndexError, ValueError, TypeError):
            # A value of this kind has nothing to say there.
            continue
        if zh:
            return [(zh, en)]
    return []
