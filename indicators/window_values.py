"""The values of windows that close on time: of one closing, or of many gathered at once."""

from collections.abc import Sequence
from typing import Final

from indicators.evaluate import Window, evaluate
from indicators.evaluate_many import Alike, evaluate_many
from indicators.gatherings import Gatherings, Spot
from indicators.heard import Heard
from indicators.rounds import Rhythm, turns
from indicators.vital_sign import ManyFormula, VitalValue
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
        values = []
        for due, number, round_, sign in turns(rhythms):
            column = made[number].get(sign.slot)
            value = column[round_] if column is not None else None
            if value is None:
                value = self._value(sign, due, spots[number].get(sign.slot), round_)
            sign.state.latest = value
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


def _made(rhythm: Rhythm, spots: dict[int, Spot]) -> dict[int, list[VitalValue | None]]:
    """The values of those signs that need not be evaluated one by one, by slot and round."""
    by_formula: dict[tuple[int, ManyFormula], list[tuple[Sign, int, Spot]]] = {}
    for sign in rhythm.signs:
        formula, spot = sign.about.many, spots.get(sign.slot)
        if formula is not None and spot is not None:
            pool = spot.gathered.only_pool(spot.first)
            if pool is not None:
                by_formula.setdefault((id(spot.gathered), formula), []).append((sign, pool, spot))
    made = {}
    for (_, formula), some in by_formula.items():
        if len(some) * rhythm.rounds < _WORTH_IT:
            continue
        signs, pools, where = zip(*some, strict=True)
        gathered = where[0].gathered
        expected = [gathered.expected(spot.first) for spot in where]
        alike = Alike(formula, gathered, signs, pools, expected)
        values = evaluate_many(alike, rhythm.due, rhythm.hop, rhythm.rounds)
        for index, sign in enumerate(signs):
            made[sign.slot] = values[index :: len(signs)]
    return made
