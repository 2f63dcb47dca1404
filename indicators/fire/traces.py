"""What each terminal of a place says for or against each kind of evidence of fire."""

from collections.abc import Callable
from typing import Final, NamedTuple

from indicators.fire.evidence import (
    frames_at_least,
    rate_per_minute,
    rise_within,
    steps_within,
)
from indicators.fire.settings import FireSettings
from indicators.spacing import spacing_s
from indicators.vital_sign import Inputs
from indicators.window import Aggregate


class Trace(NamedTuple):
    """What one terminal says for or against one kind of evidence; the largest speaks loudest.

    Attributes:
        is_found: Whether the evidence is there.
        strength: How much of it.
        terminal: Its id.
        facts: Numbers behind it, named with their unit where it is not the quantity's.
        is_rise: Whether it is a rise only, which neighbours might share.
    """

    is_found: bool
    strength: float
    terminal: str
    facts: dict[str, float]
    is_rise: bool = True


def _smoke(settings: FireSettings, inputs: Inputs) -> list[Trace]:
    """Confidence ≥ 60 % in 3 of 5 frames."""
    traces = []
    for camera in inputs.by_quantity.get("smoke", ()):
        if camera.count >= settings.smoke_needed:
            count = frames_at_least(camera.values, settings.smoke_least, settings.smoke_frames)
            facts = {"smoke_frames": count, "smoke": camera.high}
            is_found = count >= settings.smoke_needed
            traces.append(Trace(is_found, camera.high, camera.terminal, facts, is_rise=False))
    return traces


def _co(settings: FireSettings, inputs: Inputs) -> list[Trace]:
    """CO up by 5 ppm in 5 minutes."""
    traces = []
    for station in inputs.by_quantity.get("co", ()):
        rise = rise_within(station.values, spacing_s(station, inputs), settings.rise_span_s)
        if rise is not None:
            ppm = round(rise / settings.co_mg_per_ppm, 6)
            is_found = ppm >= settings.co_rise_ppm * _spanned(station, settings, inputs)
            traces.append(Trace(is_found, ppm, station.terminal, {"co_rise_ppm": ppm}))
    return traces


def _spanned(station: Aggregate, settings: FireSettings, inputs: Inputs) -> float:
    """Share of the time of a rise that a station's readings within it span, 0–1."""
    spacing = spacing_s(station, inputs)
    return steps_within(spacing, settings.rise_span_s) * spacing / settings.rise_span_s


def _particles(settings: FireSettings, inputs: Inputs) -> list[Trace]:
    """PM2.5 up by 100 µg/m³ in 5 minutes, and most of PM10; peak over peak."""
    coarse = {a.terminal: a.high for a in inputs.by_quantity.get("pm10", ())}
    traces = []
    for station in inputs.by_quantity.get("pm25", ()):
        rise = rise_within(station.values, spacing_s(station, inputs), settings.rise_span_s)
        peak = coarse.get(station.terminal, 0.0)
        if rise is not None and peak > 0:
            ratio = station.high / peak
            least = settings.particle_rise * _spanned(station, settings, inputs)
            is_found = rise >= least and ratio > settings.particle_ratio
            facts = {"pm25_rise": rise, "pm_ratio": ratio}
            traces.append(Trace(is_found, rise, station.terminal, facts))
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
            Trace(is_hot or is_quick, camera.high, camera.terminal, facts, is_rise=not is_hot)
        )
    return traces


FINDERS: Final[dict[str, Callable[[FireSettings, Inputs], list[Trace]]]] = {
    "smoke": _smoke,
    "co": _co,
    "particles": _particles,
    "spot": _spot,
}
"""Kind of evidence → what finds it."""
