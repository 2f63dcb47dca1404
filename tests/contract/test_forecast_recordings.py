"""Forecasts of real series against what anybody could have said: ../shared/recordings."""

import gzip
import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from anomaly.seasonal_forecast import SeasonalRecent

RECORDINGS = Path(__file__).resolve().parents[2].parent / "shared" / "recordings"
pytestmark = pytest.mark.skipif(
    not RECORDINGS.is_dir(), reason=f"needs {RECORDINGS}, which is not part of the project"
)
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
WEEK_MS = 7 * DAY_MS
DEAD = "akl-107-quay-street"


def series_of(recording, quantity, every):
    """Terminal → [(local ms, value)] of every so many terminals."""
    places = json.loads((RECORDINGS / "terminals.json").read_text())
    zones = {zone["id"]: ZoneInfo(zone["timezone"]) for zone in places["zones"]}
    here = {t["id"]: zones[t["zone"]] for t in places["terminals"]}
    names = sorted(t["id"] for t in places["terminals"] if t["recording"].startswith(recording))
    wanted = {name for name in names if name != DEAD}
    wanted = set(sorted(wanted)[::every])
    found = defaultdict(list)
    offsets = {}
    with gzip.open(RECORDINGS / f"{recording}.ndjson.gz") as file:
        for line in file:
            packet = json.loads(line)
            if packet["terminal"] not in wanted:
                continue
            at = packet["pack"][0]["bt"]
            key = here[packet["terminal"]], at // 3600
            if key not in offsets:
                ahead = datetime.fromtimestamp(at, UTC).astimezone(key[0]).utcoffset()
                offsets[key] = round((ahead or timedelta()).total_seconds())
            for record in packet["pack"]:
                if record["n"] == quantity:
                    found[packet["terminal"]].append(((at + offsets[key]) * 1000, record["v"]))
    assert found
    return found


def errors(series, horizons, warm_up):
    """Horizon → sums of absolute errors: ours, of each baseline, and truths inside the interval."""
    sums: dict[int, dict[str, float]] = {horizon: defaultdict(float) for horizon in horizons}
    for rows in series.values():
        forecaster, values = SeasonalRecent(horizons), dict(rows)
        hours: dict[int, list[float]] = defaultdict(lambda: [0.0, 0.0])
        for at, value in rows:
            forecaster.learn_one(at, value)
            hour = hours[at // HOUR_MS % 24]
            hour[0] += value
            hour[1] += 1
            if at - rows[0][0] < warm_up:
                continue
            for outlook in forecaster.outlooks() or ():
                target = at + 1000 * outlook.horizon
                truth, total = values.get(target), hours[target // HOUR_MS % 24]
                if truth is None or not total[1]:
                    continue
                said = {"ours": outlook.p50, "persistence": value, "hour": total[0] / total[1]}
                week, then = values.get(target - WEEK_MS), values.get(at - WEEK_MS)
                if warm_up > WEEK_MS:
                    if week is None or then is None:
                        continue
                    ratio = min(max((value + 1) / (then + 1), 0.2), 5.0)
                    said |= {"week": week, "week x ratio": week * ratio}
                found = sums[outlook.horizon]
                for name, guess in said.items():
                    found[name] += abs(guess - truth)
                found["inside"] += outlook.p10 <= truth <= outlook.p90
                found["count"] += 1
    return sums


def test_crowd_in_1_and_3_hours_is_nearer_than_every_baseline_and_the_interval_is_right():
    series = series_of("crowd-auckland-2019", "people_count", every=6)
    least_gain = {
        3600: {"persistence": 0.63, "hour": 0.6, "week": 0.37, "week x ratio": 0.25},
        10800: {"persistence": 0.78, "hour": 0.5, "week": 0.2, "week x ratio": 0.35},
    }
    for horizon, found in errors(series, (3600, 10800), 4 * WEEK_MS).items():
        assert found["count"] > 24_000
        for baseline, gain in least_gain[horizon].items():
            assert found["ours"] <= (1 - gain) * found[baseline], (horizon, baseline)
        assert 0.77 <= found["inside"] / found["count"] <= 0.83


def test_traffic_in_10_30_and_60_minutes_is_nearer_than_persistence_and_the_hour_of_the_day():
    series = series_of("traffic-los-angeles-week", "traffic_speed", every=30)
    least_gain = {600: 0.04, 1800: 0.04, 3600: 0.05}
    for horizon, found in errors(series, (600, 1800, 3600), 2 * DAY_MS).items():
        assert found["count"] > 9_900
        assert found["ours"] <= (1 - least_gain[horizon]) * found["persistence"], horizon
        assert found["ours"] <= 0.7 * found["hour"], horizon
        assert 0.77 <= found["inside"] / found["count"] <= 0.83


def test_pm25_in_1_and_3_hours_is_nearer_than_persistence():
    series = series_of("air-beijing-2016", "pm25", every=1)
    least_gain = {3600: 0.03, 10800: 0.015}
    for horizon, found in errors(series, (3600, 10800), 4 * WEEK_MS).items():
        assert found["count"] > 7_500
        assert found["ours"] <= (1 - least_gain[horizon]) * found["persistence"], horizon
        assert 0.77 <= found["inside"] / found["count"] <= 0.83


def test_noise_in_10_to_60_minutes_is_nearer_than_persistence():
    series = series_of("noise-montreal-2025", "laeq", every=1)
    for horizon, found in errors(series, (600, 1200, 1800, 3600), 2 * DAY_MS).items():
        assert found["count"] > 13_500
        assert found["ours"] <= 0.87 * found["persistence"], horizon
        assert 0.77 <= found["inside"] / found["count"] <= 0.83
