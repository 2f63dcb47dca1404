"""The values of windows that close on time: of one closing, or of many gathered at once."""

from collections.abc import Sequence
from itertools import chain
from operator import attrgetter

from indicators.evaluate import Window, evaluate
from indicators.evaluate_many import evaluate_many
from indicators.gatherings import Gatherings, Spot
from indicators.heard import Heard
from indicators.rounds import Rhythm, turns
from indicators.vital_sign import VitalValue
from indicators.zone_vitals import Sign

_Columns = list[VitalValue | None]
_in_order = attrgetter("at", "zone", "indicator")


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
        spots = self._spots(Rhythm(due, 0, 1, signs))
        return [self._value(sign, due, spots.get(sign.slot), 0) for sign in signs]

    def of_rhythms(self, rhythms: Sequence[Rhythm]) -> list[VitalValue]:
        """The values of all windows of some rhythms, by due time, zone and sign."""
        spots = [self._spots(rhythm) for rhythm in rhythms]
        made = [self._made(*both) for both in zip(rhythms, spots, strict=True)]
        if all(map(_is_complete, rhythms, made)):
            # None of these is made of others, so that nothing has to be done in their order.
            return _merged([_by_round(r.signs, own) for r, own in zip(rhythms, made, strict=True)])
        values = []
        for due, number, round_, sign in turns(rhythms):
            column = made[number].get(sign.slot)
            value = column[round_] if column is not None else None
            if value is None:
                value = self._value(sign, due, spots[number].get(sign.slot), round_)
            else:
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

    def _made(self, rhythm: Rhythm, spots: dict[int, Spot]) -> dict[int, _Columns]:
        """The values of those signs that need not be evaluated one by one, by slot and round."""
        made = {}
        for sign in rhythm.signs:
            spot = spots.get(sign.slot)
            column = None if spot is None else evaluate_many(sign, spot, rhythm.due, rhythm.rounds)
            if spot is not None and column is not None:
                made[sign.slot] = column
                newest = spot.gathered.newest_of_all(spot.first)
                sign.state.newest = max(sign.state.newest, newest)
        return made

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
        state.latest = value
        return value


def _is_complete(rhythm: Rhythm, made: dict[int, _Columns]) -> bool:
    return len(made) == len(rhythm.signs) and all(None not in column for column in made.values())


def _by_round(signs: Sequence[Sign], made: dict[int, _Columns]) -> list[VitalValue]:
    """The values of a rhythm all of which are there, round by round."""
    columns = [made[sign.slot] for sign in signs]
    for sign, column in zip(signs, columns, strict=True):
        sign.state.latest = column[-1]
    return [value for values in zip(*columns, strict=True) for value in values if value is not None]


def _merged(parts: Sequence[list[VitalValue]]) -> list[VitalValue]:
    if len(parts) == 1:
        return parts[0]
    return sorted(chain.from_iterable(parts), key=_in_order)
