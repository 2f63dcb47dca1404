"""The values of windows that close on time: of one closing, or of many gathered at once."""

from collections.abc import Sequence
from typing import Final

from indicators.evaluate import NO_DATA, Window, evaluate
from indicators.evaluate_many import Alike, evaluate_many
from indicators.gatherings import Gatherings, Spot
from indicators.heard import Heard
from indicators.history import remember
from indicators.rounds import Rhythm, turns
from indicators.vital_sign import PLAIN, ManyFormula, Quality, VitalSign, VitalValue
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

    def of_closing(self, due: int, signs: Sequence[Sign]) -> list[VitalValue]:
        """The values of windows that close at `due` (ms), those of signs in their order."""
        return self.of_rhythms([Rhythm(due, 0, 1, signs)])

    def of_rhythms(self, rhythms: Sequence[Rhythm]) -> list[VitalValue]:
        """The values of all windows of some rhythms, by due time, zone and sign."""
        spots = [self._spots(rhythm) for rhythm in rhythms]
        made = [_made(*both) for both in zip(rhythms, spots, strict=True)]
        if len(made) == 1 and (values := made[0].all_of(rhythms[0])) is not None:
            return values
        values = []
        for due, number, round_, sign in turns(rhythms):
            value = made[number].one_of(sign, round_)
            if value is None:
                value = self._value(sign, due, spots[number].get(sign.slot), round_)
            if sign.made_of and value.reason == NO_DATA:
                # Where there is nothing of what it is made of, it has nothing to say.
                continue
            note(sign, value)
            values.append(value)
        return values

    def _spots(self, rhythm: Rhythm) -> dict[int, Spot]:
        """What the windows hold of those signs that readings feed, by slot."""
        due, hop, rounds, signs = rhythm
        fed = [sign for sign in signs if sign.is_fed]
        if not fed:
            return {}
        ends = [due - sign.plan.grace for sign in fed]
        spots = self._gatherings.gather(fed, ends, hop, rounds)
        return {sign.slot: spot for sign, spot in zip(fed, spots, strict=True)}

    def _value(self, sign: Sign, due: int, spot: Spot | None, round_: int) -> VitalValue:
        state = sign.state
        window = Window(sign, due - sign.plan.grace, due, 0)
        if spot is None:
            value = evaluate(window, state.memory, None, 0, self._heard)
        else:
            gathered, index, step = spot
            index += round_ * step
            value = evaluate(window, state.memory, gathered, index, self._heard)
            state.newest = max(state.newest, gathered.newest(index))
        return value


class _Made:
    """Values of a rhythm that need not be evaluated one by one."""

    def __init__(self) -> None:
        self._parts: list[tuple[Sequence[Sign], list[VitalValue | None]]] = []
        self._columns: dict[int, list[VitalValue | None]] = {}

    def add(self, signs: Sequence[Sign], values: list[VitalValue | None]) -> None:
        """Add values, round by round and sign by sign; None where there is none yet."""
        self._parts.append((signs, values))
        for index, sign in enumerate(signs):
            self._columns[sign.slot] = values[index :: len(signs)]

    def one_of(self, sign: Sign, round_: int) -> VitalValue | None:
        """The value of one sign in one round."""
        column = self._columns.get(sign.slot)
        return None if column is None else column[round_]

    def all_of(self, rhythm: Rhythm) -> list[VitalValue] | None:
        """All values of the rhythm, where all were added together."""
        if len(self._parts) != 1 or len(self._parts[0][0]) < len(rhythm.signs):
            return None
        signs, values = self._parts[0]
        complete = [value for value in values if value is not None]
        if len(complete) < len(values):
            return None
        for index, sign in enumerate(signs):
            if sign.makes or sign.about.utility:
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
    if value.value is None or known is None or value.window_end < known.window_end:
        return value.value is not None and known is None
    if value.window_end == known.window_end or value.quality is Quality.PASS:
        return True
    return not about.is_life_safety or about.rank(value.level) >= about.rank(known.level)


def _made(rhythm: Rhythm, spots: dict[int, Spot]) -> _Made:
    """The values of those signs that need not be evaluated one by one."""
    by_formula: dict[tuple[int, ManyFormula], list[tuple[Sign, int, Spot]]] = {}
    for sign in rhythm.signs:
        formula, spot = sign.many, spots.get(sign.slot)
        if formula is not None and spot is not None:
            pool = spot.gathered.only_pool(spot.first)
            if pool is not None and (sign.weights or sign.about.group == PLAIN):
                by_formula.setdefault((id(spot.gathered), formula), []).append((sign, pool, spot))
    made = _Made()
    for (_, formula), some in by_formula.items():
        if len(some) * rhythm.rounds < _WORTH_IT:
            continue
        signs, pools, where = zip(*some, strict=True)
        gathered = where[0].gathered
        expected = [gathered.expected(spot.first) for spot in where]
        alike = Alike(formula, gathered, signs, pools, expected)
        made.add(signs, evaluate_many(alike, rhythm.due, rhythm.hop, rhythm.rounds))
    return made
