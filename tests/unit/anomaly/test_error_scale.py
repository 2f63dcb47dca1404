"""How large errors are: by hour and kind of day, in unrest, and in spite of a wild one."""

import random

import msgspec
import pytest

from anomaly.day_kind import by_weekday
from anomaly.error_scale import ErrorScale, ScaleState

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
MONDAY = 4 * DAY_MS


def learned(errors, scale=None):
    """Of an error an hour."""
    scale = scale or ErrorScale(by_weekday)
    for n, error in enumerate(errors):
        scale.learn(MONDAY + n * HOUR_MS, error)
    return scale


def test_without_errors_it_is_0():
    assert learned([]).at(MONDAY) == 0.0
    still = learned([0.0] * 100)
    assert (still.at(MONDAY), still.count) == (0.0, 100)


def test_it_is_the_standard_deviation_of_normal_errors():
    source = random.Random(1)
    scale = learned(source.gauss(0, 3) for _ in range(20_000))
    found = [scale.at(MONDAY + hour * HOUR_MS) for hour in range(24)]
    assert sum(found) / 24 == pytest.approx(3.0, rel=0.15)


def test_it_knows_the_hour_of_the_day():
    scale = learned((10.0 if n % 24 < 12 else 1.0) * (-1) ** n for n in range(24 * 40))
    assert scale.at(MONDAY + 6 * HOUR_MS) > 5 * scale.at(MONDAY + 18 * HOUR_MS)


def test_it_knows_the_kind_of_the_day():
    scale = learned(10.0 if n // 24 % 7 >= 5 else 1.0 for n in range(24 * 70))
    assert scale.at(MONDAY + 5 * DAY_MS) > 5 * scale.at(MONDAY)


def test_hour_that_was_hardly_seen_goes_by_all_hours():
    scale = learned([4.0] * 9)
    assert scale.at(MONDAY + 15 * HOUR_MS) == pytest.approx(scale.at(MONDAY + 3 * HOUR_MS))


def test_it_grows_with_unrest_and_calms_down_again():
    scale = learned([1.0] * 24 * 30)
    usual = scale.at(MONDAY)
    learned([4.0] * 10, scale)
    # By the root of what the last errors are, not by all of it.
    assert 1.2 * usual < scale.at(MONDAY + 12 * HOUR_MS) < 2.0 * usual
    learned([1.0] * 48, scale)
    assert scale.at(MONDAY + 12 * HOUR_MS) == pytest.approx(usual, rel=0.1)


def test_one_wild_error_does_not_widen_a_month():
    plain = [1.0] * 2000
    usual, shaken = learned(plain), learned([*plain[:-24], 1000.0, *plain[-23:]])
    for hour in range(24):
        assert shaken.at(MONDAY + hour * HOUR_MS) < 4 * usual.at(MONDAY + hour * HOUR_MS)


def test_unit_scales_it():
    source = random.Random(2)
    errors = [source.gauss(0, 1) for _ in range(500)]
    plain, scaled = learned(errors), learned([1e-3 * error for error in errors])
    assert scaled.at(MONDAY) == pytest.approx(1e-3 * plain.at(MONDAY), rel=1e-5)


@pytest.mark.parametrize("cut", [0, 1, 300])
def test_state_continues_identically_through_its_bytes(cut):
    source = random.Random(1)
    whole, resumed = ErrorScale(by_weekday), ErrorScale(by_weekday)
    for n in range(600):
        if n == cut:
            snapshot = msgspec.msgpack.encode(whole.dump())
            resumed.load(msgspec.msgpack.decode(snapshot, type=ScaleState))
        error, at = source.gauss(0, 2), MONDAY + n * HOUR_MS
        for scale in (whole, resumed) if n >= cut else (whole,):
            scale.learn(at, error)
        if n >= cut:
            assert resumed.at(at) == whole.at(at)
            assert resumed.dump() == whole.dump()


def test_state_stays_of_one_size():
    sizes = {len(msgspec.msgpack.encode(learned([1.5] * n).dump())) for n in (300, 30_000)}
    assert max(sizes) - min(sizes) <= 4
