"""Rain: sums over minutes from readings, sums over half a day and a day from those of hours."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from indicators.arrival import arrived_of
from indicators.vital_sign import Inputs, Level, Measure, Past
from indicators.water.settings import WaterSettings

HOUR_MS: Final = 3_600_000
_GRADES: Final = (
    ("小雨", "light rain", "green"),
    ("中雨", "moderate rain", "green"),
    ("大雨", "heavy rain", "blue"),
    ("暴雨", "rainstorm", "yellow"),
    ("大暴雨", "severe rainstorm", "orange"),
    ("特大暴雨", "extraordinary rainstorm", "red"),
)


def _grades(*edges: float, of: tuple[str, str, str] = ("R", "", "")) -> tuple[Level, ...]:
    """Levels R1, R2, … from the least mm of each grade; words are the standard's, colours ours.

    What has the same words in a scale that is not the standard's says `of` which it is.
    """
    letter, of_zh, of_en = of
    named = zip(edges, _GRADES, strict=False)
    return tuple(
        Level(f"{letter}{n}", edge, f"{zh}{of_zh}", f"{en}{of_en}", colour)
        for n, (edge, (zh, en, colour)) in enumerate(named, 1)
    )


GRADES_1H: Final = _grades(
    0.1, 2.0, 5.0, 10.0, 20.0, of=("RH", "，按1小时等级", " by the hourly grade")
)
"""In operational use, not in GB/T 28592 [V secondary: cyeva]."""
GRADES_3H: Final = _grades(
    0.1, 3.0, 10.0, 20.0, 50.0, 70.0, of=("RT", "，按3小时等级", " by the 3-hour grade")
)
"""In operational use, not in GB/T 28592 [V secondary: cyeva]."""
GRADES_12H: Final = _grades(0.1, 5.0, 15.0, 30.0, 70.0, 140.0)
"""GB/T 28592-2012 [V secondary: cyeva]."""
GRADES_24H: Final = _grades(0.1, 10.0, 25.0, 50.0, 100.0, 250.0)
"""GB/T 28592-2012 [V secondary: cyeva]."""


def rain_depth(settings: WaterSettings, minutes: int, inputs: Inputs) -> Measure:
    """Rain over the window, mm: the wettest gauge; at least that where its readings are missing.

    A gauge reports either amounts (`rain`, mm since its last reading) or a rate (`rain_rate`,
    mm/h), whose mean over the window is taken. NA where all gauges report more seldom than the
    window is long that the sign is called after (`minutes`): what fell when is then not known.

    Source: the share of readings that must have arrived is ours [D].
    """
    return _wettest(settings, minutes, inputs)[0]


def rain_hour(settings: WaterSettings, minutes: int, inputs: Inputs) -> Measure:
    """Rain over the window, mm: the wettest gauge, with all where there are several.

    The sums of longer windows are made of these: each gauge's hours belong together.
    """
    measure, gauges = _wettest(settings, minutes, inputs)
    if len(gauges) > 1:
        # Ascending, so that the larger amount stands where a terminal reports amounts and rates.
        amounts = {gauge.terminal: gauge.amount for gauge in sorted(gauges)}
        measure.detail["gauges_mm"] = dict(sorted(amounts.items()))
    return measure


def rain_of_hours(settings: WaterSettings, length_h: int, inputs: Inputs) -> Measure:
    """Rain of the window, mm: the wettest gauge's sum of its hours, which end on the window's grid.

    Of one gauge at least enough hours must be known. What is missing is not made up: a sum is a
    lower bound, and suspect, where hours are missing or not complete; so the wettest gauge counts
    even where another knows more hours.

    Source: GB/T 28592-2012 grades such sums; the shares that must be known are ours [D].
    """
    if inputs.end - inputs.start > length_h * HOUR_MS:
        return Measure(None, "cadence_too_slow")
    gauges: dict[str, _Hours] = {}
    length = 0
    for value in inputs.history.get("rain_60min", ()):
        if value.value is None or value.window_start < inputs.start:
            continue
        length = value.window_end - value.window_start
        if (inputs.end - value.window_end) % length:
            continue
        is_whole = not value.is_suspect and value.coverage >= settings.rain_min_share
        for terminal, amount in _amounts(value, value.value).items():
            own = gauges.get(terminal, _Hours(0.0, 0, 0))
            gauges[terminal] = _Hours(own.total + amount, own.known + 1, own.whole + is_whole)
    if not gauges:
        return Measure(None, "no_data")
    expected = (inputs.end - inputs.start) // length
    known = max(hours.known for hours in gauges.values())
    if known < settings.rain_min_hours * expected:
        return Measure(None, "too_few_hours", {"hours": known, "expected": expected})
    hours, terminal = max((hours, terminal) for terminal, hours in gauges.items())
    is_bound = hours.whole < expected
    detail = {"terminal": terminal, "hours": hours.known, "expected": expected}
    return Measure(
        hours.total,
        detail={**detail, "at_least": True} if is_bound else detail,
        weights={terminal: 1.0} if terminal else {},
        is_suspect=is_bound,
    )


class _Hours(NamedTuple):
    """A gauge's rain (mm), in how many hours that are known and that are whole."""

    total: float
    known: int
    whole: int


class _Gauge(NamedTuple):
    """What a gauge measured (mm), and which share of its amounts arrived."""

    amount: float
    terminal: str
    arrived: float


def _gauges(inputs: Inputs) -> Iterator[_Gauge]:
    hours = (inputs.end - inputs.start) / HOUR_MS
    cadences = inputs.declared.get("rain", {})
    for a in inputs.by_quantity.get("rain", ()):
        # An amount of a longer time than the window did not fall within it.
        if cadences.get(a.terminal, 0.0) * 1000 <= inputs.end - inputs.start:
            yield _Gauge(a.total, a.terminal, arrived_of(a))
    for a in inputs.by_quantity.get("rain_rate", ()):
        yield _Gauge(a.mean * hours, a.terminal, 1.0)


def _wettest(
    settings: WaterSettings, minutes: int, inputs: Inputs
) -> tuple[Measure, Sequence[_Gauge]]:
    gauges = list(_gauges(inputs))
    if inputs.end - inputs.start > minutes * 60_000:
        return Measure(None, "cadence_too_slow"), ()
    if not gauges:
        is_slow = "rain" in inputs.by_quantity
        return Measure(None, "cadence_too_slow" if is_slow else "no_data"), ()
    wettest = max(gauges)
    short = [gauge for gauge in gauges if gauge.arrived < settings.rain_min_share]
    # Another gauge's lost amounts may have been more than the wettest one's.
    is_bound = any(
        gauge is wettest or gauge.amount > wettest.amount * gauge.arrived for gauge in short
    )
    detail: dict[str, Any] = {"terminal": wettest.terminal}
    return Measure(
        wettest.amount,
        detail={**detail, "at_least": True} if is_bound else detail,
        weights={wettest.terminal: 1.0},
        is_suspect=is_bound,
    ), gauges


def _amounts(value: Past, wettest: float) -> dict[str, float]:
    """What each gauge of an hour measured, mm."""
    amounts: dict[str, float] = value.detail.get("gauges_mm") or {
        value.detail.get("terminal", ""): wettest
    }
    return amounts
