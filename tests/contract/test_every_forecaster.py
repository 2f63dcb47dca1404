"""What every forecaster keeps."""

import math
import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anomaly.flood_forecaster import FloodForecaster
from anomaly.seasonal_forecast import SeasonalRecent

MINUTE_MS = 60_000
DAY_MS = 24 * 60 * MINUTE_MS
T0_MS = 1_760_000_400_000
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
@pytest.mark.parametrize("constant", [0.0, 0.125, 3.5])
def test_constant_series_stays_constant(make, constant):
    *_, made = outlooks(make(), ((n * MINUTE_MS, constant) for n in range(600)))
    assert made is not None
    for outlook in made:
        assert outlook.p50 == pytest.approx(constant, abs=0.01)
        # Without rain a flood knows but of a level that may move as gauges and water do.
        assert constant - 0.2 <= outlook.p10
        assert outlook.p90 <= constant + 0.2


@pytest.mark.parametrize("constant", [0.0, 0.125, -3.0, 1e6])
def test_constant_series_of_habits_is_certain(constant):
    series = ((n * MINUTE_MS, constant) for n in range(600))
    limits = (constant - 1.0, constant + 1.0)
    for outlook in taught(SeasonalRecent(HORIZONS), series).outlooks(limits) or ():
        for quantile in (outlook.p10, outlook.p50, outlook.p90):
            assert quantile == pytest.approx(constant, rel=1e-6, abs=1e-6)
        assert outlook.exceed == pytest.approx((1.0, 0.0))


def water_that_stands(minutes):
    """A blocked inlet: the ponds of the ensemble drain, what is measured does not."""
    forecaster, made = FloodForecaster(HORIZONS, seed=7), None
    for n in range(minutes):
        if n % 5 == 0:
            forecaster.learn_rain(n * MINUTE_MS, 0.0)
        forecaster.learn_one(n * MINUTE_MS, 0.125)
        made = forecaster.outlooks((0.1,))
    assert made is not None
    return made


def test_water_that_stands_though_no_rain_falls_is_in_the_end_not_taken_for_gone():
    soon = water_that_stands(300)[0]
    assert (soon.method, soon.p50) == ("persistence", 0.125)


def test_water_that_stands_is_known_to_once_skill_is_known():
    assert water_that_stands(60)[0].p50 == pytest.approx(0.125, abs=0.01)


def test_probabilities_of_water_that_stands_are_those_of_its_quantiles():
    soon = water_that_stands(300)[0]
    assert soon.exceed[0] >= 0.5


@every_forecaster
def test_quantiles_and_probabilities_tell_the_same(make):
    forecaster = make()
    for made in outlooks(forecaster, a_series(1000))[100:]:
        for outlook in made:
            for limit, above in zip(LIMITS, outlook.exceed, strict=True):
                if limit < outlook.p10:
                    assert above >= 0.88
                if limit > outlook.p90:
                    assert above <= 0.12
                if outlook.p10 < limit < outlook.p90:
                    assert 0.08 <= above <= 0.92


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
    said = forecaster.outlooks(LIMITS)
    for at in (99 * MINUTE_MS, 98 * MINUTE_MS, 0):
        forecaster.learn_one(at, 9.0)
        assert forecaster.outlooks(LIMITS) == said
    other = taught(make(), a_series(100))
    other.outlooks(LIMITS)
    assert forecaster.dump() == other.dump()
    assert before == taught(make(), a_series(100)).dump()


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
@pytest.mark.parametrize("gap_ms", [6 * 60 * MINUTE_MS, DAY_MS, 30 * DAY_MS])
def test_outlook_behind_a_gap_is_of_what_comes_behind_it(make, gap_ms):
    forecaster = taught(make(), a_series(600))
    for n in range(30):
        forecaster.learn_one(600 * MINUTE_MS + gap_ms + n * MINUTE_MS, 0.05)
    for outlook in forecaster.outlooks(LIMITS) or ():
        assert 0.0 <= outlook.p10 <= outlook.p50 <= outlook.p90
        assert outlook.p10 <= 0.1
        assert math.isfinite(outlook.p90)


@every_forecaster
def test_irregular_cadence_changes_little(make):
    def error(jitter_ms):
        source, forecaster, total, count = random.Random(3), make(), 0.0, 0
        # Seven seconds of a wave of four hours more or less are nothing.
        for at, value in a_series(1500):
            ragged = at + source.randrange(jitter_ms)
            forecaster.learn_one(ragged, value)
            made = forecaster.outlooks()
            if made is not None and at > 500 * MINUTE_MS:
                truth = max(0.0, 0.2 * math.sin((at / MINUTE_MS + 10) / 40))
                total, count = total + abs(made[0].p50 - truth), count + 1
        return total / count

    assert error(50_000) == pytest.approx(error(1), rel=0.2)


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
@pytest.mark.parametrize("cut", [0, 1, 2, 10, 29, 30, 31, 61, 300, 500])
def test_snapshot_continues_identically(make, cut):
    series = list(a_series(700))
    whole, part, resumed = make(), make(), make()
    expected = outlooks(whole, series)
    found = outlooks(part, series[:cut])
    resumed.load(part.dump())
    found += outlooks(resumed, series[cut:])
    assert found == expected
    assert resumed.dump() == whole.dump()


@every_forecaster
@pytest.mark.parametrize(("step_s", "length"), [(1, 4000), (17, 2000), (60, 5000), (100, 2000)])
def test_snapshot_of_a_long_series_stays_below_16_kb(make, step_s, length):
    """At any cadence; most forecasts wait for their truth where values come faster than those."""
    forecaster = make()
    for n, (at, value) in enumerate(a_series(length, step=step_s * 1000)):
        forecaster.learn_one(T0_MS + at, value)
        if n % 10 == 0:
            forecaster.outlooks(LIMITS)
        if n % 100 == 0:
            assert len(forecaster.dump()) <= 16 * 1024
    assert len(forecaster.dump()) <= 16 * 1024


@every_forecaster
def test_snapshot_does_not_grow_any_more(make):
    forecaster, sizes = make(), []
    for n, (at, value) in enumerate(a_series(4000)):
        forecaster.learn_one(T0_MS + at, value)
        if n % 10 == 0:
            forecaster.outlooks(LIMITS)
        if n in (2000, 3999):
            sizes.append(len(forecaster.dump()))
    assert sizes[1] <= sizes[0] + 512


@every_forecaster
@pytest.mark.parametrize("snapshot", [b"", b"\x01", b"\x92\x63\x90"])
def test_snapshot_of_another_version_is_refused(make, snapshot):
    with pytest.raises(ValueError, match="snapshot"):
        make().load(snapshot)


@every_forecaster
def test_snapshot_of_a_later_version_is_refused_and_changes_nothing(make):
    forecaster = taught(make(), a_series(50))
    before = forecaster.dump()
    version, *others = msgspec.msgpack.decode(before)
    with pytest.raises(ValueError, match=f"version {version + 1}"):
        forecaster.load(msgspec.msgpack.encode([version + 1, *others]))
    assert forecaster.dump() == before


@every_forecaster
@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.integers(1, 90 * 60_000),
            st.one_of(st.just(0.0), st.floats(0.0, 2.0), st.floats(0.0, 100.0)),
        ),
        min_size=30,
        max_size=80,
    )
)
def test_whatever_comes_outlooks_are_numbers_in_order(make, rows):
    forecaster, at = make(), T0_MS
    for step, value in rows:
        at += step
        forecaster.learn_one(at, value)
        for outlook in forecaster.outlooks(LIMITS) or ():
            assert 0.0 <= outlook.p10 <= outlook.p50 <= outlook.p90 < math.inf
            assert all(0.0 <= p <= 1.0 for p in outlook.exceed)
            assert [*outlook.exceed] == sorted(outlook.exceed, reverse=True)


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
                for quantile in ("p10", "p50", "p90"):
                    expected = getattr(this, quantile) * factor
                    assert getattr(that, quantile) == pytest.approx(
                        expected, rel=0.01, abs=1e-6 * factor
                    )
                assert that.method == this.method


@every_forecaster
@pytest.mark.parametrize("seed", range(12))
def test_series_of_few_steps_is_not_forecast_beyond_all_bounds(make, seed):
    """A crowd counted in coarse steps: for long nothing moves but last digits, then it jumps."""
    source, forecaster, largest = random.Random(seed), make(), 0.0
    value, n = 0.225, 0
    while n < 150:
        for _ in range(source.choice((1, 4, 12, 40))):
            n += 1
            forecaster.learn_one(T0_MS + n * MINUTE_MS, value + source.choice((0.0, 3e-17)))
            for outlook in forecaster.outlooks() or ():
                largest = max(largest, outlook.p50)
        value = source.choice((0.0, 0.025, 0.075, 0.225, 0.24, 0.275, 0.775))
    assert largest < 5.0
