"""Many windows at once against each by itself; times and numbers against the obvious way."""

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.closings import Closings
from indicators.planning import plan_zone
from indicators.registry import SignSet
from indicators.rounding import rfc3339, significant, significants
from indicators.rounds import take_rhythms, turns
from indicators.stage import Vitals
from indicators.state import ZoneState
from indicators.vital_sign import Inputs, VitalSign
from indicators.window import Pooled, aggregate
from sensors.city import City
from sensors.directory import Directory
from sensors.quantity import CATALOGUE
from sensors.row_store import RowStore
from tests.builders import T0_MS, a_city, a_terminal

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ZONES = sorted(available_timezones())
MANY = [sign for signs in SignSet for sign in signs.signs.values() if sign.many is not None]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=20))
def test_numbers_are_rounded_together_as_each_by_itself(values):
    expected = [significant(value) for value in values]
    assert significants(np.array(values, np.float64)) == expected


@given(st.integers(-(10**12), 4 * 10**12), st.sampled_from(_ZONES))
def test_time_is_written_as_datetime_writes_it(at, timezone):
    local = (_EPOCH + timedelta(milliseconds=at)).astimezone(ZoneInfo(timezone))
    expected = local.isoformat(timespec="milliseconds" if at % 1000 else "seconds")
    assert rfc3339(at, timezone) == expected


@pytest.mark.parametrize("sign", MANY, ids=lambda sign: sign.id)
@given(seed=st.integers(0, 2**64 - 1))
def test_formula_of_many_windows_says_what_the_formula_says(sign: VitalSign, seed):
    random = Random(seed)
    quantity = CATALOGUE[sign.inputs[0]]
    zone = a_city([a_terminal("t", "z")]).zones["z"]
    windows = [
        aggregate("t", quantity, 1.0, np.array([_value(random, quantity) for _ in range(count)]))
        for count in random.choices([1, 2, 7, 100], k=9)
    ]
    columns = [[getattr(w, name) for w in windows] for name in ("count", "low", "high", "steps")]
    scale = np.full(len(windows), float(quantity.scale))
    newest = np.zeros(len(windows), np.int64)
    count, low, high, steps = map(np.array, columns)
    assert sign.many is not None
    found = sign.many(Pooled(scale, count, low, high, steps, newest, count / 1))
    for window, value, detail in zip(windows, found.values.tolist(), found.details, strict=True):
        measure = sign.formula(Inputs(zone, 0, 1, {quantity.name: [window]}))
        assert measure.value is not None
        assert significant(value) == significant(measure.value)
        assert detail == {k: significant(v) for k, v in measure.detail.items()}


def _value(random, quantity):
    number = random.uniform(max(quantity.low, -1e5), min(quantity.high, 1e5))
    return round(number, random.choice([0, 1, 3, 12]))


def a_stage(city: City) -> Vitals:
    store = RowStore()
    stage = Vitals(Directory(store), store)
    for zone in city.zones.values():
        stage.open(plan_zone(city, zone, SignSet.CATALOGUE.signs.values()), ZoneState())
    return stage


@given(st.data())
def test_rounds_come_in_the_order_of_single_closings(data):
    terminals = [
        a_terminal("a", "x", {"water_depth": 10.0, "rain": 60.0, "laeq": 3600.0}),
        a_terminal("b", "y", {"people_count": 300.0, "temperature": 10.0}),
    ]
    signs = [
        sign for zone in a_stage(a_city(terminals)).zones.values() for sign in zone.signs.values()
    ]
    together, singly = Closings(), Closings()
    for sign in signs:
        if (start := data.draw(st.one_of(st.none(), st.integers(0, 30)))) is not None:
            sign.state.next_end = (T0_MS // sign.plan.hop + start) * sign.plan.hop
            together.set(sign, sign.state.next_end)
            singly.set(sign, sign.state.next_end)
    until = T0_MS + data.draw(st.integers(0, 7_200_000))
    begun = {sign.slot: sign.state.next_end for sign in signs}
    expected = []
    while singly.due is not None and singly.due <= until:
        due, some = singly.take()
        for sign in some:
            expected.append((due, sign.order))
            sign.state.next_end = due - sign.plan.grace + sign.plan.hop
            singly.set(sign, sign.state.next_end)
    for sign in signs:
        sign.state.next_end = begun[sign.slot]
    found = []
    while together.due is not None and together.due <= until:
        rhythms = take_rhythms(together, until)
        found += [(due, sign.order) for due, _, _, sign in turns(rhythms)]
        for due, hop, rounds, alike in rhythms:
            for sign in alike:
                sign.state.next_end = due + rounds * hop - sign.plan.grace
            together.set_together(alike, due + rounds * hop)
    assert found == expected
    assert together.due == singly.due
