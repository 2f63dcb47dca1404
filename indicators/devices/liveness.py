"""Whether a place's terminals are alive: when they were last heard."""

from itertools import accumulate

from indicators.devices.settings import DeviceSettings
from indicators.vital_sign import Inputs, Measure

_MOST_NAMED = 20


def patience_s(cadence_s: float, factor: float, floor_s: float) -> float:
    """How long a terminal may be silent, s: max(factor × cadence, floor).

    Example:
        >>> patience_s(60, 3, 120), patience_s(1, 3, 120)
        (180, 120)
    """
    return max(factor * cadence_s, floor_s)


def silent(inputs: Inputs, factor: float, floor_s: float) -> list[str]:
    """Terminals that were silent for longer than they may, or never spoke; by id."""
    return sorted(
        terminal
        for terminal, (newest, cadence) in inputs.heard.items()
        if newest is None or newest < inputs.end - 1000 * patience_s(cadence, factor, floor_s)
    )


def device_availability(settings: DeviceSettings, inputs: Inputs) -> Measure:
    """Share of the place's terminals that reported lately, 0–1.

    Source: stale after max(3 × cadence, 120 s) [D].
    """
    if not inputs.heard:
        return Measure(None, "no_terminals")
    down = silent(inputs, settings.stale_factor, settings.stale_floor_s)
    share = 1 - len(down) / len(inputs.heard)
    return Measure(share, detail={"terminals": len(inputs.heard), "down": down[:_MOST_NAMED]})


def device_staleness(inputs: Inputs) -> Measure:
    """Seconds since the most silent of the terminals that ever spoke was heard, ≥ 0.

    The most silent is the one that has left out most of its own cadences: of a counter that speaks
    each hour forty minutes are no silence, of a gauge they are. Those that never spoke have no last
    word; they are counted in `never`.
    """
    if not inputs.heard:
        return Measure(None, "no_terminals")
    last = [
        (max(inputs.end - newest, 0) / 1000, cadence, terminal)
        for terminal, (newest, cadence) in inputs.heard.items()
        if newest is not None
    ]
    if not last:
        return Measure(None, "never_heard", {"never": len(inputs.heard)})
    seconds, _, terminal = min(last, key=lambda found: (-found[0] / found[1], found[2]))
    never = len(inputs.heard) - len(last)
    return Measure(seconds, detail={"terminal": terminal, "never": never}, weights={terminal: 1.0})


def device_offline(settings: DeviceSettings, inputs: Inputs) -> Measure:
    """How many of the place's terminals are offline, and whether they have one common cause.

    Source: offline after max(10 × cadence, 900 s), common cause from 60 % that fell silent within
    60 s of one another, widespread from 10 % [D].
    """
    if not inputs.heard:
        return Measure(None, "no_terminals")
    terminals = len(inputs.heard)
    down = silent(inputs, settings.offline_factor, settings.offline_floor_s)
    share = len(down) / terminals
    together = _fell_together(inputs, down, settings.common_within_s)
    is_common = terminals >= settings.common_least and together / terminals >= settings.common_share
    detail = {
        "terminals": terminals,
        "share": share,
        "common_cause": is_common,
        "offline": down[:_MOST_NAMED],
    }
    level = None
    if settings.offline_levels and is_common:
        level = settings.offline_levels[-1].id
    elif settings.offline_levels and down and share < settings.widespread_share:
        level = settings.offline_levels[0].id
    weights = {terminal: 1 / len(down) for terminal in down}
    return Measure(float(len(down)), detail=detail, level=level, weights=weights)


def _fell_together(inputs: Inputs, down: list[str], within_s: float) -> int:
    """Most terminals that may have fallen silent within a time; those never heard did not fall.

    A terminal fell silent between its last word and the next that it owed.
    """
    steps = []
    for newest, cadence in (inputs.heard[terminal] for terminal in down):
        if newest is not None:
            steps += [(newest, 1), (newest + round(1000 * (cadence + within_s)), -1)]
    # At one instant those that begin come first: times touch.
    turns = accumulate(turn for _, turn in sorted(steps, key=lambda step: (step[0], -step[1])))
    return max(turns, default=0)
