"""What the page says beside a value: what is expected next, and how unusual it is. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from anomaly.detector import ALARM
from anomaly.forecast_skill import PERSISTENCE
from anomaly.joint import JOINTS
from indicators.words import Label, figure
from streams.ops.times import span
from streams.ops.wording import VIEWS, Wording, named
from streams.stores.store import Forecast, Score, Vital

_LIKELY, _POSSIBLE = 0.5, 0.1
_SILENT: Final = ("", "")
_ANEW: Final = "；多日如此，正在重新学习", "; so for days, being learnt anew"
_JOINT_LASTS: Final = timedelta(hours=1)
"""What went together long ago is nothing that somebody has to look at."""
_JOINTS: Final[Mapping[str, Label]] = {joint.id: (joint.zh, joint.en) for joint in JOINTS}


class Beside(NamedTuple):
    """What is known beside a value: its newest forecasts, one a horizon, and its newest score."""

    forecasts: Sequence[Forecast] = ()
    score: Score | None = None


class Units(NamedTuple):
    """How figures of a sign are written: factor from its unit, edges of its levels, unit."""

    factor: float
    edges: Sequence[float]
    unit: Label

    def figure(self, value: float) -> str:
        """A number without its unit."""
        return figure(value * self.factor, [edge * self.factor for edge in self.edges])


def beside(forecasts: Iterable[Forecast], scores: Iterable[Score]) -> dict[tuple[str, str], Beside]:
    """(Zone, sign) → what is known beside its value; joint scores stand under their own names."""
    ahead: defaultdict[tuple[str, str], list[Forecast]] = defaultdict(list)
    for forecast in forecasts:
        ahead[forecast.zone, forecast.indicator].append(forecast)
    found = {key: Beside(sorted(some, key=lambda f: f.horizon)) for key, some in ahead.items()}
    for score in scores:
        key = score.zone, score.indicator
        found[key] = found.get(key, Beside())._replace(score=score)
    return found


class Outlook(NamedTuple):
    """What a sign will be, in words, and whether a worse level than now is likely."""

    words: Label = _SILENT
    is_worse: bool = False


def forecast_in_words(
    row: Vital, forecasts: Sequence[Forecast], units: Units, wording: Wording, now: datetime
) -> Outlook:
    """What a sign will be, from now on; empty where nothing was forecast lately.

    A forecast is told for the first half of its time: later it is worth little beside the value.

    Example: 预计10分钟后 12 cm（8–17）、1小时后 20 cm（5–40）；达到“危险”的概率60%，约12分钟后
    """
    ages = [max(0.0, (now - forecast.made_at).total_seconds()) for forecast in forecasts]
    known = [f for f, age in zip(forecasts, ages, strict=True) if 2 * age <= f.horizon]
    if not known:
        return Outlook()
    shown = known[:1] if len(known) == 1 else [known[0], known[-1]]
    zh, en = zip(*(_expected(forecast, units, now) for forecast in shown), strict=True)
    risk, is_likely = _risk(row, known, wording, now)
    as_now = all(forecast.method == PERSISTENCE for forecast in shown)
    words = (
        f"预计{'、'.join(zh)}{risk[0]}{'（按现状推算）' if as_now else ''}",
        f"Expected {', '.join(en)}{risk[1]}{' (as if nothing changed)' if as_now else ''}",
    )
    return Outlook(words, is_likely)


def _expected(forecast: Forecast, units: Units, now: datetime) -> Label:
    p10, p50, p90 = (units.figure(at) for at in (forecast.p10, forecast.p50, forecast.p90))
    zh, en = _until(forecast, forecast.horizon, now)
    zh_range, en_range = _range(p10, p90)
    unit_zh, unit_en = (f" {unit}" if unit else "" for unit in units.unit)
    return f"{zh}后 {p50}{unit_zh}（{zh_range}）", f"{p50}{unit_en} ({en_range}) in {en}"


def _until(forecast: Forecast, seconds: float, now: datetime) -> Label:
    """What is left of a time after a forecast was made, to the minute."""
    left = (forecast.made_at + timedelta(seconds=seconds) - now).total_seconds()
    return span(max(0, round(left / 60)) * 60)


def _range(low: str, high: str) -> Label:
    """From a figure to another; a dash before a minus could not be read."""
    if low == high:
        return low, low
    if "-" in low + high:
        return f"{low} 至 {high}", f"{low} to {high}"
    return f"{low}–{high}", f"{low}–{high}"


def _risk(
    row: Vital, known: Sequence[Forecast], wording: Wording, now: datetime
) -> tuple[Label, bool]:
    """The worst level that is likely, else the next one if it is possible; whether it is likely."""
    rank = wording.level(row.level).rank if row.level is not None else 0
    chances: dict[str, float] = {}
    for forecast in known:
        for level, chance in forecast.p_exceed.items():
            if wording.level(level).rank > rank:
                chances[level] = max(chance, chances.get(level, 0.0))
    worse = sorted(chances, key=lambda level: wording.level(level).rank)
    likely = [level for level in worse if chances[level] >= _LIKELY]
    picked = likely[-1:] or [level for level in worse[:1] if chances[level] >= _POSSIBLE]
    if not picked:
        return _SILENT, False
    level = picked[0]
    percent = min(99, round(100 * chances[level]))
    zh, en = wording.level(level).label
    medians = ((f, f.reached_in[level][1]) for f in known if level in f.reached_in)
    when = next((_until(f, at, now) for f, at in medians if at is not None), _SILENT)
    words = (
        f"；达到“{zh}”的概率{percent}%{f'，约{when[0]}后' if when[0] else ''}",
        f"; {en} with a probability of {percent} %{f', in about {when[1]}' if when[1] else ''}",
    )
    return words, bool(likely)


def unusual_in_words(row: Vital, score: Score | None, units: Units) -> Label:
    """How unusual a value is; empty where it is not, or where its score is another window's."""
    if score is None or score.window_end != row.window_end or (score.score or 0.0) < ALARM:
        return _SILENT
    zh, en = (f"：{words}" for words in named(VIEWS, score.view)) if score.view else _SILENT
    usual = _SILENT
    if score.low is not None and score.high is not None:
        zh_range, en_range = _range(units.figure(score.low), units.figure(score.high))
        usual = f"，平时 {zh_range}", f", usually {en_range}"
    anew = _ANEW if score.new_regime else _SILENT
    en = en.replace("：", ": ", 1)
    return (
        f"异常度{score.score:.2f}{zh}{usual[0]}{anew[0]}",
        f"Unusual ({score.score:.2f}){en}{usual[1]}{anew[1]}",
    )


def joint_in_words(
    zone: str, known: Mapping[tuple[str, str], Beside], wording: Wording, now: datetime
) -> list[Label]:
    """What signs of a zone never went together so in the last hour, the most unusual first."""
    found = []
    for id_, label in _JOINTS.items():
        score = known.get((zone, id_), Beside()).score
        if score is None or (score.score or 0.0) < ALARM:
            continue
        if now - score.window_end > _JOINT_LASTS:
            continue
        most = sorted(score.shares, key=lambda sign: -score.shares[sign])[:2]
        names = [wording.sign(sign) for sign in most if score.shares[sign] > 0.0]
        zh, en = ("、".join(name[0] for name in names), ", ".join(name[1] for name in names))
        words = (
            f"{label[0]}异常度{score.score:.2f}：主要是{zh}",
            f"{label[1]}: unusual ({score.score:.2f}), mostly {en}",
        )
        found.append((score.score or 0.0, words))
    return [words for _, words in sorted(found, key=lambda one: -one[0])]
