"""The alert of one (place, kind): raised, worsened, eased and cleared on evidence in event time.

Each level has its own hysteresis and holds; the alert's level is the most severe one that is on.
Silence and NA neither raise nor clear, nor does what is suspect ease. All times are Unix ms.
"""

import math
from typing import Final

import msgspec

from anomaly.alert_state import AlertEvent, AlertState, Change, LevelState, Rung
from anomaly.flapping import FlapState, follow
from anomaly.rule import AlertRule
from indicators.vital_sign import Quality, VitalValue

GAP_WINDOWS: Final = 3
"""A clear run is broken where two values are more than this many windows apart [D]."""
BREACH_GAP_WINDOWS: Final = 30
"""So is a breach, later: a gauge that fails now and then in a flood must not hide it [D]."""
STALE_AFTER: Final = 3
"""Values in a row that are NA before it is said that the state is unknown [D]."""
HISTORY: Final = 512
"""Values of an active alert that are remembered, so that corrections can be compared."""


def step(
    rule: AlertRule, rungs: tuple[Rung, ...], state: AlertState, value: VitalValue
) -> AlertEvent | None:
    """Take one value of the rule's indicator at this place.

    Args:
        rule: The rule.
        rungs: Its `ladder` at this place.
        state: Changed in place.
        value: A value, also NA or a correction.

    Returns:
        What is to be published, if anything.
    """
    if len(state.levels) != len(rungs):
        # A new place, or a pack with another ladder: what was active then has no level now.
        state.levels, state.active, state.history = [LevelState() for _ in rungs], -1, {}
        state.flaps = FlapState()
    if value.window_end < state.last_end:
        return _correct(rule, rungs, state, value)
    if value.value is None or _is_unsure(rungs, state, value.value, value.quality):
        return _go_stale(rule, rungs, state, value)
    window = value.window_end - value.window_start
    gap = (value.window_end - state.known_end) // window if state.known_end else 0
    was_stale, was_flapping = state.missing >= STALE_AFTER, state.flaps.is_flapping
    if value.window_end > state.last_end:  # a correction of the newest is no further state
        follow(state.flaps, rungs, value.value, rule.flap_begin, rule.flap_end)
    state.last_end = state.known_end = value.window_end
    state.missing = 0
    for rung, level in zip(rungs, state.levels, strict=True):
        _break_runs(level, gap)
        _judge(rule, rung, level, value.value, value.window_end)
    event = _transition(rule, rungs, state, value)
    if event is not None or state.active < 0:
        return event
    if state.flaps.is_flapping is not was_flapping:
        change = Change.SETTLED if was_flapping else Change.FLAPPING
    elif was_stale:
        change = Change.RESUMED
    else:
        return None
    return _event(rule, rungs[state.active], state, value, change)


def _is_unsure(rungs: tuple[Rung, ...], state: AlertState, value: float, quality: Quality) -> bool:
    """Whether it would ease an active alert only because the gauge that raised it is silent."""
    is_lower = state.active >= 0 and value < rungs[state.active].clear_at
    return is_lower and quality is Quality.SUSPECT


def _break_runs(level: LevelState, gap: int) -> None:
    """Silence of `gap` windows ends what the evidence before it had begun to say."""
    if gap > GAP_WINDOWS:
        level.clear_since = None
    if gap > BREACH_GAP_WINDOWS:
        level.breach_since = None


def _judge(rule: AlertRule, rung: Rung, level: LevelState, value: float, end: int) -> None:
    """Hysteresis and holds of one level."""
    if value >= rung.raise_at:
        level.breach_since = end if level.breach_since is None else level.breach_since
    else:
        level.breach_since = None
    if value < rung.clear_at:
        level.clear_since = end if level.clear_since is None else level.clear_since
    else:
        level.clear_since = None
    if not level.on and level.breach_since is not None:
        level.on = end - level.breach_since >= rule.raise_hold * 1000
    elif level.on and level.clear_since is not None:
        level.on = end - level.clear_since < rule.clear_hold * 1000


def _transition(
    rule: AlertRule, rungs: tuple[Rung, ...], state: AlertState, value: VitalValue
) -> AlertEvent | None:
    """Compare the most severe level that is on with the published one."""
    now_on, before = _damped(rule, rungs, state, value), state.active
    if before >= 0 or now_on >= 0:
        _note(state, value)
    if now_on == before:
        return None
    if before < 0 or now_on < 0:
        state.since, state.was = value.window_end, before
    if before < 0:
        # A corrected value may raise again what it cleared: the same incident goes on.
        since = (level.breach_since for level in state.levels if level.on)
        onset = min((at for at in since if at is not None), default=value.window_end)
        if onset != state.onset:
            state.onset, state.messages = onset, 0
    state.active = now_on
    if before < 0:
        change = Change.RAISED
    elif now_on < 0:
        change = Change.CLEARED
    else:
        change = Change.ESCALATED if now_on > before else Change.EASED
    event = _event(rule, rungs[now_on if now_on >= 0 else before], state, value, change)
    if now_on < before:
        # What let go is the mildest of the levels that went off.
        event = msgspec.structs.replace(event, threshold=rungs[now_on + 1].clear_at)
    if now_on < 0:
        state.history = {}
    previous = rungs[before].level.level if before >= 0 else None
    return msgspec.structs.replace(event, previous=previous)


def _damped(rule: AlertRule, rungs: tuple[Rung, ...], state: AlertState, value: VitalValue) -> int:
    """The level that is on, kept as it is while it flaps and for the least times on and off.

    What is kept on goes off by the evidence of later values only, and what is kept off goes on so.
    """
    on = max((i for i, level in enumerate(state.levels) if level.on), default=-1)
    before, kept = state.active, on
    elapsed = (value.window_end - state.since) / 1000 if state.since else math.inf
    if state.flaps.is_flapping:
        # It neither clears nor eases; where holds have kept it back so far, it is raised.
        kept = max(on, before, 0 if (value.value or 0.0) >= rungs[0].raise_at else -1)
    elif (on < 0 <= before and elapsed < rule.min_on) or (
        before < 0 <= on <= state.was and elapsed < rule.min_off
    ):
        kept = before
    if kept != on:
        for number, level in enumerate(state.levels):
            level.on = number <= kept
    return kept


def _go_stale(
    rule: AlertRule, rungs: tuple[Rung, ...], state: AlertState, value: VitalValue
) -> AlertEvent | None:
    """NA, or unsure: breaks every clear run; said once while an alert is active, when it persists.

    What arrives later for this window or an earlier one is about the past, like any correction.
    """
    is_repeat = bool(state.missing) and value.window_end == state.last_end
    state.last_end = value.window_end
    for level in state.levels:
        level.clear_since = None
    state.missing += 0 if is_repeat else 1
    if is_repeat or state.missing != STALE_AFTER or state.active < 0:
        return None
    return _event(rule, rungs[state.active], state, value, Change.STALE)


def _correct(
    rule: AlertRule, rungs: tuple[Rung, ...], state: AlertState, value: VitalValue
) -> AlertEvent | None:
    """A correction of an older window: nothing is raised or cleared in the past, it is said."""
    old = state.history.get(value.window_end)
    if value.value is None or old is None or state.active < 0:
        return None
    state.history[value.window_end] = value.value
    if _rank(rungs, old) == _rank(rungs, value.value):
        return None
    event = _event(rule, rungs[state.active], state, value, Change.CORRECTED)
    return msgspec.structs.replace(event, corrected_from=old)


def _rank(rungs: tuple[Rung, ...], value: float) -> int:
    return sum(value >= rung.raise_at for rung in rungs)


def _note(state: AlertState, value: VitalValue) -> None:
    if value.value is not None:
        state.history[value.window_end] = value.value
        if len(state.history) > HISTORY:
            del state.history[next(iter(state.history))]


def _event(
    rule: AlertRule, rung: Rung, state: AlertState, value: VitalValue, change: Change
) -> AlertEvent:
    state.messages += 1
    previous_at, state.last_at = state.last_at, value.at
    return AlertEvent(
        at=value.at, change=change, kind=rule.kind, zone=value.zone, onset=state.onset,
        number=state.messages, level=rung.level, rank=rule.levels.index(rung.level),
        threshold=rung.raise_at, value=value.value,
        window_end=value.window_end, indicator=rule.indicator, rule=rule.id,
        previous_at=previous_at, is_flapping=state.flaps.is_flapping,
    )  # fmt: skip
