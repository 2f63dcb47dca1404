"""Street lamps: whether circuits do what they should, and how many lamps burn."""

from indicators.facilities.lamp_schedule import expectations
from indicators.facilities.settings import FacilitySettings
from indicators.vital_sign import Inputs, Measure
from indicators.window import Aggregate

_MOST_NAMED = 20


def agreement_by_current(
    low: float, high: float, rated: float, dark_share: float, *, is_on: bool
) -> float:
    """1 where a circuit draws what it should, 0 where not.

    It is dark by fault where it never drew `dark_share` of its rated current, and burns in vain
    where it always did.

    Args:
        low: Smallest current of the window, A.
        high: Largest, A.
        rated: What it is built for, A, > 0.
        dark_share: 0–1.
        is_on: Whether it should burn.

    Source: 20 % for 5 min is ours [D].

    Example:
        >>> agreement_by_current(0.0, 1.9, 10.0, 0.2, is_on=True)
        0.0
    """
    edge = round(dark_share * rated, 9)
    is_faulty = high < edge if is_on else low >= edge
    return 0.0 if is_faulty else 1.0


def lamp_circuit(settings: FacilitySettings, inputs: Inputs) -> Measure:
    """Share of lamps that are as they should be, %: mean over the circuits that can be judged.

    A circuit is judged by its current, where it has a rating, and by its share of lamps lit; the
    worse counts. While lamps are switched, or at dusk without a command, nothing is said.

    Source: dark below 20 % of the rated current for 5 min is ours [D].
    """
    currents = {a.terminal: a for a in inputs.by_quantity.get("lamp_current", ())}
    lit = {a.terminal: a for a in inputs.by_quantity.get("lamp_lit", ())}
    if not currents and not lit:
        return Measure(None, "no_data")
    expected = expectations(settings, inputs)
    found: dict[str, tuple[bool, float]] = {}
    why = "switching"
    for terminal in sorted({*currents, *lit}):
        is_on = expected.get(terminal, expected[""])
        if is_on is None:
            continue
        own = _agreement(settings, inputs, currents.get(terminal), lit.get(terminal), is_on=is_on)
        if isinstance(own, str):
            why = own
        else:
            found[terminal] = is_on, own
    return _circuits(settings, found) if found else Measure(None, why)


def _circuits(settings: FacilitySettings, found: dict[str, tuple[bool, float]]) -> Measure:
    """The measure of circuits: terminal → (whether it should burn, its share, 0–1).

    Among many that are well, a dark one is still some lamps that are not.
    """
    half = {t: is_on for t, (is_on, share) in found.items() if share < 0.5}
    states = {is_on for is_on, _ in found.values()}
    detail = {
        "circuits": len(found),
        "expected": "mixed" if len(states) > 1 else "on" if True in states else "off",
        "dark": [t for t, is_on in half.items() if is_on][:_MOST_NAMED],
        "burning": [t for t, is_on in half.items() if not is_on][:_MOST_NAMED],
        "faulty": len(half),
    }
    value = round(100 * sum(share for _, share in found.values()) / len(found), 6)
    mildest = next(iter(settings.circuit_levels), None)
    is_hidden = detail["dark"] and mildest is not None and value > mildest.edge
    level = mildest.id if mildest is not None and is_hidden else None
    return Measure(value, None, detail, level, dict.fromkeys(found, 1 / len(found)))


def _agreement(
    settings: FacilitySettings,
    inputs: Inputs,
    current: Aggregate | None,
    lit: Aggregate | None,
    *,
    is_on: bool,
) -> float | str:
    """Share of a circuit's lamps that are as they should be, 0–1, or why nobody can say."""
    shares, why = [], "no_rating"
    if current is not None:
        rated = inputs.ratings.get((current.terminal, "lamp_current"), 0.0)
        dark = settings.lamp_dark_share
        if rated > 0 and not _is_evidence(settings, current):
            why = "too_few_readings"
        elif rated > 0:
            own = agreement_by_current(current.low, current.high, rated, dark, is_on=is_on)
            shares.append(own)
    if lit is not None:
        if _is_evidence(settings, lit):
            shares.append(lit.mean if is_on else 1 - lit.mean)
        else:
            why = "too_few_readings"
    return min(shares, default=why)


def _is_evidence(settings: FacilitySettings, readings: Aggregate) -> bool:
    """Whether readings stand for all of the window: in less than it no fault shows."""
    return readings.count >= settings.lamp_evidence * readings.expected


def lamp_lit(settings: FacilitySettings, inputs: Inputs) -> Measure:
    """Share of lamps that burn, %, where they should: mean over the circuits (亮灯率).

    Source: 98 % on main roads, 96 % on others (CJJ 89) [M]; the further levels are ours [D].
    """
    circuits = inputs.by_quantity.get("lamp_lit", ())
    if not circuits:
        return Measure(None, "no_data")
    expected = expectations(settings, inputs)
    burning = [a for a in circuits if expected.get(a.terminal, expected[""])]
    if not burning:
        is_unknown = any(expected.get(a.terminal, expected[""]) is None for a in circuits)
        return Measure(None, "switching" if is_unknown else "lamps_off")
    value = round(100 * sum(a.mean for a in burning) / len(burning), 6)
    first = settings.lit_levels[0]
    target = settings.lit_targets.get(inputs.zone.road_class or "", first.edge)
    is_missed = first.edge < value < target
    detail = {"circuits": len(burning), "target": target}
    weights = {a.terminal: 1 / len(burning) for a in burning}
    return Measure(value, detail=detail, level=first.id if is_missed else None, weights=weights)
