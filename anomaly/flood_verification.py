"""What forecasts of waterlogging are worth, once the truth is known.

An *event* is one rain at one place: its truth, and the forecasts that were made in it.
A *warning* of a limit is raised by a forecast whose probability of reaching it is >= `probability`
while the water is still below it, and stands until one falls below `release`, as alerts do. It
*comes true* if the truth reaches the limit after its first forecast and at most `valid_s` later.
An event *floods* if its truth reaches the limit at all.
"""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_ROOT_PI: Final = math.sqrt(math.pi)


class Forecasts(NamedTuple):
    """The forecasts of one event for one limit, beside its truth. Times are s in the event.

    Attributes:
        made_at: When each was made, ascending; shape (forecasts,).
        reaching: Probability of reaching the limit within the time that they hold for, 0–1; shape
            (forecasts,).
        truth_at: Times of the truth, ascending; shape (times,).
        truth: True depth, m; shape (times,).
    """

    made_at: Array
    reaching: Array
    truth_at: Array
    truth: Array


class Warned(NamedTuple):
    """What the warnings of one event came to.

    Attributes:
        crossing: When the truth first reached the limit, s; None where it never did.
        lead: Seconds from the beginning of the warning that was in force at the crossing, if it
            came true; 0 without one; None where the truth never reached the limit.
        came_true: Number of warnings that came true.
        false: Number of warnings that did not.
    """

    crossing: float | None
    lead: float | None
    came_true: int
    false: int


class Scores(NamedTuple):
    """What the warnings of many events came to; a ratio is None where it has no cases.

    Attributes:
        floods: Events that flood.
        hits: Of these, those with a warning in force at the crossing that came true.
        false_alarms: Events that do not flood, but were warned of.
        pod: Probability of detection, hits / floods.
        far: False alarm ratio, false alarms / (hits + false alarms).
        csi: Critical success index, hits / (floods + false alarms).
        median_lead: Median of the leads of the events that flood, s; a miss leads by 0.
        warnings: Warnings given.
        false_warnings: Of these, those that did not come true.
        false_share: False warnings / warnings.
    """

    floods: int
    hits: int
    false_alarms: int
    pod: float | None
    far: float | None
    csi: float | None
    median_lead: float | None
    warnings: int
    false_warnings: int
    false_share: float | None


def warned(
    forecasts: Forecasts,
    limit: float,
    probability: float = 0.5,
    release: float = 0.3,
    valid_s: float = 3600.0,
) -> Warned:
    """The warnings of one event.

    Only the first crossing counts, and the forecasts before it: a flooded street needs no warning.
    A warning whose hour ends within the event is judged; so events must end an hour after rain.

    Args:
        forecasts: Of this limit.
        limit: m.
        probability: From which a forecast raises a warning.
        release: Below which it takes it back [D]; `probability` for no such patience.
        valid_s: How long after it was raised a warning may come true.
    """
    over = np.flatnonzero(forecasts.truth >= limit)
    crossing = float(forecasts.truth_at[over[0]]) if over.size else None
    before = forecasts.made_at < (math.inf if crossing is None else crossing)
    warns = _standing(forecasts.reaching, probability, release) & before
    begins = np.flatnonzero(warns & ~np.concatenate(([False], warns[:-1])))
    starts = forecasts.made_at[begins]
    if crossing is None:
        return Warned(None, None, 0, int(starts.size))
    true = crossing - starts <= valid_s
    last = np.flatnonzero(before)
    in_force = bool(last.size and warns[last[-1]] and true.size and true[-1])
    lead = crossing - float(starts[-1]) if in_force else 0.0
    return Warned(crossing, lead, int(true.sum()), int((~true).sum()))


def _standing(reaching: Array, probability: float, release: float) -> NDArray[np.bool_]:
    """Whether a warning stands after each forecast."""
    stands, standing = False, np.zeros(reaching.size, dtype=np.bool_)
    for number, share in enumerate(reaching.tolist()):
        stands = share >= (release if stands else probability)
        standing[number] = stands
    return standing


def scores(events: Sequence[Warned]) -> Scores:
    """Sum up the warnings of many events."""
    leads = [event.lead for event in events if event.lead is not None]
    hits = sum(lead > 0 for lead in leads)
    false_alarms = sum(event.crossing is None and event.false > 0 for event in events)
    false = sum(event.false for event in events)
    given = false + sum(event.came_true for event in events)
    return Scores(
        len(leads),
        hits,
        false_alarms,
        _share(hits, len(leads)),
        _share(false_alarms, hits + false_alarms),
        _share(hits, len(leads) + false_alarms),
        float(np.median(leads)) if leads else None,
        given,
        false,
        _share(false, given),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def brier(probability: Array, happened: NDArray[np.bool_]) -> float:
    """Mean of (probability − 1 or 0)²; 0 is perfect. Both of shape (forecasts,)."""
    return float(np.mean((probability - happened) ** 2))


def crps_of_members(members: Array, truth: Array) -> Array:
    """Continuous ranked probability score of an ensemble, in its unit; 0 is perfect.

    `mean|X − y| − ½ mean|X − X'|` over all pairs: that of the empirical distribution (Hersbach
    2000), a little too strict on few members.

    Args:
        members: Shape (forecasts, members).
        truth: Shape (forecasts,).

    Returns:
        Shape (forecasts,).
    """
    ordered = np.sort(members, axis=1)
    count = ordered.shape[1]
    # Σ|Xi − Xj| over pairs, by the ranks of what is sorted.
    ranks = 2.0 * np.arange(count) - count + 1.0
    apart = (ordered @ ranks) / count**2
    score: Array = np.abs(ordered - truth[:, None]).mean(axis=1) - apart
    return score


def crps_of_normal(mean: Array, sd: Array, truth: Array) -> Array:
    """CRPS of a normal distribution whose part below 0 counts as 0: depth knows no less.

    Args:
        mean: Of the normal distribution; all broadcast to one shape.
        sd: Of it, > 0.
        truth: What happened, >= 0.

    Returns:
        That shape; in their unit. Closed form after Gneiting et al. 2006 and Thorarinsdottir and
        Gneiting 2010, for a distribution that is censored (not cut off) at 0.
    """
    at_truth, at_zero = (truth - mean) / sd, -mean / sd
    below, floor = _cdf(at_truth), _cdf(at_zero)
    score: Array = sd * (
        at_truth * (2.0 * below - 1.0)
        + 2.0 * _density(at_truth)
        - at_zero * floor**2
        - 2.0 * floor * _density(at_zero)
        - (1.0 - _cdf(math.sqrt(2.0) * at_zero)) / _ROOT_PI
    )
    return score


def _density(z: Array) -> Array:
    density: Array = np.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
    return density


def _cdf(z: Array) -> Array:
    erf = np.frompyfunc(math.erf, 1, 1)
    share: Array = 0.5 * (1.0 + np.asarray(erf(z / math.sqrt(2.0)), dtype=np.float64))
    return share
