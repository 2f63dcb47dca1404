"""The probability of fire in a place: four kinds of evidence, one probability."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from indicators.fire.evidence import frames_at_least, fused, rate_per_minute, rise_within
from indicators.fire.settings import FireSettings
from indicators.spacing import spacing_s
from indicators.vital_sign import Inputs, Measure

WORDS: Final = {
    "smoke": ("视频烟雾", "smoke in video"),
    "co": ("一氧化碳上升", "CO rising"),
    "particles": ("燃烧颗粒物上升", "combustion particles rising"),
    "spot": ("热点", "hot spot"),
}


class Trace(msgspec.Struct, frozen=True):
    """What one terminal says for or against one kind of evidence.

    Attributes:
        terminal: Its id.
        is_found: Whether the evidence is there.
        strength: Which of several terminals speaks loudest.
        facts: Numbers behind it, named with their unit where it is not the quantity's.
        is_rise: Whether it is a rise only, which neighbours might share.
    """

    terminal: str
    is_found: bool
    strength: float
    facts: dict[str, float]
    is_rise: bool = True


def fire_probability(settings: FireSettings, inputs: Inputs) -> Measure:
    """Probability of fire, 0–1: p = 1 − ∏(1 − p_k) over the kinds of evidence that are there.

    A kind that cannot be judged (no such sensor, too few readings) says nothing; where none can,
    there is no value. A rise that all of three or more stations share is no fire.

    Source: [D]; no standard for roadside fire was found.
    """
    if not any(inputs.by_quantity.values()):
        return Measure(None, "no_data")
    traces = {kind: find(settings, inputs) for kind, find in _FINDERS.items()}
    judged = {kind: members for kind, members in traces.items() if members}
    if not judged:
        return Measure(None, "too_few_readings")
    shared = [kind for kind, members in judged.items() if _is_shared(members, settings)]
    loudest = {
        kind: max(members, key=lambda t: (t.is_found, t.strength, t.terminal))
        for kind, members in judged.items()
    }
    found = {k: trace for k, trace in loudest.items() if trace.is_found and k not in shared}
    detail: dict[str, Any] = {"judged": list(judged), "evidence": list(found), **_words(found)}
    for trace in found.values():
        detail |= trace.facts
    if shared:
        detail["shared"] = shared
    value = fused(settings.probabilities[kind] for kind in found)
    return Measure(value, detail=detail, weights=_weights(found, settings))


def _is_shared(traces: Sequence[Trace], settings: FireSettings) -> bool:
    return len(traces) >= settings.guard_stations and all(t.is_found and t.is_rise for t in traces)


def _words(found: dict[str, Trace]) -> dict[str, str]:
    if not found:
        return {}
    return {
        "evidence_zh": "、".join(WORDS[kind][0] for kind in found),
        "evidence_en": ", ".join(WORDS[kind][1] for kind in found),
    }


def _weights(found: dict[str, Trace], settings: FireSettings) -> dict[str, float]:
    total = sum(settings.probabilities[kind] for kind in found)
    weights: dict[str, float] = {}
    for kind, trace in found.items():
        if total:
            share = settings.probabilities[kind] / total
            weights[trace.terminal] = weights.get(trace.terminal, 0.0) + share
    return weights


def _smoke(settings: FireSettings, inputs: Inputs) -> list[Trace]:
    """Confidence ≥ 60 % in 3 of 5 frames."""
    traces = []
    for camera in inputs.by_quantity.get("smoke", ()):
        if camera.count >= settings.smoke_needed:
            count = frames_at_least(camera.values, settings.smoke_least, settings.smoke_frames)
            facts = {"smoke_frames": count, "smoke": camera.high}
            is_found = count >= settings.smoke_needed
            traces.append(Trace(camera.terminal, is_found, camera.high, facts, is_rise=False))
    return traces


def _co(settings: FireSettings, inputs: Inputs) -> list[Trace]:
    """CO up by 5 ppm in 5 minutes."""
    traces = []
    for station in inputs.by_quantity.get("co", ()):
        rise = rise_within(station.values, spacing_s(station, inputs), settings.rise_span_s)
        if rise is not None:
            ppm = round(rise / settings.co_mg_per_ppm, 6)
            is_found = ppm >= settings.co_rise_ppm
            traces.append(Trace(station.terminal, is_found, ppm, {"co_rise_ppm": ppm}))
    return traces


def _particles(settings: FireSettings, inputs: Inputs) -> list[Trace]:
    """PM2.5 up by 100 µg/m³ in 5 minutes, and most of PM10; peak over peak."""
    coarse = {a.terminal: a.high for a in inputs.by_quantity.get("pm10", ())}
    traces = []
    for station in inputs.by_quantity.get("pm25", ()):
        rise = rise_within(station.values, spacing_s(station, inputs), settings.rise_span_s)
        peak = coarse.get(station.terminal, 0.0)
        if rise is not None and peak > 0:
            ratio = station.high / peak
            is_found = rise >= settings.particle_rise and ratio > settings.particle_ratio
            facts = {"pm25_rise": rise, "pm_ratio": ratio}
            traces.append(Trace(station.terminal, is_found, rise, facts))
    return traces


def _spot(settings: FireSettings, inputs: Inputs) -> list[Trace]:
    """A spot of 60 °C, or one that warms by 8 °C a minute."""
    traces = []
    for camera in inputs.by_quantity.get("spot_temperature", ()):
        rate = rate_per_minute(camera.values, spacing_s(camera, inputs))
        is_hot = camera.high >= settings.spot_hot
        is_quick = rate is not None and rate >= settings.spot_rate
        facts = {"spot": camera.high} | ({} if rate is None else {"spot_rise_per_min": rate})
        traces.append(
            Trace(camera.terminal, is_hot or is_quick, camera.high, facts, is_rise=not is_hot)
        )
    return traces


_FINDERS: Final[dict[str, Callable[[FireSettings, Inputs], list[Trace]]]] = {
    "smoke": _smoke,
    "co": _co,
    "particles": _particles,
    "spot": _spot,
}
