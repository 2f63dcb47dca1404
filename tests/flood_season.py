"""Forecasts of a street's events, one after the other as a gauge would live through them."""

from typing import NamedTuple

import numpy as np

from anomaly.damped_trend import DampedTrend
from anomaly.flood_verification import Forecasts, crps_of_members, crps_of_normal
from anomaly.forecasting import PLANS, WATER
from anomaly.ponding_forecast import PondingEnsemble
from sensors.simulator.street_flood import MINUTES, Event, events_of, past_of

HORIZONS = (600, 1800, 3600)
LIMITS = (0.15, 0.27)
EVERY = PLANS[WATER].every_s // 60
FIRST = 3
PAST = 4
BETWEEN_MS = 40 * 3_600_000


class Forecasted(NamedTuple):
    """What was forecast in one event as often as it is published, once both gauges have spoken."""

    event: Event
    minutes: np.ndarray
    reaching: np.ndarray
    exceed: np.ndarray
    members: np.ndarray
    trend: np.ndarray
    last: np.ndarray
    is_wet: np.ndarray

    def of(self, limit):
        """The warnings' side of it."""
        at = self.minutes * 60.0
        return Forecasts(
            at, self.reaching[:, LIMITS.index(limit)],
            np.arange(1.0, MINUTES + 1) * 60.0, self.event.depth_m,
        )  # fmt: skip

    def truth(self):
        """Depth at each horizon of each forecast; NaN beyond the event."""
        at = self.minutes[:, None] - 1 + np.array(HORIZONS) // 60
        inside = np.minimum(at, MINUTES - 1)
        return np.where(at < MINUTES, self.event.depth_m[inside], np.nan)


def season(seed, past=PAST):
    """Live through a street's events; yields one `Forecasted` for each but the `past` first."""
    forecaster, trend = PondingEnsemble(seed=seed), DampedTrend()
    for number, event in enumerate((*past_of(seed, past), *events_of(seed))):
        start = 1_780_000_000_000 + number * BETWEEN_MS
        lived = live(event, start, forecaster, trend, is_asked=number >= past)
        if lived is not None:
            yield lived


def live(event, start, forecaster, trend, is_asked):
    rows, last, recent = [], 0.0, -np.inf
    for minute in range(MINUTES):
        at = start + (minute + 1) * 60_000
        rain, depth = event.read_mm_h[minute], event.read_m[minute]
        if not np.isnan(rain):
            forecaster.learn_rain(at, float(rain))
            if rain > 0:
                recent = minute
        if not np.isnan(depth):
            forecaster.learn_one(at, float(depth))
            trend.learn_one(at, float(depth))
            last = max(0.0, float(depth))
        if not is_asked or minute % EVERY or minute < FIRST:
            continue
        rows.append((
            minute + 1,
            soon(forecaster),
            forecaster.outlooks((1800,), LIMITS)[0].exceed,
            forecaster.members(HORIZONS),
            [trend.normal(horizon) for horizon in HORIZONS],
            last,
            minute - recent <= 60 or last >= 0.03,
        ))  # fmt: skip
    if not is_asked:
        return None
    return Forecasted(event, *(np.array(column) for column in zip(*rows, strict=True)))


def soon(forecaster):
    """Probability of each limit within half an hour; at its end where there is but a trend."""
    reachings = forecaster.reachings(LIMITS)
    if reachings is None:
        return forecaster.outlooks((1800,), LIMITS)[0].exceed
    return [reaching.soon for reaching in reachings]


def skill(forecasted, only_wet=True):
    """CRPS (m) by horizon of ensemble, persistence and trend.

    Both baselines are given, in hindsight, the spread that suits them best at each horizon.
    """
    pick = [f.is_wet if only_wet else np.ones(f.is_wet.size, bool) for f in forecasted]
    truth = np.concatenate([f.truth()[p] for f, p in zip(forecasted, pick, strict=True)])
    members = np.concatenate([f.members[p] for f, p in zip(forecasted, pick, strict=True)])
    trend = np.concatenate([f.trend[p] for f, p in zip(forecasted, pick, strict=True)])
    last = np.concatenate([f.last[p] for f, p in zip(forecasted, pick, strict=True)])
    table = {}
    for column, horizon in enumerate(HORIZONS):
        known = ~np.isnan(truth[:, column])
        y = truth[known, column]
        mean, sd = trend[known, column].T
        table[horizon] = (
            crps_of_members(members[known, column], y).mean(),
            min(crps_of_normal(last[known], s, y).mean() for s in SPREADS),
            min(crps_of_normal(mean, sd * k, y).mean() for k in FACTORS),
        )
    return table


SPREADS = np.geomspace(0.002, 0.3, 12)
FACTORS = np.geomspace(0.05, 4.0, 12)
