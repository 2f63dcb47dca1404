"""Closed windows that a late reading touched, and those of the signs that are made of them."""

from collections.abc import Mapping, Sequence
from typing import Final

from indicators.evaluate import Window, evaluate
from indicators.gatherings import Gatherings
from indicators.heard import Heard
from indicators.history import ends_made_of
from indicators.vital_sign import VitalValue
from indicators.window_values import note
from indicators.zone_vitals import Sign, ZoneVitals

_SLACK: Final = 16


class Corrections:
    """What has to be said again.

    Args:
        gatherings: Gathers what windows hold.
        heard: Says when terminals were last heard.
    """

    def __init__(self, gatherings: Gatherings, heard: Heard) -> None:
        self._gatherings, self._heard = gatherings, heard
        self._dirty: set[tuple[str, str, int]] = set()

    def mark(self, sign: Sign, end: int) -> None:
        """A closed window, by its end (ms), holds something else now."""
        self._dirty.add((sign.place, sign.about.id, end))

    def made(self, zones: Mapping[str, ZoneVitals], now: int) -> list[VitalValue]:
        """Correct what was marked, and what is made of it.

        Args:
            zones: All zones of the partition, by id.
            now: Effective received of the line, Unix ms.

        Returns:
            Each window once; of one depth by (zone, sign, window end).
        """
        if not self._dirty:
            return []
        dirty, self._dirty = self._dirty, set()
        out: list[VitalValue] = []
        while dirty:
            # What others are made of comes first, so that each window is corrected once.
            signs = {key: zones[key[0]].signs[key[1]] for key in dirty}
            depth = min(sign.plan.depth for sign in signs.values())
            batch = sorted(key for key, sign in signs.items() if sign.plan.depth == depth)
            dirty.difference_update(batch)
            windows = [(signs[key], key[2]) for key in batch]
            out += self._corrected(windows, now)
            dirty.update(
                (own.place, own.about.id, later)
                for sign, end in windows
                for own in sign.makes
                for later in ends_made_of(own, sign, end, now)
            )
        return out

    def _corrected(self, windows: Sequence[tuple[Sign, int]], now: int) -> list[VitalValue]:
        """The values of closed windows of signs of one depth, as (sign, end), again."""
        signs, ends = [sign for sign, _ in windows], [end for _, end in windows]
        spots = self._gatherings.gather(signs, ends) if signs[0].is_fed else [None] * len(signs)
        out = []
        for sign, end, spot in zip(signs, ends, spots, strict=True):
            state = sign.state
            revision = state.revisions.get(end, 0) + 1
            # What remembers knows its windows by their ends: it learns this one in place of before.
            window, memory = Window(sign, end, now, revision), state.memory
            if spot is None:
                value = evaluate(window, memory, None, 0, self._heard)
            else:
                value = evaluate(window, memory, spot.gathered, spot.number, self._heard)
            _number(sign, end, revision, now)
            note(sign, value)
            out.append(value)
        return out


def _number(sign: Sign, end: int, revision: int, now: int) -> None:
    """Remember the last revision of a window, within the horizon."""
    plan, state = sign.plan, sign.state
    state.revisions[end] = revision
    if len(state.revisions) > 2 * (plan.horizon + plan.window) // plan.hop + _SLACK:
        oldest = now - plan.horizon - plan.window
        state.revisions = {e: r for e, r in state.revisions.items() if e >= oldest}
