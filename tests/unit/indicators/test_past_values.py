"""Past values as columns: what was put is what is found, also after a dump."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.past_values import Kept, PastValues, packed, unpacked

values = st.none() | st.floats(allow_nan=False, allow_infinity=False)
shares = st.integers(0, 10_000).map(lambda part: part / 10_000)
levels = st.none() | st.sampled_from(["water_1", "water_2", "rain_red"])
numbers = st.floats(0, 1)
details = st.dictionaries(st.sampled_from(["terminal", "mean"]), numbers | st.text(max_size=3))
weights = st.dictionaries(st.sampled_from(["WL-07", "WL-08"]), numbers)
kept_values = st.builds(Kept, values, shares, levels, details, weights, st.booleans())
instants = st.integers(-20, 20).map(lambda number: number * 60_000)
puts = st.lists(st.tuples(instants, kept_values), max_size=30)


def filled(items):
    past = PastValues()
    for end, kept in items:
        past.put(end, kept)
    return past


def everything(past):
    return dict(past.between(-(2**60), 2**60))


@given(puts)
def test_last_value_put_for_a_window_is_found_in_order_of_time(items):
    past = filled(items)
    assert everything(past) == dict(items)
    assert past.ends == sorted(dict(items))
    assert len(past) == len(dict(items))


@given(puts, instants, instants, st.sampled_from([1, 60_000, 180_000]))
def test_between_leaves_out_the_start_and_holds_the_end(items, start, end, step):
    expected = {
        at: kept for at, kept in dict(items).items() if start < at <= end and at % step == 0
    }
    assert dict(filled(items).between(start, end, step)) == expected


@given(puts, st.sets(instants))
def test_what_is_not_kept_is_forgotten(items, wanted):
    past = filled(items)
    past.keep(wanted)
    assert everything(past) == {end: kept for end, kept in dict(items).items() if end in wanted}


@given(puts, puts)
def test_past_goes_on_after_a_dump_as_if_there_had_been_none(before, after):
    past = filled(before)
    loaded = PastValues.load(past.dump())
    for end, kept in after:
        past.put(end, kept)
        loaded.put(end, kept)
    assert everything(loaded) == everything(past)
    assert loaded.dump() == past.dump()


def test_nothing_is_dumped_of_nothing():
    assert PastValues().dump() == b""


def test_negative_zero_and_the_largest_number_survive():
    past = filled([(0, Kept(-0.0, 1.0)), (1, Kept(1.7976931348623157e308, 0.0))])
    (_, first), (_, second) = PastValues.load(past.dump()).between(-1, 1)
    assert str(first.value) == "-0.0"
    assert second.value == 1.7976931348623157e308


def test_columns_of_unequal_length_are_refused():
    steps, _, *rest = msgspec.msgpack.decode(filled([(0, Kept(1.0, 1.0))]).dump())
    with pytest.raises(ValueError, match="unequal"):
        PastValues.load(msgspec.msgpack.encode([steps, b"", *rest]))


def test_snapshot_encoder_refuses_what_it_does_not_know():
    with pytest.raises(NotImplementedError, match="set"):
        packed(set())
    with pytest.raises(NotImplementedError, match="complex"):
        unpacked(complex, b"")
