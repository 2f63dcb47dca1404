"""What every forecaster keeps."""

import math
import random

import pytest

from anomaly.flood_forecaster import FloodForecaster
from anomaly.seasonal_forecast import SeasonalRecent

MINUTE_MS = 60_000
DAY_MS = 24 * 60 * MINUTE_MS
HORIZONS = (600, 1200, 1800, 3600)
LIMITS = (0.05, 0.15, 0.4)
FORECASTERS = {
    "seasonal_recent": lambda horizons=HORIZONS: SeasonalRecent(horizons),
    "flood": lambda horizons=HORIZONS: FloodForecaster(horizons, seed=7),
}
every_forecaster = pytest.mark.parametrize("make", FORECASTERS.values(), ids=FORECASTERS.keys())


def a_series(length, seed=1, step=MINUTE_MS):
    """Water that comes and goes with a wave, and noise."""
    source = random.Random(seed)
    for n in range(length):
        yield n * step, max(0.0, 0.2 * math.sin(n / 40) + source.gauss(0, 0.01))


def taught(forecaster, series):
    for at, value in series:
        forecaster.learn_one(at, value)
    return forecaster


def outlooks(forecaster, series):
    found = []
    for at, value in series:
        forecaster.learn_one(at, value)
        found.append(forecaster.outlooks(LIMITS))
    return found


@every_forecaster
def test_nothing_is_said_of_too_little(make):
    assert make().outlooks(LIMITS) is None
    assert taught(make(), a_series(2)).outlooks(LIMITS) is None


@every_forecaster
def test_outlooks_are_of_the_horizons_with_quantiles_and_probabilities_in_order(make):
    found = [made for made in outlooks(make(), a_series(600)) if made is not None]
    assert len(found) > 500
    for made in found:
        assert [outlook.horizon for outlook in made] == [*HORIZONS]
        for outlook in made:
            assert outlook.p10 <= outlook.p50 <= outlook.p90
            assert outlook.p10 >= 0.0
            assert all(0.0 <= p <= 1.0 for p in outlook.exceed)
            assert [*outlook.exceed] == sorted(outlook.exceed, reverse=True)
            assert outlook.method
            assert outlook.skill is None or outlook.skill <= 1.0


@every_forecaster
@pytest.mark.parametrize("constant", [0.0, 0.125])
def test_constant_series_stays_constant(make, constant):
    made = taught(make(), ((n * MINUTE_MS, constant) for n in range(600))).outlooks(LIMITS)
    assert made is not None
    for outlook in made:
        assert outlook.p50 == pytest.approx(constant, abs=0.06)


@every_forecaster
@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_refused_and_teaches_nothing(make, number):
    forecaster = taught(make(), a_series(100))
    before = forecaster.dump()
    with pytest.raises(ValueError, match=str(number)):
        forecaster.learn_one(100 * MINUTE_MS, number)
    assert forecaster.dump() == before


@every_forecaster
def test_value_that_is_not_newer_is_left_out(make):
    forecaster = taught(make(), a_series(100))
    before = forecaster.dump()
    for at in (99 * MINUTE_MS, 0):
        forecaster.learn_one(at, 9.0)
    assert forecaster.dump() == before


@every_forecaster
def test_gap_of_days_and_irregular_cadence_leave_numbers(make):
    source = random.Random(3)
    at, forecaster = 0, make()
    for n, (_, value) in enumerate(a_series(1500)):
        at += 3 * DAY_MS if n % 400 == 399 else source.randrange(1, 5 * MINUTE_MS)
        forecaster.learn_one(at, value)
        for outlook in forecaster.outlooks(LIMITS) or ():
            assert math.isfinite(outlook.p10)
            assert math.isfinite(outlook.p90)


@every_forecaster
def test_asking_changes_no_later_outlook(make):
    """What is asked for is scored, so both are asked each time; one of them more often."""
    one, other = make(), make()
    for at, value in a_series(500):
        one.learn_one(at, value)
        other.learn_one(at, value)
        expected = one.outlooks(LIMITS)
        assert other.outlooks(()) is None or expected is not None
        assert other.outlooks(LIMITS) == expected
    assert one.dump() == other.dump()


@every_forecaster
def test_future_changes_no_outlook_of_the_past(make):
    series = list(a_series(800))
    changed = series[:400] + [(at, value * 3 + 1) for at, value in series[400:]]
    assert outlooks(make(), series)[:400] == outlooks(make(), changed)[:400]


@every_forecaster
@pytest.mark.parametrize("cut", [0, 1, 2, 10, 29, 30, 31, 61, 300])
def test_snapshot_continues_identically(make, cut):
    series = list(a_series(500))
    whole, part, resumed = make(), make(), make()
    expected = outlooks(whole, series)
    found = outlooks(part, series[:cut])
    resumed.load(part.dump())
    found += outlooks(resumed, series[cut:])
    assert found == expected
    assert resumed.dump() == whole.dump()


@every_forecaster
def test_snapshot_of_a_long_series_stays_below_16_kb(make):
    forecaster = make()
    for at, value in a_series(5000):
        forecaster.learn_one(at, value)
        if at % (10 * MINUTE_MS) == 0:
            forecaster.outlooks(LIMITS)
    assert len(forecaster.dump()) <= 16 * 1024


@every_forecaster
@pytest.mark.parametrize("snapshot", [b"", b"\x01", b"\x92\x63\x90"])
def test_snapshot_of_another_version_is_refused(make, snapshot):
    with pytest.raises(ValueError, match="snapshot"):
        make().load(snapshot)


@every_forecaster
def test_snapshot_of_other_horizons_is_refused(make):
    with pytest.raises(ValueError, match="horizons"):
        make((600,)).load(make().dump())


@pytest.mark.parametrize("factor", [1000.0, 0.01])
def test_another_unit_gives_the_same_forecasts_in_it(factor):
    plain = outlooks(SeasonalRecent(HORIZONS), a_series(1500))
    scaled = outlooks(SeasonalRecent(HORIZONS), ((at, v * factor) for at, v in a_series(1500)))
    for one, other in zip(plain, scaled, strict=True):
        if one is not None:
            for this, that in zip(one, other, strict=True):
                assert that.p50 == pytest.approx(this.p50 * factor, rel=0.02, abs=0.005 * factor)
