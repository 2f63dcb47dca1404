"""The catalogue of vital signs as plain data, for the command, the page and documents."""

from typing import Any

from indicators.topics import TOPIC_OF
from indicators.vital_sign import VitalSign


def described(sign: VitalSign) -> dict[str, Any]:
    """A declaration as JSON has it; its formula as the first line of what it says of itself."""
    topic = TOPIC_OF.get(sign.group)
    return {
        "id": sign.id,
        "zh": sign.zh,
        "en": sign.en,
        "topic": topic.id if topic else sign.group,
        "group": sign.group,
        "unit": sign.unit,
        "basis": sign.basis.value,
        "inputs": list(sign.inputs),
        "sources": list(sign.sources),
        "window_s": sign.window_s,
        "hop_s": sign.hop_s or sign.window_s,
        "min_coverage": sign.min_coverage,
        "levels": [
            {
                "id": level.id, "holds": "<=" if sign.descending else ">=", "edge": level.edge,
                "zh": level.zh, "en": level.en, "colour": level.colour,
            }
            for level in sign.levels
        ],
        "utility": [list(point) for point in sign.utility],
        "is_life_safety": sign.is_life_safety,
        "is_scored": sign.is_scored,
        "owner": sign.owner,
        "formula": (sign.formula.__doc__ or "").strip().split("\n")[0],
        "source": sign.source,
    }  # fmt: skip
