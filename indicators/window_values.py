"""The values of windows that close on time: of one closing, or of many gathered at once."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from indicators.cohort import Cohort, Cohorts
from indicators.evaluate import NO_DATA, Window, evaluate
from indicators.evaluate_many import evaluate_many
from indicators.gathered import Gathered
from indicators.gatherings import Gatherings, Spot
from indicators.heard import Heard
from indicators.history import remember
from indicators.rounds import Rhythm, turns
from indicators.vital_sign import UNRATED, Quality, VitalSign, VitalValue
from indicators.zone_vitals import Sign

_WORTH_IT: Final = 16
"""Windows of one formula from which on the numpy calls for all of them cost less than each."""


class WindowValues:
    """Gathers and evaluates; keeps up what signs know of their newest value and reading.

    Args:
        gatherings: Gathers what windows hold.
        heard: Says when terminals were last heard.
    """

    def __init__(self, gatherings: Gatherings, heard: Heard) -> None:
        self._gatherings, self._heard = gatherings, heard
        self._cohorts = Cohorts(gatherings)

    def of_closing(self, due: int, signs: Sequence[Sign]) -> list[VitalValue]:
        """The values of windows that close at `due` (ms), those of signs in their order."""
        return self.of_rhythms([Rhythm(due, 0, 1, signs)])

    def of_rhythms(self, rhythms: Sequence[Rhythm]) -> list[VitalValue]:
        """The values of all windows of some rhythms, by due time, zone and sign."""
        made = [self._made(rhythm) for rhythm in rhythms]
        if len(made) == 1 and (values := made[0].all_of()) is not None:
            return values
        values = []
        for due, number, round_, sign in turns(rhythms):
            value = made[number].one_of(sign, round_)
            if value is None:
                value = self._value(sign, due, made[number].window(sign, round_))
            if sign.made_of and value.reason == NO_DATA:
                # Where there is nothing of what it is made of, it has nothing to say.
                continue
            note(sign, value)
            values.append(value)
        return values

    def _made(self, rhythm: Rhythm) -> "_Made":
        """What the windows of a rhythm hold, and the values that are not made one by one."""
        due, hop, rounds, signs = rhythm
        cohort = self._cohorts.of(signs, due)
        gathered = self._gatherings.take(cohort.gatherings, due, hop, rounds)
        made = _Made(cohort, gathered)
        some = [alike for alike in cohort.alike if len(alike.signs) * rounds >= _WORTH_IT]
        if some:
            pools = np.concatenate([part.pools for part in gathered], axis=1)
            for alike in some:
                made.add(alike.signs, evaluate_many(alike, pools, due, hop))
        return made

    def _value(self, sign: Sign, due: int, spot: Spot | None) -> VitalValue:
        state = sign.state
        window = Window(sign, due - sign.plan.grace, due, 0)
        if spot is None:
            return evaluate(window, state.memory, None, 0, self._heard)
        value = evaluate(window, state.memory, *spot, self._heard)
        state.newest = max(state.newest, spot.gathered.newest(spot.number))
        return value


class _Made:
    """What windows of a cohort hold, and those of their values that were evaluated as columns."""

    def __init__(self, cohort: Cohort, gathered: Sequence[Gathered]) -> None:
        self._cohort, self._gathered = cohort, gathered
        self._parts: list[tuple[Sequence[Sign], list[VitalValue | None]]] = []
        self._columns: dict[int, list[VitalValue | None]] | None = None

    def add(self, signs: Sequence[Sign], values: list[VitalValue | None]) -> None:
        """Add values, round by round and sign by sign; None where there is none yet."""
        self._parts.append((signs, values))

    def window(self, sign: Sign, round_: int) -> Spot | None:
        """The window of a sign in one round; None where no reading feeds it."""
        seat = self._cohort.seats.get(sign.slot)
        if seat is None:
            return None
        return Spot(self._gathered[seat.gathering], seat.first + round_ * seat.step)

    def one_of(self, sign: Sign, round_: int) -> VitalValue | None:
        """The value of one sign in one round."""
        if self._columns is None:
            self._columns = {
                sign.slot: values[index :: len(signs)]
                for signs, values in self._parts
                for index, sign in enumerate(signs)
            }
        column = self._columns.get(sign.slot)
        return None if column is None else column[round_]

    def all_of(self) -> list[VitalValue] | None:
        """All values, where all were evaluated together; signs know of them."""
        signs = self._cohort.signs
        if len(self._parts) != 1 or len(self._parts[0][0]) < len(signs):
            return None
        values = self._parts[0][1]
        complete = [value for value in values if value is not None]
        if len(complete) < len(values):
            return None
        for index, sign in self._cohort.noted:
            for value in complete[index :: len(signs)]:
                note(sign, value)
        return complete


def note(sign: Sign, value: VitalValue) -> None:
    """Keep up what a sign knows of its values."""
    if sign.about.utility and is_news(sign.about, value, sign.state.known):
        sign.state.known = value
    if sign.makes:
        remember(sign, value)


def is_news(about: VitalSign, value: VitalValue, known: VitalValue | None) -> bool:
    """Whether a value takes the place of the newest known one.

    What is not known takes no place, so that it never counts as clear; nor does what may be better
    than it is because terminals are silent, where lives depend on it.
    """
    is_known = value.value is not None or value.reason in UNRATED
    if known is None or not is_known or value.window_end < known.window_end:
        return is_known and known is None
    if value.window_end == known.window_end or value.quality is Quality.PASS:
        return True
    return not about.is_life_safety or about.rank(value.level) >= about.rank(known.level)
