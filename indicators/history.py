"""What zones remember of past values, for the signs that are made of other signs."""

from collections.abc import Iterator
from typing import Final

from indicators.state import Kept
from indicators.vital_sign import Past, VitalValue
from indicators.zone_vitals import Sign

_SLACK: Final = 64
_PARTS: Final = 10_000


def remember(sign: Sign, value: VitalValue) -> None:
    """Keep a value for the signs that are made of it; a correction takes the place of another."""
    kept, past = sign.plan.kept, sign.state.past
    end = value.window_end
    if sign.plan.is_daily:
        # Days end at no multiple of anything, and there are few.
        kept = tuple((1, long) for _, long in kept)
    if not any(end % every == 0 for every, _ in kept):
        return
    detail = {key: value.detail[key] for key in sign.about.kept if key in value.detail}
    weights = {} if value.weights == sign.weights else value.weights
    past[end] = Kept(value.value, round(value.coverage * _PARTS), value.level, detail, weights)
    hop = sign.plan.hop
    if len(past) > _SLACK + 2 * sum(long // max(every, hop) for every, long in kept):
        sign.state.past = {
            end: item
            for end, item in past.items()
            if any(end % every == 0 and end > value.at - long for every, long in kept)
        }


def history_of(sign: Sign, start: int, end: int) -> dict[str, list[Past]]:
    """The past values of the signs it is made of whose windows end in (start, end], ms."""
    found, every = {}, sign.plan.source_hop
    for source in sign.made_of:
        past = source.state.past
        first = max(source.end_after(start), start + 1)
        some = [
            _told(source, instant, item)
            for instant in _ends(source, first, end, every)
            if (item := past.get(instant)) is not None
        ]
        if some:
            found[source.about.id] = some
    return found


def _told(source: Sign, end: int, kept: Kept) -> Past:
    weights = kept.weights or (source.weights if kept.value is not None else {})
    return Past(
        source.start_of(end), end, kept.value, kept.level, kept.share / _PARTS, kept.detail, weights
    )


def expected_of(sign: Sign, start: int, end: int) -> int:
    """How many values its window should hold of the signs it is made of."""
    every, found = sign.plan.source_hop, 0
    for source in sign.made_of:
        if source.plan.is_daily:
            found += sum(1 for _ in _ends(source, source.end_after(start), end, every))
        else:
            step = _step(source, every)
            found += end // step - start // step
    return found


def _ends(source: Sign, first: int, end: int, every: int) -> Iterator[int]:
    """The ends of a source's windows from one on that are looked at."""
    if source.plan.is_daily:
        while first <= end:
            yield first
            first = source.end_after(first)
        return
    step = _step(source, every)
    yield from range(-(-first // step) * step, end + 1, step)


def _step(source: Sign, every: int) -> int:
    """From one end that is looked at to the next, ms; windows that are slower are all of them."""
    hop = source.plan.hop
    return every if every % hop == 0 else hop


def ends_made_of(sign: Sign, source: Sign, end: int, now: int) -> Iterator[int]:
    """The ends of its closed windows that hold a source's window which ends at an instant, ms."""
    if end % sign.plan.source_hop and not source.plan.is_daily:
        return
    next_end = sign.state.next_end
    own = sign.end_after(end - 1)
    while sign.start_of(own) < end:
        if own + sign.plan.grace > now or (next_end is not None and own >= next_end):
            return
        yield own
        own = sign.end_after(own)
