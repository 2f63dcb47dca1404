"""What the signs say of the raw readings of a window; whole steps are summed, so order is nothing."""

import math
from collections.abc import Callable
from datetime import datetime
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sensors.city import Zone
from sensors.quantity import CATALOGUE
from tests.plain.reading import Reading

HOUR_MS = 3_600_000
INDEX = (0, 50, 100, 150, 200, 300, 400, 500)
REAL_TIME = {
    # HJ 633-2026 table 3, 1-h columns; of particles those of the day.
    "so2": (0, 150, 500, 650, 800),
    "no2": (0, 100, 200, 700, 1200, 2340, 3090, 3840),
    "co": (0, 5, 10, 35, 60, 90, 120, 150),
    "o3": (0, 160, 200, 300, 400, 800, 1000, 1200),
    "pm10": (0, 50, 120, 250, 350, 420, 500, 600),
    "pm25": (0, 35, 60, 115, 150, 250, 350, 500),
}


class Window(NamedTuple):
    """What a formula sees.

    Attributes:
        zone: The place.
        length: ms.
        readings: All accepted readings of the sign in the window, at least one.
        expected: (terminal, quantity) → readings that its cadence promises.
        end: Unix ms.
        low: Ends of the windows so far in which little flowed; the formula may change it.
    """

    zone: Zone
    length: int
    readings: list[Reading]
    expected: dict[tuple[str, str], float]
    end: int
    low: set[int]

    def of(self, quantity: str) -> dict[str, list[Reading]]:
        """Terminal → its readings of a quantity, in the order of terminals."""
        found: dict[str, list[Reading]] = {}
        for reading in sorted(self.readings):
            if reading.quantity == quantity:
                found.setdefault(reading.terminal, []).append(reading)
        return found


class Answer(NamedTuple):
    """A value, or why there is none, what it is made of, and a level that its edges do not give."""

    value: float | None
    detail: dict[str, Any]
    reason: str | None = None
    weights: dict[str, float] = {}  # noqa: RUF012 - nobody changes it
    is_suspect: bool = False
    level: str | None = None


def total(readings: list[Reading]) -> float:
    """Sum of readings of one quantity."""
    return sum(r.steps for r in readings) / CATALOGUE[readings[0].quantity].scale


def mean(readings: list[Reading]) -> float:
    """Mean of readings of one quantity; levels in dB by their energy."""
    if CATALOGUE[readings[0].quantity].energetic:
        return 10 * math.log10(sum(r.energy for r in readings) / 100 / len(readings))
    return total(readings) / len(readings)


def median(readings: list[Reading]) -> float:
    """Middle of the bucket that holds the reading of half rank, within what was seen."""
    width = CATALOGUE[readings[0].quantity].bucket
    values = [r.value for r in readings]
    buckets = sorted(math.floor(value / width) for value in values)
    middle = (buckets[math.ceil(len(buckets) / 2) - 1] + 0.5) * width
    return min(max(middle, min(values)), max(values))


def sub_index(pollutant: str, steps: int, count: int) -> int:
    """Sub-index of a mean of whole steps: rounded half to even, then up along the table."""
    tenth = 10 if pollutant == "co" else 1
    rounded = Fraction(round(Fraction(steps * tenth, CATALOGUE[pollutant].scale * count)), tenth)
    edges = list(zip(REAL_TIME[pollutant], INDEX, strict=False))
    for (low, from_), (high, to) in pairwise(edges):
        if rounded <= high:
            return math.ceil(from_ + (to - from_) * (rounded - low) / (high - low))
    return edges[-1][1]


def hazard_at_rest(depth: float) -> int:
    """Class H1 to H6 of standing water (FB03 2023), m."""
    return 1 + sum(depth > edge for edge in (0.3, 0.5, 1.2, 2.0, 4.0))


def safe_speed(millimetres: float) -> float:
    """Of Pregnolato et al. 2017, km/h; the road is impassable from 300 mm."""
    if millimetres >= 300:
        return 0.0
    depth = max(millimetres, 0.0)
    return 0.0009 * depth**2 - 0.5529 * depth + 86.9448


def window_sum(window: Window) -> Answer:
    values = [r.value for r in window.readings]
    detail = {"count": len(values), "min": min(values), "max": max(values)}
    return Answer(total(window.readings), detail)


def water_depth(window: Window) -> Answer:
    gauges = [(mean(own), terminal) for terminal, own in window.of("water_depth").items()]
    depth, terminal = max(gauges)
    ladder = ["W4", "W3", "W2", "W1", "W1"]
    reached = [edge for edge in (0.15, 0.27, 0.40, 0.60) if float(f"{depth:.9g}") >= edge]
    level = ladder[len(reached)] if reached and window.zone.kind == "underpass" else None
    return Answer(depth, {"terminal": terminal}, level=level)


def depths(window: Window) -> dict[str, float]:
    found = window.of("water_depth")
    return {terminal: float(f"{mean(own):.9g}") for terminal, own in found.items()}


def water_points(window: Window) -> Answer:
    found = depths(window).values()
    wet = sum(depth >= 0.15 for depth in found)
    return Answer(float(wet), {"gauges": len(found), "deepest_m": max(found)})


def water_safe_speed(window: Window) -> Answer:
    depth = max(depths(window).values())
    return Answer(safe_speed(depth * 1000), {"depth_cm": depth * 100})


def water_hazard(window: Window) -> Answer:
    """By depth alone: no stream of the plain reference measures a flow."""
    assert not window.of("flow_speed"), "write the plain formula of flowing water first"
    gauges = [(hazard_at_rest(d), d, terminal) for terminal, d in depths(window).items()]
    worst, depth, terminal = max(gauges)
    return Answer(float(worst), {"terminal": terminal, "depth_m": depth, "flow": "not_measured"})


def river_level(window: Window) -> Answer:
    """No terminal of the plain reference declares a warning stage."""
    gauges = window.of("river_level")
    stage, terminal = max((mean(own), t) for t, own in gauges.items())
    return Answer(stage, {"terminal": terminal, "unjudged": len(gauges)})


def pump_running(window: Window) -> Answer:
    shares = [mean(own) for own in window.of("pump_running").values()]
    running = sum(share > 0 for share in shares)
    return Answer(sum(shares) / len(shares), {"pumps": len(shares), "running": running})


def rains(window: Window) -> list[tuple[float, str, float]]:
    """(amount, terminal, share that arrived) of each gauge whose amounts fall within the window."""
    hours = window.length / HOUR_MS
    gauges = [
        (total(own), terminal, min(len(own) / window.expected[terminal, "rain"], 1.0))
        for terminal, own in window.of("rain").items()
        if window.expected[terminal, "rain"] >= 1
    ]
    rates = window.of("rain_rate").items()
    return gauges + [(mean(own) * hours, terminal, 1.0) for terminal, own in rates]


def rain_depth(minutes: int) -> Callable[[Window], Answer]:
    def formula(window: Window) -> Answer:
        gauges = rains(window)
        if window.length > minutes * 60_000 or not gauges:
            return Answer(None, {}, "cadence_too_slow")
        wettest = max(gauges)
        is_short = any(
            share < 0.9 and (gauge == wettest or amount > wettest[0] * share)
            for gauge in gauges
            for amount, _, share in [gauge]
        )
        detail: dict[str, Any] = {"terminal": wettest[1]}
        if is_short:
            detail["at_least"] = True
        if minutes == 60 and len(gauges) > 1:
            amounts = {name: max(a for a, n, _ in gauges if n == name) for _, name, _ in gauges}
            detail["gauges_mm"] = {name: amounts[name] for name in sorted(amounts)}
        return Answer(wettest[0], detail, is_suspect=is_short)

    return formula


def crowd_density(window: Window) -> Answer:
    cameras = [(median(own), terminal) for terminal, own in window.of("people_density").items()]
    return Answer(max(cameras)[0], {"terminal": max(cameras)[1]})


def people_count(window: Window) -> Answer:
    counters = window.of("people_count")
    promised = {t: n for (t, quantity), n in window.expected.items() if quantity == "people_count"}
    arrived = sum(min(len(own), promised[t]) for t, own in counters.items())
    is_short = arrived < 0.9 * sum(promised.values())
    detail: dict[str, Any] = {"counters": len(counters)} | ({"at_least": True} if is_short else {})
    return Answer(total(window.readings), detail, is_suspect=is_short)


def traffic_speed(window: Window) -> Answer:
    """No terminal of the plain reference measures occupancy, so no road is known to be empty."""
    assert not window.of("occupancy"), "write the plain formula of an empty road first"
    speeds = [r for own in window.of("traffic_speed").values() for r in own]
    if not speeds:
        return Answer(None, {}, "no_data")
    promised = {t: n for (t, quantity), n in window.expected.items() if quantity == "traffic_speed"}
    arrived = sum(min(len(own), promised[t]) for t, own in window.of("traffic_speed").items())
    if arrived < 0.25 * sum(promised.values()):
        return Answer(None, {}, "low_coverage")
    return Answer(mean(speeds), {"readings": len(speeds)})


def traffic_speed_ratio(window: Window) -> Answer:
    answer, free_flow = traffic_speed(window), window.zone.free_flow_speed
    if answer.value is None:
        return answer
    if free_flow is None:
        return learning(window)
    ratio = answer.value / free_flow
    detectors = {t: mean(own) for t, own in window.of("traffic_speed").items()}
    flows = {t: mean(own) for t, own in window.of("traffic_flow").items()}
    if not set(flows) >= set(detectors) or not any(flows[t] for t in detectors):
        flows = dict.fromkeys(detectors, 1.0)
    times = sum(flows[t] * min(free_flow / max(v, 1e-9), 20.0) for t, v in detectors.items())
    detail = {
        "speed": answer.value, "free_flow": free_flow,
        "time_index": times / sum(flows[t] for t in detectors),
    }  # fmt: skip
    reached = sum(float(f"{ratio:.9g}") >= edge for edge in (0.7, 0.5, 0.4, 0.3))
    return Answer(ratio, detail, level=f"T{5 - reached}")


def learning(window: Window) -> Answer:
    flows = [mean(own) for own in window.of("traffic_flow").values()]
    local = datetime.fromtimestamp(
        (window.end - window.length) / 1000, ZoneInfo(window.zone.timezone)
    )
    window.low.discard(window.end)
    if (float(f"{sum(flows) / len(flows):.9g}") <= 5.0) if flows else local.hour < 6:
        window.low.add(window.end)
    windows = sum(end <= window.end for end in window.low)
    assert windows < 72, "a stream of a night of traffic: a free flow would have been learned"
    return Answer(None, {"windows": windows}, "learning_free_flow")


def aqi_hourly(window: Window) -> Answer:
    index: dict[str, int] = {}
    means: dict[str, float] = {}
    if window.length > HOUR_MS:
        return Answer(None, {}, "too_long")
    for pollutant in REAL_TIME:
        valid = [
            own
            for terminal, own in window.of(pollutant).items()
            if len(own) >= 0.75 * window.expected[terminal, pollutant] >= 0.75
        ]
        if valid:
            assert len(valid) == 1, "two stations: write the plain mean of means first"
            means[pollutant] = mean(valid[0])
            index[pollutant] = sub_index(pollutant, sum(r.steps for r in valid[0]), len(valid[0]))
    if not index:
        return Answer(None, {}, "no_data")
    worst = max(1, *index.values())
    primary = sorted(p for p in index if index[p] == worst) if worst > 50 else []
    detail: dict[str, Any] = {
        "standard": "HJ633-2026", "iaqi": index, "primary": primary, "mean": means,
    }  # fmt: skip
    missing = sorted(set(REAL_TIME) - set(index))
    if missing and worst <= 100:
        return Answer(None, {**detail, "missing": missing}, "missing_pollutant")
    return Answer(float(worst), detail)


def noise_leq(window: Window) -> Answer:
    detail = {"max": max(r.value for r in window.readings), "readings": len(window.readings)}
    meters = window.of("laeq")
    seconds = {t: window.length / 1000 / window.expected[t, "laeq"] for t in meters}
    if len(set(seconds.values())) == 1:
        return Answer(mean(window.readings), detail)
    energy = math.fsum(sum(r.energy for r in own) * seconds[t] for t, own in meters.items())
    time = math.fsum(len(own) * seconds[t] for t, own in meters.items())
    return Answer(10 * math.log10(energy / 100 / time), detail)


def temperature(window: Window) -> Answer:
    stations = [mean(own) for own in window.of("temperature").values()]
    return Answer(sum(stations) / len(stations), {"stations": len(stations)})


FORMULAS: dict[str, Callable[[Window], Answer]] = {
    "water_depth": water_depth, "water_points": water_points, "water_hazard": water_hazard,
    "water_safe_speed": water_safe_speed, "river_level": river_level, "pump_running": pump_running,
    **{f"rain_{minutes}min": rain_depth(minutes) for minutes in (5, 10, 30, 60, 120, 180)},
    "crowd_density": crowd_density, "people_count": people_count, "traffic_speed": traffic_speed,
    "traffic_speed_ratio": traffic_speed_ratio, "aqi_hourly": aqi_hourly, "noise_leq": noise_leq,
    "temperature": temperature, **{f"window_{quantity}": window_sum for quantity in CATALOGUE},
}  # fmt: skip
