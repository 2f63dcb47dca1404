"""The free-flow speed of a place: the city pack's, or learned from windows in which little flows.

What is learned is a histogram, so that the order of windows is nothing. Windows of the last day are
remembered one by one: a correction takes the place of what its window taught before, and does not
know of windows after its own.
"""

from collections import Counter
from typing import Final

from indicators.rounding import local_offset, significant
from indicators.traffic.settings import TrafficSettings
from indicators.vital_sign import Inputs
from indicators.window import pooled

_HOUR_MS: Final = 3_600_000
_RECENT_MS: Final = 26 * _HOUR_MS
"""No reading is later than this, so no window is corrected later."""


def free_flow_speed(settings: TrafficSettings, inputs: Inputs, speed: float) -> float | None:
    """Free-flow speed of a place, km/h.

    Args:
        settings: How it is learned.
        inputs: Their memory learns this window's speed where the pack says nothing.
        speed: Mean of this window, km/h.

    Returns:
        None while it is learning.

    Source: 85th percentile of low-flow hours [D]; what these are by occupancy and flow, or by night
        where neither is measured, is ours [D].
    """
    if inputs.zone.free_flow_speed:
        return inputs.zone.free_flow_speed
    _learn(settings, inputs, speed)
    counts = _known(inputs)
    whole = counts.total()
    if whole < settings.learning_windows:
        return None
    seen = 0
    for bucket in sorted(counts):
        seen += counts[bucket]
        if seen >= settings.free_flow_share * whole:
            return bucket + 0.5
    return None


def learned_windows(inputs: Inputs) -> int:
    """How many windows the free-flow speed is known from so far."""
    return _known(inputs).total()


def is_low_flow(settings: TrafficSettings, inputs: Inputs) -> bool:
    """Whether so little flows in a window that vehicles go as fast as the road lets them."""
    said = []
    lanes, flows = pooled(inputs.all("occupancy")), inputs.all("traffic_flow")
    if lanes is not None:
        said.append(significant(lanes.mean) <= settings.low_occupancy)
    if flows:
        mean = sum(a.mean for a in flows) / len(flows)
        said.append(significant(mean) <= settings.low_flow_per_min)
    if said:
        return all(said)
    begin, end = settings.low_flow_hours
    local = inputs.start + local_offset(inputs.start, inputs.zone.timezone)
    return (local // _HOUR_MS - begin) % 24 < (end - begin) % 24


def _learn(settings: TrafficSettings, inputs: Inputs, speed: float) -> None:
    """Learn one window's mean speed (buckets of 1 km/h), in place of what it taught before.

    Memory: bucket → windows; `@` and the end of a recent window → its bucket.
    """
    memory, own = inputs.memory, f"@{inputs.end}"
    recent = [int(key[1:]) for key in memory if key[0] == "@"]
    newest = max([inputs.end, *recent])
    if inputs.end <= newest - _RECENT_MS:
        return
    for end in recent:
        if end <= newest - _RECENT_MS:
            del memory[f"@{end}"]
    before = memory.pop(own, None)
    if before is not None:
        _add(memory, before, -1)
    if is_low_flow(settings, inputs):
        memory[own] = int(speed)
        _add(memory, int(speed), 1)
    if sum(n for key, n in memory.items() if key[0] != "@") > settings.memory_windows:
        for key in [key for key in memory if key[0] != "@"]:
            _add(memory, int(key), memory[key] // 2 - memory[key])


def _add(memory: dict[str, int], bucket: int, windows: int) -> None:
    key = str(bucket)
    memory[key] = memory.get(key, 0) + windows
    # Halving may have forgotten it already.
    if memory[key] <= 0:
        del memory[key]


def _known(inputs: Inputs) -> Counter[int]:
    """Windows up to this one by bucket of speed, km/h."""
    counts: Counter[int] = Counter()
    for key, number in inputs.memory.items():
        if key[0] != "@":
            counts[int(key)] += number
        elif int(key[1:]) > inputs.end:
            counts[number] -= 1
    return +counts
