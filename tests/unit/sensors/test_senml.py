"""SenML packs: what RFC 8428 says of names, times, units, values and versions."""

import json
import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sensors.reason import Reason
from sensors.senml import Resolved, SenmlError, decode

T = 1_760_000_000


def packed(*records: object) -> bytes:
    return json.dumps(list(records)).encode()


def resolved(*records: object) -> list[Resolved]:
    return decode(packed(*records))


def refusal(payload: bytes) -> Reason:
    with pytest.raises(SenmlError) as caught:
        decode(payload)
    assert caught.value.detail
    return caught.value.reason


def test_plain_record_resolves_to_itself():
    assert resolved({"n": "a/x", "u": "m", "v": 1.5, "t": T}) == [
        Resolved("a/x", "m", T * 1000, 1.5)
    ]


def test_base_name_goes_before_every_following_name():
    found = resolved({"bn": "a/", "bt": T, "n": "x", "v": 1}, {"n": "y", "v": 2})
    assert [r.name for r in found] == ["a/x", "a/y"]


def test_base_name_alone_is_a_name():
    assert resolved({"bn": "a/x", "bt": T, "v": 1})[0].name == "a/x"


def test_new_base_name_replaces_the_old_one():
    found = resolved({"bn": "a/", "bt": T, "n": "x", "v": 1}, {"bn": "b/", "n": "x", "v": 2})
    assert [r.name for r in found] == ["a/x", "b/x"]


def test_base_time_adds_to_time():
    found = resolved({"n": "x", "bt": T, "t": -10, "v": 1}, {"n": "x", "v": 2}, {"n": "x", "t": 0.25, "v": 3})  # fmt: skip
    assert [r.at for r in found] == [(T - 10) * 1000, T * 1000, T * 1000 + 250]


def test_milliseconds_are_kept():
    assert resolved({"n": "x", "t": T + 0.123, "v": 1})[0].at == T * 1000 + 123


def test_base_unit_holds_where_no_unit_is_given():
    found = resolved({"bu": "m", "bt": T, "n": "x", "v": 1}, {"n": "y", "u": "cm", "v": 2}, {"n": "z", "v": 3})  # fmt: skip
    assert [r.unit for r in found] == ["m", "cm", "m"]


def test_base_value_adds_to_value():
    found = resolved({"bv": 20, "bt": T, "n": "x", "v": 1}, {"n": "y", "v": -2})
    assert [r.value for r in found] == [21, 18]


def test_relative_time_is_left_for_screening():
    assert resolved({"n": "x", "t": -5, "v": 1})[0].at == -5000


def test_record_with_base_fields_only_gives_no_reading():
    assert len(resolved({"bn": "a/", "bt": T, "bu": "m"}, {"n": "x", "v": 1})) == 1


def test_sum_without_value_has_no_number():
    assert resolved({"n": "x", "s": 12.5, "t": T})[0].value is None


def test_value_beside_a_sum_is_the_value():
    assert resolved({"n": "x", "v": 2, "s": 12.5, "t": T})[0].value == 2


@pytest.mark.parametrize("field", [{"vs": "on"}, {"vb": True}, {"vd": "AAE"}])
def test_text_boolean_and_data_have_no_number(field):
    assert resolved({"n": "x", "t": T, **field})[0].value is None


@pytest.mark.parametrize("version", [1, 5, 10])
def test_known_version_is_read(version):
    assert len(resolved({"bver": version, "n": "x", "t": T, "v": 1})) == 1


@pytest.mark.parametrize("version", [0, -1, 11, 1e9])
def test_unknown_version_is_refused(version):
    assert refusal(packed({"bver": version, "n": "x", "t": T, "v": 1})) is Reason.BAD_SENML


def test_unknown_label_is_skipped():
    assert resolved({"n": "x", "t": T, "v": 1, "vendor": {"a": [1]}})[0].value == 1


def test_label_that_must_be_understood_is_refused():
    assert refusal(packed({"n": "x", "t": T, "v": 1, "vendor_": 1})) is Reason.BAD_SENML


def test_update_time_is_read_over():
    assert resolved({"n": "x", "t": T, "v": 1, "ut": 60})[0].value == 1


@pytest.mark.parametrize("name", ["a", "0", "a-b:c.d/e_f", "A9"])
def test_name_of_the_allowed_characters_is_taken(name):
    assert resolved({"n": name, "t": T, "v": 1})[0].name == name


@pytest.mark.parametrize(
    "name", ["", "-a", "/a", ".a", "_a", ":a", "a b", "a#", "水", "a\n", "a\0"]
)
def test_name_that_breaks_the_rules_is_refused(name):
    assert refusal(packed({"n": name, "t": T, "v": 1})) is Reason.BAD_SENML


def test_name_is_checked_as_a_whole():
    assert resolved({"bn": "a", "n": "/x", "t": T, "v": 1})[0].name == "a/x"


@pytest.mark.parametrize(
    "fields",
    [
        {"v": 1, "vs": "a"},
        {"vs": "a", "vb": True},
        {"v": 1, "vd": "AA"},
        {"v": 1, "vs": "a", "vb": True, "vd": "AA"},
        {},
    ],
)
def test_other_than_one_value_is_refused(fields):
    assert refusal(packed({"n": "x", "t": T, **fields})) is Reason.BAD_SENML


@pytest.mark.parametrize(
    "fields", [{"v": "1"}, {"v": True}, {"v": [1]}, {"vs": 1}, {"vb": 1}, {"t": "now"}, {"n": 7}]
)
def test_field_of_another_type_is_refused(fields):
    assert refusal(packed({"n": "x", "t": T, "v": 1, **fields})) is Reason.BAD_SENML


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity"])
def test_number_that_is_no_json_costs_one_reading_only(text):
    found = decode(f'[{{"n":"x","t":{T},"v":{text}}},{{"n":"y","t":{T},"v":2}}]'.encode())
    assert not math.isfinite(found[0].value or 0.0)
    assert found[1].value == 2


@pytest.mark.parametrize("time", ["1e308", "1e306", "-1.7e308", "1e400", "NaN", "Infinity"])
def test_time_beyond_all_numbers_is_refused(time):
    assert refusal(f'[{{"n":"x","t":{time},"v":1}}]'.encode()) is Reason.BAD_SENML


def test_times_that_add_up_beyond_all_numbers_are_refused():
    assert refusal(b'[{"bt":1.5e308,"n":"x","t":1.5e308,"v":1}]') is Reason.BAD_SENML


@pytest.mark.parametrize("digits", [400, 5000])
def test_number_of_very_many_digits_is_refused(digits):
    with pytest.raises(SenmlError):
        decode(b'[{"n":"x","t":1,"v":' + b"9" * digits + b"}]")


@pytest.mark.parametrize("payload", [b"", b" ", b"\n\t "])
def test_payload_of_nothing_is_empty(payload):
    assert refusal(payload) is Reason.EMPTY_PAYLOAD


@pytest.mark.parametrize(
    "payload", [b"\x00\x01\xff", b"[", b"{]", b'[{"n":"x"', b"\xff\xfe[]", b"[" * 100_000, b"nul"]
)
def test_payload_that_is_no_json_is_refused(payload):
    assert refusal(payload) is Reason.INVALID_JSON


@pytest.mark.parametrize(
    "payload", [b"{}", b"[]", b"null", b"1", b'"a"', b"[1]", b"[[]]", b"[null]"]
)
def test_json_that_is_no_pack_is_refused(payload):
    assert refusal(payload) is Reason.BAD_SENML


def test_text_outside_the_basic_plane_does_not_break_the_decoder():
    assert refusal(b'[{"n":"\\ud800","t":1,"v":1}]') in {Reason.BAD_SENML, Reason.INVALID_JSON}


@given(st.binary(max_size=200))
@example(b'[{"n":"a","t":1e306,"v":1}]')
def test_any_bytes_raise_nothing_but_senml_error(payload):
    try:
        records = decode(payload)
    except SenmlError:
        return
    assert records


_scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    | st.sampled_from([T, 10, "x", "a/", 1e308, -1e308])
)  # fmt: skip
_labels = st.sampled_from(
    [
        "n",
        "u",
        "v",
        "t",
        "bn",
        "bt",
        "bu",
        "bv",
        "bs",
        "bver",
        "vs",
        "vb",
        "vd",
        "s",
        "ut",
        "q",
        "q_",
    ]
)


@given(st.lists(st.dictionaries(_labels, _scalars, max_size=5), max_size=4))
def test_any_pack_of_known_labels_raises_nothing_but_senml_error(records):
    try:
        found = decode(json.dumps(records).encode())
    except SenmlError:
        return
    assert all(isinstance(record.at, int) for record in found)


_numbers = st.floats(allow_nan=False, allow_infinity=False, width=32)
_offsets = st.integers(-1_000_000, 1_000_000)


@given(st.lists(st.tuples(st.sampled_from(["x", "y/z", "w-1"]), _offsets, _numbers), min_size=1))
def test_base_fields_change_only_the_spelling_of_a_pack(readings):
    plain = [{"n": f"t/{n}", "u": "m", "t": T + dt, "v": v} for n, dt, v in readings]
    based = [{"n": n, "t": dt, "v": v} for n, dt, v in readings]
    based[0] |= {"bn": "t/", "bt": T, "bu": "m"}
    assert decode(packed(*plain)) == decode(packed(*based))
