"""What zones remember of past values, for the signs that are made of other signs."""

from collections.abc import Iterator
from typing import Final

from indicators.past_values import Kept
from indicators.vital_sign import Past, Quality, VitalValue
from indicators.zone_vitals import Sign

_SLACK: Final = 64


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
    is_suspect = value.quality is Quality.SUSPECT
    past.put(end, Kept(value.value, value.coverage, value.level, detail, weights, is_suspect))
    hop = sign.plan.hop
    if len(past) > _SLACK + 2 * sum(long // max(every, hop) for every, long in kept):
        past.keep(
            end
            for end in past.ends
            if any(end % every == 0 and end > value.at - long for every, long in kept)
        )


def history_of(sign: Sign, start: int, end: int) -> dict[str, list[Past]]:
    """The past values of the signs it is made of whose windows end in (start, end], ms."""
    found, every = {}, sign.plan.source_hop
    for source in sign.made_of:
        step = 1 if source.plan.is_daily else _step(source, every)
        some = [
            _told(source, instant, kept)
            for instant, kept in source.state.past.between(start, end, step)
        ]
        if some:
            found[source.about.id] = some
    return found


def _told(source: Sign, end: int, kept: Kept) -> Past:
    weights = kept.weights or (source.weights if kept.value is not None else {})
    return Past(
        source.start_of(end), end, kept.value, kept.level, kept.coverage, kept.detail, weights,
        kept.is_suspect,
    )  # fmt: skip


def expected_of(sign: Sign, start: int, end: int) -> int:
    """How many values its window should hold of the signs it is made of."""
    every, found = sign.plan.source_hop, 0
    for source in sign.made_of:
        if source.plan.is_daily:
            found += sum(1 for _ in _days(source, start, end))
        else:
            step = _step(source, every)
            found += end // step - start // step
    return found


def _days(source: Sign, start: int, end: int) -> Iterator[int]:
    """The ends of a source's windows in (start, end], where they are days."""
    while (start := source.end_after(start)) <= end:
        yield start


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
