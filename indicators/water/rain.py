"""Rain: sums over minutes from readings, sums over half a day and a day from those of hours."""

from typing import Final

from indicators.vital_sign import Inputs, Level, Measure, Past
from indicators.water.settings import WaterSettings

_GRADES: Final = (
    ("小雨", "light rain", "green"),
    ("中雨", "moderate rain", "green"),
    ("大雨", "heavy rain", "blue"),
    ("暴雨", "rainstorm", "yellow"),
    ("大暴雨", "severe rainstorm", "orange"),
    ("特大暴雨", "extraordinary rainstorm", "red"),
)


def _grades(*edges: float) -> tuple[Level, ...]:
    """Levels R1, R2, … from the least mm of each grade; words are the standard's, colours ours."""
    named = zip(edges, _GRADES, strict=False)
    return tuple(
        Level(f"R{n}", edge, zh, en, colour) for n, (edge, (zh, en, colour)) in enumerate(named, 1)
    )


GRADES_1H: Final = _grades(0.1, 2.0, 5.0, 10.0, 20.0)
"""In operational use, not in GB/T 28592 [V secondary: cyeva]."""
GRADES_3H: Final = _grades(0.1, 3.0, 10.0, 20.0, 50.0, 70.0)
"""In operational use, not in GB/T 28592 [V secondary: cyeva]."""
GRADES_12H: Final = _grades(0.1, 5.0, 15.0, 30.0, 70.0, 140.0)
"""GB/T 28592-2012 [V secondary: cyeva]."""
GRADES_24H: Final = _grades(0.1, 10.0, 25.0, 50.0, 100.0, 250.0)
"""GB/T 28592-2012 [V secondary: cyeva]."""


def rain_depth(inputs: Inputs) -> Measure:
    """Rain over the window, mm: the wettest gauge.

    A gauge reports either amounts (`rain`, mm since its last reading) or a rate (`rain_rate`,
    mm/h), whose mean over the window is taken.
    """
    return _wettest(_gauges(inputs))


def rain_hour(inputs: Inputs) -> Measure:
    """Rain over the window, mm: the wettest gauge, with all where there are several.

    The sums of longer windows are made of these: each gauge's hours belong together.
    """
    gauges = _gauges(inputs)
    measure = _wettest(gauges)
    if len(gauges) > 1:
        # Ascending, so that the larger amount stands where a terminal reports amounts and rates.
        amounts = {terminal: amount for amount, terminal in sorted(gauges)}
        measure.detail["gauges_mm"] = dict(sorted(amounts.items()))
    return measure


def rain_of_hours(settings: WaterSettings, inputs: Inputs) -> Measure:
    """Rain of the window, mm: the wettest gauge's sum of its hours, which end on the window's grid.

    A gauge counts where enough of its hours are known; what is missing is not made up, so that the
    sum is then a lower bound, and suspect.

    Source: GB/T 28592-2012 grades such sums; the share of hours that must be known is ours [D].
    """
    sums: dict[str, tuple[float, int]] = {}
    length = 0
    for value in inputs.history.get("rain_60min", ()):
        length = value.window_end - value.window_start
        if value.value is None or (inputs.end - value.window_end) % length:
            continue
        for terminal, amount in _amounts(value, value.value).items():
            total, hours = sums.get(terminal, (0.0, 0))
            sums[terminal] = (total + amount, hours + 1)
    if not sums:
        return Measure(None, "no_data")
    expected = (inputs.end - inputs.start) // length
    enough = [
        (total, hours, terminal)
        for terminal, (total, hours) in sums.items()
        if hours >= settings.rain_min_hours * expected
    ]
    if not enough:
        known = max(hours for _, hours in sums.values())
        return Measure(None, "too_few_hours", {"hours": known, "expected": expected})
    total, hours, terminal = max(enough)
    return Measure(
        total,
        detail={"terminal": terminal, "hours": hours, "expected": expected},
        weights={terminal: 1.0} if terminal else {},
        is_suspect=hours < expected,
    )


def _gauges(inputs: Inputs) -> list[tuple[float, str]]:
    hours = (inputs.end - inputs.start) / 3_600_000
    gauges = [(a.total, a.terminal) for a in inputs.by_quantity.get("rain", ())]
    return gauges + [(a.mean * hours, a.terminal) for a in inputs.by_quantity.get("rain_rate", ())]


def _wettest(gauges: list[tuple[float, str]]) -> Measure:
    if not gauges:
        return Measure(None, "no_data")
    depth, terminal = max(gauges)
    return Measure(depth, detail={"terminal": terminal}, weights={terminal: 1.0})


def _amounts(value: Past, wettest: float) -> dict[str, float]:
    """What each gauge of an hour measured, mm."""
    amounts: dict[str, float] = value.detail.get("gauges_mm") or {
        value.detail.get("terminal", ""): wettest
    }
    return amounts
