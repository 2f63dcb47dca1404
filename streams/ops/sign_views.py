"""A vital sign as the page shows it: a row of the store in, a plain structure out. Pure."""

import re
from datetime import datetime, timedelta
from typing import Final

import msgspec

from indicators.topics import Topic
from indicators.words import SHOWN_IN, UNITS, Label, reason_in_words
from streams.ops.outlook_views import Beside, Outlook, Units, forecast_in_words, unusual_in_words
from streams.ops.times import local, span
from streams.ops.wording import QUALITIES, UNKNOWN, LevelLook, Wording
from streams.stores.store import Vital

NOTHING: Final = Beside()
_CHINESE = re.compile("[\u4e00-\u9fff]")
_STALE_WINDOWS = 3
"""A value is called stale when this many of its windows have passed since its end."""
_STALE_LEAST = timedelta(minutes=10)


class SignView(msgspec.Struct, frozen=True, kw_only=True):
    """One vital sign of a place.

    Attributes:
        id: Unique on the page.
        indicator: Id of the vital sign.
        label: Its name.
        value: Ready to show, NA where nothing is known.
        unit: In both languages, may be empty.
        look: Level; unknown where the value is NA.
        topic: Topic of the board.
        is_vital: Whether not to know it is a danger.
        reason: Why the value is NA, else empty.
        ended: Local time of the window's end.
        coverage: 0–100, %.
        quality: How far it can be trusted.
        revision: 0 for the first value.
        text: The value in one sentence, as it was published; may be empty.
        made_by: The terminal with the largest share and its share in %, may be empty.
        path: What `/explain` is asked for the value.
        stale: How old the value is where it is too old, else empty.
        outlook: What it is expected to come to; may be empty.
        is_worse_ahead: Whether a worse level than now is likely.
        unusual: How unusual it is, where it is; else empty.
    """

    id: str
    indicator: str
    label: Label
    value: str
    unit: Label
    look: LevelLook
    topic: Topic
    is_vital: bool
    reason: Label
    ended: str
    coverage: int
    quality: Label
    revision: int
    text: Label
    made_by: str
    path: str
    stale: Label
    outlook: Label = ("", "")
    is_worse_ahead: bool = False
    unusual: Label = ("", "")

    @property
    def is_known(self) -> bool:
        """Whether there is a value."""
        return self.value != "NA"

    @property
    def is_current(self) -> bool:
        """Whether there is a value that is not too old."""
        return self.is_known and not self.stale[0]

    @property
    def needs_attention(self) -> bool:
        """Whether it belongs on the first screen.

        A level, one that is likely to come, or a danger that is not known.
        """
        is_unknown = self.is_vital and not self.is_current
        return self.look.rank > 0 or self.is_worse_ahead or is_unknown


def sign_view(
    row: Vital, wording: Wording, timezone: str, now: datetime, known: Beside = NOTHING
) -> SignView:
    """One value.

    Args:
        row: The value.
        wording: Labels and levels.
        timezone: IANA zone of the times shown.
        now: Stream time, aware.
        known: Its forecasts and its score.
    """
    age, window = now - row.window_end, row.window_end - row.window_start
    is_stale = age > max(_STALE_LEAST, _STALE_WINDOWS * window)
    units = _units(row, wording)
    is_known = row.value is not None and not is_stale
    outlook = Outlook()
    if is_known:
        outlook = forecast_in_words(row, known.forecasts, units, wording, now)
    most = next(iter(row.weights.items()), None)
    return SignView(
        id=f"{row.zone}-{row.indicator}",
        indicator=row.indicator,
        label=wording.sign(row.indicator),
        value="NA" if row.value is None else units.figure(row.value),
        unit=("", "") if row.value is None else units.unit,
        look=UNKNOWN if row.value is None else wording.look(row.indicator, row.level),
        topic=wording.topic(row.indicator),
        is_vital=wording.is_vital(row.indicator),
        reason=reason_in_words(row.reason or "no_data") if row.value is None else ("", ""),
        ended=local(row.window_end, timezone, now),
        coverage=round(100 * min(1.0, max(0.0, row.coverage))),
        quality=QUALITIES.get(row.quality, (row.quality, row.quality)),
        revision=row.revision,
        text=(row.text.get("zh", ""), row.text.get("en", "")),
        made_by="" if most is None else f"{most[0]} {round(100 * most[1])}%",
        path=f"{row.zone}/{row.indicator}/{row.window_end.isoformat()}",
        stale=span(age.total_seconds()) if is_stale else ("", ""),
        outlook=outlook.words,
        is_worse_ahead=outlook.is_worse,
        unusual=unusual_in_words(row, known.score, units) if is_known else ("", ""),
    )


def _units(row: Vital, wording: Wording) -> Units:
    """The unit in which a sign is shown."""
    sign = wording.catalogue.get(row.indicator)
    wanted = sign.shown_in if sign is not None and sign.shown_in else row.unit
    zh, en = UNITS.get(wanted, (wanted, wanted))
    # A symbol (℃, °C) need not be written twice.
    unit = zh, en if _CHINESE.search(zh) else zh
    return Units(SHOWN_IN.get((row.unit, wanted), 1.0), wording.edges(row.indicator), unit)
