"""Flat line test: readings alike, one after the other, longer than this series is used to.

QARTOD's flat line test [M] with a length that is learnt: at rest (a dry road, a detection limit, an
empty street) only what the hour expects speaks against a row, elsewhere the longest usual row.
Water that rain or neighbours explain may stand: until a gauge of its resolution would have shown
that it goes down.
"""

import math
from typing import Final

import msgspec

from anomaly.faults.evidence import Evidence
from anomaly.faults.seen import Seen, is_shared
from anomaly.faults.series_window import SeriesWindow

_GRAIN: Final = 10_000
"""Resolutions are told in these parts of a unit."""


class FlatLine(msgspec.Struct, array_like=True):
    """The row at hand, and the longest usual ones.

    Attributes:
        value: What the readings of the row are.
        since: When it began, Unix ms.
        readings: Its readings.
        windows: Its windows in which the series was expected somewhere.
        away: Sum of their deviations.
        usual: Longest row that ended by itself, readings.
        usual_rest: The same at rest.
        lowest: Least reading ever.
        highest: Largest reading ever.
        is_explained: Whether rain or neighbours have explained the row at hand.
        grain: Largest step of which all readings are multiples, 1/10,000 of the unit; 0 at first.
    """

    value: float = math.nan
    since: int = 0
    readings: int = 0
    windows: int = 0
    away: float = 0.0
    usual: int = 0
    usual_rest: int = 0
    lowest: float = math.inf
    highest: float = -math.inf
    is_explained: bool = False
    grain: int = 0

    def weigh(self, seen: Seen) -> Evidence | None:
        """Take the next window."""
        now = seen.now
        if now.low != self.value or now.high != self.value:
            self._end_row(seen)
            is_whole = now.low == now.high
            self.value, self.since = now.last, now.start if is_whole else now.last_at
            self.readings, self.windows, self.away = 0 if is_whole else 1, 0, 0.0
            self.is_explained = False
        if seen.physics.creep_per_h is not None:
            self._learn_standing(seen)
        if now.low != now.high:
            return None
        self.readings += now.count
        deviation = seen.deviation
        if deviation is not None:
            self.windows += 1
            self.away += deviation
        rest = seen.physics.resting
        least = seen.physics.flat_readings
        if least is None:
            return None
        if rest is not None and self.value <= rest:
            return self._at_rest(seen)
        return self._off_rest(seen, least)

    def _learn_standing(self, seen: Seen) -> None:
        if self.grain != 1:
            self.grain = _grain(self.grain, seen.now)
        self.is_explained = self.is_explained or _is_explained(seen)

    def _at_rest(self, seen: Seen) -> Evidence | None:
        settings = seen.settings
        mean = self.away / max(self.windows, 1)
        length = max(settings.resting_windows, settings.usual_rows * self.usual_rest)
        is_long = self.windows >= settings.resting_windows and self.readings >= length
        if not is_long or abs(mean) < settings.away:
            return None
        side, side_zh = ("below", "偏低") if mean < 0 else ("above", "偏高")
        en = f"; {abs(mean):.1f} deviations {side} what the hours expect"
        zh = f"；较该时段常态{side_zh} {abs(mean):.1f} 倍标准差"
        return self._evidence(seen, length, en, zh)

    def _off_rest(self, seen: Seen, least: int) -> Evidence | None:
        settings = seen.settings
        length = max(least, settings.usual_rows * self.usual)
        is_extreme = self.value >= self.highest or self.value <= self.lowest
        if is_extreme and seen.physics.clips:
            length *= settings.extreme_rows
        if self.readings < length or seen.now.end - self.since < self._least_ms(seen):
            return None
        en, zh = f"; the longest usual row had {self.usual}", f"；以往最长 {self.usual} 个"
        return self._evidence(seen, length, en, zh)

    def _least_ms(self, seen: Seen) -> float:
        """How long a row must last, ms."""
        physics, settings = seen.physics, seen.settings
        if physics.creep_per_h is None or not self.is_explained:
            return physics.flat_s * 1000
        unseen_s = 3600 * self.grain / _GRAIN / physics.creep_per_h
        standing_s = min(max(settings.standing_s, unseen_s), settings.standing_most_s)
        return max(physics.flat_s, standing_s) * 1000

    def _evidence(self, seen: Seen, length: float, en: str, zh: str) -> Evidence:
        hours = (seen.now.end - self.since) / 3_600_000
        strength = min(0.99, 0.85 + 0.05 * math.log2(self.readings / length))
        return Evidence(
            "flat_line",
            f"{self.readings} readings of exactly {self.value:g} in {hours:.1f} h{en}",
            f"{hours:.1f} 小时内 {self.readings} 个读数均为 {self.value:g}{zh}",
            strength,
            self.since,
        )

    def _end_row(self, seen: Seen) -> None:
        now, settings = seen.now, seen.settings
        if self.readings:
            rest = seen.physics.resting
            if rest is not None and self.value <= rest:
                # A row that the hours speak against must not become what is usual.
                if abs(self.away) < settings.away * max(self.windows, 1):
                    self.usual_rest = max(self.usual_rest, self.readings)
            elif self.readings < (seen.physics.flat_readings or 0):
                self.usual = max(self.usual, self.readings)
        self.lowest, self.highest = min(self.lowest, now.low), max(self.highest, now.high)


def _grain(known: int, window: SeriesWindow) -> int:
    """The grain with the readings of one more window."""
    readings = window.low, window.high, window.first, window.last
    return math.gcd(known, *(round(_GRAIN * abs(reading)) for reading in readings))


def _is_explained(seen: Seen) -> bool:
    """Whether rain of the past hours, or neighbours, explain that something stands there."""
    rain, deviation = seen.around.rain_mm, seen.deviation
    is_wet = rain is not None and rain >= seen.settings.rain_least_mm
    return is_wet or (deviation is not None and deviation > 0 and is_shared(seen, deviation))
