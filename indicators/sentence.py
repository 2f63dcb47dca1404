"""A value in one plain sentence, in Chinese and in English."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from indicators.vital_sign import Basis, Quality, VitalSign, VitalValue
from indicators.words import Label, reason_in_words, shown

_FULL: Final = 0.995
"""From this share of readings on nobody needs to be told that some are missing."""

Naming = Callable[[str], Label]
"""Id of a sign or place → its label."""


def naming(signs: Mapping[str, VitalSign], places: Naming) -> Naming:
    """Names what a value's detail names by id.

    Args:
        signs: The catalogue; its ids come first.
        places: Label of a place; the id itself where it has none.
    """

    def label_of(id_: str) -> Label:
        sign = signs.get(id_)
        return places(id_) if sign is None else (sign.zh, sign.en)

    return label_of


def sentence(sign: VitalSign, value: VitalValue, label_of: Naming) -> Label:
    """What a value says.

    Args:
        sign: Its declaration.
        value: The value.
        label_of: Names signs and places; see `VitalSign.names`.

    Returns:
        Name, value, level, what the sign's remarks add, the largest share, and how much of the data
        arrived where it is not all, e.g. 积水深度 31 cm（Ⅲ级积水），贡献最大：WL-07。
    """
    if value.value is None:
        zh, en = reason_in_words(value.reason or "no_data")
        parts = [(f"{sign.zh}暂无数值：{zh}", f"{sign.en}: not available, {en}")]
        if sign.asides:
            parts += _remarks(sign, sign.asides, value, label_of)
        return _joined(parts)
    zh, en = _amount(sign, value, value.value)
    parts = [(f"{sign.zh}{zh}", f"{sign.en}{en}")]
    for level in sign.levels:
        if level.id == value.level:
            parts = [(f"{parts[0][0]}（{level.zh}）", f"{parts[0][1]} ({level.en})")]
    if sign.remark[0]:
        said = _remarks(sign, (sign.remark,), value, label_of)
        parts += said or _remarks(sign, (sign.or_remark,), value, label_of)
    if sign.asides:
        parts += _remarks(sign, sign.asides, value, label_of)
    if value.weights:
        most, weight = next(iter(value.weights.items()))
        share = "" if len(value.weights) == 1 else f" {round(weight * 100)}%"
        parts.append((f"贡献最大：{most}{share}", f"largest share: {most}{share}"))
    return _joined(parts + _trust(sign, value))


def _trust(sign: VitalSign, value: VitalValue) -> list[Label]:
    """What is to be known of a value before it is relied on."""
    parts = []
    if value.quality is Quality.SUSPECT:
        parts.append(("数据存疑", "doubtful"))
    if value.coverage < _FULL:
        share = f"{round(value.coverage * 100)}%"
        told = (f"数据到达{share}", f"{share} of the readings arrived")
        if sign.basis is Basis.HISTORY:
            # Of a place that is new nothing is missing, there was nothing yet.
            told = f"数据覆盖该时段的{share}", f"covers {share} of its period"
        parts.append(told)
    return parts


def _joined(parts: list[Label]) -> Label:
    return "，".join(zh for zh, _ in parts) + "。", ", ".join(en for _, en in parts) + "."


def _remarks(
    sign: VitalSign, patterns: tuple[Label, ...], value: VitalValue, label_of: Naming
) -> list[Label]:
    """Those of the patterns for which the value has something to say."""
    zh = en = value.detail
    if sign.names:
        zh, en = (_in_words(sign, value.detail, label_of, language) for language in (0, 1))
    found = []
    for pattern in filter(any, patterns):
        try:
            found.append((pattern[0].format_map(zh), pattern[1].format_map(en)))
        except (KeyError, IndexError, ValueError, TypeError):
            # A value of this kind has nothing to say there.
            continue
    return found


def _in_words(
    sign: VitalSign, detail: dict[str, Any], label_of: Naming, language: int
) -> dict[str, Any]:
    """The detail with labels in place of ids."""
    words = {}
    for name in sign.names:
        named = detail.get(name, [])
        if named:
            ids = [named] if isinstance(named, str) else named
            words[name] = ("、", " and ")[language].join(label_of(id_)[language] for id_ in ids)
    return detail | words


def _amount(sign: VitalSign, value: VitalValue, number: float) -> Label:
    """The number as it is said after the sign's name."""
    said = sign.in_words(value) if sign.in_words else None
    edges = [level.edge for level in sign.levels]
    zh, en = said or shown(number, sign.unit, sign.shown_in, edges)
    # A sum whose readings are not all there.
    least = ("至少", " at least") if value.detail.get("at_least") else ("", "")
    return f"{least[0]} {zh}", f"{least[1]} {en}"
