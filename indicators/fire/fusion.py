"""The probability of fire in a place: four kinds of evidence, one probability."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from indicators.fire.evidence import fused
from indicators.fire.settings import FireSettings
from indicators.fire.traces import FINDERS, Trace
from indicators.vital_sign import Inputs, Measure

WORDS: Final = {
    "smoke": ("视频烟雾", "smoke in video"),
    "co": ("一氧化碳上升", "CO rising"),
    "particles": ("燃烧颗粒物上升", "combustion particles rising"),
    "spot": ("热点", "hot spot"),
}
SHARED: Final = ("（各站同升，或为区域性）", " (at all stations, perhaps regional)")
_SENSORS: Final = {"smoke": "smoke", "co": "co", "spot": "spot_temperature"}
"""Kinds of evidence that a sensor of fire gives → its quantity."""


def fire_probability(settings: FireSettings, inputs: Inputs) -> Measure:
    """Probability of fire, 0–1: p = 1 − ∏(1 − p_k) over the kinds of evidence that are there.

    Nothing found is no fire only where every kind of fire sensor that the place declares could be
    judged; else there is no value. A rise that all of three or more stations share may be regional:
    it makes a suspicion, and confirms nothing.

    Source: [D]; no standard for roadside fire was found.
    """
    if not any(inputs.by_quantity.values()):
        return Measure(None, "no_data")
    traces = {kind: find(settings, inputs) for kind, find in FINDERS.items()}
    judged = {kind: members for kind, members in traces.items() if members}
    silent = [kind for kind in _sensors(settings, inputs) if kind not in judged]
    found = {kind: trace for kind, own in judged.items() if (trace := max(own)).is_found}
    detail: dict[str, Any] = {"judged": list(judged), "evidence": list(found)}
    if silent:
        detail["silent"] = silent
    if not found and (silent or not judged.keys() & _SENSORS.keys()):
        return Measure(None, "silent_sensors" if judged else "too_few_readings", detail)
    shared = [kind for kind in found if _is_shared(judged[kind], settings)]
    if shared:
        detail["shared"] = shared
    for trace in found.values():
        detail |= trace.facts
    detail |= _words(found, shared)
    value = _probability(settings, found, shared)
    return Measure(value, None, detail, None, _weights(found, settings), is_suspect=bool(shared))


def _sensors(settings: FireSettings, inputs: Inputs) -> list[str]:
    """Kinds of fire sensor that the place declares, at a cadence that its window can judge."""
    window_s = (inputs.end - inputs.start) / 1000
    needed = {"smoke": settings.smoke_needed, "co": 2, "spot": 1}
    return [
        kind
        for kind, quantity in _SENSORS.items()
        if any(
            cadence * needed[kind] <= window_s and (kind != "co" or cadence <= settings.rise_span_s)
            for cadence in inputs.declared.get(quantity, {}).values()
        )
    ]


def _probability(settings: FireSettings, found: Iterable[str], shared: Sequence[str]) -> float:
    """Of all evidence, but no more than `guard_most` by what stations share."""
    alone = fused(settings.probabilities[kind] for kind in found if kind not in shared)
    together = fused(settings.probabilities[kind] for kind in found)
    return max(alone, min(together, settings.guard_most))


def _is_shared(traces: Sequence[Trace], settings: FireSettings) -> bool:
    return len(traces) >= settings.guard_stations and all(t.is_found and t.is_rise for t in traces)


def _words(found: dict[str, Trace], shared: Sequence[str]) -> dict[str, str]:
    if not found:
        return {}
    zh = [WORDS[kind][0] + (SHARED[0] if kind in shared else "") for kind in found]
    en = [WORDS[kind][1] + (SHARED[1] if kind in shared else "") for kind in found]
    return {"evidence_zh": "、".join(zh), "evidence_en": ", ".join(en)}


def _weights(found: dict[str, Trace], settings: FireSettings) -> dict[str, float]:
    total = sum(settings.probabilities[kind] for kind in found)
    weights: dict[str, float] = {}
    for kind, trace in found.items():
        if total:
            share = settings.probabilities[kind] / total
            weights[trace.terminal] = weights.get(trace.terminal, 0.0) + share
    return weights
