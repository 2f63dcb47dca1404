"""Change of regime: a week that is another one is, a day's event and the seasons are not."""

import math
import random
import subprocess
import sys

import pytest

from anomaly.baseline import SeasonalBaseline
from anomaly.day_kind import by_weekday
from anomaly.regime import Regime
from anomaly.surprise import Surprise

HOUR_MS = 3_600_000
CHANGE = 60
"""The day on which something happens."""


def a_series(kind, seed, days=150):
    """Hourly values: a daily wave, noise that lasts for hours and for days, and what happens."""
    source, noise, of_day = random.Random(seed), 0.0, 0.0
    for n in range(days * 24):
        day, hour = divmod(n, 24)
        noise = 0.9 * noise + source.gauss(0, 4.4)
        of_day = source.gauss(0, 6) if hour == 0 else of_day
        value = 100 + 50 * math.sin(hour / 12 * math.pi) + noise + of_day
        if day >= CHANGE:
            value = {"step": value + 40, "gain": 1.3 * value}.get(kind, value)
        if kind == "event" and day == CHANGE:
            value += 150
        if kind == "season":
            value += 40 * math.sin(day / 365 * 2 * math.pi)
        yield n * HOUR_MS, value


def changes(kind, seed):
    """The days on which a change was found."""
    baseline, regime, found = SeasonalBaseline(by_weekday), Regime(), []
    for at, value in a_series(kind, seed):
        bin_, day = baseline.bin_of(at), at // (24 * HOUR_MS)
        usual = baseline.expectation(bin_)
        if usual is not None and regime.learn(day, (value - usual[0]) / usual[1]):
            found.append(day)
            baseline.learn_anew()
        baseline.learn(bin_, value)
    return found


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("kind", "days"), [("step", 12), ("gain", 20)])
def test_another_level_is_found_in_days(kind, days, seed):
    found = changes(kind, seed)
    assert found
    assert CHANGE + 3 <= found[0] <= CHANGE + days


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("kind", ["none", "season", "event"])
def test_noise_the_seasons_and_the_event_of_a_day_are_no_change(kind, seed):
    assert changes(kind, seed) == []


def test_restored_regime_goes_on_identically_past_its_memory():
    source = random.Random(1)
    whole, found = Regime(), []
    for day in range(900):
        restored = Regime()
        restored.load(whole.dump())
        for _ in range(3):
            deviation = source.gauss(2 if 700 < day < 750 else 0, 1)
            expected = whole.learn(day, deviation)
            assert restored.learn(day, deviation) == expected
            found += [day] if expected else []
        assert restored.dump() == whole.dump()
        assert len(whole.dump().means) <= 361
    assert 700 < found[0] < 715


def test_detector_says_so_once_and_has_the_new_level_weeks_earlier():
    detector, told = Surprise(), []
    for at, value in a_series("step", 1):
        verdict = detector.score_one(at, value)
        detector.learn_one(at, value)
        day = at // (24 * HOUR_MS)
        if verdict.is_new_regime:
            told.append(day)
        if day == CHANGE + 22 and at // HOUR_MS % 24 == 12:
            assert verdict.expected is not None
            assert verdict.expected == pytest.approx(140 + 50 * math.sin(math.pi), abs=15)
    assert len(told) == 1


def test_nobody_who_scores_nothing_pays_for_the_detector_of_changes():
    """river.drift brings scipy along, 70 MB."""
    script = (
        "import sys, streams.replay; sys.exit('river' in sys.modules or 'scipy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
