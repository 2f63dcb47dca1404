"""Series of windows for the fault judge, plain or with a fault, and what a judge says of them."""

import math
import random

import msgspec

from anomaly.faults.judge import FaultJudge
from anomaly.faults.series_window import Around, SeriesWindow

HOUR_MS = 3_600_000
LEARNT = 432
"""Windows of 5 min, Thursday to Friday noon, after which each hour of a weekday is known."""
CALM = Around((0.2, -0.4, 0.1, 0.5, -0.1), 0.0)
"""Five neighbours that see nothing, and no rain."""
BUSY = Around((6.0, 4.5, 7.0, 0.3, 5.0), 20.0)
"""Five neighbours of which four see the same, and rain."""


def a_window(number, reading, length_ms=HOUR_MS, **changes):
    """The window of one number; one reading in its middle, if no other shape is given."""
    start = number * length_ms
    middle = start + length_ms // 2
    fields = {
        "start": start, "end": start + length_ms, "value": reading, "low": reading, "high": reading,
        "first": reading, "last": reading, "first_at": middle, "last_at": middle,
    }  # fmt: skip
    return SeriesWindow(**{**fields, **changes})


def a_wave(length, seed=1, begin=0, *, noise=20.0, digits=0):
    """Values of a day's course with noise."""
    source = random.Random(seed)
    for number in range(begin, begin + length):
        day = math.sin(number % 24 / 24 * 2 * math.pi)
        yield round(max(0.0, 300 + 200 * day + source.gauss(0, noise)), digits)


def windows(values, begin=0, around=CALM, length_ms=HOUR_MS):
    """Steps for a judge: a window with one value each."""
    return [(a_window(begin + n, value, length_ms), around) for n, value in enumerate(values)]


def a_learnt_wave(**changes):
    """Three weeks of hours that teach what is usual."""
    return windows(a_wave(504, **changes))


def judge_all(judge, steps):
    return [judge.step(window, around) for window, around in steps]


def said(quantity, steps, kind=None, **settings):
    """Evidence of a kind, or of all, by window."""
    judge = FaultJudge(quantity, **settings)
    return [
        [e for e in verdict.evidence if kind is None or e.kind == kind]
        for verdict in judge_all(judge, steps)
    ]


def with_lag(steps, lag):
    """The same steps; `lag` gives the lag (s) of each by its number."""
    return [
        (msgspec.structs.replace(window, lag_s=lag(n)), around)
        for n, (window, around) in enumerate(steps)
    ]


def quiet_water(length, around=CALM, begin=0, length_ms=300_000):
    """A dry road: a gauge at 0 with millimetres of noise."""
    source = random.Random(3)
    values = [round(source.choice((0.0, 0.0, 0.001, 0.002)), 3) for _ in range(length)]
    return windows(values, begin, around, length_ms)


def provoking():
    """Kind of evidence → quantity and steps in which it must speak."""
    wave = a_learnt_wave()
    water, end = quiet_water(LEARNT), LEARNT
    jump = a_window(
        end, 0.5, 300_000, low=0.0, high=0.8, first=0.0, last=0.8, count=60, step=0.8, step_s=5.0
    )
    peak = a_window(end, 0.02, 300_000, high=0.9, count=60)
    fine = [v + n % 7 / 10 for n, v in enumerate(a_wave(500, noise=30, digits=1))]
    ruler = [100 + 0.7 * n for n in range(60)]
    return {
        "impossible_rate": ("water_depth", [*water, (jump, CALM)]),
        "at_limit": ("water_depth", [*water, *windows([6.0] * 6, end, CALM, 300_000)]),
        "flat_line": ("people_count", [*wave, *windows([0.0] * 24, 504)]),
        "straight_line": ("traffic_speed", windows([*fine, *ruler], length_ms=300_000)),
        "spike": ("water_depth", [*water, (peak, CALM), *quiet_water(3, CALM, end + 1)]),
        "echo": ("people_count", [*wave, *windows([w.value for w, _ in wave[-48:]], 504)]),
        "clock_jump": ("people_count", with_lag(wave, lambda n: 2.0 if n < 400 else 3602.0)),
        "drift": (
            "people_count",
            [*wave, *windows([v + 20 * n for n, v in enumerate(a_wave(400, 9))], 504)],
        ),
        "neighbours": ("people_count", [*wave, *windows([1500.0], 504)]),
        "rain_gauge": ("water_depth", [*water, *windows([0.2] * 3, end, CALM, 300_000)]),
    }
